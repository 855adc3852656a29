"""A column of cells -> dates and times, when there is a way to read nearly all of them.

Parts of a date are taken apart with one pattern and put together by pandas, which knows the
calendar. Only the order of day and month can be in doubt; it is decided for the whole column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd

from seqlab.data.reader.cells.kinds import is_missing, plain
from seqlab.data.reader.cldr import months
from seqlab.data.reader.columns import day_month, periods
from seqlab.data.reader.columns.clock import clock
from seqlab.data.reader.columns.moments import Matches, Times, checked, clocks, dates, full_year

_ENOUGH = 0.8  # a column holds dates if this share of its cells (without missing ones) does
_REST = r"(?P<rest>.*)"
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?", re.ASCII)
_NUMERIC = re.compile(
    r"(?P<a>\d{1,4})(?P<sep>[-/.])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<c>\d{1,4})\.?" + _REST,
    re.ASCII,
)
_BLANK = re.compile(
    r"(?P<a>\d{1,4}) (?P<b>\d{1,2}) (?P<c>\d{1,4})(?P<rest> \d{1,2}:\d\d.*)", re.ASCII
)
_COMPACT = re.compile(
    r"(?P<a>(?:1[89]|2[01])\d\d)(?P<b>0[1-9]|1[0-2])(?P<c>0[1-9]|[12]\d|3[01])" + _REST, re.ASCII
)
_WORD = r"(?P<month>[^\W\d_]{3,10})\.?"
_DAY_MONTH = re.compile(
    r"(?P<c>\d{1,2})(?:st|nd|rd|th|er|\.)?[-/. ]*(?:of |de |d')?" + _WORD + r"(?: de)?[-/., ]*'?"
    r"(?P<a>\d{4}|\d{2})" + _REST
)
_MONTH_DAY = re.compile(
    _WORD + r"[-/. ]*(?P<c>\d{1,2})(?:st|nd|rd|th)?(?:, ?|[-/ ]+)'?(?P<a>\d{4}|\d{2})" + _REST
)
_YEAR_NAME_DAY = re.compile(r"(?P<a>\d{4})[-/. ]*" + _WORD + r"[-/. ]*(?P<c>\d{1,2})" + _REST)
_MONTH_YEAR = re.compile(_WORD + r"[-/., ]*'?(?P<a>\d{4}|\d{2})(?P<rest>)")
_YEAR_NAME = re.compile(r"(?P<a>\d{4})[-/. ]*" + _WORD + r"(?P<rest>)")
_MONTH_NAME_DAY = re.compile(_WORD + r"[-/. ]+(?P<c>\d{1,2})" + _REST)
_DAY_MONTH_NAME = re.compile(r"(?P<c>\d{1,2})[-/. ]+" + _WORD + _REST)
_CTIME = re.compile(r"(\w{3,4}) +(\d{1,2}) (\d\d:\d\d:\d\d)((?: [A-Z]{3,5})?) (\d{4})")
_WEEKDAY = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|mo|di|mi|do|fr|sa|so"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|(?:lun|mar|mercre|jeu|vendre|same)di"
    r"|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo)"
    r"\.?,? ++(?=\d|[^\W\d_]{3,}+\.? ++\d)",
    re.IGNORECASE,
)
_CJK = re.compile(r"(\d{2,4})[年년] ?(\d{1,2})[月월](?: ?(\d{1,2})[日일]?)?")


def parse(cells: list[str], day_first: bool | None = None) -> Times | None:
    """The column as dates, or `None` if it is something else; `day_first` if the user knows."""
    sample = [cell for cell in cells[:: max(1, len(cells) // 300)] if not is_missing(cell)]
    if not sample or not any(
        c.isdigit() for c in sample[0] + sample[-1] + sample[len(sample) // 2]
    ):
        return None
    if sum(_ISO.fullmatch(cell) is not None for cell in sample) == len(sample) and all(
        map(_ISO.fullmatch, cells)
    ):
        moments = pd.to_datetime(pd.Series(cells, dtype="str"), format="ISO8601", errors="coerce")
        dates_only = not any(len(cell) > 10 for cell in sample)
        return checked(cells, moments.to_numpy("datetime64[us]"), dates_only=dates_only)
    tidy_sample = [_tidy(cell) for cell in sample]
    for pattern, build in _READERS:
        fitting = sum(_match(pattern, cell) is not None for cell in tidy_sample)
        if fitting >= _ENOUGH * len(sample):
            if tidy_sample == sample:  # then few cells need it, if any
                matches = [_match(pattern, cell) or _match(pattern, _tidy(cell)) for cell in cells]
            else:
                matches = [_match(pattern, _tidy(cell)) for cell in cells]
            if build is day_month.read:
                times = day_month.read(cells, matches, day_first)
            else:
                times = build(cells, matches)
            known = len(cells) - len(times.missing) if times else 0
            if times and known and known - len(times.bad) >= _ENOUGH * known:
                return times
    return None


def _match(pattern: re.Pattern[str], cell: str) -> re.Match[str] | None:
    """The parts of a date, if what follows the date is a time of day or nothing."""
    match = pattern.fullmatch(cell)
    if match is None or "rest" not in pattern.groupindex or not match["rest"]:
        return match
    hour_as_year = match["rest"][0] == ":" and len(match.groupdict().get("a", "")) < 4
    return None if hour_as_year or clock(match["rest"]) is None else match


def _tidy(cell: str) -> str:
    """The cell without a weekday, and with Chinese date marks as dashes."""
    cell = plain(cell)
    if "年" in cell or "년" in cell:
        cell = _CJK.sub(lambda m: "-".join(filter(None, m.groups())), cell)
    if cell[:1] == "[" and cell[-1:] == "]":  # log files of web servers
        cell = cell[1:-1]
    if not cell[:1].isalpha():
        return cell
    return _CTIME.sub(r"\1 \2 \5 \3\4", _WEEKDAY.sub("", cell, count=1))


Build = Callable[[list[str], Matches], Times | None]


@lru_cache(maxsize=1000)
def month(word: str) -> int:
    """The number of a month by its name, or the beginning of it, in one of many languages; or 0."""
    word = word.casefold().rstrip(".")
    if len(word) < 3:
        return 0
    exact = (i for i, names in enumerate(months(), 1) if word in names)
    begun = (i for i, names in enumerate(months(), 1) if any(n.startswith(word) for n in names))
    return next(exact, 0) or next(begun, 0)


def _named(cells: list[str], matches: Matches) -> Times | None:
    """A month by name, with or without a day."""
    with_day = any("c" in match.re.groupindex for match in matches if match)
    wanted = ("a", "month", "c") if with_day else ("a", "month")
    nothing = ("0000", "", "1")
    parts = [match.group(*wanted) if match else nothing for match in matches]
    unique = list(dict.fromkeys(parts))  # many rows share a date
    place = {part: i for i, part in enumerate(unique)}
    at = np.fromiter((place[part] for part in parts), np.int64, len(parts))
    years = [full_year(part[0]) for part in unique]
    months = [month(part[1]) for part in unique]
    days = [int(part[2]) if with_day else 1 for part in unique]
    short = any(len(part[0]) == 2 for part in unique)
    offsets, dates_only, zoned = clocks(matches)
    values = dates(years, months, days)[at] + offsets
    note = "Years of two digits were taken as 1969 to 2068." if short else ""
    return checked(cells, values, note, "two_digit_years", dates_only=dates_only, zoned=zoned)


def _no_year(cells: list[str], matches: Matches) -> Times | None:
    """Day and month without a year, as in log files."""
    offsets, _, _ = clocks(matches)
    return periods.without_year(
        cells,
        [month(match["month"]) if match else 0 for match in matches],
        [int(match["c"]) if match else 0 for match in matches],
        offsets,
    )


_READERS: tuple[tuple[re.Pattern[str], Build], ...] = (
    (_NUMERIC, day_month.read),
    (_BLANK, day_month.read),
    (_COMPACT, day_month.read),
    (_DAY_MONTH, _named),
    (_MONTH_DAY, _named),
    (_YEAR_NAME_DAY, _named),
    (periods.QUARTER_YEAR, periods.quarters),
    (periods.YEAR_QUARTER, periods.quarters),
    (periods.YEAR_WEEK, periods.weeks),
    (periods.WEEK_YEAR, periods.weeks),
    (periods.FISCAL_YEAR, periods.fiscal_years),
    (_MONTH_YEAR, _named),
    (_YEAR_NAME, _named),
    (periods.SEASON, periods.seasons),
    (periods.YEAR_MONTH, periods.months),
    (periods.MONTH_YEAR, periods.months),
    (periods.ORDINAL, periods.days_of_year),
    (_MONTH_NAME_DAY, _no_year),
    (_DAY_MONTH_NAME, _no_year),
)
