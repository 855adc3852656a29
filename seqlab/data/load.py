"""experiment.data -> Dataset: the one way from a source to arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seqlab.data import series, tasks, uploaded
from seqlab.data.dataset import DataError, Dataset, windows
from seqlab.data.upload import Table
from seqlab.experiment import Data, Experiment


def load(experiment: Experiment, table: Table | None = None) -> Dataset:
    """The arrays that an experiment trains on.

    Args:
        experiment: only its `data` matters here.
        table: the uploaded table, for the source "upload".

    Returns:
        x (n, timesteps, features) and y (n, outputs), split, scaled, with baselines.

    Raises:
        DataError: if no sequences can be cut, in a sentence for the user.
    """
    data = experiment.data
    if data.source == "adding":
        return tasks.adding(data)
    if data.source == "sine":
        values = tasks.sine(data)
        frame = pd.DataFrame({"step": np.arange(len(values)), "noisy sine": values[:, 0]})
        return _from_frame(frame, "step", ["noisy sine"], data)
    if data.source == "upload":
        if table is None:
            raise DataError("Upload a CSV file first: a header line, then one row per time step.")
        if (single := uploaded.as_series(table)) is None:
            return uploaded.dataset(table, data)
        return _from_frame(*single, data)
    entry = series.SERIES[data.source]
    frame = series.read(data.source)
    return _from_frame(
        frame, entry.time, [name for name in frame.columns if name != entry.time], data
    )


def columns(data: Data, numeric: list[str]) -> tuple[str, list[str]]:
    """The target and the inputs that `data` asks for, of those there are.

    Raises:
        DataError: if a column that was asked for is not in the data.
    """
    if not numeric:
        raise DataError("There is no column of numbers to learn from.")
    missing = [name for name in (data.target, *data.inputs) if name and name not in numeric]
    if missing:
        raise DataError(
            f"There is no numeric column {missing[0]!r} in this data. "
            f"It has: {', '.join(numeric[:10])}{', …' if len(numeric) > 10 else ''}."
        )
    target = data.target or numeric[0]
    return target, list(data.inputs) or [target]


def _from_frame(frame: pd.DataFrame, time: str | None, numeric: list[str], data: Data) -> Dataset:
    target, inputs = columns(data, numeric)
    names = list(dict.fromkeys([target, *inputs]))  # target first, no column twice
    raw = frame[names].to_numpy(np.float64)  # (rows, columns)
    notes: tuple[str, ...] = ()
    gaps = ~np.isfinite(raw)
    if gaps.any():
        filled = pd.DataFrame(np.where(gaps, np.nan, raw)).interpolate(limit_direction="both")
        raw = filled.to_numpy(np.float64)
        count = int(gaps.sum())
        if not np.isfinite(raw).all():
            empty = names[int(np.flatnonzero(gaps.all(axis=0))[0])]
            raise DataError(f"The column {empty!r} holds no numbers at all. Choose another one.")
        notes = (
            f"{count:,} missing {'value was' if count == 1 else 'values were'} filled with "
            f"straight lines between the neighbours.",
        )
    labels = frame[time].to_numpy() if time else np.arange(1, len(frame) + 1)
    return windows(
        raw, labels, [names.index(name) for name in inputs], tuple(inputs), target, data, notes
    )
