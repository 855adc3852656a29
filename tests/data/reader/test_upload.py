"""Strangers' files: each kind of ugliness once, and then random bytes.

Every file is made here. A case says what the reader must find and, exactly, which warnings come.
"""

import codecs
import csv
import gzip
import io
import json
import math
import pickle
import resource
import time
import tracemalloc
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import seqlab
from seqlab.data.reader.quality.regular import usual
from seqlab.data.upload import MAX_BYTES, Table, UploadError, read_table
from tests.clock import within_cpu_seconds

N = 60
DAYS = pd.date_range("2020-01-01", periods=N, freq="D")
ISO = [f"{d:%Y-%m-%d}" for d in DAYS]
WAVE = [round(10 + 5 * math.sin(i / 3) + i % 7 / 50, 3) for i in range(N)]
OTHER = [round(3 + 2 * math.cos(i / 5) + i % 5 / 40, 2) for i in range(N)]


def text(*columns, header="date,value", sep=",", end="\n", quote=csv.QUOTE_MINIMAL):
    """The columns as CSV text under a header line (none if it is "")."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sep, lineterminator=end, quoting=quote)
    if header:
        out.write(header + end)
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def changed(column, **cells):
    """The column with cells replaced: changed(WAVE, _3="n/a")."""
    column = list(column)
    for at, cell in cells.items():
        column[int(at[1:])] = cell
    return column


def comma(numbers):
    return [str(x).replace(".", ",") for x in numbers]


def case(name, data, warnings="", **expected):
    data = data.encode() if isinstance(data, str) else data
    expected.setdefault("rows", N)
    return pytest.param(data, set(warnings.split()), expected, id=name)


PLAIN = text(ISO, WAVE, OTHER, header="date,value,temp")
TWO = {"numeric": ("value", "temp"), "time": "date", "kind": "series"}
ONE = {"numeric": ("value",), "time": "date", "kind": "series"}
STEPS = [f"t{i}" for i in range(24)]
CURVES = [[round(math.sin(i * (1 + r % 3) / 4) + r / 90, 3) for i in range(24)] for r in range(N)]
CLASSES = [["walk", "run", "rest"][r % 3] for r in range(N)]


def wide(first=None, last=None, header=True, sep=",", label="label"):
    names = [*([label] if first else []), *STEPS, *([label] if last else [])]
    rows = [
        [*([first[r]] if first else []), *CURVES[r], *([last[r]] if last else [])] for r in range(N)
    ]
    return text(*zip(*rows, strict=True), header=sep.join(names) if header else "", sep=sep)


def long(skip=(), changes=(), label=True):
    """Sequences of 5 to 14 steps below each other."""
    rows = [
        (
            f"s{s:02d}",
            t,
            round(math.sin(s + t), 3),
            round(t / 7 + s, 3),
            "abc"[(s + (t in changes and s == 4)) % 3],
        )
        for s in range(10)
        for t in range(5 + s)
        if t not in skip
    ]
    columns = list(zip(*rows, strict=True))
    return text(*columns[: 5 if label else 4], header="id,t,x,y" + ",label" * label)


def xlsx():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 100)
        archive.writestr("xl/workbook.xml", "<workbook/>" * 100)
    return out.getvalue()


ENCODINGS = [
    case("plain", PLAIN, encoding="utf-8", delimiter=",", findings=0, **TWO),
    case("utf8-bom", codecs.BOM_UTF8 + PLAIN.encode(), encoding="utf-8-sig", **TWO),
    case("utf16-bom", PLAIN.encode("utf-16"), encoding="utf-16", **TWO),
    case("utf16-be-bom", codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), encoding="utf-16", **TWO),
    case("utf32", PLAIN.encode("utf-32"), encoding="utf-32", **TWO),
    *(
        case(f"{codec}-no-bom", PLAIN.encode(codec), "encoding_assumed", encoding=codec, **TWO)
        for codec in ("utf-16-le", "utf-16-be")
    ),
    *(
        case(
            f"{codec}-{name}",
            text(ISO, WAVE, [note] * N, header=f"date,{name},{extra}").encode(codec),
            "encoding_assumed",
            encoding=codec,
            numeric=(name,),
            time="date",
        )
        for codec, name, extra, note in (
            ("cp1252", "prix €", "note", "“déjà” – là"),
            ("cp1252", "Größe", "note", "naïve"),
            ("gb18030", "温度", "备注", "正常"),
            ("big5", "溫度", "備註", "正常情況"),
            ("cp932", "温度", "メモ", "これはテストです"),
            ("cp949", "온도", "비고", "정상"),
            ("cp1251", "Значение", "заметка", "это нормально"),
        )
    ),
    case(
        "a-few-bad-bytes-in-utf8",
        text(ISO, WAVE, ["naïve ö ü é"] * N, header="date,value,note")
        .encode()
        .replace("ï".encode(), b"\xff", 1),
        "bad_bytes",
        encoding="utf-8",
        **ONE,
        says="line 2",
    ),
    case("nul-padding", PLAIN.encode() + bytes(512), "nul_bytes", **TWO),
    case("nul-in-cells", PLAIN.replace("2020-01-09", "2020\0-01-09"), "nul_bytes", **TWO),
    case("ctrl-z", PLAIN + "\x1a", **TWO),
    case("mac-line-ends", PLAIN.replace("\n", "\r"), **TWO),
    case("windows-line-ends", PLAIN.replace("\n", "\r\n"), **TWO),
    case("mixed-line-ends", PLAIN.replace("\n", "\r\n", 30), **TWO),
    case("no-line-end", PLAIN.rstrip(), **TWO),
]

LAYOUT_OF_LINES = [
    *(
        case(f"delimiter-{ord(sep)}", PLAIN.replace(",", sep), delimiter=sep, **TWO)
        for sep in ";\t|"
    ),
    case("sep-line", "sep=;\n" + PLAIN.replace(",", ";"), delimiter=";", **TWO),
    case("commas-and-blanks", PLAIN.replace(",", ", "), delimiter=",", **TWO),
    case(
        "aligned",
        "".join(f"{a:>12}{b:>10}{c:>9}\n" for a, b, c in csv.reader(PLAIN.splitlines())),
        "delimiter_assumed",
        delimiter=" ",
        **TWO,
    ),
    case("all-quoted", text(ISO, WAVE, OTHER, header='"date","value","temp"', quote=1), **TWO),
    case(
        "quoted-newlines",
        text(ISO, ['one\ntwo, "three"\r\nfour'] * N, WAVE, header="date,note,value"),
        line_of_second=5,
        **ONE,
    ),
    case(
        "semicolons-decimal-commas",
        text(ISO, comma(WAVE), comma(OTHER), header="date;value;temp", sep=";"),
        delimiter=";",
        first={"value": WAVE[0]},
        **TWO,
    ),
    case(
        "tabs-decimal-commas",
        text(ISO, comma(WAVE), header="date\tvalue", sep="\t"),
        delimiter="\t",
        first={"value": WAVE[0]},
        **ONE,
    ),
    case(
        "one-column-decimal-commas",
        "value\n" + "\n".join(comma(x + 0.001 for x in WAVE)),
        "decimal_comma_assumed",
        delimiter=None,
        numeric=("value",),
        first={"value": 10.001},
    ),
    case(
        "german",
        text(
            [f"{d:%d.%m.%Y}" for d in DAYS],
            [f"1.{i + 100},5" for i in range(N)],
            header="Datum;Wert",
            sep=";",
        ),
        numeric=("Wert",),
        time="Datum",
        first={"Wert": 1100.5},
        start="2020-01-01",
    ),
    case("one-column", "value\n" + "\n".join(map(str, WAVE)), delimiter=None, numeric=("value",)),
    case(
        "one-column-without-header",
        "\n".join(map(str, WAVE)),
        "header_missing",
        delimiter=None,
        numeric=("column 1",),
    ),
    case(
        "one-column-with-holes",
        "value\n" + "\n".join(map(str, changed(WAVE, _9="", _20=""))),
        "missing",
        numeric=("value",),
        says="lines 11 and 22",
    ),
    case(
        "one-row",
        ",".join(map(str, WAVE)),
        "header_missing one_row",
        kind="wide",
        rows=1,
        columns=N,
        numeric=tuple(f"column {i + 1}" for i in range(N)),
    ),
    case(
        "one-row-with-a-name",
        "temp;" + ";".join(map(str, WAVE)),
        "header_missing one_row",
        kind="wide",
        rows=1,
        columns=N + 1,
        sequence_id="column 1",
    ),
    case(
        "one-row-under-names",
        ",".join(f"t{i}" for i in range(N)) + "\n" + ",".join(map(str, WAVE)),
        "one_row",
        kind="wide",
        rows=1,
    ),
    case(
        "no-header",
        text(WAVE, OTHER, header=""),
        "header_missing",
        numeric=("column 1", "column 2"),
    ),
    case(
        "no-header-dates",
        text(ISO, WAVE, header=""),
        "header_missing",
        time="column 1",
        numeric=("column 2",),
    ),
    case("blank-lines", PLAIN.replace("\n", "\n\n"), **TWO),
    case("padded-header", PLAIN.replace("date,value,temp", " date , value,temp  "), **TWO),
    case(
        "duplicate-names",
        text(ISO, WAVE, OTHER, header="date,value,value"),
        "duplicate_names",
        numeric=("value", "value (2)"),
        time="date",
    ),
    case(
        "names-differ-in-case",
        text(ISO, WAVE, OTHER, header="date,Value,value"),
        numeric=("Value", "value"),
    ),
    case(
        "two-header-rows",
        text(ISO, WAVE, OTHER, WAVE[::-1], header=",sensor A,,sensor B\ntime,x,y,x"),
        "header_rows",
        numeric=("sensor A x", "sensor A y", "sensor B x"),
        time="time",
    ),
    case(
        "units-row",
        text(ISO, WAVE, OTHER, header="date,wind,temp\n,m/s,°C"),
        "header_rows",
        numeric=("wind m/s", "temp °C"),
        time="date",
    ),
    case(
        "preamble",
        "Station: Berlin\nExported 2021-05-01\n\n" + PLAIN,
        "preamble",
        says="lines 1 and 2",
        line_of_second=6,
        **TWO,
    ),
    case("comments", "# made by me\n#second\n" + PLAIN, "comments", says="lines 1 and 2", **TWO),
    case("hash-before-names", "# " + PLAIN, **TWO),
    case(
        "footer", PLAIN + "Total,812.5,799.1\nSource: us\n", "footer", says="lines 62 and 63", **TWO
    ),
    case("empty-rows-below", PLAIN + ",,\n,,\n", **TWO),
    case(
        "glued-files",
        PLAIN + PLAIN.replace("2020-0", "2024-0"),
        "repeated_header stretches",
        rows=2 * N,
        says="line 62",
        **{**TWO, "kind": "long", "stretches": True},
    ),
    case(
        "ragged",
        PLAIN.replace(f"{WAVE[9]},{OTHER[9]}\n", f"{WAVE[9]}\n").replace(
            f",{OTHER[40]}\n2020-02-11", f",{OTHER[40]},extra,x\n2020-02-11"
        ),
        "short_rows long_rows",
        says="line 42",
        **TWO,
    ),
    case(
        "trailing-comma-in-rows",
        PLAIN.replace("\n", ",\n").replace("temp,", "temp"),
        "trailing_delimiter",
        first={"value": WAVE[0]},
        **TWO,
    ),
    case("trailing-comma-everywhere", PLAIN.replace("\n", ",\n"), columns=3, **TWO),
    case(
        "row-names",
        text(range(1, N + 1), WAVE, OTHER, header="value,temp"),
        "row_names",
        first={"value": WAVE[0]},
    ),
    case("index-column", text(range(N), ISO, WAVE, header=",date,value"), **ONE),
    case(
        "single-quotes",
        "'date','value'\n" + "".join(f"'{d}','{x}'\n" for d, x in zip(ISO, WAVE, strict=True)),
        **ONE,
    ),
    case(
        "quotes-with-backslash",
        "date,note,value\n"
        + "".join(f'{d},"so \\"he, too\\" said",{x}\n' for d, x in zip(ISO, WAVE, strict=True)),
        columns=3,
        **ONE,
    ),
    case("rules", PLAIN.replace("\n", "\n---,---,---\n", 1), "comments", **TWO),
    case(
        "dates-as-names",
        text(
            [f"c{r}" for r in range(N)],
            *zip(*CURVES, strict=True),
            header="country," + ",".join(f"{d.month}/{d.day}/{d:%y}" for d in DAYS[:24]),
        ),
        "label_unique",
        kind="wide",
        sequence_id="country",
    ),
    case("blank-column", text(ISO, WAVE, [""] * N, header="date,value,x"), "blank_columns", **ONE),
    case(
        "years-as-names",
        text(
            [f"c{i}" for i in range(N)],
            *zip(*CURVES, strict=True),
            header="country," + ",".join(str(1990 + i) for i in range(24)),
        ),
        "label_unique",
        kind="wide",
        sequence_id="country",
        numeric=tuple(str(1990 + i) for i in range(24)),
    ),
]

NUMBERS = [
    case(
        "thousands",
        text(ISO, [f"{x * 1e5:,.2f}" for x in WAVE]),
        first={"value": WAVE[0] * 1e5},
        **ONE,
    ),
    case(
        "three-decimals-are-no-thousands",
        text(ISO, [f"{x:.3f}" for x in WAVE]),
        first={"value": WAVE[0]},
        **ONE,
    ),
    case(
        "lakh",
        text(ISO, [f"{i + 10},{i + 11},567" for i in range(N)]),
        "lakh",
        first={"value": 1011567},
        **ONE,
    ),
    case(
        "blanks-between-thousands",
        text(ISO, [f"{i + 1}\u00a0234,50" for i in range(N)], header="date;value", sep=";"),
        first={"value": 1234.5},
        **ONE,
    ),
    case("swiss", text(ISO, [f"{i + 1}'234.50" for i in range(N)]), first={"value": 1234.5}, **ONE),
    case("percent", text(ISO, [f"{x}%" for x in WAVE]), "units", first={"value": WAVE[0]}, **ONE),
    case(
        "euro-behind",
        text(ISO, [f"{x} €" for x in comma(WAVE)], header="date;value", sep=";"),
        "units",
        first={"value": WAVE[0]},
        **ONE,
    ),
    case("dollars", text(ISO, [f"${x * 1e4:,.2f}" for x in WAVE]), "units", **ONE),
    case("units", text(ISO, [f"{x} km/h" for x in WAVE]), "units", first={"value": WAVE[0]}, **ONE),
    case(
        "mixed-units",
        text(
            ISO,
            [f"{x} {'kg' if i % 2 else 'g'}" for i, x in enumerate(WAVE)],
            OTHER,
            header="date,weight,value",
        ),
        "mixed_column",
        **ONE,
    ),
    case(
        "k-and-m",
        text(ISO, [f"{x}{'K' if i % 2 else 'M'}" for i, x in enumerate(WAVE)]),
        "scaled",
        first={"value": WAVE[0] * 1e6},
        **ONE,
    ),
    case(
        "accounting",
        text(ISO, [f"({x})" if i % 2 else x for i, x in enumerate(WAVE)]),
        "accounting",
        second={"value": -WAVE[1]},
        **ONE,
    ),
    case(
        "minus-behind",
        text(ISO, [f"{x}-" if i % 2 else x for i, x in enumerate(WAVE)]),
        "accounting",
        second={"value": -WAVE[1]},
        **ONE,
    ),
    case("unicode-minus", text(ISO, [f"−{x}" for x in WAVE]), first={"value": -WAVE[0]}, **ONE),
    case(
        "full-width-digits",
        text(ISO, [str(x).translate({48 + i: 0xFF10 + i for i in range(10)}) for x in WAVE]),
        first={"value": WAVE[0]},
        **ONE,
    ),
    case("exponents", text(ISO, [f"{x:.4E}" for x in WAVE]), first={"value": WAVE[0]}, **ONE),
    case(
        "missing-words",
        text(ISO, changed(WAVE, _3="n/a", _7="-", _9="NULL", _11="")),
        "missing",
        says="lines 5, 9, 11 and 13",
        **ONE,
    ),
    case(
        "excel-errors",
        text(ISO, changed(WAVE, _3="#REF!", _7="#DIV/0!")),
        "excel_errors",
        **ONE,
    ),
    case(
        "infinity",
        text(ISO, changed(WAVE, _3="inf", _7="-Infinity", _8="1e999")),
        "infinite",
        **ONE,
    ),
    case(
        "one-bad-cell",
        text(ISO, changed(WAVE, _50="sensor off")),
        "not_a_number",
        says="line 52",
        **ONE,
    ),
    case(
        "sentinels",
        text(ISO, changed(WAVE, _3=-999, _7=-999, _30=-999)),
        "sentinel",
        says="lines 5, 9 and 32",
        **ONE,
    ),
    case("long-gap", text(ISO, WAVE[:20] + [""] * 20 + WAVE[40:]), "missing long_gap", **ONE),
    case("apostrophes", text(ISO, [f"'{x}" for x in WAVE]), first={"value": WAVE[0]}, **ONE),
    case("below-detection", text(ISO, changed(WAVE, _0="<1")), "not_a_number", **ONE),
    case("constant", text(ISO, [3.5] * N), "constant", **ONE),
    case("copies", text(ISO, WAVE, WAVE, header="date,value,temp"), **TWO),
    case(
        "codes",
        text([f"{i % 3 + 7:05d}" for i in range(N)], ISO, WAVE, header="sensor,date,value"),
        sequence_id="sensor",
        kind="long",
        numeric=("value",),
    ),
    case(
        "too-long-for-float",
        text(range(N), [2**63 + 4096 * i for i in range(N)], header="n,value"),
        "lost_digits",
        numeric=("n", "value"),
    ),
    case(
        "truth",
        text(ISO, ["True", "False", "False"] * 20, WAVE, header="date,on,value"),
        numeric=("on", "value"),
        first={"on": 1},
    ),
    case(
        "mixed-truth",
        text(ISO, ["True", "no", "0"] * 20, WAVE, header="date,flag,value"),
        "mixed_truth",
        **ONE,
    ),
    case(
        "truth-among-numbers",
        text(
            ISO, ["True" if i % 3 else x for i, x in enumerate(WAVE)], OTHER, header="date,m,value"
        ),
        "mixed_column",
        **ONE,
    ),
    case(
        "more-columns-than-rows",
        text(
            ISO,
            *([x + j for x in WAVE] for j in range(70)),
            header="date," + ",".join(f"f{j}" for j in range(70)),
        ),
        "more_columns_than_rows",
        columns=71,
    ),
]


def dates(name, cells, warnings="", start="2020-01-01", **expected):
    expected = {"time": "date", "numeric": ("value",), "start": start} | expected
    return case(f"dates-{name}", text(cells, WAVE), warnings, **expected)


DATES = [
    dates("iso-minutes", [f"{d:%Y-%m-%dT%H:%M}" for d in DAYS]),
    dates("zoned", [f"{d:%Y-%m-%d} 12:00:00+02:00" for d in DAYS], start="2020-01-01T10:00"),
    dates("zulu", [f"{d:%Y-%m-%d}T00:00:00.000Z" for d in DAYS]),
    dates("day-first", [f"{d:%d/%m/%Y}" for d in DAYS], says="13/01/2020"),
    dates("month-first", [f"{d.month}/{d.day}/{d:%y}" for d in DAYS]),
    dates("am-pm", [f"{d:%m/%d/%Y} 02:05:00 PM" for d in DAYS], start="2020-01-01T14:05"),
    dates("dotted-clock", [f"{d:%d.%m.%Y %H.%M.%S}" for d in DAYS]),
    dates(
        "two-kinds",
        [d if i % 2 else f"{DAYS[i]:%d/%m/%Y}" for i, d in enumerate(ISO)],
        "mixed_column time_not_understood",
        time=None,
        start=None,
    ),
    dates("slashed-iso", [f"{d:%Y/%m/%d}" for d in DAYS]),
    dates("compact", [f"{d:%Y%m%d}" for d in DAYS]),
    dates("compact-clock", [f"{d:%Y%m%dT%H%M%S}" for d in DAYS]),
    dates("month-names", [f"{d:%d %B %Y}" for d in DAYS]),
    dates("weekdays", [f"{d:%A, %B} {d.day}, {d.year}" for d in DAYS]),
    dates("oracle", [f"{d:%d-%b-%y}".upper() for d in DAYS], "two_digit_years"),
    dates("chinese", [f"{d.year}年{d.month}月{d.day}日" for d in DAYS]),
    dates("unix", [int(d.timestamp()) for d in DAYS]),
    dates("unix-milliseconds", [int(d.timestamp()) * 1000 for d in DAYS]),
    dates("excel", [43831 + i for i in range(N)], "excel_dates"),
    dates("months", [f"{2020 + i // 12}-{i % 12 + 1:02d}" for i in range(N)]),
    dates("month-year", [f"{pd.Timestamp(2020 + i // 12, i % 12 + 1, 1):%b %Y}" for i in range(N)]),
    dates("quarters", [f"{2020 + i // 4}-Q{i % 4 + 1}" for i in range(N)], "quarters"),
    dates(
        "iso-weeks",
        [
            "{}-W{:02d}".format(*d.isocalendar()[:2])
            for d in pd.date_range("2020-01-01", freq="7D", periods=N)
        ],
        "iso_weeks",
        start="2019-12-30",
    ),
    dates("years", [1700 + i for i in range(N)], start=1700),
    dates(
        "ambiguous",
        [f"{m:02d}/{d:02d}/2020" for m in range(1, 6) for d in range(1, 13)],
        "date_order gaps_in_time",
    ),
    dates(
        "impossible",
        changed(ISO, _9="2021-02-30", _20="0000-00-00", _30="9999-12-31"),
        "bad_dates",
        says="lines 11, 22 and 32",
    ),
    dates("unsorted", [ISO[i * 7 % N] for i in range(N)], "unsorted_time"),
    dates("newest-first", ISO[::-1], "reversed_time"),
    dates("twice", [ISO[i // 2] for i in range(N)], "duplicate_times"),
    dates(
        "gap",
        ISO[:30] + [f"{d:%Y-%m-%d}" for d in DAYS[30:] + pd.Timedelta(days=9)],
        "gaps_in_time",
        says="line 32",
    ),
    dates(
        "irregular",
        [f"{DAYS[0] + pd.Timedelta(hours=i * i % 97 + 100 * i):%Y-%m-%d %H:%M}" for i in range(N)],
        "irregular_steps",
    ),
    dates("business-days", [f"{d:%Y-%m-%d}" for d in pd.bdate_range("2020-01-01", periods=N)]),
    case(
        "date-and-time",
        text(
            [f"{d:%d/%m/%Y}" for d in DAYS[:5] for _ in range(12)],
            [f"{2 * i:02d}.00.00" for i in range(12)] * 5,
            WAVE,
            header="Date,Time,value",
        ),
        "date_order date_and_time",
        time="Date+Time",
        numeric=("value",),
        columns=3,
        start="2020-01-01",
    ),
    case(
        "date-parts",
        text(
            [d.year for d in DAYS],
            [d.month for d in DAYS],
            [d.day for d in DAYS],
            WAVE,
            header="year,month,day,value",
        ),
        "date_and_time",
        time="year+month+day",
        start="2020-01-01",
    ),
    case(
        "clock-only",
        text([f"{i // 6:02d}:{i % 6}0" for i in range(N)], WAVE, header="time,value"),
        "clock_only",
        time="time",
    ),
    case("step-with-unit", text(range(0, 20 * N, 20), WAVE, header="time_ms,v"), time="time_ms"),
    case("steps", text(range(N), WAVE, header="t,value"), time="t", numeric=("value",)),
    case("a-counter-is-no-time", text(range(N), WAVE, header="i,v"), numeric=("i", "v"), time=None),
]

LAYOUTS = [
    case("label-last", wide(last=CLASSES), kind="wide", label="label", numeric=tuple(STEPS)),
    case("label-first", wide(first=CLASSES), kind="wide", label="label", numeric=tuple(STEPS)),
    case(
        "ucr",
        wide(first=[r % 3 + 1 for r in range(N)], header=False, sep="\t"),
        "header_missing label_assumed",
        kind="wide",
        label="column 1",
        columns=25,
        numeric=tuple(f"column {i + 1}" for i in range(25)),
    ),
    case(
        "minus-one-and-one",
        wide(first=[(-1) ** r for r in range(N)]),
        kind="wide",
        label="label",
        numeric=tuple(STEPS),
    ),
    case(
        "unique-labels",
        wide(last=[f"p{r}" for r in range(N)], label="name"),
        "label_unique",
        kind="wide",
        label=None,
        sequence_id="name",
    ),
    case(
        "long",
        long(),
        kind="long",
        sequence_id="id",
        time="t",
        label="label",
        numeric=("x", "y"),
        rows=95,
    ),
    case(
        "long-without-label",
        long(label=False),
        kind="long",
        sequence_id="id",
        time="t",
        label=None,
        rows=95,
    ),
    case(
        "long-label-changes", long(changes={3}), "label_changes", kind="long", rows=95, says="s04"
    ),
    case("long-gaps", long(skip={3}), "gaps_in_time", kind="long", rows=85, says="s00"),
    case(
        "panel",
        text([s for s in "abc" for _ in range(20)], ISO[:20] * 3, WAVE, header="store,date,sales"),
        "several_series",
        kind="long",
        sequence_id="store",
        time="date",
        numeric=("sales",),
    ),
    case(
        "panel-interleaved",
        text(["x", "y", "z"] * 20, [ISO[i // 3] for i in range(N)], WAVE, header="what,date,sales"),
        "several_series",
        kind="long",
        sequence_id="what",
    ),
    case(
        "reviews",
        text(
            ["good, really\nvery good", "bad!", "", "so so"] * 15,
            ["pos", "neg", "pos", "neg"] * 15,
            header="text,label",
        ),
        "blank_texts",
        kind="text",
        label="label",
        numeric=(),
    ),
    case(
        "names-like-null",
        text(
            ["Null", "Nan", "None", "NA", "True", "Inf", "O'Brien", "123"] * 8,
            ["English", "German"] * 32,
            header="name,language",
        ),
        kind="text",
        label="language",
        rows=64,
        missing=0,
    ),
    case(
        "huge-word",
        text([f"w{i}" for i in range(59)] + ["z" * 5000], ["a", "b"] * 30, header="text,label"),
        "long_text",
        kind="text",
    ),
    case(
        "sentences-with-0-and-1",
        text(
            [f"sentence, number {i}" for i in range(N)],
            [i % 2 for i in range(N)],
            CLASSES,
            header="text,positive,site",
        ),
        kind="text",
        label="positive",
    ),
    case(
        "pairs",
        text(
            ["Go.", "I see.", "Hello, Tom."] * 20,
            ["Va !", "Je vois.", "Bonjour, Tom."] * 20,
            header="source,target",
        ),
        kind="pairs",
        numeric=(),
    ),
    case(
        "pairs-of-dates",
        text([f"{d:%d %B %Y}" for d in DAYS], ISO, header="human,iso"),
        kind="pairs",
        numeric=(),
    ),
]


@pytest.mark.parametrize(
    ("data", "warnings", "expected"),
    ENCODINGS + LAYOUT_OF_LINES + NUMBERS + DATES + LAYOUTS,
)
def test_an_ugly_file_is_read_and_the_user_is_told(data, warnings, expected):
    table = read_table(data, "ugly.csv")
    told = "\n".join(f"{f.level} {f.code}: {f.message}" for f in table.findings)
    assert {f.code for f in table.findings if f.level != "hint"} == warnings, told
    frame = table.frame
    for what, value in expected.items():
        match what:
            case "rows":
                assert len(frame) == len(table.lines) == value
            case "columns":
                assert frame.shape[1] == value
            case "findings":
                assert len(table.findings) == value, told
            case "says":
                assert value in told
            case "line_of_second":
                assert table.lines[1] == value
            case "missing":
                assert frame.isna().sum().sum() == value
            case "first" | "second":
                for name, number in value.items():
                    assert frame[name].iloc[int(what == "second")] == pytest.approx(number)
            case "start" if value is not None:
                first = frame[table.time].iloc[0]
                assert first == (value if isinstance(value, int) else pd.Timestamp(value))
            case "start":
                assert table.time is None
            case _:
                assert getattr(table, what) == value, (what, told)
    for name in table.numeric:
        assert frame[name].dtype == np.float64


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"\n \n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (bytes(1000), "empty"),
        (b"date,value\n", "no rows"),
        (b"date,value,temp", "no rows"),
        (xlsx(), "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"6" * 4096, r"\.xls"),
        (json.dumps({"name": "a", "owner": {"id": 3}}), "JSON"),
        (gzip.compress(PLAIN.encode(), mtime=0)[:40], "gzip"),
        (pickle.dumps({"a": [1, 2]}), "pickle"),
        (b"\x93NUMPY\x01\x00" + bytes(100), "NumPy"),
        (b"%PDF-1.4\n1 0 obj", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"PAR1" + bytes(50), "Parquet"),
        (b"<!DOCTYPE html><html><body>1,2</body></html>", "web page"),
        (b"<?xml version='1.0'?><a>1</a>", "XML"),
        (b"\xf5" * 20000, "binary"),
        (bytes(range(256)) * 50, "binary"),
        ("Dear team,\nhere are, as agreed,\nthe figures, or not,\n", "column of numbers"),
        (
            text(ISO, ["1_000"] * N, ["0x1F"] * N, ["1+2j"] * N, header="date,a,b,c"),
            "column of numbers",
        ),
        (text(ISO, ["ok"] * N), "column of numbers"),
        (
            text(ISO, comma(WAVE), comma(OTHER), header="date,value,temp").replace('"', ""),
            "Decimal commas",
        ),
        (PLAIN.replace("2020-01-21,", '2020-01-21,"oops'), "line 22 and never closed"),
        (
            PLAIN.replace("2020-01-21,", '2020-01-21,"').replace("2020-02-20,", '2020-02-20,"'),
            "opened on line 22",
        ),
        (wide(last=["walk"] * N), "same label"),
        ("a,b,c\n" + "1,2,3,4,5,6\n" * 30, "3 names.*6 cells"),
        (
            ",".join(["1.5"] * 10_001)
            + "\n"
            + ",".join(["2.5"] * 10_001)
            + "\n"
            + ",".join(["2.5"] * 10_001),
            "columns",
        ),
        ("1\n" * 1_000_002, "rows"),
        (b"PK\x05\x06" + bytes(40), "ZIP"),
        (b"$FL2@(#) SPSS" + bytes(40), "SPSS"),
        (b"<stata_dta>" + bytes(40), "Stata"),
        (text(ISO, [f"{'€$'[i % 2]}{x}" for i, x in enumerate(WAVE)]), "mixes units"),
        (text(ISO, WAVE, ["x" * (200_000 if i == 5 else 1) for i in range(N)]), "Line 7"),
        ("date,value\ndate,value\n", "column of numbers"),
        ("hello", "no rows"),
        ("\n".join(ISO), "column of numbers"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(data, sentence):
    data = data.encode() if isinstance(data, str) else data
    with pytest.raises(UploadError, match=sentence) as caught:
        read_table(data, "refused.csv")
    assert "could not be understood" not in str(caught.value)


def test_more_than_20_mb_are_refused_before_they_are_looked_at():
    with pytest.raises(UploadError, match="20 MB"):
        read_table(b"1\n" * (MAX_BYTES // 2 + 1), "big.csv")


def test_every_assumption_can_be_overruled():
    ambiguous = text(
        ["01/02/2020", "02/03/2020"] * 5, [f"1.{i}00" for i in range(10)], header="d;v", sep=";"
    )
    thousands = read_table(ambiguous.encode(), "x", decimal=",")
    assert thousands.frame["v"].iloc[0] == 1000
    assert read_table(ambiguous.encode(), "x", decimal=".").frame["v"].iloc[0] == 1.0
    both = read_table(PLAIN.encode(), "x", header=0)
    assert both.frame.shape == (N + 1, 3)
    assert read_table(PLAIN.encode(), "x", time="").time is None
    assert read_table(text(range(N), WAVE, header="i,v").encode(), "x", time="i").time == "i"
    assert read_table(b"v\n1,5\n2,5\n", "x", delimiter="").frame["v"].tolist() == [1.5, 2.5]
    assert read_table("é,b\n1,2\n".encode("latin-1"), "x", encoding="latin-1").numeric == ("é", "b")


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ({"encoding": "klingon"}, "encoding"),
        ({"encoding": "base64"}, "encoding"),
        ({"encoding": "rot13"}, "encoding"),
        ({"delimiter": "ab"}, "one character"),
        ({"decimal": "x"}, "`decimal`"),
        ({"time": "nowhere"}, "nowhere"),
        ({"header": 99}, "no rows"),
        ({"label": "nowhere"}, "nowhere"),
        ({"sequence_id": "nowhere"}, "nowhere"),
        ({"kind": "pairs", "label": "x", "ignored": ("date", "temp")}, "Two columns"),
        ({"kind": "long"}, "sequence id"),
        ({"kind": "cube"}, "`kind`"),
        ({"ignored": ("date", "value", "temp")}, "nothing is left"),
        ({"time": "", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_override_is_told(override, sentence):
    with pytest.raises(UploadError, match=sentence):
        read_table(PLAIN.encode(), "x", **override)


def test_a_cell_is_quoted_short_and_without_control_characters():
    nasty = "<script>alert(1)</script>\x1b[31m\u202e" + "x" * 500
    with pytest.raises(UploadError) as caught:
        read_table(text(ISO, [nasty] * N, ["b"] * N, header="date,a,b").encode(), "x")
    assert len(str(caught.value)) < 400
    assert not {"\x1b", "\u202e"} & set(str(caught.value))


def test_irregular_times_can_be_made_regular():
    times = ["2020-01-01 08:00", "2020-01-01 16:00", "2020-01-02 09:00", "2020-01-05 23:00", ""]
    rows = text(times, [1, 3, 5, 7, 9], list("aabbc"), header="time,value,note")
    table = read_table((rows + rows[16:]).encode(), "x", step="D")
    assert table.frame["time"].tolist() == list(pd.date_range("2020-01-01", periods=5))
    np.testing.assert_array_equal(table.frame["value"], [2, 5, np.nan, np.nan, 7])
    assert table.frame["note"].tolist()[:2] == ["a", "b"]
    assert table.lines.tolist()[:2] == [2, 4]
    told = "\n".join(f.message for f in table.findings)
    assert "10 rows became 5 steps of one day" in told
    assert "2 rows without a time" in told
    frame = pd.DataFrame({"id": ["a"] * 3 + ["b"] * 3, "date": ISO[:5:2] * 2, "v": range(6)})
    panel = read_table(frame.to_csv(index=False).encode(), "x", step="D", sequence_id="id")
    assert panel.frame["id"].tolist() == ["a"] * 5 + ["b"] * 5
    assert panel.frame["v"].isna().sum() == 4
    with pytest.raises(UploadError, match="longer step"):
        read_table(text(["1900-01-01", "2000-01-01"] * 5, range(10)).encode(), "x", step="min")
    assert "no_steps" in {f.code for f in read_table(b"a\n1\n2\n3\n", "x", step="D").findings}


def test_the_step_that_is_usual():
    days = pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03", "2020-02-09"]))
    assert usual(days) == "D"
    assert usual(pd.Series(pd.date_range("2020", periods=9, freq="MS"))) == "MS"
    assert usual(pd.Series([1.0, 2.0])) is None


def test_every_role_and_layout_can_be_chosen():
    series = text(ISO, WAVE, OTHER, ["ab"[i % 2] for i in range(N)], header="date,value,temp,group")
    split = read_table(series.encode(), "x", sequence_id="group")
    assert (split.kind, split.sequence_id, split.numeric) == ("long", "group", ("value", "temp"))
    labelled = read_table(series.encode(), "x", label="group")
    assert (labelled.kind, labelled.label) == ("series", "group")
    without = read_table(series.encode(), "x", ignored=("temp", "group"), time="")
    assert list(without.frame) == ["date", "value"]
    curves = wide(last=CLASSES).encode()
    assert read_table(curves, "x", kind="series").kind == "series"
    assert read_table(curves, "x", label="").label is None
    assert read_table(curves, "x", label="t3").label == "t3"
    assert read_table(long().encode(), "x", sequence_id="").kind == "series"
    assert read_table(long().encode(), "x", label_at="every step").label_at == "every step"
    row = read_table(",".join(map(str, WAVE)).encode(), "x", kind="series")
    assert row.frame["value"].tolist() == WAVE
    words = text(["a b", "c d"] * 9, ["x y", "z"] * 9, header="one,two")
    assert read_table(words.encode(), "x", kind="pairs").texts == ("one", "two")
    assert read_table(words.encode(), "x", kind="text", label="one").texts == ("two",)
    coded = read_table(text(ISO, changed(WAVE, _3=-999)).encode(), "x", codes=(-999,))
    assert math.isnan(coded.frame["value"][3])
    assert "line 5" in " ".join(f.message for f in coded.findings)
    days = text([f"0{i % 9 + 1}/02/2020" for i in range(9)], range(9))
    assert read_table(days.encode(), "x", day_first=True).frame["date"][1].day == 2
    assert read_table(days.encode(), "x", day_first=False).frame["date"][1].month == 2


def test_lines_follow_their_rows_when_these_are_sorted():
    table = read_table(text([ISO[i * 7 % N] for i in range(N)], range(N)).encode(), "x")
    assert table.frame["date"].is_monotonic_increasing
    np.testing.assert_array_equal(table.frame["value"].to_numpy() + 2, table.lines)


def test_a_table_is_public():
    assert seqlab.read_table is read_table
    assert seqlab.Table is Table
    assert issubclass(seqlab.UploadError, ValueError)


# Pieces that real files are made of, so that random files reach past the first refusal.
PIECES = st.sampled_from(
    [
        *(",;|\t\n\r\" '.-+%€()#=/:0129abT\0\\"),
        *("\r\n", "\n\n", '""', "date", "value", "label", "id", "t0", "t1", "NA", "inf", "1e999"),
        *("2020-01-01", "31/12/99", "99999999", "0000-00-00", "12:30", "True", "1,5", "1.234"),
        *(
            "Total",
            "sep=;",
            "年",
            "Ä",
            "\ufeff",
            "\u2028",
            "-999",
            "2020-W53",
            "Q1 2020",
            "9" * 400,
        ),
    ]
)
FILES = st.one_of(
    st.binary(max_size=2000),
    st.lists(PIECES, max_size=200).map(lambda pieces: "".join(pieces).encode()),
    st.lists(PIECES, max_size=200).map(lambda pieces: "".join(pieces).encode("utf-16")),
)
NOTATED = [  # notations and calendars; the ways that a log breaks off
    "".join(f"Temp: {x} C, Hum: {y} %\n" for x, y in zip(WAVE, OTHER, strict=True)),
    "".join(f"[{i}] INFO m: rpm={x} t={x + i}\n" for i, x in enumerate(WAVE)),
    "\n\n".join("EU ORG\nrejects O\ncall O" for _ in range(12)),
    "\n\n".join("\n".join(f"{x} {x + k}" for x in WAVE[k : k + 5]) for k in range(9)),
    "s,v\n" + "".join(f"{i % 20},{x}\n" for i, x in enumerate(WAVE)),
    "day," + ",".join(f"h{k}" for k in range(24)) + "\n"
    + "".join(f"{day},{','.join(map(str, range(24)))}\n" for day in ISO[:9]),
    "#group,a,b\n,t,v\n" + "".join(f",{day},{x}\n" for day, x in zip(ISO, WAVE, strict=True)),
    "".join(f"2020 {1 + i // 28} {1 + i % 28} {x}\n" for i, x in enumerate(WAVE)),
]  # fmt: skip
SEEDS = [p.values[0] for p in (*ENCODINGS[::4], *LAYOUT_OF_LINES, *NUMBERS, *DATES, *LAYOUTS)]
SEEDS += [file.encode() for file in NOTATED]


@st.composite
def mutated(draw):
    """A file of the cases above with some of its bytes replaced, doubled or taken out."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data)))
        piece = draw(st.one_of(st.binary(max_size=4), PIECES.map(str.encode)))
        data[at : at + draw(st.sampled_from([0, 0, 1, 3, 50]))] = piece
    return bytes(data)


