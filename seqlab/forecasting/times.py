"""The times of the rows that come, continued from those of a series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Labels = NDArray[np.generic]
Moments = NDArray[np.datetime64]
DAY = np.timedelta64(1, "D")
MOST_OF = 0.8  # of the steps: then a step is the usual one
WEEK = 7
LONGEST = 28  # days of the shortest month


@dataclass(frozen=True)
class Clock:
    """How a series goes on.

    Attributes:
        times: (steps,), the times of the next rows, of the kind of the series' own.
        step: one step in words, "month".
        note: what had to be assumed, in a sentence, or "".
    """

    times: Labels
    step: str
    note: str = ""


def continued(labels: Labels, steps: int) -> Clock:
    """The times of the rows behind the last one.

    Months and years keep the day of the month (or its end), business days pass over weekends, and
    everything else goes on by a fixed step. Where steps differ, the usual one is taken and said.

    Args:
        labels: (rows,) dates or numbers, ascending.
        steps: how many to add.

    Example:
        >>> days = np.array(["2024-01-31", "2024-02-29", "2024-03-31"], "datetime64[s]")
        >>> continued(days, 2).times.astype("datetime64[D]").astype(str).tolist()
        ['2024-04-30', '2024-05-31']
        >>> continued(np.array([1700, 1701, 1702]), 2).times.tolist()
        [1703, 1704]
    """
    if labels.dtype.kind == "M":
        known = labels[~np.isnat(labels)].astype("datetime64[us]")
        if len(known) >= 2:
            return _dates(known, steps)
        if len(known):
            ahead = known[-1] + DAY * np.arange(1, steps + 1)
            note = "There is one date alone, so the next rows follow by days."
            return Clock(ahead, "day", note)
    elif labels.dtype.kind in "iuf":
        known = labels[np.isfinite(labels)]
        if len(known) >= 2:
            return _numbers(known, steps)
    count = len(labels)
    note = "The rows have no times to continue, so the next ones are numbered."
    return Clock(np.arange(count + 1, count + steps + 1), "row", note)


def _numbers(labels: Labels, steps: int) -> Clock:
    every = np.diff(labels)
    gaps = every[every != 0] if (every != 0).any() else every
    step, share = _usual(gaps)
    if labels.dtype.kind == "f" and share < MOST_OF:  # of rounding alone?
        middle = float(np.median(gaps))
        near = np.abs(gaps - middle) <= 1e-6 * max(abs(middle), float(np.abs(labels).max()) * 1e-6)
        step, share = middle, float(near.mean())
    ahead = labels[-1] + step * np.arange(1, steps + 1)
    return Clock(ahead.astype(labels.dtype), f"{step:g}", _uneven(share, f"{step:g}"))


def _dates(moments: Moments, steps: int) -> Clock:
    index = pd.DatetimeIndex(moments)
    for rule in (_months, _weekdays, _same_hour):
        clock = rule(index, steps)
        if clock is not None:
            return clock
    gaps = np.diff(index.to_numpy())
    step, share = _usual(gaps[gaps > np.timedelta64(0)]) if (gaps > np.timedelta64(0)).any() else (
        DAY.astype("timedelta64[us]"),
        0.0,
    )  # fmt: skip
    words = span(step)
    ahead = index[-1].to_numpy() + step * np.arange(1, steps + 1)
    even = float((gaps == step).mean())
    return Clock(ahead, words, _uneven(min(share, even), words))


def _months(index: pd.DatetimeIndex, steps: int) -> Clock | None:
    """Steps of whole months: the same day and hour of the month, or always its last day."""
    months = index.year.to_numpy() * 12 + index.month.to_numpy()
    gaps = np.diff(months)
    positive = gaps[gaps > 0]
    if not len(positive) or len(positive) < len(gaps) * MOST_OF:
        return None
    clock = (index - index.normalize()).unique()
    days = index.day.to_numpy()
    last = days == index.days_in_month.to_numpy()
    day = int(days.max())  # the 30th of each month but of February
    same = (days == day) | (last & (days < day))
    if len(clock) != 1 or not same.all():
        return None
    step, share = _usual(gaps)
    at_end = bool(last.all())
    first = index[-1].normalize().replace(day=1)
    starts = [first + pd.DateOffset(months=int(step) * (i + 1)) for i in range(steps)]
    on = [
        start.replace(day=start.days_in_month if at_end else min(day, start.days_in_month))
        for start in starts
    ]
    words = {1: "month", 3: "quarter", 12: "year"}.get(int(step), f"{step} months")
    if int(step) > 12 and step % 12 == 0:
        words = f"{int(step) // 12} years"
    ahead = np.array([(moment + clock[0]).to_datetime64() for moment in on], "datetime64[us]")
    return Clock(ahead, words, _uneven(share, words))


def _weekdays(index: pd.DatetimeIndex, steps: int) -> Clock | None:
    """Business days: one row a day, and none at a weekend in more than two weeks."""
    clock = (index - index.normalize()).unique()
    days = index.normalize().to_numpy().astype("datetime64[D]")
    if len(clock) != 1 or len(days) < 2 * WEEK or not np.is_busday(days).all():
        return None
    gaps = np.busday_count(days[:-1], days[1:])
    calendar = np.diff(days) // DAY
    if (gaps == 1).mean() < MOST_OF or not (calendar > gaps).any():
        return None
    ahead = np.busday_offset(days[-1], np.arange(1, steps + 1)).astype("datetime64[us]")
    missing = int((gaps - 1).clip(0).sum())
    note = "The times go on by business days, Monday to Friday; holidays are not known."
    if missing:
        were = "is" if missing == 1 else "are"
        note += f" {missing:,} of them {were} missing in the series."
    return Clock(ahead + clock[0].to_timedelta64(), "business day", note)


def _same_hour(index: pd.DatetimeIndex, steps: int) -> Clock | None:
    """Whole days whose hour moves by one and back: daylight saving, read as universal time."""
    gaps = np.diff(index.to_numpy())
    whole = np.round(gaps / DAY).astype(int)
    off = gaps - whole * DAY.astype("timedelta64[us]")
    hour = np.timedelta64(1, "h")
    if not len(gaps) or (whole < 1).any() or (np.abs(off) > hour).any() or not (off != 0).any():
        return None
    if set(np.unique(np.abs(off[off != 0]))) != {hour.astype("timedelta64[us]")}:
        return None
    step, share = _usual(whole)
    words = span(step * DAY.astype("timedelta64[us]"))
    ahead = index[-1].to_numpy() + step * DAY * np.arange(1, steps + 1)
    note = (
        "The hour of the rows moves with daylight saving; the next ones keep the hour of the "
        "last row."
    )
    return Clock(ahead, words, f"{note} {_uneven(share, words)}".strip())


def _usual(gaps: NDArray[Any]) -> tuple[Any, float]:
    """The most frequent step, the smaller one of two, and its share of all."""
    steps, counts = np.unique(gaps, return_counts=True)
    return steps[counts.argmax()], float(counts.max() / counts.sum())


def _uneven(share: float, step: str) -> str:
    if share == 1:
        return ""
    if share >= MOST_OF:
        return (
            f"{share:.0%} of the steps in time are {step}; the next rows follow by that step, too."
        )
    return (
        f"The steps in time are irregular: the next rows follow by the most frequent one, {step} "
        f"({share:.0%} of all). A network counts rows, not time."
    )


def span(step: np.timedelta64) -> str:
    """A step in words: "day", "15 minutes".

    Example:
        >>> span(np.timedelta64(7, "D")), span(np.timedelta64(900, "s"))
        ('week', '15 minutes')
    """
    seconds = step / np.timedelta64(1, "s")
    for name, size in (("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return name if count == 1 else f"{count} {name}s"
    return "second" if seconds == 1 else f"{seconds:g} seconds"
