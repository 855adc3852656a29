"""Which columns of numbers one would hardly want to forecast, by their values alone.

A counter, a second clock, a part of the calendar, a number of an owner: each can be told in advance
and makes a network look clever. They stay on offer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.columns.typed import Column, are_whole
from seqlab.data.reader.roles.shape import Timeline
from seqlab.data.reader.vocabulary import CAMEL, TARGET_NAMES, key

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EVEN = 0.05  # spread of the steps of a counter, as a share of the mean step
MOSTLY = 0.9
FEW = 2  # different values of a switch
CODES = 5  # different whole numbers that are hardly an amount
MOST_PARTS = 400  # a year has 366 days
SAMPLE = 2000  # rows that are looked at before all are
_PARTS = ("dayofweek", "month", "hour", "day", "dayofyear", "quarter", "year", "minute")


def best(
    numeric: Sequence[Column], timeline: Timeline | None, owner: Sequence[str] | None = None
) -> str | None:
    """The first column that is worth a forecast, or the least bad one; `None` if there is none.

    Of several that are worth one, a column that is named as what one forecasts comes first.

    Args:
        numeric: columns of numbers.
        timeline: the time, if there is one.
        owner: of each row, the sequence that it belongs to.
    """
    groups = None if owner is None else pd.factorize(pd.Series(list(owner)))[0]
    first = min(
        numeric,
        key=lambda column: (
            poor(column, timeline, groups),
            is_id(column.name),
            not _is_named(column.name),
        ),
        default=None,
    )
    return None if first is None else first.name


def poor(column: Column, timeline: Timeline | None, groups: Ints | None = None) -> int:
    """0 for a column worth a forecast, 1 for a switch or a code, 2 for one known in advance.

    Args:
        column: of numbers.
        timeline: the time, if there is one.
        groups: (rows,) of each row, the number of the sequence that it belongs to.
    """
    values = column.values
    if values is None:
        return 1
    known = values[np.isfinite(values)]
    distinct = len(np.unique(known))
    if distinct < 2:
        return 2
    if groups is not None and _constant_within(values, groups):
        return 2
    if _counts(values, groups) or _of_calendar(values, timeline) or _is_owner(values):
        return 2
    whole = bool((known == np.floor(known)).all())
    return 1 if distinct <= FEW or (whole and distinct <= CODES) or column.kind == "truth" else 0


def is_id(name: str) -> bool:
    """Whether the name says that the numbers are no amounts: product_id, userId, zip code."""
    words = key(CAMEL.sub(" ", name)).split()
    return bool(words) and words[-1] in ("id", "ids", "uid", "code", "zip", "key")


def _is_named(name: str) -> bool:
    """Whether a word of the name says that it is what one wants to know in advance."""
    return not TARGET_NAMES.isdisjoint(key(name).split())


def _steps(values: Floats, groups: Ints | None) -> Floats:
    """(steps,) from row to row, without those from one sequence to the next."""
    steps = np.diff(values)
    if groups is not None:
        steps = steps[np.diff(groups) == 0]
    return steps


def _counts(values: Floats, groups: Ints | None) -> bool:
    """Whether it goes up or down by even steps, perhaps beginning again now and then."""
    steps = _steps(values, groups)
    if len(steps) < 3 or not np.isfinite(steps).all():
        return False
    mean = float(steps.mean())
    if mean and (np.sign(steps) == np.sign(mean)).all():
        return bool(steps.std() <= EVEN * abs(mean))
    if (values != np.floor(values)).any():
        return False
    for by in (1.0, -1.0):  # 1, 2, ..., 288, 1, 2, ...
        if (steps == by).mean() >= MOSTLY and (np.sign(steps[steps != by]) == -by).all():
            return True
    return False


def _of_calendar(values: Floats, timeline: Timeline | None) -> bool:
    """Whether it only says a part of the date in another way: weekday, month, hour."""
    if timeline is None or not timeline.is_date or len(values) < 10:
        return False
    known, codes = np.unique(values, return_inverse=True)
    if len(known) > MOST_PARTS:
        return False
    times = pd.Series(pd.to_datetime(timeline.values))
    usable = times.notna().to_numpy() & np.isfinite(values)
    some = np.flatnonzero(usable)[:: max(1, int(usable.sum()) // SAMPLE)]
    for part in _PARTS:
        if _same(getattr(times.iloc[some].dt, part).to_numpy(), codes[some]) and _same(
            getattr(times[usable].dt, part).to_numpy(), codes[usable]
        ):
            return True
    return False


def _same(pieces: Ints, codes: Ints) -> bool:
    """Whether each piece goes with one code and each code with one piece, of several."""
    different = len(np.unique(pieces))
    if not 2 <= different <= len(pieces) / 2 or different != len(np.unique(codes)):
        return False  # where no piece comes again, any column of different values would do
    return len(np.unique(pieces.astype(np.int64) * (MOST_PARTS + 1) + codes)) == different


def _is_owner(values: Floats) -> bool:
    """Whole numbers of which each stands in one block of rows, several rows long."""
    if not are_whole(values):
        return False
    distinct = len(np.unique(values))
    blocks = 1 + int((np.diff(values) != 0).sum())
    return blocks == distinct <= len(values) / 3 and distinct > FEW


def _constant_within(values: Floats, groups: Ints) -> bool:
    """Whether it says nothing but whose row it is."""
    return bool(pd.Series(values).groupby(groups).nunique().max() <= 1)