def only_a_table_or_a_refusal(data):
    started, memory = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        table = read_table(data, "any")
    except UploadError as error:
        table, refusal = None, error
    if table is None:
        assert "could not be understood" not in str(refusal), repr(refusal.__cause__)
        assert 10 < len(str(refusal)) < 1000
    else:
        assert len(table.frame) == len(table.lines) > 0
        assert table.kind in {"series", "wide", "long", "text", "pairs"}
        assert {c for c in (table.time, table.label, table.sequence_id) if c} <= set(table.frame)
        assert table.frame.columns.is_unique
        assert all(table.frame[name].dtype == np.float64 for name in table.numeric)
        assert not np.isinf(table.frame[list(table.numeric)].to_numpy(float)).any()
    assert time.process_time() - started < 5
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory  # kB on Linux
    assert grown < 200_000


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(FILES)
@example(b"\0\0,\0\n")
@example(b'"')
@example(b"a,a\n,\n")
@example(b"sep=")
@example(b"sep=\x00\n1")
def test_random_bytes_give_a_table_or_a_refusal(data):
    only_a_table_or_a_refusal(data)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_damaged_files_give_a_table_or_a_refusal(data):
    only_a_table_or_a_refusal(data)


def test_commas_of_lakhs_are_no_grouping_where_the_comma_is_decimal():
    rows = [f"2020-01-{day:02}\t13,{day + 10}" for day in range(1, 28)]
    table = seqlab.read_table("\n".join([*rows, "2020-01-28\t0,00,746"]).encode(), "a.tsv")
    assert table.decimal == ","
    assert table.frame[table.numeric[0]].isna().sum() == 1
    assert table.frame[table.numeric[0]].iloc[0] == pytest.approx(13.11)


