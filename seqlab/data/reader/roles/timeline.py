"""Which column is the time, and the rows in its order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.columns import times
from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.vocabulary import (
    DATE_NAMES,
    DATE_PARTS,
    ID_NAMES,
    STEP_NAMES,
    UNITS,
    key,
)
from seqlab.data.reader.wording import count, hint, on_lines, shown, warning
from seqlab.experiment import Finding

_EPOCHS = (("s", 1.0), ("ms", 1e3), ("us", 1e6), ("ns", 1e9))
FEW_COLUMNS = 8  # of more, the first one may be the first step of sequences in rows
_EXCEL_DAY_0 = np.datetime64("1899-12-30", "us")


@dataclass(frozen=True)
class Timeline:
    """The time column: dates (datetime64) or plain numbers such as years and steps."""

    name: str
    values: NDArray[np.datetime64] | NDArray[np.float64]
    replaces: str  # the column of the file that it stands in for
    parts: tuple[str, ...] = ()  # the columns that it was put together from

    @property
    def is_date(self) -> bool:
        """Dates, not numbers."""
        return self.values.dtype.kind == "M"


def _is_step(name: str) -> bool:
    """`t`, `step`, `time ms`: a name for steps or elapsed time."""
    bare = " ".join(word for word in name.split() if word not in UNITS)
    return name in STEP_NAMES or bare in STEP_NAMES


def find(
    columns: list[Column], lines: list[int], wanted: str | None = None
) -> tuple[Timeline | None, list[Finding]]:
    """The time column, if there is one; `wanted` is the user's choice ("" for none)."""
    if wanted == "":
        return None, []
    guess = _with_compact_clock(*_found(columns, lines, chosen=False), columns)
    if wanted is not None and (guess[0] is None or guess[0].name != wanted):
        columns = [column for column in columns if column.name == wanted]
        if not columns:
            raise UploadError(f"There is no column called {shown(wanted)} to take the time from.")
        found = _found(columns, lines, chosen=True)
        if found[0] is None:
            raise UploadError(
                f"{shown(wanted)} cannot be the time: it holds no dates, no clock times and no "
                f"complete column of numbers ({shown(columns[0].cells[0])} on line {lines[0]})."
            )
        return found
    return guess


def _with_compact_clock(
    line: Timeline | None, findings: list[Finding], columns: list[Column]
) -> tuple[Timeline | None, list[Finding]]:
    """Dates that repeat, with a time of day in a column of digits beside them: 093000, 0930."""
    if line is None or not line.is_date or line.parts:
        return line, findings
    days = line.values.astype("datetime64[D]")
    if (days != line.values).any() or len(np.unique(days)) == len(days):
        return line, findings
    for column in columns:
        micros = None if column.name == line.replaces else _compact_clock(column)
        if micros is None:
            continue
        moments = (days.astype("datetime64[us]") + micros).astype("datetime64[us]")
        if len(np.unique(moments)) < 2 * len(np.unique(days)):
            continue
        name = f"{line.name}+{column.name}"
        finding = warning(
            "date_and_time",
            f"{shown(line.name)} and {shown(column.name)} were put together as the time.",
        )
        parts = (line.replaces, column.name)
        return Timeline(name, moments, line.replaces, parts), [*findings, finding]
    return line, findings


def _compact_clock(column: Column) -> NDArray[np.timedelta64] | None:
    """Times of day written as 093000 or 0930, each with as many digits."""
    cells = column.cells
    widths = set(map(len, cells))
    if widths not in ({4}, {6}) or not all(map(str.isdecimal, cells)) or len(set(cells)) < 2:
        return None
    digits = np.array([int(cell.ljust(6, "0")) for cell in cells])
    hours, minutes, seconds = digits // 10_000, digits // 100 % 100, digits % 100
    if (hours > 23).any() or (minutes > 59).any() or (seconds > 59).any():
        return None
    return (hours * 3600 + minutes * 60 + seconds).astype("timedelta64[s]")


