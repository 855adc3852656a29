"""More strangers' files: what spreadsheets, log files and offices of many countries write.

`test_upload` has each kind of ugliness once; these are the ones that came up afterwards.
"""

import math

import numpy as np
import pandas as pd
import pytest

from seqlab.data.upload import UploadError, read_table

N = 36
DAYS = pd.date_range("2020-01-01", periods=N, freq="D")
HOURS = pd.date_range("2020-01-01", periods=N, freq="h")
MONTHS = pd.date_range("2018-01-01", periods=N, freq="MS")
ISO = [f"{d:%Y-%m-%d}" for d in DAYS]
WAVE = [round(10 + 5 * math.sin(i / 3), 3) for i in range(N)]
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


def text(*columns, header="date,value", sep=",", end="\n"):
    rows = [sep.join(map(str, row)) for row in zip(*columns, strict=True)]
    return end.join([header, *rows] if header else rows) + end


def told(table):
    return "\n".join(f"{f.level} {f.code}: {f.message}" for f in table.findings)


def warnings(table):
    return {f.code for f in table.findings if f.level == "warning"}


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
        pd.date_range("2010", periods=N, freq="QS"),
        "quarters",
    ),
    dated(
        "short-quarter",
        [f"Q{i % 4 + 1}-{10 + i // 4}" for i in range(N)],
        pd.date_range("2010", periods=N, freq="QS"),
        "quarters",
    ),
    dated(
        "french-quarter",
        [f"T{i % 4 + 1} {2010 + i // 4}" for i in range(N)],
        pd.date_range("2010", periods=N, freq="QS"),
        "quarters",
    ),
    dated(
        "quarter-first",
        [f"{i % 4 + 1}Q{2010 + i // 4}" for i in range(N)],
        pd.date_range("2010", periods=N, freq="QS"),
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
        "german",
        [f"{x:,.2f}".translate(str.maketrans(",.", ".,")) for x in MILLIONS],
        MILLIONS,
        sep=";",
    ),
    valued(
        "blanks-between-thousands",
        [f"{x:,.0f}".replace(",", " ") for x in MILLIONS],
        [round(x) for x in MILLIONS],
        sep=";",
    ),
    valued(
        "euro-behind",
        [f"{x:.2f} EUR".replace(".", ",") for x in MILLIONS],
        MILLIONS,
        "units",
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
    valued(
        "full-width",
        [f"{x}".translate({48 + d: 0xFF10 + d for d in range(10)}) for x in WAVE],
        WAVE,
    ),
    valued("excel-text", [f'="{x}"' for x in WAVE], WAVE),
    valued(
        "a-formula-left",
        [f"=SUM(A{i})" if i == 5 else x for i, x in enumerate(WAVE)],
        but(np.nan, 5),
        "not_a_number missing",
    ),
    valued(
        "eurostat", [":" if i == 5 else x for i, x in enumerate(WAVE)], but(np.nan, 5), "missing"
    ),
    valued(
        "too-large",
        ["1e300" if i == 5 else x for i, x in enumerate(WAVE)],
        but(np.nan, 5),
        "infinite missing",
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
        "not_a_row short_rows",
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
        "r-row-names",
        WAVE,
        WAVE,
        "row_names",
        "date,value\n"
        + "\n".join(f'"{i + 1}",{d},{x}' for i, (d, x) in enumerate(zip(ISO, WAVE, strict=True))),
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


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (text(ISO, [f"{'€$'[i % 2]}{x}" for i, x in enumerate(WAVE)]), "mixes units"),
        (text(ISO, WAVE, ["x" * (200_000 if i == 5 else 1) for i in range(N)]), "Line 7"),
        ("date,value\ndate,value\n", "column of numbers"),
        ("hello", "no rows"),
        ("\n".join(ISO), "column of numbers"),
    ],
)
def test_refusals(data, sentence):
    with pytest.raises(UploadError, match=sentence):
        read_table(data.encode(), "x.csv")


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


def test_parts_of_a_date_are_no_targets():
    rows = [f"{2000 + i // 12},{i % 12 + 1},{WAVE[i]}" for i in range(N)]
    table = read_table("\n".join(["Year,Month,v", *rows]).encode(), "x")
    assert (table.time, table.numeric) == ("Year+Month", ("v",))


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


def test_years_are_names_above_other_numbers():
    table = read_table(text(WAVE, WAVE[::-1], header="2019,2020").encode(), "x")
    assert table.numeric == ("2019", "2020")


def test_pairs_without_names_keep_their_first_line():
    lines = [f"good morning {i}|guten Morgen {i}" for i in range(30)]
    assert len(read_table("\n".join(lines).encode(), "x").frame) == 30


@pytest.mark.parametrize(
    ("start", "what"),
    [(b"PK\x05\x06", "ZIP"), (b"$FL2@(#) SPSS", "SPSS"), (b"<stata_dta>", "Stata")],
)
def test_more_foreign_formats(start, what):
    with pytest.raises(UploadError, match=what):
        read_table(start + bytes(40), "x.csv")


@pytest.mark.parametrize("word", ["Hello", "Martin", "Decision", "Junior", "Septic", "Maybe"])
def test_a_word_that_begins_like_a_month_is_none(word):
    lines = [f'"{word}, {i}","Bonjour, {i}"' for i in range(10, 50)]
    table = read_table("\n".join(["english,french", *lines]).encode(), "x")
    assert table.kind == "pairs"
