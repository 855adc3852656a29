"""Dates as people write them."""

from __future__ import annotations

import datetime

FIRST = datetime.date(1950, 1, 1)
DAYS = (datetime.date(2050, 1, 1) - FIRST).days  # a century, so that two digits name a year
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
FORMS = 10


def written(date: datetime.date, form: int) -> str:
    """A date in one of ten ways of writing.

    Numbers between slashes are month/day/year as in the USA, between dots day.month.year as in
    Europe. Two digits of a year are 1950 to 2049. Names are spelled here, whatever the locale.

    Raises:
        ValueError: if there is no such form.
    """
    day, year, short = date.day, date.year, f"{date.year % 100:02d}"
    month = MONTHS[date.month - 1]
    ordinal = f"{day}{suffix(day)}"
    forms = (
        f"{day} {month} {year}",
        f"{month} {day}, {year}",
        f"{date.month}/{day}/{year}",
        f"{day}.{date.month}.{year}",
        f"{day:02d} {month[:3]} {year}",
        f"{month[:3].lower()} {ordinal}, {year}",
        f"{WEEKDAYS[date.weekday()]}, {month} {day}, {year}",
        f"the {ordinal} of {month.lower()} {year}",
        f"{day}-{month[:3]}-{short}",
        f"{date.month:02d}/{day:02d}/{short}",
    )
    if not 0 <= form < FORMS:
        raise ValueError(f"There are {FORMS} ways to write a date, got number {form}.")
    return forms[form]


def suffix(day: int) -> str:
    """`1` -> "st", `12` -> "th", `23` -> "rd"."""
    if day in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
