"""Numbers, names and layouts as spreadsheets and offices of many countries write them."""

import math

import numpy as np
import pandas as pd
import pytest

from seqlab.data.upload import read_table
from tests.data.reader.files import DAYS, HOURS, WAVE, N, text, told, warnings

ISO = [f"{d:%Y-%m-%d}" for d in DAYS]


def valued(name, cells, expected, codes="", data=None, sep=","):
    file = data or text(ISO, cells, sep=sep, header=f"date{sep}value")
    return pytest.param(file, expected, set(codes.split()), id=name)


def but(value, *at):
    return [value if i in at else number for i, number in enumerate(WAVE)]


MILLIONS = [round(x * 123_456.78, 2) for x in WAVE]
NUMBERS = [
    valued("swiss", [f"{x:,.2f}".replace(",", "’") for x in MILLIONS], MILLIONS),
    valued(
        "french",
        [f"{x:,.2f}".replace(",", "\u202f").replace(".", ",") for x in MILLIONS],
        MILLIONS,
        sep=";",
    ),
    valued(
        "fortran", [f"{x:.4E}".replace("E", "D") for x in WAVE], [float(f"{x:.4e}") for x in WAVE]
    ),
    valued(
        "arabic-digits",
        [f"{x}".translate({48 + d: 0x660 + d for d in range(10)}) for x in WAVE],
        WAVE,
    ),
    valued("excel-text", [f'="{x}"' for x in WAVE], WAVE),
    valued(
        "a-formula-left",
        [f"=SUM(A{i})" if i == 5 else x for i, x in enumerate(WAVE)],
        but(np.nan, 5),
        "not_a_number",
    ),
    valued(
        "eurostat", [":" if i == 5 else x for i, x in enumerate(WAVE)], but(np.nan, 5), "missing"
    ),
    valued(
        "too-large",
        ["1e300" if i == 5 else x for i, x in enumerate(WAVE)],
        but(np.nan, 5),
        "infinite",
    ),
    valued(
        "thousands-and-millions",
        [f"{x:.1f}{'KM'[i % 2]}" for i, x in enumerate(WAVE)],
        [float(f"{x:.1f}") * (1e3, 1e6)[i % 2] for i, x in enumerate(WAVE)],
        "scaled",
    ),
    valued(
        "names-above-an-odd-row",
        WAVE,
        WAVE,
        "totals",
        text(ISO, WAVE).replace("value\n", "value\nmeasured\n"),
    ),
    valued(
        "quoted-lines",
        WAVE,
        WAVE,
        data="\n".join(['"date,value"', *(f'"{d},{x}"' for d, x in zip(ISO, WAVE, strict=True))]),
    ),
    valued(
        "markdown",
        WAVE,
        WAVE,
        "comments",
        "| date | value |\n|---|---|\n"
        + "\n".join(f"| {d} | {x} |" for d, x in zip(ISO, WAVE, strict=True)),
    ),
    valued(
        "pandas-index", WAVE, WAVE, "", text(range(N), ISO, WAVE, header="Unnamed: 0,date,value")
    ),
    valued("blank-lines-between", WAVE, WAVE, "", text(ISO, WAVE, end="\n\n")),
    valued("two-tables", WAVE, WAVE, "footer", text(ISO, WAVE) + "\n\nstation,lat\nA,5\nB,6\n"),
]


@pytest.mark.parametrize(("data", "expected", "codes"), NUMBERS)
def test_numbers(data, expected, codes):
    table = read_table(data.encode(), "numbers.csv")
    assert warnings(table) == codes, told(table)
    values = table.frame["value"].to_numpy()
    np.testing.assert_allclose(values, expected, rtol=1e-12)
    assert table.time == "date"
    assert table.numeric == ("value",)


def test_a_unit_row_of_a_dash_adds_nothing_to_the_name():
    table = read_table(text(ISO, WAVE, header="date,temp\n-,degC").encode(), "x")
    assert (table.time, table.numeric) == ("date", ("temp degC",))


