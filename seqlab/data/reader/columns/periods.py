"""Columns of periods instead of days: weeks, quarters, months, years, days of the year.

Each is read as the date on which it begins, and the user is told so.
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

import numpy as np
import pandas as pd

from seqlab.data.reader.columns.moments import NO_TIME, Matches, Times, checked, dates, full_year

_Q = r"(?:Q|QTR|QUARTER|QUARTAL|T|TRIM(?:ESTRE)?)"
YEAR_QUARTER = re.compile(rf"(?P<y>\d{{4}})[-/ :.]*{_Q}[ .]?(?P<q>[1-4])", re.ASCII | re.I)
QUARTER_YEAR = re.compile(
    rf"(?:{_Q}[ .]?(?P<q>[1-4])|(?P<q2>[1-4])\.?(?:st|nd|rd|th)?[- ]?{_Q})[-/ ,']*"
    r"(?P<y>\d{4}|\d{2})",
    re.ASCII | re.I,
)
_W = r"(?:W|KW|WK|WEEK|WOCHE|SEMAINE|SEMANA)"
YEAR_WEEK = re.compile(
    rf"(?P<y>\d{{4}})[-/ ]?{_W}[ .]?(?P<w>\d{{1,2}})(?:-?(?P<d>[1-7]))?", re.ASCII | re.I
)
WEEK_YEAR = re.compile(rf"{_W}[ .]?(?P<w>\d{{1,2}})[-/ ,.]+(?P<y>\d{{4}})", re.ASCII | re.I)
YEAR_MONTH = re.compile(r"(?P<a>\d{4})(?:[-/]|[- ]?M)(?P<b>\d{1,2})", re.ASCII)
MONTH_YEAR = re.compile(r"(?P<b>\d{1,2})[-/.](?P<a>\d{4})", re.ASCII)
SEASON = re.compile(r"(?P<y>\d{4})[-/–](?P<next>\d{4}|\d{2})", re.ASCII)
FISCAL_YEAR = re.compile(r"(?:FY|CY|GJ)[ '-]?(?P<y>\d{4}|\d{2})", re.ASCII | re.I)
ORDINAL = re.compile(r"(?P<y>\d{4})[-/.](?P<n>\d{3})", re.ASCII)


def weeks(cells: list[str], matches: Matches) -> Times | None:
    """ISO weeks, 2020-W53 among them."""

    def begin(match: re.Match[str] | None) -> np.datetime64:
        if match is None:
            return NO_TIME
        parts = match.groupdict()
        try:
            day = dt.date.fromisocalendar(
                int(parts["y"]), int(parts["w"]), int(parts.get("d") or 1)
            )
        except ValueError:
            return NO_TIME
        return np.datetime64(day, "us")

    values = np.array([begin(match) for match in matches], dtype="datetime64[us]")
    return checked(cells, values, "Each ISO week was read as the date of its Monday.", "iso_weeks")


def quarters(cells: list[str], matches: Matches) -> Times | None:
    """Quarters of calendar years."""
    parts = [match.groupdict() if match else {"y": "0", "q": "1"} for match in matches]
    years = [full_year(part["y"]) for part in parts]
    months = [3 * int(part["q"] or part["q2"]) - 2 for part in parts]
    return checked(
        cells,
        dates(years, months, [1] * len(years)),
        "Each quarter was read as the date of its first day.",
        "quarters",
    )


def months(cells: list[str], matches: Matches) -> Times | None:
    """A year and the number of a month."""
    years = [int(m["a"]) if m else 0 for m in matches]
    numbers = [int(m["b"]) if m else 0 for m in matches]
    return checked(cells, dates(years, numbers, [1] * len(years)))


def seasons(cells: list[str], matches: Matches) -> Times | None:
    """1980/81, 1981/82, ...: a year and the next; 2004-05 alone is a month, so all must agree."""
    years = [int(m["y"]) if m else 0 for m in matches]
    follow = all((int(m["y"]) + 1) % 10 ** len(m["next"]) == int(m["next"]) for m in matches if m)
    rises = sum(b > a for a, b in pairwise(years)) if follow else 0
    if not follow or len(set(years)) < 4 or rises < 0.5 * (len(years) - 1):
        return None
    return _years(cells, years)


def fiscal_years(cells: list[str], matches: Matches) -> Times | None:
    """FY2020."""
    return _years(cells, [full_year(m["y"]) if m else 0 for m in matches])


def _years(cells: list[str], years: list[int]) -> Times:
    first = [1] * len(years)
    return checked(
        cells,
        dates(years, first, first),
        "Each cell was read as the first of January of its first year.",
        "years_read",
    )


def days_of_year(cells: list[str], matches: Matches) -> Times | None:
    """2020-366: a year and the number of a day."""
    text = pd.Series([m["y"] + m["n"] if m else "" for m in matches], dtype="str")
    moments = pd.to_datetime(text, format="%Y%j", errors="coerce")
    return checked(
        cells, moments.to_numpy("datetime64[us]"), "The dates were read as day of the year."
    )


def without_year(
    cells: list[str], months_: list[int], days: list[int], offsets: np.ndarray
) -> Times | None:
    """Day and month alone: counted from the year 2000, a new year where the months start again.

    Args:
        cells: of the column.
        months_: of each row, 0 where there is none.
        days: of each row.
        offsets: (rows,) times of day.
    """
    known = [month for month in months_ if month]
    if any(a - b in range(1, 6) for a, b in pairwise(known)):
        return None  # not in order, so no year can be told
    years, year, last = [], 2000, 0
    for month in months_:
        year += 0 < month < last
        last = month or last
        years.append(year if month else 0)
    return checked(
        cells,
        dates(years, months_, days) + offsets,
        "The dates have no year: they were counted from 2000 on.",
        "no_year",
        dates_only=not offsets.any(),
    )
