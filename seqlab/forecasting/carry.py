"""What a network is to read of columns that it does not forecast, in rows that lie ahead."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from seqlab.data.baselines import same_season
from seqlab.experiment import ExperimentError

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]
Carry = Literal["last value", "seasonal naive"]


def check_carry(rule: str) -> Carry:
    """The rule of that name. Raises `ExperimentError` if there is none."""
    for known in get_args(Carry):
        if rule == known:
            return known
    raise ExperimentError(
        [
            "Received an invalid value for argument `carry`, expected one of "
            f"{', '.join(get_args(Carry))}, got {rule!r}."
        ]
    )


def carried(
    column: Reals, origins: Indices, firsts: Indices, steps: int, rule: Carry, season: int
) -> Reals:
    """The next values of a column by a rule that knows nothing of them.

    Args:
        column: (rows,).
        origins: (n,) the first row of each forecast.
        firsts: (n,) the first row of the series of each.
        steps: how many rows.
        rule: the value of the last row goes on, or that of the same season (Hyndman &
            Athanasopoulos, Forecasting: Principles and Practice, section 5.2); where the series
            does not reach back a season, the last one.
        season: in rows.

    Returns:
        (n, steps).

    Example:
        >>> origin, first = np.array([4]), np.array([0])
        >>> carried(np.array([1.0, 2, 3, 4]), origin, first, 3, "seasonal naive", 2).tolist()
        [[3.0, 4.0, 3.0]]
    """
    last = np.repeat(column[origins - 1][:, np.newaxis], steps, axis=1)
    if rule == "last value" or season < 2:
        return last
    goals = origins[:, np.newaxis] + np.arange(steps)
    back = same_season(goals, origins[:, np.newaxis] - 1, season)
    return np.where(back >= firsts[:, np.newaxis], column[np.maximum(back, 0)], last)


def given(column: Reals, origins: Indices, ends: Indices, steps: int) -> Reals:
    """The values that a column had, (n, steps): for columns that are known beforehand.

    Behind the end of a series, and where a value is missing, the last one goes on.

    Args:
        column: (rows,) the values of the column.
        origins: (n,) the first row that is forecast, of each forecast.
        ends: (n,) one past the last row of its series.
        steps: how many rows are forecast.
    """
    rows = origins[:, np.newaxis] + np.arange(steps)
    inside = rows < ends[:, np.newaxis]
    values = np.where(inside, column[np.minimum(rows, len(column) - 1)], np.nan)
    return forward(values, column[origins - 1])


def forward(values: Reals, before: Reals) -> Reals:
    """Fills NaN of (n, steps) with the value to its left; the first ones with `before`, (n,)."""
    whole = np.concatenate([before[:, np.newaxis], values], axis=1)
    at = np.maximum.accumulate(np.where(np.isfinite(whole), np.arange(whole.shape[1]), 0), axis=1)
    return np.take_along_axis(whole, at, axis=1)[:, 1:]