def test_cells_below_their_columns():
    rows = [f"{d}  {x:6.2f}  {x / 2:5.1f}" for d, x in zip(ISO, WAVE, strict=True)]
    rows[0] = f"{ISO[0]}          {7.5:5.1f}"
    table = read_table("\n".join(["date        value   temp", *rows]).encode(), "x")
    assert np.isnan(table.frame["value"][0])
    assert table.frame["temp"][0] == 7.5
    assert "line 2" in told(table)


def test_blanks_inside_cells_are_no_delimiter():
    hours = [f"{d:%Y-%m-%d %H:%M}" for d in HOURS]
    table = read_table(
        text(hours, WAVE, ["é"] * N, header="date,value,note").encode("latin-1"), "x"
    )
    assert table.delimiter == ","
    assert table.time == "date"


@pytest.mark.parametrize(
    ("codec", "word"),
    [("cp850", "Zürich"), ("koi8-r", "Москва и область"), ("cp1251", "Москва")],
)
def test_older_encodings(codec, word):
    table = read_table(text(ISO, WAVE, [word] * N, header="date,value,city").encode(codec), "x")
    assert table.frame["city"][0] == word, told(table)


def test_features_of_a_wide_table_and_which_column_is_the_class():
    rows = range(30)
    columns = {
        f"{f}_{t}": [round(math.sin(r + t), 2) for r in rows] for f in "xy" for t in range(9)
    }
    named = pd.DataFrame(
        {"who": [f"p{r}" for r in rows]} | columns | {"group": ["ab"[r % 2] for r in rows]}
    )
    table = read_table(named.to_csv(index=False).encode(), "x")
    assert (table.kind, table.label, len(table.numeric)) == ("wide", "group", 18)
    swapped = named[["group", *columns, "who"]]
    assert read_table(swapped.to_csv(index=False).encode(), "x").label == "group"


def test_years_as_names_need_not_follow_each_other():
    rows = [f"Land {r}," + ",".join(str(r * 10 + c) for c in range(9)) for r in range(12)]
    names = "country," + ",".join(str(year) for year in range(1950, 2040, 10))
    table = read_table("\n".join([names, *rows]).encode(), "x")
    assert list(table.frame)[1:3] == ["1950", "1960"]
    assert len(table.frame) == 12


def test_tab_pairs_with_a_third_column():
    lines = [f"Go {i}.\tVa {i} !\tCC-BY 2.0 #{i}" for i in range(40)]
    table = read_table("\n".join(lines).encode(), "fra.csv")
    assert (table.kind, table.texts) == ("pairs", ("column 1", "column 2"))
    assert "neither of the two texts" in told(table)


@pytest.mark.parametrize("label", ["ab", "12"])
@pytest.mark.parametrize("header", [False, True])
def test_sequences_of_different_lengths_in_rows(label, header):
    rows = [[label[r % 2], *(x + r for x in WAVE[: 8 + r % 13])] for r in range(40)]
    lines = [",".join(map(str, row)) for row in rows]
    if header:
        lines.insert(0, "label," + ",".join(f"t{t}" for t in range(20)))
    table = read_table("\n".join(lines).encode(), "x")
    assert table.kind == "wide", told(table)
    assert table.label == ("label" if header else "column 1")
    assert "ragged" in warnings(table)
    assert len(table.frame) == 40
    steps = [name for name in table.numeric if name != table.label]
    assert table.frame[steps].notna().sum(axis=1).tolist() == [len(row) - 1 for row in rows]


def test_two_ids_together():
    rows = [(s, q, t, math.sin(s + q + t)) for s in range(4) for q in range(3) for t in range(9)]
    frame = pd.DataFrame(rows, columns=["subject", "trial", "t", "x"])
    table = read_table(frame.to_csv(index=False).encode(), "x")
    assert (table.kind, table.sequence_id, table.numeric) == ("long", "subject+trial", ("x",))
    assert table.frame["subject+trial"].nunique() == 12
    alone = read_table(frame.to_csv(index=False).encode(), "x", sequence_id="subject")
    assert alone.sequence_id == "subject"


