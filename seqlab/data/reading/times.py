"""A column of cells -> dates and times, when there is a way to read nearly all of them.

Parts of a date are taken apart with one pattern and put together by pandas, which knows the
calendar. Only the order of day and month can be in doubt; it is decided for the whole column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from seqlab.data.reading import day_month
from seqlab.data.reading.cells import is_missing, plain
from seqlab.data.reading.clock import clock
from seqlab.data.reading.moments import NO_TIME, Matches, Times, checked, clocks, dates, full_year
from seqlab.data.reading.vocabulary import MONTHS

_ENOUGH = 0.8  # a column holds dates if this share of its cells (without missing ones) does
_REST = r"(?P<rest>.*)"
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?", re.ASCII)
_NUMERIC = re.compile(
    r"(?P<a>\d{1,4})(?P<sep>[-/.])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<c>\d{1,4})" + _REST, re.ASCII
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
_YEAR_MONTH = re.compile(r"(?P<a>\d{4})(?:[-/]|[- ]?M)(?P<b>\d{1,2})", re.ASCII)
_MONTH_SLASH_YEAR = re.compile(r"(?P<b>\d{1,2})[-/.](?P<a>\d{4})", re.ASCII)
_WEEK = re.compile(r"(\d{4})[- ]?[Ww](\d{1,2})(?:-?([1-7]))?", re.ASCII)
_QUARTER = re.compile(r"(?:(\d{4})[-/ :]?Q([1-4])|Q([1-4])[-/ ]?(\d{4}))", re.ASCII | re.I)
_ORDINAL = re.compile(r"(\d{4})[-/.](\d{3})", re.ASCII)
_WEEKDAY = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|mo|di|mi|do|fr|sa|so"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|(?:lun|mar|mercre|jeu|vendre|same)di"
    r"|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo)"
    r"\.?,? +(?=\d|[^\W\d_]{3,}\.? +\d)",
    re.IGNORECASE,
)
_CJK = re.compile(r"(\d{2,4})年(\d{1,2})月(?:(\d{1,2})日?)?")


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
        found = sum(_match(pattern, cell) is not None for cell in tidy_sample)
        if found >= _ENOUGH * len(sample):
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
    return None if clock(match["rest"]) is None else match


def _tidy(cell: str) -> str:
    """The cell without a weekday, and with Chinese date marks as dashes."""
    cell = plain(cell)
    if "年" in cell:
        cell = _CJK.sub(lambda m: "-".join(filter(None, m.groups())), cell)
    return _WEEKDAY.sub("", cell, count=1) if cell[:1].isalpha() else cell


Build = Callable[[list[str], Matches], Times | None]


def _month(word: str) -> int:
    """The number of a month by its name in English or a neighbouring language; 0 if none."""
    word = word.casefold()
    return MONTHS.get(word[:4]) or MONTHS.get(word[:3], 0)


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
    months = [_month(part[1]) for part in unique]
    days = [int(part[2]) if with_day else 1 for part in unique]
    short = any(len(part[0]) == 2 for part in unique)
    offsets, dates_only, zoned = clocks(matches)
    values = dates(years, months, days)[at] + offsets
    note = "Years of two digits were taken as 1969 to 2068." if short else ""
    return checked(cells, values, note, "two_digit_years", dates_only=dates_only, zoned=zoned)


def _year_month(cells: list[str], matches: Matches) -> Times | None:
    years = [int(m["a"]) if m else 0 for m in matches]
    months = [int(m["b"]) if m else 0 for m in matches]
    return checked(cells, dates(years, months, [1] * len(years)))


def _weeks(cells: list[str], matches: Matches) -> Times | None:
    def monday(match: re.Match[str] | None) -> np.datetime64:
        try:
            year, week, day = (int(part or 1) for part in match.groups()) if match else (0, 0, 0)
            return np.datetime64(dt.date.fromisocalendar(year, week, day), "us")
        except ValueError:
            return NO_TIME

    values = np.array([monday(match) for match in matches], dtype="datetime64[us]")
    return checked(cells, values, "Each ISO week was read as the date of its Monday.", "iso_weeks")


def _quarters(cells: list[str], matches: Matches) -> Times | None:
    years = [int(m[1] or m[4]) if m else 0 for m in matches]
    months = [3 * int(m[2] or m[3]) - 2 if m else 0 for m in matches]
    return checked(
        cells,
        dates(years, months, [1] * len(years)),
        "Each quarter was read as the date of its first day.",
        "quarters",
    )


def _day_of_year(cells: list[str], matches: Matches) -> Times | None:
    text = pd.Series([m[1] + m[2] if m else "" for m in matches], dtype="str")
    moments = pd.to_datetime(text, format="%Y%j", errors="coerce")
    return checked(
        cells, moments.to_numpy("datetime64[us]"), "The dates were read as day of the year."
    )


_READERS: tuple[tuple[re.Pattern[str], Build], ...] = (
    (_NUMERIC, day_month.read),
    (_COMPACT, day_month.read),
    (_DAY_MONTH, _named),
    (_MONTH_DAY, _named),
    (_YEAR_NAME_DAY, _named),
    (_MONTH_YEAR, _named),
    (_YEAR_NAME, _named),
    (_WEEK, _weeks),
    (_QUARTER, _quarters),
    (_YEAR_MONTH, _year_month),
    (_MONTH_SLASH_YEAR, _year_month),
    (_ORDINAL, _day_of_year),
)