def rows_without_time(columns: list[Column]) -> list[int]:
    """Rows at the very top that are none: a column of dates has a word there, "Transform:"."""
    for column in columns:
        bad = column.moments.bad if column.kind == "time" and column.moments else []
        if bad and bad == list(range(len(bad))) and len(bad) <= 3 and len(column.cells) >= 10:
            return bad
    return []


def _found(
    columns: list[Column], lines: list[int], chosen: bool
) -> tuple[Timeline | None, list[Finding]]:
    """The time among these columns; the only one if the user has `chosen` it."""
    dated = [c for c in columns if c.moments is not None and c.kind == "time"]
    if dated:
        best = min(dated, key=lambda c: (key(c.name) not in DATE_NAMES, columns.index(c)))
        return _from_dates(best, columns, lines)
    if parts := _from_parts(columns, lines):
        return parts
    numeric = [c for c in columns if c.kind == "number"]
    for column in numeric:
        alone = len(numeric) == 1 and not chosen
        first = column is columns[0]
        if found := _from_numbers(column, first, alone, chosen, len(numeric) <= FEW_COLUMNS):
            return found
    clocks = [c for c in columns if c.kind == "clock"]
    if clocks:
        return _from_clock(clocks[0])
    return (by_id, []) if (by_id := _steps_by_id(columns)) else _not_understood(columns, lines)


def _not_understood(columns: list[Column], lines: list[int]) -> tuple[None, list[Finding]]:
    """No time; says so if a column of words should be one by its name."""
    column = next((c for c in columns if c.kind == "text" and key(c.name) in DATE_NAMES), None)
    if column is None:
        return None, []
    row = next((i for i, cell in enumerate(column.cells) if cell), 0)
    return None, [
        warning(
            "time_not_understood",
            f"{shown(column.name)} should be the time, but was not understood (line {lines[row]} "
            f"has {shown(column.cells[row])}): the rows were kept in the order of the file.",
        )
    ]


def _steps_by_id(columns: list[Column]) -> Timeline | None:
    """Numbered steps in any order, if an id makes each of them unique."""
    ids = [c for c in columns if not ID_NAMES.isdisjoint(key(c.name).split())]
    for column in columns:
        values = column.values
        if column.kind != "number" or values is None or not _is_step(key(column.name)):
            continue
        for other in ids:
            pairs = pd.DataFrame({"id": other.cells, "step": values})
            repeated = 2 <= pairs["id"].nunique() <= len(pairs) / 2
            if np.isfinite(values).all() and repeated and not pairs.duplicated().any():
                return Timeline(column.name, values, column.name)
    return _counted(columns)


def _counted(columns: list[Column]) -> Timeline | None:
    """A column that counts 1, 2, 3, ... and begins again wherever the column before it changes."""
    for whose, column in pairwise(columns):
        steps, ids = column.values, whose.values
        if column.kind != "number" or steps is None or whose.kind != "number" or ids is None:
            continue
        change = np.diff(ids) != 0
        blocks = int(change.sum()) + 1
        if not 1 < blocks == len(np.unique(ids)) <= len(ids) / 3:
            continue
        starts = np.concatenate([[True], change])
        counts = bool((np.diff(steps)[~change] == 1).all())
        if counts and len(np.unique(steps[starts])) == 1:
            return Timeline(column.name, steps, column.name)
    return None


