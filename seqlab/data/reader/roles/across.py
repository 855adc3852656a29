"""A calendar as a matrix: years and months, or days and hours, down and across -> one series."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.data.reader.columns import times
from seqlab.data.reader.columns.moments import Moments, checked
from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.date_parts import STEPS_OF_A_DAY
from seqlab.data.reader.roles.orientation import SMOOTH, roughness
from seqlab.data.reader.wording import count, names, on_lines, warning
from seqlab.experiment import Finding

MOSTLY = 0.8  # of the rows must be years or days that follow each other
TORN = 3.0  # the most that the step from one row to the next may be, in steps inside a row
VALUE = "value"  # the column of the series
_HOUR_NAMES = re.compile(
    r"(?i:h|hr|he|hour|std|stunde)[ _.]*\d{1,2}|\d{1,2}(?::\d\d|h)", re.I | re.ASCII
)

_QUARTER_NAME = re.compile(
    r"(?:q|qtr|quarter|quartal|t)[ ._]?([1-4])|([1-4])\.? ?(?:q|qtr|quarter|quartal)",
    re.I | re.ASCII,
)

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Unrolled:
    """The table with a row a step.

    Attributes:
        columns: time and value.
        lines: of the file, for each step.
        findings: what was done.
    """

    columns: list[Column]
    lines: list[int]
    findings: list[Finding]


def unroll(columns: list[Column], lines: list[int]) -> Unrolled | None:
    """A row a step of time, if rows and columns are a calendar together.

    Args:
        columns: of the table.
        lines: of its rows.
    """
    filled, spare = _without_sums([column for column in columns if column.kind != "empty"])
    parts = 4 if _quarters(filled[1:]) else 12
    values = [c.values for c in filled[1:] if c.kind in ("number", "truth")]
    if len(filled) < 3 or len(values) != len(filled) - 1:
        return None
    matrix = np.stack([column for column in values if column is not None], axis=1)
    return (
        _parts_across(filled, matrix, lines, spare, parts)
        or _years_across(filled, matrix, lines)
        or _hours_across(filled, matrix, lines)
    )


def _series(
    step: str, moments: Moments, matrix: Numbers, cells: list[str], lines: list[int], told: str
) -> Unrolled:
    """A row a step; `step` is "month" or "hour"."""
    stamps = [np.datetime_as_string(moment, "m") for moment in moments]
    time = Column(step, stamps, "time", moments=checked(stamps, moments))
    value = Column(VALUE, cells, "number", matrix.reshape(-1))
    return Unrolled([time, value], lines, [warning(f"{step}s_across", told)])


def _without_sums(columns: list[Column]) -> tuple[list[Column], list[str]]:
    """The year and twelve months by name, without sums and seasons behind them; or all."""
    months = [c for c in columns[1:] if times.month(c.name)]
    if [times.month(c.name) for c in months] != list(range(1, 13)):
        return columns, []
    return [columns[0], *months], [c.name for c in columns[1:] if c not in months]


def _quarters(columns: list[Column]) -> bool:
    """Whether these are the quarters of a year by their names: Qtr1, Q2, 3. Quartal."""
    matches = [_QUARTER_NAME.fullmatch(column.name) for column in columns]
    return [match[1] or match[2] for match in matches if match] == ["1", "2", "3", "4"]


def _parts_across(
    filled: list[Column], matrix: Numbers, lines: list[int], spare: list[str], parts: int
) -> Unrolled | None:
    """Years down and twelve columns of months, or four of quarters, as R prints a series."""
    years = _years(filled[0])
    if len(filled) != parts + 1 or years is None:
        return None
    first, last = _longest_run(years)
    whole_years = range(first, last)
    if len(whole_years) < 3 or len(whole_years) < MOSTLY * len(years):
        return None
    left_out = [lines[i] for i in range(len(years)) if i not in whole_years]
    part = "month" if parts == 12 else "quarter"
    rest = f" Left out: {on_lines(left_out)}." if left_out else ""
    rest += f" Not used: {names(spare)}." if spare else ""
    sentence = (
        f"The rows are years ({int(years[first])} to {int(years[last - 1])}) and the columns "
        f"{part}s: read as one series of {count(parts * len(whole_years), part)}.{rest}"
    )
    cells = [column.cells[i] for i in whole_years for column in filled[1:]]
    at = [lines[i] for i in whole_years for _ in range(parts)]
    moments = _months(years[first:last])[:: 12 // parts]
    return _series("month", moments, matrix[first:last], cells, at, sentence)


def _years_across(filled: list[Column], matrix: Numbers, lines: list[int]) -> Unrolled | None:
    """Twelve rows of months, and a column for each year."""
    years_in = [c.name for c in filled[1:]]
    if len(matrix) != 12:
        return None
    rows = [times.month(cell) or (int(cell) if cell.isdecimal() else 0) for cell in filled[0].cells]
    if rows != list(range(1, 13)) or len(years_in) < 3 or not all(map(str.isdecimal, years_in)):
        return None
    years = np.array(years_in, np.float64)
    if years.min() < 1500 or years.max() > 2200 or (np.diff(years) != 1).any():
        return None
    sentence = (
        f"The columns are years ({years_in[0]} to {years_in[-1]}) and the rows months: read as one "
        f"series of {count(12 * len(years_in), 'month')}."
    )
    cells = [cell for column in filled[1:] for cell in column.cells]
    return _series("month", _months(years), matrix.T, cells, lines * len(years_in), sentence)


def _hours_across(filled: list[Column], matrix: Numbers, lines: list[int]) -> Unrolled | None:
    """Days down, and a column for each hour, or half or quarter of it, that goes on overnight."""
    moments, steps = filled[0].moments, matrix.shape[1]
    if moments is None or steps not in STEPS_OF_A_DAY or len(matrix) < 3:
        return None
    days = moments.values
    following = np.diff(days) == np.timedelta64(1, "D")
    if not moments.dates_only or np.isnat(days).any() or following.mean() < MOSTLY:
        return None
    named = steps == 24 and all(_HOUR_NAMES.fullmatch(c.name) for c in filled[1:])
    overnight = np.abs(matrix[1:, 0] - matrix[:-1, -1])[following]
    usual = np.nanmedian(np.abs(np.diff(matrix, axis=1)))
    goes_on = roughness(matrix.reshape(-1, 1)) <= SMOOTH and np.nanmedian(overnight) <= TORN * usual
    if not named and not goes_on:
        return None
    apart = np.arange(steps) * np.timedelta64(1440 // steps, "m")
    sentence = (
        f"Each row is a day and each of the {steps} columns a part of it: read as one series of "
        f"{count(matrix.size, 'step')}, {1440 // steps} minutes each."
    )
    cells = [column.cells[i] for i in range(len(days)) for column in filled[1:]]
    at = [line for line in lines for _ in range(steps)]
    return _series("hour", (days[:, None] + apart).reshape(-1), matrix, cells, at, sentence)


def _months(years: Numbers) -> Moments:
    """The first days of all months of these years."""
    begin = (years.astype(np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[M]")
    return (begin[:, None] + np.arange(12)).reshape(-1).astype("datetime64[us]")


def _years(column: Column) -> Numbers | None:
    """(rows,) the years of a column, NaN where it has none."""
    if column.moments is not None:
        stamps = column.moments.values
        return np.where(
            np.isnat(stamps), np.nan, stamps.astype("datetime64[Y]").astype(np.int64) + 1970.0
        )
    if column.values is None:
        return None
    values = column.values
    possible = (values >= 1500) & (values <= 2200) & (values == np.floor(values))
    return np.where(possible, values, np.nan)


def _longest_run(years: Numbers) -> tuple[int, int]:
    """From where to where each year follows the one before."""
    follows = np.diff(years) == 1
    best, start = (0, 0), 0
    for i in range(len(years)):
        if i and not follows[i - 1]:
            start = i
        if np.isfinite(years[i]) and i + 1 - start > best[1] - best[0]:
            best = (start, i + 1)
    return best
