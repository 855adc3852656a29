"""One (X, y) pair of any dataset in words, and as plain arrays for a figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.log_mel import LogMel
from seqlab.data.text import END

Reals = NDArray[np.float64]
MOST_LETTERS = 90  # of a text that a sentence quotes
MOST_LINES = 6  # of features that a figure draws


@dataclass(frozen=True)
class Place:
    """Where a pair lies on its series.

    Attributes:
        labels: (rows,) times.
        target: (rows,) the series to predict; a class has no height, so with classes it is the
            first input.
        drawn: the name of that series.
        inputs: (rows,) of each column that the network sees, at most `MOST_LINES`.
        start: the row of the window's first step.
        window: its length.
        goals: the rows of the targets.
        splits: the first rows of the validation and of the test part, if they are stretches.
        scaled: whether the columns are drawn scaled, because their sizes differ too much.
    """

    labels: NDArray[np.generic]
    target: Reals
    drawn: str
    inputs: dict[str, Reals]
    start: int
    window: int
    goals: NDArray[np.int64]
    splits: tuple[int, int] | None
    scaled: bool


@dataclass(frozen=True)
class Pair:
    """One pair, without padding.

    Attributes:
        sentence: what it is, for a user.
        target: the target's name.
        values: (timesteps, features) X in original units, or `None` for tokens.
        names: the features' names.
        symbols: the tokens of X, or `None` for numbers.
        answer: the target where it is one class or the symbols of a text: one for each step that
            has a target, "" for steps that do not count.
        numbers: (timesteps,) the target where it is a number at every step.
        aligned: whether the answer belongs to X step by step.
        place: where the pair lies on its series, or `None` for drawn sequences.
        log_mel: how the values were made, if X is a sound.
    """

    sentence: str
    target: str
    values: Reals | None
    names: tuple[str, ...]
    symbols: tuple[str, ...] | None
    answer: tuple[str, ...]
    numbers: Reals | None
    aligned: bool
    place: Place | None
    log_mel: LogMel | None = None


def pair(dataset: Dataset, index: int) -> Pair:
    """One pair of a dataset, described.

    Raises:
        IndexError: if there is no such pair.
    """
    real = int(dataset.lengths[index])
    tokens = dataset.x.ndim == 2
    symbols = tuple(dataset.vocabulary[i] for i in dataset.x[index, :real]) if tokens else None
    scaling = dataset.input_scaling_of(index)
    values = None if tokens else scaling.invert(dataset.x[index, :real])
    stepwise = dataset.goal.at == "every step"
    answer, numbers = _answer(dataset, index, real)
    place = _place(dataset, index)
    what = f"Example {index + 1:,} of {len(dataset.x):,} ({part(dataset, index)}): "
    if place is not None:
        what += _on_series(dataset, place, answer)
    else:
        what += f"X is {_input(dataset, symbols, real)}; {_target(dataset, index, answer)}."
    return Pair(
        what,
        dataset.target,
        values,
        dataset.titles,
        symbols,
        answer,
        numbers,
        stepwise,
        place,
        dataset.log_mel,
    )


def texts(dataset: Dataset, index: int) -> tuple[str, str]:
    """X and y of a pair of tokens as short texts; y of steps that do not count is left out."""
    shown, unit = pair(dataset, index), dataset.names[0]
    answer = [symbol for symbol in shown.answer if symbol]
    return _text(shown.symbols or (), unit), _text(tuple(answer), unit)


def table(dataset: Dataset, index: int) -> pd.DataFrame:
    """One pair as a table, a row a step: of a series by row number and time, y at its own rows.

    Features are called "X: name", and the target "y: name", so that no two columns can have the
    same name.
    """
    chosen = pair(dataset, index)
    x: dict[str, object] = {}
    if chosen.symbols is not None:
        x[f"X: {dataset.names[0]}"] = list(chosen.symbols)
    elif chosen.values is not None:
        x |= {f"X: {name}": chosen.values[:, i] for i, name in enumerate(chosen.names)}
    steps = int(dataset.lengths[index])
    y = f"y: {chosen.target}"
    frame = pd.DataFrame(x, index=np.arange(steps))
    if chosen.place is not None:
        rows = chosen.place.start + np.arange(steps)
        answer = chosen.answer or dataset.truth(np.array([index]))[0]
        frame.index = pd.Index(rows)
        frame = frame.join(pd.DataFrame({y: answer}, index=chosen.place.goals), how="outer")
        frame.insert(0, "time", [time(chosen.place.labels[row]) for row in frame.index])
        frame.insert(0, "row", frame.index + 1)
        return frame.reset_index(drop=True)
    frame.insert(0, "step", np.arange(1, steps + 1))
    if chosen.aligned:
        frame[y] = list(chosen.answer) if chosen.numbers is None else chosen.numbers
    return frame


def about(dataset: Dataset, index: int) -> str:
    """A few words by which one knows a sequence again: its time, its label or its target text.

    Returns:
        Likewise "1925 to 1946, then 1947", "speaker: 3"; "" where there is nothing to tell.
    """
    place = _place(dataset, index)
    if place is not None:
        first, last = place.start, place.start + place.window - 1
        times = f"{time(place.labels[first])} to {time(place.labels[last])}"
        then = " to ".join(dict.fromkeys(time(place.labels[row]) for row in place.goals[[0, -1]]))
        return f"{times}, then {then}"
    if dataset.goal.at == "end" and dataset.goal.kind == "class":
        return f"{dataset.target}: {dataset.goal.classes[int(dataset.y[index])]}"
    return ""


def part(dataset: Dataset, index: int) -> str:
    """The part that a pair belongs to: "training", "validation", "test" or "left out"."""
    for name in ("train", "validation", "test"):
        indices = getattr(dataset, name)
        at = int(np.searchsorted(indices, index))
        if at < len(indices) and indices[at] == index:
            return "training" if name == "train" else name
    return "left out"


def _answer(dataset: Dataset, index: int, real: int) -> tuple[tuple[str, ...], Reals | None]:
    """The target as symbols, or as a number at every step."""
    goal, y = dataset.goal, dataset.y[index]
    if goal.kind == "value":
        if goal.at == "every step":
            return (), dataset.target_scaling_of(index).invert(y[:real])[:, 0]
        return (), None
    if goal.at == "end":
        return (goal.classes[int(y)],), None
    weights = None if dataset.y_weights is None else dataset.y_weights[index]
    if goal.at == "every step":
        counts = np.ones(real) if weights is None else weights[:real]
        pairs = zip(y[:real], counts, strict=True)
        return tuple(goal.classes[c] if weight else "" for c, weight in pairs), None
    steps = len(y) if weights is None else int(weights.sum())
    return tuple(goal.classes[c] for c in y[:steps]), None


def _input(dataset: Dataset, symbols: tuple[str, ...] | None, real: int) -> str:
    steps = f"{real:,} step" + ("s" if real != 1 else "")
    if symbols is not None:
        unit = dataset.names[0]
        count = f"{real:,} {unit}{'s' if real != 1 else ''}"
        return f"the {count} “{_text(symbols, unit)}”"
    if made := dataset.log_mel:
        return (
            f"{real:,} frames ({made.seconds(real):.2f} seconds) of {len(dataset.names)} mel bands"
        )
    names = ", ".join(dataset.names[:MOST_LINES])
    if len(dataset.names) > MOST_LINES:
        return f"{steps} of {len(dataset.names)} features ({names}, …)"
    return f"{steps} of ({names})" if len(dataset.names) > 1 else f"{steps} of {names}"


def _target(dataset: Dataset, index: int, answer: tuple[str, ...]) -> str:
    goal, name = dataset.goal, " and ".join(dataset.targets)
    if goal.at == "end":
        if goal.kind == "class":
            return f"y, {name}, is {answer[0]}"
        numbers = ", ".join(f"{v:.4g}" for v in dataset.truth(np.array([index]))[0][:MOST_LINES])
        more = ", …" if dataset.y.shape[1] > MOST_LINES else ""
        return f"y, {name}, is {numbers}{more}"
    if goal.at == "sequence":
        return f"y, {name}, is “{_text(answer, dataset.names[0])}”"
    if goal.kind == "value":
        return f"y, {name}, is asked for at every step"
    asked = sum(symbol != "" for symbol in answer)
    if asked == len(answer):
        return f"y, {name}, is asked for at every step: “{_text(answer, dataset.names[0])}”"
    counted = " ".join(symbol for symbol in answer if symbol).replace(END, "end")
    return f"y, {name}, counts at {asked:,} of the {len(answer):,} steps: “{_clip(counted)}”"


def _text(symbols: tuple[str, ...], unit: str) -> str:
    written = [symbol for symbol in symbols if symbol != END]
    return _clip((" " if unit == "word" else "").join(written))


def _clip(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


# On a series ---------------------------------------------------------------------------------


def _place(dataset: Dataset, index: int) -> Place | None:
    if dataset.values is None or dataset.starts is None or dataset.labels is None:
        return None
    start = int(dataset.starts[index])
    steps = dataset.steps
    first = start + dataset.timesteps + dataset.horizon - 1
    names, columns = dataset.names[:MOST_LINES], dataset.input_columns
    scaling = dataset.input_scaling_of(index)
    scales = scaling.scale
    scaled = len(names) > 1 and float(scales.max()) > 10 * float(scales.min())
    inputs = {}
    for i, name in enumerate(names):
        raw = dataset.values[:, columns[i]]
        offset, scale = scaling.offset[i], scales[i]
        inputs[name] = (raw - offset) / scale if scaled else raw
    target = dataset.values[:, 0]
    if scaled:
        target = dataset.target_scaling_of(index).apply(target[:, None])[:, 0]
    drawn = dataset.target
    if dataset.goal.kind == "class":
        drawn, target = next(iter(inputs.items()))
    goals = np.arange(first, first + steps)
    return Place(
        dataset.labels,
        target,
        drawn,
        inputs,
        start,
        dataset.timesteps,
        goals,
        dataset.splits,
        scaled,
    )


def _on_series(dataset: Dataset, place: Place, answer: tuple[str, ...]) -> str:
    last, goals = place.start + dataset.timesteps - 1, place.goals
    sentence = f"{_rows(place, place.start, last)} X, {_rows(place, goals[0], goals[-1])} y"
    if answer:
        sentence += f" ({dataset.target}: {answer[0]})"
    elif len(goals) == 1:
        assert dataset.values is not None
        targets = dataset.values[goals[0], : len(dataset.targets)]
        sentence += f" ({', '.join(f'{value:.4g}' for value in targets)})"
    if place.splits is None:
        return f"{sentence}."
    validation = place.splits[1] - place.splits[0]
    sentence += f". The shaded {validation:,} rows are for validation"
    test = len(place.labels) - place.splits[1]
    return f"{sentence}, the last {test:,} for the test." if test else f"{sentence}."


def _rows(place: Place, first: int, last: int) -> str:
    """`rows 3 to 5 (1902 to 1904) are`"""
    if first == last:
        return f"row {first + 1:,} ({time(place.labels[first])}) is"
    times = f"{time(place.labels[first])} to {time(place.labels[last])}"
    return f"rows {first + 1:,} to {last + 1:,} ({times}) are"


def time(label: np.generic) -> str:
    """The time of a row, as short as it can be."""
    if isinstance(label, np.datetime64):
        text = np.datetime_as_string(label, unit="s").replace("T", " ")
        return text.removesuffix(" 00:00:00")
    return f"{label:g}" if isinstance(label, np.floating) else str(label)
