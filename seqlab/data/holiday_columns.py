"""Whether a row lies on a public holiday of a country. Calendars know that ahead."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import calendar_columns
from seqlab.data.dataset import DataError, Dataset
from seqlab.experiment import Data

TITLE = "public holiday ({})"


def dates(country: str, years: Iterable[int]) -> NDArray[np.datetime64]:
    """The public holidays of a country in some years, (holidays,), as days in their order.

    Example:
        >>> dates("US", [2024])[:2].astype(str).tolist()
        ['2024-01-01', '2024-01-15']
    """
    import holidays

    return np.array(sorted(holidays.country_holidays(country, years=years)), "datetime64[D]")


def column(times: NDArray[np.generic], country: str) -> NDArray[np.float64]:
    """(rows,), 1 on a public holiday, else 0.

    Example:
        >>> days = np.arange("2024-12-24", "2024-12-28", dtype="datetime64[D]")
        >>> column(days, "DE").tolist()
        [0.0, 1.0, 1.0, 0.0]
    """
    days = times.astype("datetime64[D]")
    years = np.unique(days[~np.isnat(days)].astype("datetime64[Y]").astype(int) + 1970)
    return np.isin(days, dates(country, years.tolist())).astype(np.float64)


def country_of(name: str) -> str | None:
    """The country of a column of holidays; `None` for any other column.

    Example:
        >>> country_of(TITLE.format("DE")), country_of("price")
        ('DE', None)
    """
    before, after = TITLE.split("{}")
    inner = name.removeprefix(before).removesuffix(after)
    return inner if name == TITLE.format(inner) else None


def countries(dataset: Dataset) -> dict[str, str]:
    """By column of holidays that a dataset reads, in however many rows ahead, its country."""
    bases = dict.fromkeys(base for base, _ in dataset.ahead.values())
    return {base: country for base in bases if (country := country_of(base)) is not None}


def added(frame: pd.DataFrame, time: str | None, country: str | None) -> pd.DataFrame:
    """The frame with a column of holidays, if a country is asked for.

    Args:
        frame: (rows, columns).
        time: the column with the times, or `None`.
        country: its code.

    Raises:
        DataError: if the times are no dates, or the rows further apart than days of a week.
    """
    if country is None:
        return frame
    if time is None or "weekday" not in calendar_columns.meaningful(frame[time].to_numpy()):
        raise DataError(
            "Holidays are for rows with dates that lie at most a few days apart.", "holidays", None
        )
    return frame.assign(**{TITLE.format(country): column(frame[time].to_numpy(), country)})


def named(data: Data) -> tuple[str, ...]:
    """The column of holidays that an experiment asks for, if it does."""
    return () if data.holidays is None else (TITLE.format(data.holidays),)
