"""The bundled real series. Sources and licences: `bundled/ATTRIBUTION.md`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "bundled"


@dataclass(frozen=True)
class Series:
    """One bundled series: its file, its columns, and where it comes from."""

    file: str
    time: str
    target: str
    title: str
    source: str


SERIES: dict[str, Series] = {
    "sunspots": Series(
        file="sunspots_yearly.csv",
        time="year",
        target="sunspots",
        title="Yearly sunspot numbers, 1700 to 2008",
        source="SIDC Brussels, via statsmodels (public domain)",
    ),
}


@cache
def read(name: str) -> pd.DataFrame:
    """The table of a bundled series; treat it as read-only, it is shared.

    Raises:
        KeyError: if there is no such series.
    """
    return pd.read_csv(FOLDER / SERIES[name].file)
