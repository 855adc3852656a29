"""What the calendar says of a row, as sine and cosine: December lies beside January."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.choices import Calendar
from seqlab.data.dataset import DataError

Reals = NDArray[np.float64]
# By part of the calendar, how much of its cycle is over at a moment.
SHARES: dict[Calendar, Callable[[pd.DatetimeIndex], Reals]] = {
    "hour": lambda at: (at.hour + at.minute / 60).to_numpy(np.float64) / 24,
    "weekday": lambda at: at.dayofweek.to_numpy(np.float64) / 7,
    "month": lambda at: (at.month.to_numpy(np.float64) - 1) / 12,
    "day of year": lambda at: (
        (at.dayofyear.to_numpy(np.float64) - 1) / np.where(at.is_leap_year, 366, 365)
    ),
}
# Rows must be closer than this (in days) for it to differ between them as often as it matters.
CLOSER: dict[Calendar, float] = {"hour": 0.99, "weekday": 6, "month": 300, "day of year": 27}
WAVES: dict[str, Callable[[Reals], Reals]] = {"sine": np.sin, "cosine": np.cos}
NAMES = {f"{part} ({wave})": (part, wave) for part in get_args(Calendar) for wave in WAVES}


def meaningful(times: NDArray[np.generic]) -> tuple[Calendar, ...]:
    """The parts of the calendar that tell rows apart, by the usual step between them.

    Args:
        times: (rows,); nothing is meaningful where they are no dates.

    Example:
        >>> meaningful(np.arange("2020-01-01", "2020-02-01", dtype="datetime64[D]"))
        ('weekday', 'month', 'day of year')
        >>> meaningful(np.arange("2010", "2020", dtype="datetime64[M]"))
        ('month',)
        >>> meaningful(np.arange(1700, 1800))
        ()
    """
    if times.dtype.kind != "M":
        return ()
    known = np.unique(times[~np.isnat(times)]).astype("datetime64[s]")
    if len(known) < 2:
        return ()
    step = float(np.median(np.diff(known) / np.timedelta64(1, "D")))
    return tuple(part for part in get_args(Calendar) if step < CLOSER[part])


def column(name: str, times: NDArray[np.generic]) -> Reals:
    """The values of a column of `NAMES`, (rows,), between -1 and 1; NaN without a date.

    Example:
        >>> quarters = np.array(["2020-01", "2020-04", "2020-07"], "datetime64[M]")
        >>> column("month (sine)", quarters).round(3).tolist()
        [0.0, 1.0, 0.0]
    """
    part, wave = NAMES[name]
    return WAVES[wave](2 * np.pi * SHARES[part](pd.DatetimeIndex(times)))


def spread(
    frame: pd.DataFrame, time: str | None, inputs: Sequence[str], calendar: Sequence[Calendar]
) -> tuple[pd.DataFrame, list[str]]:
    """The frame with two columns for each part of the calendar, and their names behind the inputs.

    Args:
        frame: (rows, columns).
        time: the column with the times, or `None`.
        inputs: the columns that the network reads.
        calendar: the parts that are asked for.

    Raises:
        DataError: if the times are no dates, or too far apart for one of the parts.
    """
    if not calendar:
        return frame, list(inputs)
    possible = meaningful(frame[time].to_numpy()) if time else ()
    wrong = [part for part in calendar if part not in possible]
    if wrong:
        why = (
            f"The rows are too far apart for it; what tells them apart is: {', '.join(possible)}."
            if possible
            else "The times of the rows are no dates."
        )
        raise DataError(f"There can be no calendar column of the {wrong[0]}. {why}", "calendar", ())
    assert time is not None
    names = [name for name, (part, _) in NAMES.items() if part in calendar]
    times = frame[time].to_numpy()
    return frame.assign(**{name: column(name, times) for name in names}), [*inputs, *names]