DOLLARS = "“$” was taken off the cells of “value” and “load”"


@pytest.mark.parametrize(
    ("dates", "number", "sep", "says"),
    [
        ("%Y-%m-%d %H:%M", "{:.3f}".format, ",", ""),
        ("%m/%d/%Y %I:%M %p", "${:,.2f}".format, ",", DOLLARS),
        ("%d.%m.%Y %H:%M", lambda x: f"{x:.2f}".replace(".", ","), ";", "decimal signs"),
    ],
    ids=["plain", "dollars", "german"],
)
def test_200_000_rows_are_read_in_a_few_seconds(dates, number, sep, says):
    minutes = pd.date_range("2015-01-01", periods=200_000, freq="5min")
    values = np.random.default_rng(0).normal(9000, 300, 200_000).round(2)
    cells = list(map(number, values))
    data = text(
        minutes.strftime(dates),
        cells,
        cells[::-1],
        header=sep.join(("t", "value", "load")),
        sep=sep,
    ).encode()
    # 1.2 to 1.8 s on a quiet machine
    table = within_cpu_seconds(6, lambda: read_table(data, "long.csv"), tries=3)
    np.testing.assert_array_equal(table.frame["value"].to_numpy(), values)
    np.testing.assert_array_equal(table.frame["t"].to_numpy(), minutes.to_numpy())
    assert says in " ".join(f.message for f in table.findings)


