"""Dates written as three numbers: is the day or the month first?

Nothing in 03/04/2020 says so. The whole column decides: an order in which all dates exist, in
which they are sorted, in which they are regular. What speaks for the order is told to the user.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.columns.moments import (
    Matches,
    Moments,
    Times,
    checked,
    clocks,
    dates,
    full_year,
)

SURE = 0.2  # of the cells: so many more are dates in the order that was taken


def read(cells: list[str], matches: Matches, day_first: bool | None = None) -> Times | None:
    """Three numbers: year first, or day and month in either order.

    Args:
        cells: of the column.
        matches: of each cell, with the numbers "a", "b" and "c".
        day_first: what the user knows, or `None`.
    """
    parts = [(m["a"], m["b"], m["c"]) if m else ("0", "0", "0") for m in matches]
    unique = list(dict.fromkeys(parts))  # many rows share a date
    place = {part: i for i, part in enumerate(unique)}
    at = np.array([place[part] for part in parts])
    first, middle, last = (list(column) for column in zip(*unique, strict=True))
    offsets, dates_only, zoned = clocks(matches)

    def moments(years: list[str], months: list[str], days: list[str]) -> Moments:
        return dates([full_year(y) for y in years], _ints(months), _ints(days))[at] + offsets

    if sum(len(a) == 4 for a in first) > sum(len(c) == 4 for c in last):
        values = moments(first, middle, last)
        return checked(cells, values, dates_only=dates_only, zoned=zoned)
    readings = {"day first": (last, middle, first), "month first": (last, first, middle)}
    if not any(len(c) == 4 for c in last):
        readings["year first"] = (first, middle, last)
    dotted = any(m.groupdict().get("sep") == "." for m in matches if m)
    if day_first is not None:
        chosen = "day first" if day_first else "month first"
        readings = {chosen: readings[chosen]}
    elif dotted and sum(int(b) > 12 for b in middle) < 0.2 * len(middle):
        del readings["month first"]  # nobody writes 12.31.2020
    read = {order: moments(*columns) for order, columns in readings.items()}
    scores: dict[str, tuple[float, ...]] = {
        order: (
            round(1 - float(np.isnat(values).mean()), 2),
            *_order(values),
            -_days(values),
            order == "month first",
        )
        for order, values in read.items()
    }
    best = max(scores, key=lambda order: scores[order])
    note = _why(best, scores, unique, cells, at)
    if any(len(c) == 2 for c in (first if best == "year first" else last)):
        note += " Years of two digits were taken as 1969 to 2068."
    return checked(
        cells,
        read[best],
        note,
        "date_order",
        obvious=all(scores[best][0] - scores[order][0] > SURE for order in read if order != best),
        dates_only=dates_only,
        zoned=zoned,
    )


def _why(
    best: str,
    scores: dict[str, tuple[float, ...]],
    unique: list[tuple[str, str, str]],
    cells: list[str],
    at: NDArray[np.int64],
) -> str:
    """The order of day and month, and what speaks for it."""
    rivals = [score for order, score in scores.items() if order != best]
    if all(scores[best][0] > rival[0] for rival in rivals):
        day = {"day first": 0, "month first": 1, "year first": 2}[best]
        proof = next((i for i, part in enumerate(unique) if int(part[day]) > 12), None)
        if not rivals or proof is None:
            return f"The dates were read {best}."
        example = cells[int(np.argmax(at == proof))]
        return f"The dates were read {best}: {example} allows nothing else."
    if all(scores[best][1:3] > rival[1:3] for rival in rivals):
        return f"The dates could be day or month first; they were read {best}, which is in order."
    return f"The dates could be day or month first; they were read {best}: please check."


def _order(values: Moments) -> tuple[float, float]:
    """How sorted (either way) and how regular these times are, each from 0 to 1."""
    steps = np.diff(values[~np.isnat(values)]).astype(np.int64)
    if not len(steps):
        return 1.0, 1.0
    ordered = max(float((steps >= 0).mean()), float((steps <= 0).mean()))
    return round(ordered, 2), _regular(values)


def _days(values: Moments) -> int:
    """From the first to the last date; of two orders the one that spreads less is likelier."""
    known = values[~np.isnat(values)]
    return int((known.max() - known.min()) // np.timedelta64(1, "D")) if len(known) else 0


def _regular(values: Moments) -> float:
    known = pd.DatetimeIndex(np.unique(values[~np.isnat(values)]))
    if len(known) < 3:
        return 1.0
    if pd.infer_freq(known[:5000]):
        return 1.0
    _, times = np.unique(np.diff(known.to_numpy()), return_counts=True)
    return round(float(times.max() / times.sum()), 2) - 0.01


def _ints(texts: list[str]) -> list[int]:
    return [int(text) for text in texts]
