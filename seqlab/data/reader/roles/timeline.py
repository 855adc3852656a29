"""Which column is the time, and the rows in its order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.columns import times
from seqlab.data.reader.columns.typed import Column, counts_rows
from seqlab.data.reader.roles import date_parts, recordings
from seqlab.data.reader.roles.shape import Timeline
from seqlab.data.reader.vocabulary import (
    DATE_NAMES,
    DATE_PARTS,
    ID_NAMES,
    PERIODS,
    STEP_NAMES,
    UNITS,
    key,
)
from seqlab.data.reader.wording import Findings, count, hint, on_lines, shown, warning
from seqlab.experiment import Finding

_EPOCHS = (("s", 1.0), ("ms", 1e3), ("us", 1e6), ("ns", 1e9))
FEWEST_DATES = 10  # numbers that go up and are all dates prove that they are, in any column
FEW_COLUMNS = 8  # of more, the first one may be the first step of sequences in rows
ANEW = 0.1  # of the rows at which an elapsed time may begin anew, for another sequence
_FEWEST_STEPS = 3  # of each sequence that only several ids together tell apart
_EXCEL_DAY_0 = np.datetime64("1899-12-30", "us")


def _is_step(name: str) -> bool:
    """`t`, `step`, `time ms`, `yr_wk`: a name for steps or elapsed time."""
    words = name.split()
    bare = " ".join(word for word in words if word not in UNITS)
    year = DATE_PARTS["year"].intersection(words)
    return name in STEP_NAMES or bare in STEP_NAMES or bool(year and PERIODS.intersection(words))


def find(
    columns: list[Column], lines: list[int], wanted: str | None = None
) -> tuple[Timeline | None, list[Finding]]:
    """The time column, if there is one.

    Args:
        columns: of the table.
        lines: the line of each row in the file.
        wanted: the column that the user chose, "" for none, `None` for no choice.
    """
    if wanted == "":
        return None, []
    line, findings = _found(columns, lines, chosen=False)
    if line is not None:
        line, noticed = date_parts.with_time_of_day(line, columns)
        findings = [f for f in findings if not noticed or f.code != "date_and_time"] + noticed
    guess = line, findings
    if wanted is not None and (guess[0] is None or guess[0].name != wanted):
        columns = [column for column in columns if column.name == wanted]
        if not columns:
            raise UploadError(f"There is no column called {shown(wanted)} to take the time from.")
        answer = _found(columns, lines, chosen=True)
        if answer[0] is None:
            raise UploadError(
                f"{shown(wanted)} cannot be the time: it holds no dates, no clock times and no "
                f"complete column of numbers ({shown(columns[0].cells[0])} on line {lines[0]})."
            )
        return answer
    return guess


def rows_without_time(columns: list[Column]) -> list[int]:
    """Rows at the very top that are none: a column of dates has a word there, or nothing.

    `Transform:` below the names, or what an export says of a person before the first time.
    """
    for column in columns:
        moments = column.moments if column.kind == "time" else None
        if moments is None or len(column.cells) < 10:
            continue
        measured = [c.values for c in columns if c.kind == "number" and not counts_rows(c)]
        unmeasured = [
            row
            for row in moments.missing
            if all(np.isnan(values[row]) for values in measured if values is not None)
        ]
        for odd, most in ((moments.bad, 3), (unmeasured, len(column.cells) // 10)):
            if odd and odd == list(range(len(odd))) and len(odd) <= most:
                return odd
    return []


def _found(
    columns: list[Column], lines: list[int], chosen: bool
) -> tuple[Timeline | None, list[Finding]]:
    """The time among these columns; the only one if the user has `chosen` it."""
    dated = [c for c in columns if c.moments is not None and c.kind == "time"]
    if dated:
        best = min(dated, key=lambda c: (key(c.name) not in DATE_NAMES, columns.index(c)))
        return _from_dates(best, lines)
    if parts := date_parts.from_parts(columns, lines):
        return parts
    numeric = [c for c in columns if c.kind == "number"]
    elapsed = next((c for c in numeric if c.elapsed), None)
    if elapsed and elapsed.values is not None and (np.diff(elapsed.values) < 0).mean() < ANEW:
        return Timeline(elapsed.name, elapsed.values, elapsed.name), []
    for column in numeric:
        alone = len(numeric) == 1 and not chosen
        first = column is columns[0]
        if answer := _from_numbers(column, first, alone, chosen, len(numeric) <= FEW_COLUMNS):
            return answer
    clocks = [c for c in columns if c.kind == "clock"]
    if clocks:
        return _from_clock(clocks[0])
    if by_id := _steps_by_id(columns):
        return by_id, []
    if (clock := recordings.clock(columns)) is not None and clock.values is not None:
        sentence = (
            f"{shown(clock.name)} was taken for the time: it runs on in even "
            "steps inside each recording."
        )
        return Timeline(clock.name, clock.values, clock.name), [
            warning("clock_of_values", sentence)
        ]
    return _not_understood(columns, lines)


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
        rows = pd.DataFrame({c.name: c.cells for c in ids} | {column.name: values})
        if len(ids) > 1 and column not in ids and np.isfinite(values).all():
            size = rows.groupby([c.name for c in ids]).size()
            if not rows.duplicated().any() and size.min() >= _FEWEST_STEPS:
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


def _from_dates(column: Column, lines: list[int]) -> tuple[Timeline, list[Finding]]:
    moments = column.moments
    assert moments is not None
    findings = Findings()
    if moments.note:
        tell = hint if moments.obvious else warning
        findings.append(tell(moments.code, f"{shown(column.name)}: {moments.note}"))
    if moments.zoned:
        findings.hint("utc", f"The times of {shown(column.name)} were moved to UTC.")
    if moments.bad:
        cells = ", ".join(dict.fromkeys(shown(column.cells[i]) for i in moments.bad[:5]))
        findings.warn(
            "bad_dates",
            f"{count(len(moments.bad), 'cell')} of {shown(column.name)} "
            f"({on_lines(lines[i] for i in moments.bad)}) cannot be a date: {cells}. "
            "Those rows keep their place without a time.",
        )
    if moments.missing:
        findings.warn(
            "missing_dates",
            f"{shown(column.name)} is empty on {on_lines(lines[i] for i in moments.missing)}: "
            "those rows keep their place.",
        )
    return Timeline(column.name, moments.values, column.name), findings


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
    likely = dated or (first and rising)
    compact = whole and 18_000_101 <= low <= high < 1e15
    if compact and (likely or (rising and len(np.unique(values)) >= FEWEST_DATES)):
        moments = times.parse(column.cells)
        if moments is not None and not moments.bad:
            return Timeline(column.name, moments.values, column.name), [
                hint(
                    "compact_dates",
                    f"{shown(column.name)}: {column.cells[0]} was read as "
                    f"{np.datetime_as_string(moments.values[0], 'D')}.",
                )
            ]
    if likely:
        if mixed := _mixed_epochs(column, values):
            return mixed
        for unit, scale in _EPOCHS:
            if (3e8 if dated else 9e8) * scale <= low <= high <= 4.1e9 * scale:
                return _epoch(column, values, unit, scale)
    months = 12 * (values // 100) + values % 100  # of 201912, 202001
    follow = first and len(values) > 12 and bool((np.abs(np.diff(months)) == 1).all())
    in_range = whole and 180_001 <= low <= high <= 220_012 and (values % 100).max() <= 12
    if in_range and (dated or follow):
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


def _mixed_epochs(
    column: Column, values: NDArray[np.float64]
) -> tuple[Timeline, list[Finding]] | None:
    """Unix times of which some are in milliseconds and others in microseconds, say, in order."""
    seconds = np.full(len(values), np.nan)
    units = 0
    for _, scale in _EPOCHS:
        mine = (values >= 9e8 * scale) & (values <= 4.1e9 * scale)
        seconds[mine] = values[mine] / scale
        units += bool(mine.any())
    steps = np.diff(seconds)
    if units != 2 or not ((steps > 0).all() or (steps < 0).all()):
        return None
    text = f"{shown(column.name)} holds Unix times in two units: each was read in its own."
    moments = np.round(seconds * 1e6).astype("datetime64[us]")
    return Timeline(column.name, moments, column.name), [warning("unix_time", text)]


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