def test_the_fast_way_gives_the_numbers_of_the_slow_one():
    def cells(low, high):
        for i in range(low, high):
            x = (i - 900) * 12.345 + i * i * 0.01
            yield ("", "n/a", f"(${abs(x):,.2f})", f"-${abs(x):,.1f}", f"${i}.0", "$ .5")[i % 6]

    few = [cell for cell in cells(0, 1800) if cell]
    many = read_table(text(range(3000), [*few, *few][:3000], header="i,v").encode(), "x")
    slow = read_table(text(range(1500), few[:1500], header="i,v").encode(), "x")
    np.testing.assert_array_equal(many.frame["v"][:1500], slow.frame["v"])
    assert many.frame["v"].isna().sum() > 0
    assert {f.code for f in many.findings} == {f.code for f in slow.findings}


@pytest.mark.parametrize("piece", [b'"', b",", b"1", b"word ", b"\n", b'a,"b\n'])
def test_hostile_monotony_costs_neither_time_nor_memory(piece):
    data = piece * (1_000_000 // len(piece))
    tracemalloc.start()
    started = time.process_time()
    try:
        with pytest.raises(UploadError) as caught:
            read_table(data, "x")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "could not be understood" not in str(caught.value)
    assert peak < 60 * len(data)
    assert time.process_time() - started < 10  # 0.4 s without the tracing


def test_thousands_of_columns_cost_little():
    data = (",".join(map(str, WAVE * 130)) + "\n").encode()
    # 0.6 s on a quiet machine; 7 s when it was quadratic
    table = within_cpu_seconds(5, lambda: read_table(data, "x"), tries=3)
    assert table.frame.shape == (1, 7800)