def test_units_and_cycles_without_names():
    rows = [f"{u} {c} {math.sin(c):.4f} 100.0" for u in range(1, 6) for c in range(1, 20 + u)]
    table = read_table("\n".join(rows).encode(), "train_FD001.txt")
    assert (table.kind, table.sequence_id, table.time) == ("long", "column 1", "column 2")
    assert table.numeric == ("column 3", "column 4")


def test_three_lines_of_names_as_pandas_writes_them():
    lines = ["Price,Close,High", "Ticker,AAPL,AAPL", "Date,,"]
    lines += [f"{d},{x},{x + 1}" for d, x in zip(ISO, WAVE, strict=True)]
    table = read_table("\n".join(lines).encode(), "x")
    assert (table.time, table.numeric) == ("Date", ("Close AAPL", "High AAPL"))
    assert len(table.frame) == N


def test_lines_above_the_names_that_a_spreadsheet_filled_up():
    above = '"Report: sales, by day",,\nGenerated,2020-05-05,\n,,\n'
    table = read_table((above + text(ISO, WAVE, WAVE, header="date,value,temp")).encode(), "x")
    assert (table.time, table.numeric) == ("date", ("value", "temp"))
    assert "lines 1 to 3" in told(table)


def test_classes_that_differ_in_capitals_alone():
    columns = {f"t{t}": [math.sin(r + t) for r in range(30)] for t in range(12)}
    labels = {"label": [("Walk", "walk", "run")[r % 3] for r in range(30)]}
    table = read_table(pd.DataFrame(columns | labels).to_csv(index=False).encode(), "x")
    assert "“Walk” and “walk”" in told(table)


def header_in(codec, header, word="x"):
    return text(ISO, WAVE, [word] * N, header=header).encode(codec)


@pytest.mark.parametrize(
    ("codec", "header", "word"),
    [
        ("cp1252", "date,Größe,ort", "Köln"),
        ("cp1250", "datum,średnia łączna,miejsce", "Łódź"),
        ("iso8859-2", "datum,průměr,město", "Plzeň příští"),
        ("cp1254", "tarih,sıcaklık,şehir", "İstanbul"),
        ("iso8859-7", "ημερομηνία,τιμή,πόλη", "Αθήνα"),
        ("cp1255", "תאריך,ערך,עיר", "חיפה"),
        ("cp1256", "تاريخ,قيمة,مدينة", "القاهرة"),
        ("cp874", "วันที่,ค่า,เมือง", "กรุงเทพ"),
        ("mac_roman", "date,température,ville", "Nîmes"),
        ("cp932", "日付,気温,備考", "晴れ"),
        ("euc_jp", "日時,値,備考", "x"),
        ("big5", "日期,溫度,備註", "x"),
        ("cp949", "날짜,기온,지역", "서울"),
        ("koi8-r", "дата,значение,город", "Москва"),
        ("utf-16-be", "date,température,ville", "Nîmes"),
        ("utf-32-le", "date,température,ville", "Nîmes"),
    ],
)
def test_an_encoding_is_known_by_a_few_words(codec, header, word):
    table = read_table(header_in(codec, header, word), "x")
    assert list(table.frame) == header.split(","), table.encoding
    assert warnings(table) == {"encoding_assumed"}
    assert table.numeric == (header.split(",")[1],)


ROWS = list(zip(ISO, WAVE, strict=True))
PLAIN = text(ISO, WAVE)


def odd(name, data, codes, says="", expected=None, numeric=("value",), time="date"):
    return pytest.param(data, set(codes.split()), says, expected or WAVE, numeric, time, id=name)


