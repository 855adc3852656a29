"""What stands above and below the heat maps: what a layer reads, and what the network answers."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.log_mel import FLOOR, LogMel
from seqlab.data.text import END
from seqlab.figures import style
from seqlab.inspection.sequences import Sequence, stepwise, symbols
from seqlab.lens.stack import Stack

MOST_LINES = 4  # of the inputs, and of the outputs
NOUGHT = 1e-6  # of the largest value: what float32 leaves of a 0
INPUT_COLOURS = [style.WINDOW, style.TARGET, style.TRUTH, style.BASELINE]
OUTPUT_COLOURS = [style.PREDICTION, style.WINDOW, style.TARGET, style.BASELINE]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Output:
    """The strip below the maps.

    Attributes:
        about: titles, names, truth and colours, the same at every epoch.
        lines: what the head says (steps, outputs), see `output_of` -> (steps, lines).
        said: likewise -> the symbol that the network chose at each step; `None` for numbers.
    """

    about: dict[str, Any]
    lines: Callable[[Floats], Floats]
    said: Callable[[Floats], list[str]] | None = None


def above(dataset: Dataset, shown: Sequence, network: Stack, layer: str) -> dict[str, Any]:
    """What is drawn above the maps of a layer.

    Args:
        dataset: names and scaling of the inputs.
        shown: the sequence.
        network: whether it has a decoder, which reads no input.
        layer: whose maps are drawn.
    """
    if network.decodes(layer):
        return _before_decoder(dataset, shown, network)
    if dataset.vocabulary:
        return {"title": "input", "symbols": symbols(dataset, shown)}
    if dataset.log_mel is not None:
        return sound(dataset, dataset.log_mel, shown)
    one = shown.x.shape[1] == 1
    values = dataset.input_scaling_of(shown.index).invert(shown.x) if one else shown.x
    values = np.where(np.abs(values) < NOUGHT * np.abs(values).max(), 0.0, values)
    names = list(dataset.titles[:MOST_LINES])
    more = f" and {len(dataset.names) - MOST_LINES} more" if len(dataset.names) > MOST_LINES else ""
    scaled = "" if one or dataset.input_scaling.is_identity else ", scaled as the network sees them"
    return {
        "title": f"input: {', '.join(names)}{more}{scaled}",
        "names": names,
        "lines": [values[:, k].astype(float).tolist() for k in range(len(names))],
        "colours": INPUT_COLOURS[: len(names)],
    }


def levels(dataset: Dataset, shown: Sequence) -> Floats:
    """The bands of a sound in dB, (timesteps, bands), `FLOOR` where it has ended.

    Args:
        dataset: whose `log_mel` is set.
        shown: one of its sequences.
    """
    decibels: Floats = np.clip(dataset.input_scaling.invert(shown.x), FLOOR, 0)
    decibels[shown.real :] = FLOOR
    return decibels


def sound(
    dataset: Dataset, made: LogMel, shown: Sequence, backwards: bool = False
) -> dict[str, Any]:
    """A spectrogram, a byte a value from `FLOOR` to 0 dB; and some of its bands by name.

    Args:
        dataset: of the sequence.
        made: how its bands were made.
        shown: the sequence.
        backwards: whether it is read from its end.
    """
    decibels = levels(dataset, shown)[:: -1 if backwards else 1]
    image = np.round(255 * (1 - decibels / FLOOR)).astype(np.uint8)
    some = np.linspace(0, made.bands - 1, MOST_LINES + 2).round().astype(int)[1:-1]
    return {
        "title": f"input: {made.bands} mel bands up to {made.rate / 2000:g} kHz",
        "image": base64.b64encode(image.T.tobytes()).decode(),  # a row a band, from the lowest
        "rows": made.bands,
        "names": [f"{dataset.names[k]} (dB)" for k in some],
        "lines": [decibels[:, k].round(1).tolist() for k in some],
        "colours": INPUT_COLOURS,
    }


def _before_decoder(dataset: Dataset, shown: Sequence, network: Stack) -> dict[str, Any]:
    """A decoder reads nothing of the data: the right answer stands in that place."""
    bridge = network.bridge
    assert bridge is not None
    own = "the symbol it wrote last" if bridge.embedding is not None else "the encoder's summary"
    title = f"right answer (at each step the decoder reads {own})"
    if shown.y is None:
        return {"title": f"input: at each step {own}", "symbols": [""] * bridge.steps}
    if stepwise(dataset):
        return {"title": title, "symbols": [dataset.goal.classes[k] for k in shown.y]}
    truth = dataset.target_scaling_of(shown.index).invert(np.asarray(shown.y, np.float64)).ravel()
    return {
        "title": title,
        "names": ["truth"],
        "lines": [truth.tolist()],
        "colours": [style.TRUTH],
    }


def below(dataset: Dataset, shown: Sequence, network: Stack, layer: str, newest: Floats) -> Output:
    """What is drawn below the maps of a layer.

    Args:
        dataset: names and scaling of the target.
        shown: the sequence.
        network: whether it has a decoder, and its last activation.
        layer: whose maps are drawn.
        newest: (steps, outputs) the answer of the newest epoch, in original units.
    """
    if stepwise(dataset):
        return _symbols(dataset, shown, network, layer)
    if network.bridge is not None:
        return _forecast(dataset, shown, network, layer, newest)
    return _lines(dataset, shown, newest, network)


def _symbols(dataset: Dataset, shown: Sequence, network: Stack, layer: str) -> Output:
    """A class for each step: which one was chosen, and how likely the right one was."""
    classes, right = dataset.goal.classes, shown.y
    name = "P(what it says)" if right is None else "P(right)"

    def lines(odds: Floats) -> Floats:
        rows = odds.argmax(axis=-1) if right is None else right.astype(np.int64)
        of_truth = np.take_along_axis(odds, rows[:, np.newaxis], axis=-1)
        if shown.weights is not None:  # nothing is asked for behind the end of a text
            of_truth[shown.weights == 0] = np.nan
        return of_truth

    def said(odds: Floats) -> list[str]:
        symbols = [classes[k] for k in odds.argmax(axis=-1)]
        end = symbols.index(END) + 1 if END in symbols else len(symbols)
        return symbols[:end] + [""] * (len(symbols) - end)

    what = "how likely that was" if right is None else "how likely the right one was"
    where = "the most likely symbol at each step"
    if network.bridge is not None:
        where = (
            "the answer" if network.decodes(layer) else "the decoder's answer, in steps of its own"
        )
    about: dict[str, Any] = {
        "title": f"output: {where}, and {what}",
        "names": [name],
        "truth": [[]],
        "right": None if right is None else [classes[k] for k in right],
        "last": -1,
        "range": [0, 1],
        "colours": [style.PREDICTION],
        "truthColour": style.TRUTH,
    }
    return Output(about, lines, said)


def _forecast(
    dataset: Dataset, shown: Sequence, network: Stack, layer: str, newest: Floats
) -> Output:
    """A decoder's numbers, one step after the other."""
    many = newest.shape[1]
    truth: Floats | None = None
    if shown.y is not None:
        truth = (
            dataset.target_scaling_of(shown.index)
            .invert(np.asarray(shown.y, np.float64))
            .reshape(-1, many)
        )
    steps = "" if network.decodes(layer) else ", in steps of its own"
    count = min(MOST_LINES, many)
    return Output(
        {
            "title": f"output: the decoder's forecast{steps} (dashed: truth)",
            "names": [dataset.target if many == 1 else f"{dataset.target} {k + 1}"
                      for k in range(count)],
            "truth": [[] if truth is None else truth[:, k].tolist() for k in range(count)],
            "last": -1,
            "range": None,
            "colours": OUTPUT_COLOURS[:count],
            "truthColour": style.TRUTH,
        },
        lambda raw: raw[:, :count],
    )  # fmt: skip


