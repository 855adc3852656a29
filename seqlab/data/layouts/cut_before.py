"""Windows that were cut before the file was written -> Dataset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from seqlab.data import baselines, sequences
from seqlab.data.columns import Roles
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.reader.roles.windows_cut import CutWindows
from seqlab.data.sequences import Doubles, Parts
from seqlab.data.windows import fill_gaps, filled_note, split_rows
from seqlab.experiment import Data

SAME = 0.9  # of the rows in which what follows a feature is its own next value


def dataset(frame: pd.DataFrame, windows: CutWindows, asked: Roles, data: Data) -> Dataset:
    """A sequence a row, and the values that follow it as the target.

    Rows are held out in their order, as windows of a series are. Where they overlap, the training
    rows just before a part are left out, as many as their targets reach into it.

    Args:
        frame: the table.
        windows: which columns are what.
        asked: which features are read.
        data: missing values, scaling and split.

    Raises:
        DataError: if rows are too few.
    """
    runs, used = dict(windows.features), asked.inputs
    x = np.stack([frame[list(runs[name])].to_numpy(np.float64) for name in used], axis=2)
    y = frame[list(windows.ahead)].to_numpy(np.float64)
    known = np.isfinite(y).all(axis=1) & np.isfinite(x).any(axis=1).all(axis=1)
    notes: tuple[str, ...] = ()
    if data.missing == "drop":
        known &= np.isfinite(x).all(axis=(1, 2))
    if gone := int((~known).sum()):
        noun = "row was" if gone == 1 else "rows were"
        notes += (f"{gone:,} {noun} left out for missing values.",)
    x, y = x[known], y[known]
    if gaps := int(np.isnan(x).sum()):
        x = np.stack([fill_gaps(row, data.missing) for row in x])
        notes += (filled_note(gaps, data.missing),)
    split = None if data.split == "random" else _in_order(len(x), windows, data)
    made = sequences.valued(list(x), y, used, windows.target, data, notes, split=split)
    return replace(made, baselines={**made.baselines, **_rules(made, x, y, used)})


def _in_order(rows: int, windows: CutWindows, data: Data) -> Parts:
    """Training rows, then validation, then test."""
    first, second = split_rows(rows, data)
    shared = len(windows.ahead) - 1 if windows.overlap else 0
    if first - shared < 1 or second - shared <= first:
        raise DataError(
            f"There are {rows:,} rows: too few to learn from the first and check with the last."
        )
    return Parts(
        np.arange(first - shared),
        np.arange(first, second - (shared if second < rows else 0)),
        np.arange(second, rows),
        "Held out in the order of the rows: the last ones.",
    )


def _rules(
    made: Dataset, x: Doubles, y: Doubles, used: tuple[str, ...]
) -> dict[str, baselines.Baseline]:
    """Persistence, where a feature goes on in the target, and a linear autoregression."""
    rules = {}
    part, scaling = made.validation, made.target_scaling
    for k in range(len(used)):
        if len(x) > 1 and np.isclose(x[1:, -1, k], y[:-1, 0]).mean() >= SAME:
            last = np.broadcast_to(x[part, -1, k, None], y[part].shape)
            rule = "the last known value is the forecast"
            rules["persistence"] = baselines.forecast(last, y[part], scaling, rule)
            break
    regression = baselines.linear(made.x, made.y, made.train, part, scaling)
    if regression is not None:
        rules["linear autoregression"] = regression
    return rules