def _from_dates(
    column: Column, columns: list[Column], lines: list[int]
) -> tuple[Timeline, list[Finding]]:
    moments = column.moments
    assert moments is not None
    findings = []
    if moments.note:
        tell = hint if moments.obvious else warning
        findings.append(tell(moments.code, f"{shown(column.name)}: {moments.note}"))
    if moments.zoned:
        findings.append(hint("utc", f"The times of {shown(column.name)} were moved to UTC."))
    if moments.bad:
        cells = ", ".join(dict.fromkeys(shown(column.cells[i]) for i in moments.bad[:5]))
        findings.append(
            warning(
                "bad_dates",
                f"{count(len(moments.bad), 'cell')} of {shown(column.name)} "
                f"({on_lines(lines[i] for i in moments.bad)}) cannot be a date: {cells}. "
                "Those rows keep their place without a time.",
            )
        )
    if moments.missing:
        findings.append(
            warning(
                "missing_dates",
                f"{shown(column.name)} is empty on {on_lines(lines[i] for i in moments.missing)}: "
                "those rows keep their place.",
            )
        )
    clocks = [c for c in columns if c.kind == "clock"]
    if moments.dates_only and clocks:
        clock = clocks[0]
        assert clock.values is not None
        micros = np.where(np.isnan(clock.values), 0, clock.values * 1e6).astype("timedelta64[us]")
        name = f"{column.name}+{clock.name}"
        findings.append(
            warning(
                "date_and_time",
                f"{shown(column.name)} and {shown(clock.name)} were put together as the time.",
            )
        )
        return Timeline(name, moments.values + micros, column.name), findings
    if moments.dates_only and (hours := _hours(column, columns)):
        parts, offset = hours
        name = "+".join([column.name, *parts])
        findings.append(warning("date_and_time", f"{shown(name)} were put together as the time."))
        return Timeline(name, moments.values + offset, column.name, (column.name, *parts)), findings
    return Timeline(column.name, moments.values, column.name), findings


def _hours(
    column: Column, columns: list[Column]
) -> tuple[tuple[str, ...], NDArray[np.timedelta64]] | None:
    """Columns of hours, and perhaps minutes and seconds, beside dates that repeat."""
    parts = _parts(columns)
    used = [part for part in ("hour", "minute", "second") if part in parts]
    moments = column.moments
    if "hour" not in used or moments is None or len(np.unique(moments.values)) == len(column.cells):
        return None
    offset = np.zeros(len(column.cells), "timedelta64[us]")
    for part, most in (("hour", 24), ("minute", 59), ("second", 60)):
        if part not in used:
            break
        values = parts[part].values
        assert values is not None
        if not ((values >= 0) & (values <= most) & (values == np.floor(values))).all():
            return None
        offset = offset + values.astype(np.int64).astype(f"timedelta64[{part[0]}]")
    return tuple(parts[part].name for part in used), offset


def _parts(columns: list[Column]) -> dict[str, Column]:
    """The columns of numbers that are parts of a date by their names."""
    parts: dict[str, Column] = {}
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


def _from_parts(columns: list[Column], lines: list[int]) -> tuple[Timeline, list[Finding]] | None:
    """Year, month, day and hour in columns of their own."""
    parts = _parts(columns)
    days = "day of year" in parts and "month" not in parts
    if not {"year", "day of year" if days else "month"} <= parts.keys():
        return None
    chain = ["year", *(["day of year"] if days else ["month", "day"]), "hour", "minute", "second"]
    used = list(takewhile(parts.__contains__, chain))
    frame = pd.DataFrame({part: parts[part].values for part in used})
    if days:  # counted from the first of January
        start = pd.to_datetime(
            frame["year"].astype("str").str.removesuffix(".0"), format="%Y", errors="coerce"
        )
        begun = start + pd.to_timedelta(frame.pop("day of year") - 1, unit="D")
        frame["year"], frame["month"], frame["day"] = begun.dt.year, begun.dt.month, begun.dt.day
    elif "day" not in frame:
        frame["day"] = 1.0
    moments = pd.to_datetime(frame, errors="coerce").to_numpy("datetime64[us]")
    bad = np.flatnonzero(np.isnat(moments))
    if len(bad) > 0.2 * len(moments):
        return None
    name = "+".join(parts[part].name for part in used)
    findings = [warning("date_and_time", f"{shown(name)} were put together as the time.")]
    if len(bad):
        where = on_lines(lines[i] for i in bad)
        findings.append(warning("bad_dates", f"{shown(name)} cannot be a date on {where}."))
    used_columns = tuple(parts[part].name for part in used)
    return Timeline(name, moments, parts["year"].name, used_columns), findings


