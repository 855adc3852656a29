"""What a dataset is made of, in numbers: columns, classes, lengths, and what a leak would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.baselines import autocorrelation, detrended, find_period
from seqlab.data.dataset import Dataset

Reals = NDArray[np.float64]
MOST_LAGS = 400


@dataclass(frozen=True)
class Column:
    """One column of a series or one feature of sequences, in original units.

    Attributes:
        name: of the column.
        count: how many values are known.
        missing: how many are not.
        mean, deviation, low, median, high: of the known values.
    """

    name: str
    count: int
    missing: int
    mean: float
    deviation: float
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Leak:
    """What scaling would tell of the future if it were fitted on all rows.

    Attributes:
        name: of the column.
        mean: of the training rows.
        mean_of_all: of all rows.
        shift: their distance, in standard deviations of the training rows.
    """

    name: str
    mean: float
    mean_of_all: float
    shift: float


def columns(dataset: Dataset) -> tuple[Column, ...]:
    """Each feature that the network sees; nothing for tokens."""
    if dataset.x.ndim == 2:
        return ()
    values = _rows(dataset)
    if dataset.gaps is not None:
        values = np.where(dataset.gaps[:, _places(dataset)], np.nan, values)
    return tuple(_column(name, values[:, i]) for i, name in enumerate(dataset.names))


def frame_columns(frame: pd.DataFrame, names: Sequence[str]) -> tuple[Column, ...]:
    """These columns of a table of numbers, whether a network sees them or not."""
    values = frame[list(names)].to_numpy(np.float64)
    return tuple(_column(name, values[:, i]) for i, name in enumerate(names))


def _rows(dataset: Dataset) -> Reals:
    """All real rows of the features, (rows, features), in original units, each row once."""
    if dataset.values is None:
        real = np.arange(dataset.timesteps) < dataset.lengths[:, None]
        return dataset.input_scaling.invert(dataset.x[real])
    return dataset.values[:, _places(dataset)]


def _places(dataset: Dataset) -> list[int]:
    """Which column of `Dataset.values` each feature is."""
    # Column 0 is the target; the inputs are it, or follow it.
    others = [name for name in dataset.names if name != dataset.target]
    at = {dataset.target: 0} | {name: i for i, name in enumerate(others, 1)}
    return [at[name] for name in dataset.names]


def _column(name: str, values: Reals) -> Column:
    known = values[np.isfinite(values)]
    if not len(known):
        nan = float("nan")
        return Column(name, 0, len(values), nan, nan, nan, nan, nan)
    low, median, high = np.quantile(known, [0, 0.5, 1])
    return Column(
        name,
        len(known),
        len(values) - len(known),
        float(known.mean()),
        float(known.std()),
        float(low),
        float(median),
        float(high),
    )


def class_counts(dataset: Dataset) -> dict[str, tuple[int, int]]:
    """How often each class is a target in the training and in the validation part.

    Steps of weight 0 do not count. Empty for values.
    """
    if dataset.goal.kind != "class":
        return {}
    classes = len(dataset.goal.classes)
    counts = []
    for part in (dataset.train, dataset.validation):
        y = dataset.y[part]
        chosen = y.ravel() if dataset.y_weights is None else y[dataset.y_weights[part] > 0]
        counts.append(np.bincount(chosen, minlength=classes).tolist())
    return {
        name: (train, validation)
        for name, train, validation in zip(dataset.goal.classes, *counts, strict=True)
        if train or validation or name
    }


def padding_share(dataset: Dataset) -> float:
    """Which share of all steps of x is padding, 0 to 1."""
    return 1 - float(dataset.lengths.sum()) / (len(dataset.x) * dataset.timesteps)


def lags(dataset: Dataset) -> Reals:
    """Autocorrelation of a series' training rows at the lags 0, 1, 2, …; empty for sequences.

    Gaps are bridged by straight lines, and then a straight line through all of it is taken off:
    this is what `baselines.find_period` looks for a season in.
    """
    series = _training_rows(dataset)
    if len(series) < 2 or not np.isfinite(series).any():
        return np.empty(0)
    return autocorrelation(detrended(series), min(len(series) // 2, MOST_LAGS))


def season(dataset: Dataset) -> int:
    """The season of a series' training rows that autocorrelation finds, in rows; 0 for none."""
    return find_period(_training_rows(dataset))


def _training_rows(dataset: Dataset) -> Reals:
    """The target's training rows; empty if it is no series of numbers split by time."""
    if dataset.values is None or dataset.splits is None or dataset.goal.kind == "class":
        return np.empty(0)
    return dataset.values[: dataset.splits[0], 0]


def examples(dataset: Dataset, most: int) -> tuple[tuple[int, str], ...]:
    """Some training sequences to draw, each with its class ("" for numbers and for texts).

    They are the first ones of the training part, evenly from its first few classes.

    Args:
        dataset: any.
        most: how many of them at most.
    """
    train = dataset.train
    if dataset.goal.kind != "class" or dataset.goal.at != "end":
        return tuple((int(i), "") for i in train[:most])
    classes = list(dict.fromkeys(dataset.y[train].tolist()))[: max(1, most // 2)]
    each = most // len(classes) if classes else 0
    return tuple(
        (int(i), dataset.goal.classes[c])
        for c in sorted(classes)
        for i in train[dataset.y[train] == c][:each]
    )


def scaling_leaks(dataset: Dataset) -> tuple[Leak, ...]:
    """What each input's mean would have given away of the validation part and the test part.

    Empty where the parts are not stretches of one series.
    """
    if dataset.values is None or dataset.splits is None:
        return ()
    values, split = _rows(dataset), dataset.splits[0]
    found = []
    for i, name in enumerate(dataset.names):
        known, every = (_column(name, rows) for rows in (values[:split, i], values[:, i]))
        shift = (every.mean - known.mean) / known.deviation if known.deviation else 0.0
        found.append(Leak(name, known.mean, every.mean, shift))
    return tuple(found)
