"""Times that stand in several columns: year, month and day, or a date and its time of day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.columns import times
from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.shape import Timeline
from seqlab.data.reader.vocabulary import DATE_NAMES, DATE_PARTS, key
from seqlab.data.reader.wording import Findings, on_lines, shown, warning
from seqlab.experiment import Finding

CLOCK_PARTS = (("hour", 24), ("minute", 59), ("second", 60))  # and the most that each can be
CALENDAR_PARTS = (("year", 1800, 2200), ("month", 1, 12), ("day", 1, 31))
STEPS_OF_A_DAY = frozenset({24, 48, 96, 144, 288, 1440})
MOSTLY = 0.9
FEWEST = 10  # rows whose order proves that columns without a name are dates
LOOKED_AT = 3  # columns among which the year must stand if its name does not say so
_PERIOD = re.compile(r"([MQ])(0[1-9]|1[0-2])", re.ASCII)

Offsets = NDArray[np.timedelta64]


def together(
    names: Sequence[str],
    moments: NDArray[np.datetime64],
    replaces: str,
    parts: tuple[str, ...] = (),
) -> tuple[Timeline, list[Finding]]:
    """The time that some columns are together, and the sentence that says so.

    Args:
        names: of the columns.
        moments: (rows,) the time that they are together.
        replaces: the column whose place it takes.
        parts: the other columns that it replaces.
    """
    title = "+".join(names)
    named = " and ".join(map(shown, names)) if len(names) == 2 else shown(title)
    text = f"{named} were put together as the time."
    return Timeline(title, moments, replaces, parts), [warning("date_and_time", text)]


def from_parts(columns: list[Column], lines: list[int]) -> tuple[Timeline, list[Finding]] | None:
    """Year, month, day and hour in columns of their own, by their names or their values.

    Args:
        columns: of the table.
        lines: of its rows.
    """
    parts = _named(columns)
    if "quarter" in parts and "month" not in parts:
        quarter = parts["quarter"]
        assert quarter.values is not None
        parts["month"] = replace(quarter, values=3 * quarter.values - 2)
    days = "day of year" in parts and "month" not in parts
    calendar = ("year", "day of year") if days else ("year", "month", "day")
    used = list(takewhile(parts.__contains__, (*calendar, "hour", "minute", "second")))
    if len(used) < 2:
        parts = _by_order(columns)
        used = list(parts)
        if not used:
            return None
    moments = _moments({part: parts[part].values for part in used})
    bad = np.flatnonzero(np.isnat(moments))
    if len(bad) > 0.2 * len(moments):
        return None
    names = tuple(parts[part].name for part in used)
    title = "+".join(names)
    findings = Findings()
    findings.warn("date_and_time", f"{shown(title)} were put together as the time.")
    if len(bad):
        where = on_lines(lines[i] for i in bad)
        findings.warn("bad_dates", f"{shown(title)} cannot be a date on {where}.")
    return Timeline(title, moments, parts["year"].name, names), findings


def with_time_of_day(line: Timeline, columns: list[Column]) -> tuple[Timeline, list[Finding]]:
    """The time with the time of day in other columns, if its own are days that repeat.

    A clock, hours and minutes, digits such as 093000, or the number of a step of the day: 1 to 288.

    Args:
        line: the time that was found.
        columns: of the table.
    """
    if not line.is_date:
        return line, []
    known = line.values[~np.isnat(line.values)]
    days = line.values.astype("datetime64[D]")
    if (known.astype("datetime64[D]") != known).any():
        return line, []
    free = [c for c in columns if c.name not in (line.replaces, *line.parts)]
    own = line.parts or (line.replaces,)
    single = len(np.unique(known)) == len(days)  # then a clock may be a length of time as well
    clocks = [c for c in free if c.kind == "clock"]
    clock = next((c for c in clocks if not single or key(c.name) in DATE_NAMES), None)
    if clock is not None and clock.values is not None:
        micros = np.where(np.isnan(clock.values), 0, clock.values * 1e6).astype("timedelta64[us]")
        moments = days.astype("datetime64[us]") + micros
        return together((line.name, clock.name), moments, line.replaces, line.parts)
    if single:
        return line, []
    time_of_day = _hours(free) or _compact_clock(free, days) or _step_of_day(free, days)
    if time_of_day is None:
        return line, []
    names, offsets = time_of_day
    moments = (days.astype("datetime64[us]") + offsets).astype("datetime64[us]")
    title, findings = together((line.name, *names), moments, line.replaces, (*own, *names))
    return title, findings


def _named(columns: Sequence[Column]) -> dict[str, Column]:
    """The columns that are parts of a date by their names; M01 to M12 and Q01 to Q04 by any."""
    parts: dict[str, Column] = {}
    for column in columns:
        periods = _periods(column)
        if periods is not None:
            parts.setdefault("month", replace(column, values=periods))
    named = [(key(column.name), column) for column in columns]
    for part, known in DATE_PARTS.items():
        for name, column in named:
            if name not in known:
                continue
            if column.values is not None:
                parts.setdefault(part, column)
            elif part == "month" and all(map(times.month, column.cells)):  # by name
                values = np.array([times.month(cell) for cell in column.cells], np.float64)
                parts.setdefault(part, replace(column, values=values))
    return parts


def _periods(column: Column) -> NDArray[np.float64] | None:
    """(rows,) the months of periods such as M01 and Q02, as offices of statistics write them."""
    if column.kind != "text" or not _PERIOD.fullmatch(column.cells[0]):
        return None
    matches = [_PERIOD.fullmatch(cell) for cell in set(column.cells)]
    if not all(matches):
        return None
    if any(match[1] == "Q" and int(match[2]) > 4 for match in matches if match):
        return None
    return np.array(
        [int(c[1:]) if c[0] == "M" else 3 * int(c[1:]) - 2 for c in column.cells], float
    )


def _by_order(columns: Sequence[Column]) -> dict[str, Column]:
    """Year, month, day, hour ... side by side without such names: together they must go on.

    A smaller part is taken as long as the larger ones repeat, or if it never changes.
    """
    numeric = [c for c in columns if c.kind == "number"]
    if not numeric or len(numeric[0].cells) < FEWEST:
        return {}
    ranges = (*CALENDAR_PARTS, *((part, 0, most) for part, most in CLOCK_PARTS))
    for start in range(min(LOOKED_AT, len(numeric))):
        parts: dict[str, Column] = {}
        steps = None
        for (part, low, high), column in zip(ranges, numeric[start:], strict=False):
            values = column.values
            if values is None or not column.is_whole:
                break
            if values.min() < low or values.max() > high:
                break
            still = part not in ("year", "month", "day") and bool(np.ptp(values) == 0)
            if steps is not None and (steps > np.timedelta64(0)).all() and not still:
                break  # nothing repeats any more
            more = {**parts, part: column}
            if len(more) > 1:
                moments = _moments({p: c.values for p, c in more.items()})
                if np.isnat(moments).any():
                    break
                steps = np.diff(moments)
                if (steps < np.timedelta64(0)).any():
                    break
            parts = more
        if len(parts) > 1 and steps is not None and (steps > np.timedelta64(0)).all():
            return parts
    return {}


def _moments(parts: Mapping[str, NDArray[np.float64] | None]) -> NDArray[np.datetime64]:
    """(rows,) the times of which these are the parts; NaT where there is no such date."""
    year = pd.Series(parts["year"])
    if "day of year" in parts:  # counted from the first of January
        text = year.astype("str").str.removesuffix(".0")
        begin = pd.to_datetime(text, format="%Y", errors="coerce")
        days = begin + pd.to_timedelta(pd.Series(parts["day of year"]) - 1, unit="D")
    else:
        month, day = parts.get("month"), parts.get("day")
        frame = pd.DataFrame({"year": year, "month": month, "day": 1.0 if day is None else day})
        days = pd.to_datetime(frame, errors="coerce")
    moments = days.to_numpy("datetime64[us]")
    for part, most in CLOCK_PARTS:
        values = parts.get(part)
        if values is None:
            break
        possible = np.isfinite(values) & (values >= 0) & (values <= most)
        whole = np.where(possible, values, 0).astype(np.int64).astype(f"timedelta64[{part[0]}]")
        moments = np.where(possible, moments + whole, np.datetime64("NaT", "us"))
    return moments


def _hours(columns: Sequence[Column]) -> tuple[tuple[str, ...], Offsets] | None:
    """Columns that are called hours, and perhaps minutes and seconds."""
    parts = _named(columns)
    used = list(takewhile(parts.__contains__, (part for part, _ in CLOCK_PARTS)))
    offset = np.zeros(len(columns[0].cells) if columns else 0, "timedelta64[us]")
    for part, most in CLOCK_PARTS[: len(used)]:
        values = parts[part].values
        assert values is not None
        if not ((values >= 0) & (values <= most) & (values == np.floor(values))).all():
            return None
        offset = offset + values.astype(np.int64).astype(f"timedelta64[{part[0]}]")
    return (tuple(parts[part].name for part in used), offset) if used else None


def _compact_clock(
    columns: Sequence[Column], days: NDArray[np.datetime64]
) -> tuple[tuple[str, ...], Offsets] | None:
    """Times of day written as 093000 or 0930, each with as many digits."""
    for column in columns:
        cells = column.cells
        widths = set(map(len, cells))
        if widths not in ({4}, {6}) or not all(map(str.isdecimal, cells)) or len(set(cells)) < 2:
            continue
        digits = np.array([int(cell.ljust(6, "0")) for cell in cells])
        hours, minutes, seconds = digits // 10_000, digits // 100 % 100, digits % 100
        if (hours > 23).any() or (minutes > 59).any() or (seconds > 59).any():
            continue
        offsets = (hours * 3600 + minutes * 60 + seconds).astype("timedelta64[s]")
        if len(np.unique(days + offsets)) >= 2 * len(np.unique(days)):
            return (column.name,), offsets
    return None


def _step_of_day(
    columns: Sequence[Column], days: NDArray[np.datetime64]
) -> tuple[tuple[str, ...], Offsets] | None:
    """A column that counts the steps of each day, from 0 or 1: quarters of an hour, 5 minutes."""
    within = np.diff(days) == np.timedelta64(0, "D")
    for column in columns:
        values = column.values
        if column.kind != "number" or values is None or not column.is_whole:
            continue
        low, steps = float(values.min()), np.diff(values)[within]
        count = int(values.max() - low) + 1
        if low not in (0, 1) or count not in STEPS_OF_A_DAY or not len(steps):
            continue
        if (steps > 0).all() and (steps == 1).mean() >= MOSTLY:
            micros = (values - low) * (86_400e6 / count)
            return (column.name,), micros.astype("timedelta64[us]")
    return None
