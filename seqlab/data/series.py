"""The bundled real data. Sources and licences in full: `bundled/ATTRIBUTION.md`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from seqlab.choices import Calendar
from seqlab.data import calendar_columns, sequences
from seqlab.data.columns import Choice
from seqlab.data.dataset import Dataset
from seqlab.data.entry import Entry, Knob, knob
from seqlab.data.layouts.rows import from_frame
from seqlab.data.windows import NO_SEASON
from seqlab.experiment import Data

FOLDER = Path(__file__).parent / "bundled"


@dataclass(frozen=True)
class Series:
    """One bundled series.

    Attributes:
        file: its name in the folder.
        time: the column with the times.
        numeric: the columns of numbers, the default target first.
        dated: whether the time is a date.
        labels: columns of classes.
        together: whether all numbers are inputs, and not the target alone.
        period: its season in rows; 0 to look for one.
    """

    file: str
    time: str
    numeric: tuple[str, ...]
    dated: bool = True
    labels: tuple[str, ...] = ()
    together: bool = False
    period: int = 0

    @property
    def choice(self) -> Choice:
        """What its columns can be."""
        numbers, targets = self.numeric, (*self.numeric, *self.labels)
        return Choice(targets, numbers, numbers[0], numbers, self.labels, self.together)


MACRO = (
    *("unemp", "realgdp", "realcons", "realinv", "realgovt", "realdpi"),
    *("cpi", "m1", "tbilrate", "pop", "infl", "realint"),
)
SERIES: dict[str, Series] = {
    "sunspots": Series("sunspots_yearly.csv", "year", ("sunspots",), dated=False),
    "co2": Series("co2_weekly.csv", "date", ("co2",), period=52),
    "elnino": Series("elnino_sst_monthly.csv", "date", ("sst_nino12_degC",), period=12),
    "nile": Series("nile_yearly.csv", "year", ("volume",), dated=False),
    "macro": Series(
        "us_macro_quarterly.csv",
        "date",
        MACRO,
        together=True,
        period=NO_SEASON,  # seasonally adjusted
    ),
    "seattle": Series(
        "seattle_weather_daily.csv",
        "date",
        ("temp_max", "temp_min", "precipitation", "wind"),
        labels=("weather",),
        together=True,
        period=365,
    ),
}
VOWELS = "japanese_vowels_long.csv.gz"
CEPSTRA = tuple(f"lpc{i}" for i in range(1, 13))
COEFFICIENTS = Choice((), CEPSTRA, None, CEPSTRA, together=True)


@cache
def read(name: str) -> pd.DataFrame:
    """The table of a bundled series; treat it as read-only, it is shared.

    Raises:
        KeyError: if there is no such series.
    """
    entry = SERIES[name]
    return pd.read_csv(FOLDER / entry.file, parse_dates=[entry.time] if entry.dated else None)


@cache
def calendar_of(name: str) -> tuple[Calendar, ...]:
    """The parts of the calendar that tell the rows of a bundled series apart; none of a task."""
    if name not in SERIES:
        return ()
    return calendar_columns.meaningful(read(name)[SERIES[name].time].to_numpy())


@cache
def vowels_table() -> pd.DataFrame:
    """The utterances of the vowel /ae/, a row a frame; treat it as read-only, it is shared."""
    return pd.read_csv(FOLDER / VOWELS)


def vowels(data: Data) -> Dataset:
    """Which of nine men speaks? 12 cepstra a frame, 7 to 29 frames, padded on the right.

    The official parts: 270 utterances to train with, 370 to test with; these are the validation
    part here.
    """
    inputs = COEFFICIENTS.asked(data).inputs
    table = vowels_table()
    ids = table["series_id"].to_numpy()
    borders = np.flatnonzero(np.diff(ids)) + 1
    frames = np.split(table[list(inputs)].to_numpy(np.float64), borders)
    first = table.iloc[[0, *borders]]
    official = (first["split"] == "train").to_numpy()
    return sequences.classified(
        frames,
        [f"speaker {label}" for label in first["label"]],
        inputs,
        "speaker",
        data,
        split=sequences.Parts(
            np.flatnonzero(official), np.flatnonzero(~official), np.empty(0, np.int64)
        ),
    )


def _loader(name: str) -> Callable[[Data], Dataset]:
    entry = SERIES[name]

    def load(data: Data) -> Dataset:
        return from_frame(read(name), entry.time, entry.choice, data, entry.period)

    return load


def _entry(key: str, title: str, about: str, window: Knob, line: str, credit: str) -> Entry:
    entry = SERIES[key]
    return Entry(
        key,
        title,
        "Real series",
        about,
        (window, knob("horizon", "Lead time", 1, help="How many steps ahead the target lies.")),
        _loader(key),
        line,
        credit,
        choice=entry.choice,
    )


def _window(default: int) -> Knob:
    return knob("window", "Window", default, help="How many past steps the network sees.")


STATSMODELS = "public domain; taken from statsmodels.datasets 0.15.0"
ENTRIES: tuple[Entry, ...] = (
    _entry(
        "sunspots",
        "Sunspots, 1700 to 2008",
        "One number a year; the cycle takes about 11 years, but anything from 9 to 14.",
        _window(22),
        "Persistence. The cycle's length varies, so the seasonal naive forecast is soon out of "
        "step; a linear autoregression of 9 years is the rule that is hardest to beat.",
        f"World Data Center SILSO, Royal Observatory of Belgium, Brussels ({STATSMODELS})",
    ),
    _entry(
        "co2",
        "CO₂ on Mauna Loa, weekly",
        "Carbon dioxide in the air from 1958 to 2001, with 59 weeks missing; it rises, and "
        "breathes once a year.",
        _window(60),
        "Persistence is hard to beat: from week to week little changes. A year has 52.18 weeks, "
        "so the seasonal naive forecast looks back 52 and misses the rise of a year.",
        f"Keeling & Whorf, Scripps Institution of Oceanography, CDIAC ({STATSMODELS})",
    ),
    _entry(
        "elnino",
        "El Niño, monthly",
        "Sea surface temperature off Peru since 1950: the seasons, and El Niño every few years.",
        _window(14),
        "Persistence, and the seasonal naive forecast of 12 months.",
        f"National Oceanic and Atmospheric Administration, Niño 1+2 ({STATSMODELS})",
    ),
    _entry(
        "nile",
        "Nile at Aswan, yearly",
        "The river's flow from 1871 to 1970: a hundred numbers, with a break in 1898.",
        _window(5),
        "Persistence is bad here, the mean since the break is hard to beat: there is nearly no "
        "memory from year to year.",
        f"Durbin & Koopman (2001), Time series analysis by state space methods ({STATSMODELS})",
    ),
    _entry(
        "macro",
        "US economy, quarterly",
        "Twelve columns of very different scale, from 1959 to 2009; forecast unemployment.",
        _window(8),
        "Persistence. The columns are adjusted for the season, so there is no seasonal forecast.",
        f"Federal Reserve Economic Data (FRED), US Bureau of Labor Statistics ({STATSMODELS})",
    ),
    _entry(
        "seattle",
        "Weather in Seattle, daily",
        "Temperatures, rain and wind from 2012 to 2015; forecast tomorrow's warmth, or choose the "
        "target “weather” to foretell its class.",
        _window(14),
        "Persistence: tomorrow is like today. For the class, the most frequent one and today's.",
        "NOAA; work of the US Government, public domain; taken from vega-datasets 3.2.1",
    ),
    Entry(
        "vowels",
        "Japanese vowels",
        "Real series",
        "Which of nine men says /ae/? 12 cepstra a frame, 7 to 29 frames, 270 utterances to learn "
        "from and the official 370 to check with.",
        (),
        vowels,
        "The most frequent speaker, and the most similar training utterance (1-nearest-neighbour).",
        "Kudo, Toyama & Shimbo (1999), UCI Machine Learning Repository, CC BY 4.0, "
        "doi 10.24432/C5NS47; changed: one long table, split column",
        choice=COEFFICIENTS,
    ),
)