ODD = [
    odd("colon", PLAIN.replace(",", ":"), "delimiter_assumed", ": was taken"),
    odd("control-character", PLAIN.replace(",", "\x01"), "delimiter_assumed", "U+0001"),
    odd("line-separators", PLAIN.replace("\n", "\u2028"), "", "U+2028"),
    odd("zero-width", PLAIN.replace(",", "\u200b,"), "", "invisible"),
    odd("types-below", PLAIN.replace("value\n", "value\ndatetime,float\n"), "types_row", "Line 2"),
    odd(
        "subtotals",
        PLAIN.replace(f"\n{ISO[7]}", f"\nSubtotal,99\n{ISO[7]}"),
        "totals",
        "line 9",
    ),
    odd("row-count", f"{PLAIN}(36 rows)\n", "footer", "line 38"),
    odd("groups-above", text(ISO, WAVE, WAVE, header="Place,A,A\ndate,low,high"), "header_rows",
        "lines 1 and 2", numeric=("A low", "A high")),
    odd("nameless", text(WAVE, ISO, WAVE, header="value,date,"), "nameless", "column 3",
        numeric=("value", "column 3")),
    odd("stuck", text(ISO, [*WAVE[:12], *[7.5] * 14, *WAVE[26:]]), "stuck", "from line 14",
        [*WAVE[:12], *[7.5] * 14, *WAVE[26:]]),
    odd("lost-point", text(ISO, [*WAVE[:9], 12345, *WAVE[10:]]), "outlier", "line 11",
        [*WAVE[:9], 12345, *WAVE[10:]]),
    odd("angles", PLAIN.replace("date,value", "<DATE>,<VALUE>"), "", numeric=("<VALUE>",),
        time="<DATE>"),
    odd("text-before", "kind,date,value\n" + "".join(f",{a},{b}\n" for a, b in ROWS).replace(
        ",2020", "_result,2020"), "", ),
    odd("thousand-or-not", text(ISO, [f"{x:.3f}" for x in WAVE], sep=";", header="date;value"),
        "points", "set the decimal sign"),
    odd("date-and-number", "".join(f"{a} {b}\n" for a, b in ROWS),
        "delimiter_assumed header_missing", numeric=("column 2",), time="column 1"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "codes", "says", "expected", "numeric", "time"), ODD)
def test_odd_files(data, codes, says, expected, numeric, time):
    table = read_table(data.encode(), "odd.csv")
    assert warnings(table) == codes, told(table)
    assert says in told(table)
    assert (table.numeric, table.time) == (numeric, time)
    np.testing.assert_allclose(table.frame[numeric[0]], expected)


def test_years_are_names_above_other_numbers():
    table = read_table(text(WAVE, WAVE[::-1], header="2019,2020").encode(), "x")
    assert table.numeric == ("2019", "2020")


def test_pairs_without_names_keep_their_first_line():
    lines = [f"good morning {i}|guten Morgen {i}" for i in range(30)]
    assert len(read_table("\n".join(lines).encode(), "x").frame) == 30


def test_a_line_is_told_once_for_a_cell_that_is_missing():
    rows = [f"{day:%Y-%m-%d},{v},{v}" for day, v in zip(DAYS, WAVE, strict=True)]
    rows[3] = rows[3].rsplit(",", 1)[0]  # a cell too few
    rows[5] = f"{DAYS[5]:%Y-%m-%d},none at all,1"
    rows[7] = f"{DAYS[7]:%Y-%m-%d},,1"
    table = read_table("\n".join(["day,a,b", *rows]).encode(), "a.csv")
    said = [f.message for f in table.findings]
    assert [sum(f"line {n}" in message for message in said) for n in (5, 7, 9)] == [1, 1, 1]
    assert [m for m in said if m.startswith("Missing")] == [
        "Missing values: 1 more in “a” (line 9)."
    ]


def test_words_alone_between_the_rows_are_no_time_step():
    rows = [f"{day:%Y-%m-%d},{v},{v}" for day, v in zip(DAYS, WAVE, strict=True)]
    table = read_table(
        "\n".join(["day,a,b", *rows[:20], "power cut", *rows[20:]]).encode(), "a.csv"
    )
    assert len(table.frame) == N
    assert [f.message for f in table.findings if "22" in f.message] == [
        "1 line between the data left out (line 22): “power cut” is no time step."
    ]
