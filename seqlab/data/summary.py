"""What a dataset is made of, in numbers: columns, classes, lengths, and what a leak would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.scaling import Scaling
from seqlab.data.seasons import autocorrelation, detrended, find_period
from seqlab.experiment import ScalingKind

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
    """What scaling would tell of the other parts if it were fitted on all rows.

    Attributes:
        name: of the column.
        offset, scale: fitted on the training part.
        offset_of_all, scale_of_all: fitted on all rows.
        shift: how far the offset would move, in units of `scale`.
    """

    name: str
    offset: float
    scale: float
    offset_of_all: float
    scale_of_all: float
    shift: float


def columns(dataset: Dataset) -> tuple[Column, ...]:
    """Each feature that the network sees; nothing for tokens."""
    if dataset.x.ndim == 2:
        return ()
    values = _rows(dataset)
    if dataset.gaps is not None:
        values = np.where(dataset.gaps[:, dataset.input_columns], np.nan, values)
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
    return dataset.values[:, dataset.input_columns]


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


def scaling_leaks(dataset: Dataset, kind: ScalingKind) -> tuple[Leak, ...]:
    """What each input's scaling would have given away of the validation part and the test part.

    Empty for tokens, for drawn sequences (they are not scaled) and for windows dealt out at random,
    whose training part lies everywhere.
    """
    if dataset.x.ndim == 2 or kind == "none":
        return ()
    values, known = _learned_rows(dataset)
    if known.all() or not known.any():
        return ()
    mine, every = Scaling.fit(values[known], kind), Scaling.fit(values, kind)
    used = dataset.input_scaling.offset
    if np.abs(every.offset - used).sum() < np.abs(mine.offset - used).sum():
        return ()
    return tuple(
        Leak(
            name,
            float(mine.offset[i]),
            float(mine.scale[i]),
            float(every.offset[i]),
            float(every.scale[i]),
            float((every.offset[i] - mine.offset[i]) / mine.scale[i]),
        )
        for i, name in enumerate(dataset.titles)
    )


def _learned_rows(dataset: Dataset) -> tuple[Reals, NDArray[np.bool_]]:
    """All real rows of the features as they are scaled, and which are in the training part."""
    if dataset.values is None:
        return _rows(dataset), _in_training(dataset)
    return dataset.learned[:, dataset.input_columns], _in_training(dataset)


def _in_training(dataset: Dataset) -> NDArray[np.bool_]:
    """Which of all real rows lie in the training part."""
    if dataset.values is None:
        return np.isin(np.repeat(np.arange(len(dataset.x)), dataset.lengths), dataset.train)
    if dataset.splits is not None:
        return np.arange(len(dataset.values)) < dataset.splits[0]
    return row_parts(dataset) == 0


def unseen(dataset: Dataset, words: Sequence[str]) -> tuple[str, ...]:
    """Those columns of words that are 0 in all rows of the training part.

    Args:
        dataset: of sequences or of several series.
        words: the columns that `word_inputs.spread` has made.
    """
    columns = [dataset.ahead.get(name, (name, 0))[0] for name in dataset.names]
    if not set(words).intersection(columns):
        return ()
    rows = _rows(dataset)[_in_training(dataset)]
    seen = {columns[i] for i in np.flatnonzero((rows > 0.5).any(axis=0))}
    return tuple(name for name in words if name in columns and name not in seen)


def row_parts(dataset: Dataset) -> NDArray[np.int8]:
    """The part of each row of one or several series, (rows,): 0 training, 1 validation, 2 test.

    A row belongs where the next target lies; empty for data that are no windows of rows.
    """
    if dataset.values is None or dataset.starts is None:
        return np.empty(0, np.int8)
    part_of_row = np.full(len(dataset.values), -1, np.int8)
    for number, part in enumerate((dataset.train, dataset.validation, dataset.test)):
        first = dataset.starts[part] + dataset.timesteps + dataset.horizon - 1
        part_of_row[(first[:, None] + np.arange(dataset.steps)).ravel()] = number
    targets = np.flatnonzero(part_of_row >= 0)
    following = np.searchsorted(targets, np.arange(len(part_of_row)))
    return part_of_row[targets[np.minimum(following, len(targets) - 1)]]