def _lines(dataset: Dataset, shown: Sequence, newest: Floats, network: Stack) -> Output:
    """What a network without a decoder says at each step, or would say if it ended there.

    One that reads from both ends and answers once has a level line.
    """
    outputs = newest.shape[1]
    # of a network that reads from the end the first; behind the last one padding changes nothing
    last = 0 if network.ends_first else (shown.real if network.masked else len(newest)) - 1
    each_step = dataset.goal.at == "every step"
    if dataset.goal.kind == "class":
        likely = [int(k) for k in np.argsort(-newest[-1 if network.once else last], kind="stable")]
        right = None if shown.y is None else int(shown.y)
        chosen = ([right] if right is not None else []) + [k for k in likely if k != right]
        chosen = chosen[: min(MOST_LINES, outputs)]
        names = [f"P({dataset.goal.classes[k]})" for k in chosen]
        truth: list[list[float]] = [[1.0] if k == right else [] for k in chosen]
    else:
        chosen = list(range(min(MOST_LINES, outputs)))
        names = [dataset.target if outputs == 1 else f"{dataset.target} +{k + 1}" for k in chosen]
        truth = [[] for _ in chosen]
        if shown.y is not None:
            raw = dataset.target_scaling_of(shown.index).invert(np.asarray(shown.y, np.float64))
            raw = raw if each_step else raw[np.newaxis]
            truth = [raw[:, k].tolist() for k in chosen]
    what = ", ".join(names) if dataset.goal.kind == "class" else "prediction"
    once = "if the sequence ended at each step; the last one counts"
    if network.ends_first:
        once = "if reading from the end stopped at each step; the first one counts"
    if network.once:
        once = "after reading from both ends, one answer"
    rest = "at every step" if each_step else once
    squares = " (square: truth)" if any(len(line) == 1 for line in truth) else ""
    dashes = " (dashed: truth)" if any(len(line) > 1 for line in truth) else ""
    about = {
        "title": f"output: {what} {rest}{squares}{dashes}",
        "names": names,
        "truth": truth,
        "last": last,
        "range": [0, 1] if dataset.goal.kind == "class" else None,
        "colours": OUTPUT_COLOURS[: len(chosen)],
        "truthColour": style.TRUTH,
    }
    level = -np.ones(len(newest), np.int64) if network.once else np.arange(len(newest))
    return Output(about, lambda raw: raw[level][:, chosen])