def _from_numbers(
    column: Column, first: bool, alone: bool, chosen: bool, few: bool
) -> tuple[Timeline, list[Finding]] | None:
    """Numbers that stand for time: 20200131, Unix seconds, Excel days, years, steps."""
    values = column.values
    name = key(column.name)
    if values is None or len(values) < 3 or not np.isfinite(values).all():
        return None
    steps = np.diff(values)
    rising = bool((steps >= 0).all() and steps.any())
    dated = name in DATE_NAMES or chosen
    low, high = float(values.min()), float(values.max())
    whole = bool((values == np.floor(values)).all())
    if dated or (first and rising):
        compact = low >= 18_000_101 and whole
        moments = times.parse(column.cells) if compact and high < 1e15 else None
        if moments is not None and not moments.bad:
            return Timeline(column.name, moments.values, column.name), [
                hint(
                    "compact_dates",
                    f"{shown(column.name)}: {column.cells[0]} was read as "
                    f"{np.datetime_as_string(moments.values[0], 'D')}.",
                )
            ]
        for unit, scale in _EPOCHS:
            if (3e8 if dated else 9e8) * scale <= low <= high <= 4.1e9 * scale:
                return _epoch(column, values, unit, scale)
    if dated and whole and 180_001 <= low <= high <= 220_012 and (values % 100).max() <= 12:
        moments_of = pd.to_datetime(
            pd.Series(values.astype(np.int64).astype(str)), format="%Y%m", errors="coerce"
        ).to_numpy("datetime64[us]")
        if not np.isnat(moments_of).any():
            return Timeline(column.name, moments_of, column.name), [
                hint(
                    "compact_dates",
                    f"{shown(column.name)}: {column.cells[0]} was read as "
                    f"{np.datetime_as_string(moments_of[0], 'M')}.",
                )
            ]
    plausible_day = 20_000 <= low <= high <= 60_000 and float(np.median(np.abs(steps))) <= 366
    if dated and plausible_day and name not in STEP_NAMES - {"time", "zeit", "temps", "tiempo"}:
        moments_of = _EXCEL_DAY_0 + np.round(values * 86_400e6).astype("timedelta64[us]")
        return Timeline(column.name, moments_of, column.name), [
            warning(
                "excel_dates",
                f"{shown(column.name)} was read as Excel day numbers: {column.cells[0]} is "
                f"{np.datetime_as_string(moments_of[0], 'D')}.",
            )
        ]
    if alone:
        return None
    yearly = 1000 <= low <= high <= 2300
    if yearly and (dated or (first and whole and (steps == 1).all() and low >= 1500)):
        return Timeline(column.name, values, column.name), []
    even = first and few and rising and not whole and bool(np.ptp(steps) <= 0.1 * steps.mean())
    if even and np.isclose(steps.mean(), np.median(steps), rtol=0.05):
        return Timeline(column.name, values, column.name), []
    if chosen or ((dated or _is_step(name)) and float((steps > 0).mean()) >= 0.5):
        return Timeline(column.name, values, column.name), []
    return None


def _epoch(
    column: Column, values: NDArray[np.float64], unit: str, scale: float
) -> tuple[Timeline, list[Finding]]:
    micros = np.round(values * (1e6 / scale)).astype("datetime64[us]")
    words = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
    first = np.datetime_as_string(micros[0], "s").replace("T", " ")
    return Timeline(column.name, micros, column.name), [
        hint(
            "unix_time",
            f"{shown(column.name)} was read as Unix {words[unit]}: {column.cells[0]} is {first} "
            "UTC.",
        )
    ]


def _from_clock(column: Column) -> tuple[Timeline | None, list[Finding]]:
    """Times of day without a date: seconds, a day later after every midnight."""
    seconds = column.values
    assert seconds is not None
    if np.isnan(seconds).any():
        return None, []
    nights = np.concatenate([[0], np.cumsum(np.diff(seconds) < 0)])
    if nights[-1] > 0.3 * len(seconds):
        return None, []
    return Timeline(column.name, seconds + 86_400.0 * nights, column.name), [
        warning(
            "clock_only",
            f"{shown(column.name)} has times of day without a date: they were read as seconds"
            + (f", with {count(int(nights[-1]), 'midnight')} between." if nights[-1] else "."),
        )
    ]
