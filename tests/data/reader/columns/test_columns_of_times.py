"""Dates and times as offices, log files and people of many countries write them."""

import numpy as np
import pandas as pd
import pytest

from seqlab.data.upload import read_table
from tests.data.reader.files import DAYS, HOURS, WAVE, N, text, told, warnings

MONTHS = pd.date_range("2018-01-01", periods=N, freq="MS")
QUARTERS = pd.date_range("2010", periods=N, freq="QS")
FRENCH = [
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]
GERMAN = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
RUSSIAN = [
    "янв.",
    "фев.",
    "мар.",
    "апр.",
    "мая",
    "июн.",
    "июл.",
    "авг.",
    "сен.",
    "окт.",
    "ноя.",
    "дек.",
]


def dated(name, cells, expected, codes="", header="date,value", sep=","):
    return pytest.param(
        text(cells, WAVE, header=header, sep=sep), expected, set(codes.split()), id=name
    )


def shifted(hours):
    return HOURS - pd.Timedelta(hours=hours)


TIMES = [
    dated(
        "quarter",
        [f"{2010 + i // 4}Q{i % 4 + 1}" for i in range(N)],
        QUARTERS,
        "quarters",
    ),
    dated(
        "short-quarter",
        [f"Q{i % 4 + 1}-{10 + i // 4}" for i in range(N)],
        QUARTERS,
        "quarters",
    ),
    dated(
        "french-quarter",
        [f"T{i % 4 + 1} {2010 + i // 4}" for i in range(N)],
        QUARTERS,
        "quarters",
    ),
    dated(
        "quarter-first",
        [f"{i % 4 + 1}Q{2010 + i // 4}" for i in range(N)],
        QUARTERS,
        "quarters",
    ),
    dated(
        "german-week",
        [f"KW {i + 1:02d}/2018" for i in range(N)],
        pd.date_range("2018-01-01", periods=N, freq="7D"),
        "iso_weeks",
    ),
    dated(
        "iso-week-day",
        [f"2018-W{i + 1:02d}-3" for i in range(N)],
        pd.date_range("2018-01-03", periods=N, freq="7D"),
        "iso_weeks",
    ),
    dated(
        "french-months",
        [f"{FRENCH[d.month - 1]} {d.year}" for d in MONTHS],
        MONTHS,
        "",
        "mois;valeur",
        ";",
    ),
    dated(
        "german-months",
        [f"{GERMAN[d.month - 1]} {d.year}" for d in MONTHS],
        MONTHS,
        "",
        "Monat;Wert",
        ";",
    ),
    dated(
        "german-days",
        [f"{d.day}. {GERMAN[d.month - 1]} {d.year}" for d in DAYS],
        DAYS,
        "",
        "Tag;Wert",
        ";",
    ),
    dated(
        "spanish-days",
        [f"{d.day} de {['enero', 'febrero'][d.month - 1]} de {d.year}" for d in DAYS],
        DAYS,
        "",
        "fecha;valor",
        ";",
    ),
    dated(
        "russian-days",
        [f"{d.day} {RUSSIAN[d.month - 1]} {d.year}" for d in DAYS],
        DAYS,
        "",
        "Дата,Значение",
    ),
    dated("korean-days", [f"{d.year}년 {d.month}월 {d.day}일" for d in DAYS], DAYS),
    dated("short-months", [f"{d:%b-%y}" for d in MONTHS], MONTHS, "two_digit_years"),
    dated("imf-months", [f"{d:%YM%m}" for d in MONTHS], MONTHS),
    dated("compact-months", [f"{d:%Y%m}" for d in MONTHS], MONTHS),
    dated(
        "fiscal-years",
        [f"FY{1990 + i}" for i in range(N)],
        pd.date_range("1990", periods=N, freq="YS"),
        "years_read",
    ),
    dated(
        "seasons",
        [f"{1980 + i}/{(81 + i) % 100:02d}" for i in range(N)],
        pd.date_range("1980", periods=N, freq="YS"),
        "years_read",
    ),
    dated(
        "no-year", [f"{d:%d-%b}" for d in DAYS], pd.date_range("2000-01-01", periods=N), "no_year"
    ),
    dated(
        "syslog",
        [f"{d:%b %d %H:%M:%S}" for d in HOURS],
        pd.date_range("2000-01-01", periods=N, freq="h"),
        "no_year",
    ),
    dated("apache", [f"[{d:%d/%b/%Y:%H:%M:%S} +0000]" for d in HOURS], HOURS),
    dated("javascript", [f"{d:%a %b %d %Y %H:%M:%S} GMT+0100 (CET)" for d in HOURS], shifted(1)),
    dated("ctime", [f"{d:%a %b %d %H:%M:%S} {d.year}" for d in HOURS], HOURS),
    dated("unix-date", [f"{d:%a %b %d %H:%M:%S} EST {d.year}" for d in HOURS], shifted(-5)),
    dated("zone-name", [f"{d:%Y-%m-%d %H:%M:%S} CET" for d in HOURS], shifted(1)),
    dated("java-zone", [f"{d:%Y-%m-%dT%H:%M:%S}+01:00[Europe/Berlin]" for d in HOURS], shifted(1)),
    dated("half-hour-zone", [f"{d:%Y-%m-%d %H:%M}+0530" for d in HOURS], shifted(5.5)),
    dated(
        "epoch-with-fraction", [1577836800 + i * 3600.0 for i in range(N)], HOURS, "", "ts,value"
    ),
    dated(
        "not-understood",
        [f"令和2年{d.month}月{d.day}日" for d in DAYS],
        None,
        "time_not_understood",
    ),
]


