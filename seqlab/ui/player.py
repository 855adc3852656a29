"""The gates player: heat maps of every saved epoch, played in the browser."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from plotly.colors import sequential

from seqlab.data.dataset import Dataset
from seqlab.figures import style
from seqlab.figures.gates import LAYOUT
from seqlab.lens import frames
from seqlab.lens.cells import STATES
from seqlab.lens.frames import Frame
from seqlab.runs.store import Run
from seqlab.ui import networks, services
from seqlab.ui.networks import Sequence

MOST_BYTES = 1_500_000  # of heat maps in one message, before compression and base64
WHILE_TRAINING = 300_000  # since everything is sent again with each new epoch
MOST_LINES = 4  # of the inputs, and of the outputs
INPUT_COLOURS = [style.WINDOW, style.TARGET, style.TRUTH, style.BASELINE]
OUTPUT_COLOURS = [style.PREDICTION, style.WINDOW, style.TARGET, style.BASELINE]

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "seqlab_player",
    html=(_HERE / "player.html").read_text(encoding="utf-8"),
    css=(_HERE / "player.css").read_text(encoding="utf-8"),
    js=(_HERE / "player.js").read_text(encoding="utf-8"),
)


def gates_player(
    run: Run,
    dataset: Dataset,
    shown: Sequence,
    layer: str,
    *,
    key: str,
    tells_unit: bool = False,
) -> int | None:
    """Heat maps of one layer and one sequence, from before training to the newest saved epoch.

    Slider and play button run in the browser; new epochs of a run that trains are added without
    moving the handle, unless it stands at the newest. Many or large epochs are thinned:
    see `lens.frames.thinned`.

    Args:
        run: whose weights.
        dataset: what it was trained on.
        shown: the sequence to read.
        layer: which recurrent layer, by the names of `lens.stack.Stack.layers`.
        key: the player's place on the page.
        tells_unit: whether a click on a unit reruns the page; `chosen_unit` then gives it.

    Returns:
        The epoch at which the handle was let go, or `None` while it follows the newest one.

    Raises:
        LensError: if the network cannot be shown, in a sentence for the user.
    """
    saved = services.store().snapshots(run.id)
    if not saved:
        raise networks.LensError("No weights of this run are kept, so its gates cannot be shown.")
    newest = networks.network(run.id, saved[-1], run.experiment, dataset)
    limit = WHILE_TRAINING if run.active else MOST_BYTES
    cell, units = newest.layers[layer].cell, newest.units(layer)
    picture = len(LAYOUT[cell][0]) * len(LAYOUT[cell]) * -(-units // frames.stride(units))
    picture *= -(-len(shown.x) // frames.block(len(shown.x)))
    epochs = frames.thinned(saved, limit // picture)
    made = networks.frames_of(run, epochs, dataset, layer, shown)
    state = _state(key, run)
    data = _data(run, dataset, shown, layer, made) | {
        "epoch": state.get("epoch"),
        "unit": state.get("unit"),
        "tellsUnit": tells_unit,
        "notes": _notes(saved, epochs, len(shown.x), units),
    }
    result = _component(key=key, data=data, on_shown_change=_nothing)
    told = result.shown or {}
    epoch = told.get("epoch") if told.get("run") == run.id else None
    return epoch if epoch in saved else None


def chosen_unit(run: Run, key: str) -> int | None:
    """The unit that was clicked in the player of this key, from 0, or `None`."""
    return _state(key, run).get("unit")


def chosen_epoch(run: Run, key: str) -> int | None:
    """The epoch at which the handle of the player of this key was let go, or `None`."""
    return _state(key, run).get("epoch")


def _state(key: str, run: Run) -> dict[str, Any]:
    """What the browser told last, if it was about this run."""
    shown = dict(st.session_state.get(key) or {}).get("shown") or {}
    return shown if shown.get("run") == run.id else {}


def _nothing() -> None:
    """Streamlit wants a callback for every value that a component keeps."""


def _data(
    run: Run, dataset: Dataset, shown: Sequence, layer: str, made: dict[int, Frame]
) -> dict[str, Any]:
    """Everything the browser needs, as JSON."""
    epochs = list(made)
    network = networks.network(run.id, epochs[-1], run.experiment, dataset)
    cell, units, timesteps = network.layers[layer].cell, network.units(layer), len(shown.x)
    names = made[epochs[-1]].names
    raw = {
        epoch: networks.output_of(run.experiment, dataset, made[epoch].output) for epoch in epochs
    }
    lines = _output_lines(dataset, shown, raw[epochs[-1]])
    size = frames.block(timesteps)
    every = frames.stride(units)
    # of the newest epoch, so that a row keeps its place while the epochs are played
    hidden = frames.shown_hidden(made[epochs[-1]])
    return {
        "id": f"{run.id}/{layer}/{hash(shown.key)}",
        "run": run.id,
        "active": run.active,
        "cell": cell,
        "maps": [
            {
                "title": style.GATE_NAMES[name],
                "colour": style.GATE_COLOURS[name],
                "state": name in STATES[cell],
            }
            for name in names
        ],
        "grid": [names.index(name) for row in LAYOUT[cell] for name in row],
        "units": -(-units // every),
        "allUnits": units,
        "stride": every,
        "steps": -(-timesteps // size),
        "timesteps": timesteps,
        "block": size,
        "real": shown.real,
        "scales": {
            "sequential": [
                [i / (len(sequential.Viridis) - 1), colour]
                for i, colour in enumerate(sequential.Viridis)
            ],
            "diverging": style.DIVERGING,
        },
        "orders": {
            "as they are": None,
            "by movement": frames.by_movement(hidden).tolist(),
            "by similarity": frames.by_similarity(hidden).tolist(),
        },
        "input": _input(dataset, shown),
        "output": lines["about"],
        "frames": [
            {
                "epoch": epoch,
                "reach": list(each.reach),
                "z": base64.b64encode(each.data).decode(),
                "output": base64.b64encode(
                    np.ascontiguousarray(raw[epoch][:, lines["shown"]], np.float32).tobytes()
                ).decode(),
            }
            for epoch, each in made.items()
        ],
        "alt": (
            f"Heat maps of the layer {layer}: {units} units over {timesteps} time steps "
            f"of {shown.title or 'one sequence'}."
        ),
    }


def _input(dataset: Dataset, shown: Sequence) -> dict[str, Any]:
    """What is drawn above the maps."""
    if dataset.vocabulary:
        symbols = [dataset.vocabulary[token] for token in shown.x]
        return {"title": "input", "symbols": symbols}
    one = shown.x.shape[1] == 1
    values = dataset.input_scaling.invert(shown.x) if one else shown.x
    names = list(dataset.names[:MOST_LINES])
    more = f" and {len(dataset.names) - MOST_LINES} more" if len(dataset.names) > MOST_LINES else ""
    scaled = "" if one or _identity(dataset) else ", scaled as the network sees them"
    return {
        "title": f"input: {', '.join(names)}{more}{scaled}",
        "names": names,
        "lines": [values[:, k].astype(float).tolist() for k in range(len(names))],
        "colours": INPUT_COLOURS[: len(names)],
    }


def _identity(dataset: Dataset) -> bool:
    scaling = dataset.input_scaling
    return bool((scaling.offset == 0).all() and (scaling.scale == 1).all())


def _output_lines(dataset: Dataset, shown: Sequence, newest: NDArray[np.float64]) -> dict[str, Any]:
    """Which outputs are drawn below the maps, and how they are called.

    `newest` (timesteps, outputs) is the answer of the newest epoch, in original units.
    """
    outputs, last = newest.shape[1], len(newest) - 1  # padding changes nothing any more
    each_step = dataset.goal.at == "every step"
    if dataset.goal.kind == "class":
        likely = [int(k) for k in np.argsort(-newest[last], kind="stable")]
        right = None if shown.y is None or each_step else int(shown.y)
        chosen = ([right] if right is not None else []) + [k for k in likely if k != right]
        chosen = chosen[: min(MOST_LINES, outputs)]
        names = [f"P({dataset.goal.classes[k]})" for k in chosen]
        truth: list[list[float]] = [[1.0] if k == right else [] for k in chosen]
    else:
        chosen = list(range(min(MOST_LINES, outputs)))
        names = [dataset.target if outputs == 1 else f"{dataset.target} +{k + 1}" for k in chosen]
        truth = [[] for _ in chosen]
        if shown.y is not None:
            raw = dataset.target_scaling.invert(np.asarray(shown.y, np.float64))
            raw = raw if each_step else raw[np.newaxis]
            truth = [raw[:, k].tolist() for k in chosen]
    what = ", ".join(names) if dataset.goal.kind == "class" else "prediction"
    once = "if the sequence ended at each step; the last one counts"
    if np.isnan(newest).any():
        once = "after reading from both ends"
    rest = "at every step" if each_step else once
    squares = " (square: truth)" if any(len(line) == 1 for line in truth) else ""
    dashes = " (dashed: truth)" if any(len(line) > 1 for line in truth) else ""
    return {
        "shown": chosen,
        "about": {
            "title": f"output: {what} {rest}{squares}{dashes}",
            "names": names,
            "truth": truth,
            "last": last,
            "range": [0, 1] if dataset.goal.kind == "class" else None,
            "colours": OUTPUT_COLOURS[: len(chosen)],
            "truthColour": style.TRUTH,
        },
    }


def _notes(saved: list[int], epochs: list[int], timesteps: int, units: int) -> str:
    """What was left out to keep the picture small, in sentences."""
    notes = []
    if len(epochs) < len(saved):
        notes.append(
            f"{len(epochs)} of {len(saved)} saved epochs are in the player, with the first and the "
            "last."
        )
    if frames.block(timesteps) > 1:
        notes.append(f"Each column is the mean of {frames.block(timesteps)} time steps.")
    if frames.stride(units) > 1:
        notes.append(f"One unit in {frames.stride(units)} is shown.")
    return " ".join(notes)
