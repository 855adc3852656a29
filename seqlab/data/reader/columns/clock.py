"""Times of day, alone or behind a date."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.cells.kinds import is_missing

_ENOUGH = 0.8
# The usual meaning; IST and CST mean other zones elsewhere, and a shift of all rows does no harm.
ZONES = {
    "Z": "+00", "UTC": "+00", "GMT": "+00", "WET": "+00", "WEST": "+01", "BST": "+01",
    "CET": "+01", "CEST": "+02", "MEZ": "+01", "MESZ": "+02", "EET": "+02", "EEST": "+03",
    "MSK": "+03", "IST": "+0530", "JST": "+09", "KST": "+09", "AWST": "+08", "AEST": "+10",
    "AEDT": "+11", "EST": "-05", "EDT": "-04", "CST": "-06", "CDT": "-05", "MST": "-07",
    "MDT": "-06", "PST": "-08", "PDT": "-07",
}  # fmt: skip
_CLOCK = re.compile(
    r"(?:[T\s,;:_-]++(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9}))?)?\s*+(?P<half>[AaPp]\.?\s?[Mm]\.?)?"
    r"|[T ]?(?P<hour2>\d{2})(?:(?P<minute2>\d{2})(?P<second2>\d{2})?)?)?"
    r"\s*+(?:(?:UTC|GMT)?(?P<zone>[+-]\d{2}(?::?\d{2})?)|(?P<name>[A-Z]{1,5}))?"
    r"\s*+(?:\([^()]*+\)|\[[^\[\]]*+\])?",  # (CET), [Europe/Berlin]
    re.ASCII,
)
_TIME_OF_DAY = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?\s?[Mm]\.?)?", re.ASCII
)

_DURATION = re.compile(
    r"-?\d{1,6} days?,? [+-]?\d{1,2}:\d\d:\d\d(?:\.\d+)?|-?P[\dDTHMS.]*[DHMS]", re.ASCII
)
_ELAPSED = re.compile(r"(\d{1,5}):([0-5]\d\.\d{1,9})|(\d{1,5}):([0-5]\d)", re.ASCII)


def time_of_day(cells: list[str]) -> NDArray[np.float64] | None:
    """Seconds since midnight, (rows,), if these are clock times such as 14:30 or 18.00.00."""
    seconds = np.full(len(cells), np.nan)
    known = 0
    for i, cell in enumerate(cells):
        if match := _TIME_OF_DAY.fullmatch(cell):
            hour, minute, second, fraction, half = match.groups()
            hours = _hours(int(hour), half)
            if hours <= 24 and int(minute) < 60 and int(second or 0) < 61:
                part = float(f"0.{fraction}") if fraction else 0.0
                seconds[i] = 3600 * hours + 60 * int(minute) + int(second or 0) + part
        known += not is_missing(cell)
        if i == 50 and known and np.isfinite(seconds).sum() < _ENOUGH * known:
            return None
    return seconds if known and np.isfinite(seconds).sum() >= _ENOUGH * known else None


def elapsed_time(cells: list[str]) -> NDArray[np.float64] | None:
    """Seconds, (rows,), of durations: 0:00.002, 1 days 02:03:04.5 (pandas), PT1.5S (ISO 8601).

    47:15 is hours and minutes.
    """
    first = next((cell for cell in cells if not is_missing(cell)), "")
    if _DURATION.fullmatch(first):
        spans = pd.to_timedelta(pd.Series(cells, dtype="str"), errors="coerce")
        lost = [cell for cell, gone in zip(cells, spans.isna(), strict=True) if gone]
        known = all(map(is_missing, lost))
        return np.asarray(spans.dt.total_seconds(), np.float64) if known else None
    seconds = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        match = _ELAPSED.fullmatch(cell)
        if match is None:
            if is_missing(cell):
                continue
            return None
        if match[1]:
            seconds[i] = 60 * int(match[1]) + float(match[2])
        else:
            seconds[i] = 3600 * int(match[3]) + 60 * int(match[4])
    return seconds if np.isfinite(seconds).any() else None


def _hours(hour: int, half: str | None) -> int:
    """The hour of a 24-hour day."""
    if not half:
        return hour
    return hour % 12 + (12 if half[0] in "pP" else 0)


@lru_cache(maxsize=100_000)
def clock(rest: str) -> tuple[int, bool, bool] | None:
    """Microseconds since midnight (UTC if there is a zone), is there a time, is there a zone."""
    match = _CLOCK.fullmatch(rest)
    if match is None:
        return None
    hour = match["hour"] or match["hour2"]
    if hour is None:
        return None if match["zone"] else (0, False, False)
    hours = _hours(int(hour), match["half"])
    minute = int(match["minute"] or match["minute2"] or 0)
    second = int(match["second"] or match["second2"] or 0)
    if hours > 24 or minute > 59 or second > 60:
        return None
    fraction = int(((match["fraction"] or "") + "000000")[:6])
    micros = ((hours * 60 + minute) * 60 + second) * 1_000_000 + fraction
    zone = match["zone"] or ZONES.get(match["name"] or "")
    if match["name"] and zone is None:
        return None
    if zone:
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * 60_000_000
        micros -= offset if zone[0] == "+" else -offset
    return micros, True, bool(zone)