@pytest.mark.parametrize(("data", "expected", "codes"), TIMES)
def test_times(data, expected, codes):
    table = read_table(data.encode(), "times.csv")
    assert warnings(table) == codes, told(table)
    assert len(table.frame) == N
    if expected is None:
        assert table.time is None
        return
    found = table.frame[table.time].to_numpy("datetime64[us]")
    np.testing.assert_array_equal(found, expected.to_numpy("datetime64[us]"))


@pytest.mark.parametrize(
    ("header", "row", "step"),
    [
        ("date,hour,v", lambda d: (f"{d:%Y-%m-%d}", d.hour), "h"),
        ("Date,Hr,Min,v", lambda d: (f"{d:%d.%m.%Y}", d.hour, d.minute), "h"),
        ("year,doy,v", lambda d: (d.year, d.day_of_year), "D"),
        ("year,doy,hour,v", lambda d: (d.year, d.day_of_year, d.hour), "h"),
        ("Year,Month,v", lambda d: (d.year, f"{d:%B}"), "MS"),
        ("when,v", lambda d: (f"{d:%d/%m/%Y-%H:%M}",), "h"),
        ("when,v", lambda d: (f"{d:%Y.%m.%d.}",), "D"),
        ("datum,v", lambda d: (f"{d.day} {['januari', 'februari'][d.month - 1]} {d.year}",), "D"),
    ],
)  # fmt: skip
def test_times_in_pieces(header, row, step):
    times = pd.date_range("2020-01-01", periods=N, freq=step)
    rows = [",".join(map(str, (*row(d), x))) for d, x in zip(times, WAVE, strict=True)]
    table = read_table("\n".join([header, *rows]).encode(), "x")
    found = table.frame[table.time].to_numpy("datetime64[us]")
    np.testing.assert_array_equal(found, times.to_numpy("datetime64[us]"))
    assert table.numeric == ("v",), told(table)


@pytest.mark.parametrize("word", ["Hello", "Martin", "Decision", "Junior", "Septic", "Maybe"])
def test_a_word_that_begins_like_a_month_is_none(word):
    lines = [f'"{word}, {i}","Bonjour, {i}"' for i in range(10, 50)]
    table = read_table("\n".join(["english,french", *lines]).encode(), "x")
    assert table.kind == "pairs"
