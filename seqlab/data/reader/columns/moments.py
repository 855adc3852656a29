"""Dates as pandas knows them, put together from their parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.cells.kinds import is_missing
from seqlab.data.reader.columns.clock import clock

Moments = NDArray[np.datetime64]
Matches = Sequence[re.Match[str] | None]
NO_TIME = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class Times:
    """A column read as dates.

    Attributes:
        values: datetime64[us], NaT where there is none.
        missing: the rows without a date.
        bad: the rows whose cell is no possible date.
        note: the assumption behind the reading, a sentence, or "".
        code: the short name of that assumption.
        obvious: nobody would read the column differently.
        dates_only: no cell has a time of day.
        zoned: cells with a time zone were moved to UTC.
    """

    values: Moments
    missing: list[int] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    note: str = ""
    code: str = ""
    obvious: bool = False
    dates_only: bool = True
    zoned: bool = False


def checked(
    cells: list[str],
    values: Moments,
    note: str = "",
    code: str = "",
    *,
    obvious: bool = False,
    dates_only: bool = True,
    zoned: bool = False,
) -> Times:
    """The dates with the rows that have none; 9999-12-31 and its like are no dates.

    Args:
        cells: of the column, as they were written.
        values: (rows,) their times.
        note, code, obvious, dates_only, zoned: as in `Times`.
    """
    years = values.astype("datetime64[Y]").astype(np.int64) + 1970
    odd = ~np.isnat(values) & ((years >= 2300) | (years < 1000))
    if odd.any():
        values = np.where(odd, NO_TIME, values)
    empty = np.flatnonzero(np.isnat(values)).tolist()
    missing = {cell for cell in {cells[i] for i in empty} if is_missing(cell)}
    return Times(
        values,
        missing=[i for i in empty if cells[i] in missing],
        bad=[i for i in empty if cells[i] not in missing],
        note=note,
        code=code,
        obvious=obvious,
        dates_only=dates_only,
        zoned=zoned,
    )


def clocks(matches: Matches) -> tuple[NDArray[np.timedelta64], bool, bool]:
    """Time of day of each match, (rows,); are there none; are there zones."""
    if not any(m["rest"] for m in matches if m):
        return np.zeros(len(matches), dtype="timedelta64[us]"), True, False
    times = [(m and m["rest"] and clock(m["rest"])) or (0, False, False) for m in matches]
    micros = np.array([micros for micros, _, _ in times], dtype="timedelta64[us]")
    return micros, not any(timed for _, timed, _ in times), any(zoned for _, _, zoned in times)


def dates(years: list[int], months: list[int], days: list[int]) -> Moments:
    """Calendar dates, (rows,); impossible ones become NaT.

    Args:
        years, months, days: a number each a row.
    """
    frame = pd.DataFrame({"year": years, "month": months, "day": days})
    frame.loc[(frame["year"] < 1) | (frame["year"] > 9999), "year"] = 0
    codes = frame["year"] * 10_000 + frame["month"] * 100 + frame["day"]
    text = codes.where((frame["month"] < 13) & (frame["day"] < 32), 0).astype("str").str.zfill(8)
    moments = pd.to_datetime(text, format="%Y%m%d", errors="coerce")
    return moments.to_numpy("datetime64[us]")


def full_year(text: str) -> int:
    """Two digits mean 1969 to 2068, as in POSIX."""
    year = int(text)
    return year if len(text) > 2 else year + (1900 if year > 68 else 2000)
