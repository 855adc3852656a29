"""What a table is, by the evidence in its values: names break ties only, in any spelling."""

import gzip
import io
import json
import zipfile
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from seqlab import Experiment, UploadError, load, read_table
from seqlab.experiment import Data

RNG = np.random.default_rng(0)
N = 120
DAYS = pd.date_range("2020-01-01", periods=N)
WAVE = np.round(10 + np.sin(np.arange(N) / 4) + 0.1 * RNG.normal(size=N), 3)


def csv(header: bool = True, **columns) -> bytes:
    return pd.DataFrame(columns).to_csv(index=False, header=header).encode()


def read(data: bytes | str, name: str = "a.csv", **changes):
    return read_table(data.encode() if isinstance(data, str) else data, name, **changes)


def dataset(table, **data):
    return load(Experiment(data=Data(source="upload", file="f", **data)), table)


def codes(table) -> set[str]:
    return {finding.code for finding in table.findings}


# What one would forecast ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "known",
    [
        np.arange(N),
        np.arange(N)[::-1],
        100 + 3 * np.arange(N),
        DAYS.dayofweek + 1,
        DAYS.month,
        np.arange(N) % 24 + 1,
        np.repeat(7, N),
        DAYS.astype("datetime64[s]").astype(np.int64),
        np.arange(N) // 40 + 1,
    ],
    ids=["counter", "down", "by three", "weekday", "month", "hour", "constant", "unix", "owner"],
)
@pytest.mark.parametrize("name", ["a", "Sales", "x9"])
def test_what_is_known_in_advance_is_no_default_target(known, name):
    table = read(csv(date=DAYS.strftime("%Y-%m-%d"), **{name: known}, b=WAVE))
    assert dataset(table).target == "b"
    assert table.numeric == (name, "b")  # still on offer, in the order of the file


def test_of_several_worth_a_forecast_the_first_is_taken():
    table = read(csv(date=DAYS.strftime("%Y-%m-%d"), b=WAVE, a=WAVE[::-1]))
    assert dataset(table).target == "b"


def test_a_code_of_a_few_numbers_comes_after_an_amount():
    table = read(csv(date=DAYS.strftime("%Y-%m-%d"), kind=np.arange(N) * 7 % 4 + 1, b=WAVE))
    assert dataset(table).target == "b"


def test_a_switch_comes_after_what_varies():
    table = read(csv(date=DAYS.strftime("%Y-%m-%d"), open=np.arange(N) * 7 % 5 // 4, b=WAVE))
    assert dataset(table).target == "b"


# Panels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["machineID", "machine_id", "MachineId", "q"])
def test_repeated_times_and_a_number_that_makes_them_unique_are_a_panel(name):
    frame = pd.concat(
        [pd.DataFrame({"when": DAYS, name: k, "volt": WAVE + k}) for k in (1, 2, 3, 4)]
    ).sort_values("when", kind="stable")
    table = read(frame.to_csv(index=False).encode())
    assert (table.kind, table.sequence_id) == ("long", name)
    found = dataset(table)
    assert found.target == "volt"
    assert len(found.x) == 4 * (N - 22)


def test_a_pair_of_columns_that_nobody_knows_by_name_makes_a_panel():
    frame = pd.concat(
        [
            pd.DataFrame({"when": DAYS[:60], "p": p, "q": q, "sold": WAVE[:60] + p - q})
            for p in (1, 2, 3)
            for q in (1, 2)
        ]
    )
    table = read(frame.to_csv(index=False).encode())
    assert table.sequence_id == "p+q"
    assert len(dataset(table).x) == 6 * (60 - 22)


def test_a_step_of_the_day_is_no_owner():
    frame = pd.DataFrame(
        [(day, step, float(w)) for day in DAYS[:3].strftime("%Y-%m-%d") for step, w in
         zip(range(1, 101), WAVE[:100], strict=True)],
        columns=["date", "period", "load"],
    )  # fmt: skip
    table = read(frame.to_csv(index=False).encode())
    assert table.kind == "series"
    assert dataset(table).target == "load"


# Rows that are no time steps -------------------------------------------------------------------


def test_rows_that_look_like_cases_are_asked_about():
    cases = csv(
        who=[f"c{i * 7919 % 997}" for i in range(N)],
        a=WAVE,
        b=WAVE[::-1],
        died=RNG.integers(0, 2, N),
    )
    assert "rows_not_steps" in codes(read(cases))
    assert "rows_not_steps" not in codes(read(cases, kind="series"))
    assert "rows_not_steps" not in codes(read(csv(date=DAYS.strftime("%Y-%m-%d"), a=WAVE)))
    assert "rows_not_steps" not in codes(read(csv(a=WAVE, b=WAVE[::-1])))


def test_columns_of_words_that_are_not_used_are_named():
    table = read(csv(date=DAYS.strftime("%Y-%m-%d"), wind=["NW", "SE", "cv"] * 40, pm=WAVE))
    (finding,) = [f for f in table.findings if f.code == "words_unused"]
    assert "wind" in finding.message


def test_windows_that_were_cut_already_are_noticed():
    lags = {f"x(t-{k})": WAVE[8 - k : N - k] for k in range(5, -1, -1)}
    assert "windows_cut" in codes(read(csv(**lags)))
    dated = {"when": DAYS[: N - 8].strftime("%Y-%m-%d")}
    named = {f"lag {k}": WAVE[8 - k : N - k] for k in range(5, -1, -1)}
    assert "lagged_columns" in codes(read(csv(**dated, **named)))
    assert "lagged_columns" not in codes(read(csv(a=WAVE, b=WAVE[::-1], c=np.sort(WAVE))))


def test_many_columns_without_a_name_may_be_rows_of_sequences():
    data = pd.DataFrame(RNG.normal(size=(40, 30)).round(3)).to_csv(index=False, header=False)
    assert "rows_or_columns" in codes(read(data))


# One sequence a row ---------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [20, 101, 130, 400])
def test_no_numbered_step_is_lost_however_many_there_are(steps):
    columns = {f"t{k}": RNG.normal(size=40).round(3) for k in range(steps)}
    table = read(csv(label=[1, 2] * 20, **columns))
    assert table.kind == "wide"
    assert dataset(table).x.shape == (40, steps, 1)


def test_lists_in_cells_are_sequences():
    rows = [list(RNG.integers(0, 9, 12)) for _ in range(40)]
    other = [list(RNG.normal(size=12).round(2)) for _ in range(40)]
    table = read(
        csv(who=[f"c{i}" for i in range(40)], seq=list(map(list_text, rows)),
            more=list(map(list_text, other)), churn=["Yes", "No"] * 20)
    )  # fmt: skip
    assert table.kind == "wide"
    found = dataset(table)
    assert found.x.shape == (40, 12, 2)
    raw = found.input_scaling.invert(found.x)
    np.testing.assert_allclose(
        np.sort(raw[:, :, 0].sum(1)), np.sort([sum(r) for r in rows]), atol=1e-3
    )


def list_text(values) -> str:
    return "[" + ", ".join(map(str, values)) + "]"


def test_a_date_in_brackets_is_no_list():
    table = read(csv(t=[f"[{d:%d/%b/%Y:%H:%M:%S} +0000]" for d in DAYS], v=WAVE))
    assert table.time == "t"


# Times ----------------------------------------------------------------------------------------


def test_a_span_of_time_counts_by_its_start():
    hours = pd.date_range("2020-03-01", periods=N + 1, freq="h")
    spans = [f"{a:%d.%m.%Y %H:%M} - {b:%d.%m.%Y %H:%M}" for a, b in pairwise(hours)]
    table = read(csv(t=spans, price=WAVE))
    assert table.frame["t"].tolist() == hours[:-1].tolist()


def test_elapsed_minutes_and_seconds_are_seconds():
    table = read(
        csv(**{"Elapsed time": [f"{i // 60}:{i % 60:02}.{i % 9}5" for i in range(N)]}, v=WAVE)
    )
    assert table.time == "Elapsed time"
    assert table.frame["Elapsed time"].iloc[61] == pytest.approx(61.75)


def test_a_date_that_repeats_and_a_clock_of_digits_are_one_time():
    clock = [f"{9 + i % 40 // 12:02}{i % 40 % 12 * 5:02}00" for i in range(N)]
    table = read(
        csv(**{"<DATE>": [20240102 + i // 40 for i in range(N)], "<TIME>": clock}, close=WAVE)
    )
    assert table.time == "<DATE>+<TIME>"
    assert table.kind == "series"


def test_a_comma_inside_the_dates_is_mended():
    lines = ["Date,Price"] + [f"{d:%b %d}, {d.year},{w}" for d, w in zip(DAYS, WAVE, strict=True)]
    table = read("\n".join(lines))
    assert "date_split" in codes(table)
    assert table.frame["Date"].tolist() == DAYS.tolist()


def test_years_down_and_months_across_are_one_series():
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    grid = WAVE.reshape(10, 12)
    lines = [f"year,{','.join(months)}"]
    lines += [f"{1950 + i},{','.join(map(str, row))}" for i, row in enumerate(grid)]
    table = read("\n".join(lines))
    assert table.frame["value"].tolist() == WAVE.tolist()
    assert table.frame["month"].iloc[13] == pd.Timestamp("1951-02-01")
    assert "months_across" in codes(table)


# Rows and names -------------------------------------------------------------------------------


def test_a_row_of_words_below_the_header_is_no_time_step():
    text = csv(date=DAYS.strftime("%m/%d/%Y"), a=WAVE).decode().replace("\n", "\nTransform:,5\n", 1)
    table = read(text)
    assert len(table.frame) == N
    assert "not_a_row" in codes(table)


def test_where_a_log_begins_anew_its_lines_of_words_are_left_out():
    half = [f"{8 + i // 60:02}:{i % 60:02}:00,{w},{w + 1}" for i, w in enumerate(WAVE)]
    text = "\n".join(["time,a,b", *half[:60], "Logging to:", "b.csv", "time,a,b", *half[60:]])
    table = read(text)
    assert (len(table.frame), table.time) == (N, "time")


def test_a_header_that_numbers_the_columns_of_pandas_is_a_header():
    table = read(pd.Series(WAVE, index=range(1850, 1850 + N)).to_csv())
    assert len(table.frame) == N
    assert table.frame[table.time].iloc[0] == 1850


def test_rows_that_are_numbered_may_have_a_cell_more_than_the_header():
    lines = ["date,temp,count"] + [f"{i + 1},{d:%Y-%m-%d},{w},{int(w)}" for i, (d, w) in
                                   enumerate(zip(DAYS, WAVE, strict=True))]  # fmt: skip
    table = read("\n".join(lines))
    assert table.time == "date"
    assert dataset(table).target == "temp"


def test_codes_of_digits_and_letters_stay_words():
    holiday = ["0", "0", "0", "0", "0", "a"] * 20
    table = read(csv(date=DAYS.strftime("%Y-%m-%d"), holiday=holiday, v=WAVE))
    assert table.numeric == ("v",)
    assert table.frame["holiday"].tolist() == holiday


def test_a_semicolon_that_ends_each_line_belongs_to_no_cell():
    lines = [f"{i},{w},{w + 1:.3f};" for i, w in enumerate(WAVE)]
    table = read("\n".join(["i,a,b;", *lines]))
    assert table.frame["b"].tolist() == [float(f"{w + 1:.3f}") for w in WAVE]
    assert "line_ends" in codes(table)
    assert "line_ends" not in codes(read(csv(a=WAVE, b=WAVE).decode().replace(",", ";")))


def test_a_small_table_above_the_data_is_left_out():
    body = csv(time=DAYS.strftime("%Y-%m-%d"), warm=WAVE, wet=WAVE[::-1]).decode()
    table = read("latitude,longitude,height,zone,short\n52.5,13.4,38.0,GMT,GMT\n\n" + body)
    assert table.numeric == ("warm", "wet")
    assert (len(table.frame), table.time) == (N, "time")
    assert "small_table" in codes(table)


# Texts ----------------------------------------------------------------------------------------

WORDS = ["good", "bad", "fine", "poor", "great", "awful", "nice", "mean", "calm", "loud"]
TEXTS = [" ".join(WORDS[(i * k) % 10] for k in (1, 3, 7, 9)) + f" {i}" for i in range(60)]
FEELINGS = ["joy", "anger", "fear"] * 20


def test_lines_of_a_text_and_a_label_are_a_table():
    table = read("\n".join(f"{t};{f}" for t, f in zip(TEXTS, FEELINGS, strict=True)), "a.txt")
    assert (table.kind, table.label) == ("text", "column 2")
    assert "lines_are_rows" in codes(table)
    assert read("\n".join(TEXTS), "a.txt").kind == "corpus"


def test_labels_of_fasttext_are_labels():
    table = read(
        "\n".join(f"__label__{f} {t}" for t, f in zip(TEXTS, FEELINGS, strict=True)), "a.txt"
    )
    assert table.kind == "text"
    assert set(table.frame[table.label]) == {"joy", "anger", "fear"}


def test_a_table_of_texts_may_have_any_number_of_columns():
    table = read(
        csv(header=False, a=[0, 4] * 30, b=10_000 + np.arange(60) * 3, c=["NO_QUERY"] * 60,
            d=[f"user{i % 9}" for i in range(60)], e=TEXTS)
    )  # fmt: skip
    assert (table.kind, table.label, table.texts) == ("text", "column 1", ("column 5",))
    assert "one_text_one_label" in codes(table)


def test_of_two_delimiters_the_one_without_empty_columns_cuts():
    bases = ["".join("acgt"[(i * k) % 4] for k in range(1, 30)) + f"a{'c' * i}" for i in range(40)]
    lines = [f"{'+-'[i % 2]},S{i},\t\t{base}" for i, base in enumerate(bases)]
    table = read("\n".join(lines), "a.data")
    assert (table.kind, table.label, table.texts) == ("text", "column 1", ("column 3",))


def test_a_series_with_a_column_of_notes_stays_a_series():
    table = read(csv(date=DAYS[:60].strftime("%Y-%m-%d"), v=WAVE[:60], note=TEXTS))
    assert table.kind == "series"


# Notations of the trade ------------------------------------------------------------------------


def test_arff():
    text = "% by hand\n@RELATION x\n@ATTRIBUTE 'a b' NUMERIC\n@ATTRIBUTE c REAL\n@DATA\n"
    text += "\n".join(f"{w},{w + 1:.3f}" for w in WAVE)
    table = read(text, "a.arff")
    assert table.numeric == ("a b", "c")
    assert table.frame["a b"].tolist() == WAVE.tolist()
    assert table.lines[0] == 6


@pytest.mark.parametrize("dimensions", [1, 2])
def test_an_archive_of_time_series(dimensions):
    series = RNG.normal(size=(40, dimensions, 15)).round(3)
    lines = ["# comment", "@problemName X", "@univariate true", "@classLabel true 0 1", "@data"]
    lines += [
        ":".join([*(",".join(map(str, part)) for part in one), str(i % 2)])
        for i, one in enumerate(series)
    ]
    table = read("\n".join(lines), "a.ts")
    found = dataset(table, scaling="none")
    assert found.x.shape == (40, 15, dimensions)
    assert found.goal.classes == ("0", "1")


def test_fasta():
    lines = [f">S{i}|{i % 2}|x\n{'ACGT'[i % 4] * 5}\n{'GATTACA'}" for i in range(40)]
    for name in ("a.fasta", "a.txt"):
        table = read("\n".join(lines), name)
        assert table.frame["sequence"].iloc[0].split() == [*"AAAAAGATTACA"]
        assert table.frame["label"].value_counts().tolist() == [20, 20]
    with pytest.raises(UploadError, match="FASTA"):
        read("\n".join(f">S{i}\nACGTTT" for i in range(9)), "a.fasta")


def test_json_lines():
    lines = [
        json.dumps({"t": f"{d:%Y-%m-%d}", "v": float(w)}) for d, w in zip(DAYS, WAVE, strict=True)
    ]
    table = read("\n".join(lines), "a.jsonl")
    assert (table.time, table.numeric) == ("t", ("v",))
    assert table.frame["v"].tolist() == WAVE.tolist()


def test_a_serial_monitor():
    lines = ["23:50:00.100 -> Hello"]
    lines += [f"{'23' if i < 9 else '00'}:{(50 + i) % 60:02}:01.1 -> {w},{i % 7}"
              for i, w in enumerate(WAVE[:19])]  # fmt: skip
    table = read("\n".join(lines), "a.txt")
    assert len(table.frame) == 19
    assert table.time == "column 1"


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_one_packed_file_is_unpacked(pack):
    plain = csv(date=DAYS.strftime("%Y-%m-%d"), a=WAVE)
    table = read(packed(plain, pack), f"a.csv.{pack}")
    assert table.frame.equals(read(plain).frame)


def packed(data: bytes, how: str) -> bytes:
    if how == "gzip":
        return gzip.compress(data)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/a.csv", data)
    return file.getvalue()


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_a_bomb_is_refused_by_its_size(pack):
    with pytest.raises(UploadError, match="more than 20 MB"):
        read(packed(b"0" * 30_000_000, pack), "a.csv.gz")


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08broken", b"PK\x03\x04broken"])
def test_a_damaged_package_is_refused(data):
    with pytest.raises(UploadError, match="damaged"):
        read(data, "a.zip")


def test_numbers_that_do_not_fit_their_header_are_no_running_text():
    rows = [" ".join(f"{w + k:.2f}" for k in range(9)) for w in WAVE]
    with pytest.raises(UploadError, match="The header has 6 names"):
        read("\n".join(["Time (s), a ppm, b ppm", *rows]), "a.txt")


# Workbooks and Parquet -------------------------------------------------------------------------


def workbook(**sheets: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="openpyxl") as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False, startrow=2, startcol=1)
    return file.getvalue()


FRAME = pd.DataFrame({"day": DAYS, "a": WAVE, "on": [True, False] * 60})


def test_the_fullest_sheet_of_a_workbook_is_read():
    table = read(workbook(notes=FRAME.head(3), data=FRAME), "a.xlsx")
    assert (table.time, table.kind) == ("day", "series")
    assert table.frame["a"].tolist() == WAVE.tolist()
    assert table.frame["day"].tolist() == DAYS.tolist()
    (finding,) = [f for f in table.findings if f.code == "workbook"]
    assert "notes" in finding.message
    assert finding.level == "warning"


def test_another_sheet_can_be_chosen():
    other = FRAME.assign(a=-WAVE).head(40)
    book = workbook(first=other, second=FRAME)
    table = read(book, "a.xlsx")
    assert (table.sheets, table.sheet) == (("second", "first"), "second")
    chosen = read(book, "a.xlsx", sheet="first")
    assert chosen.sheet == "first"
    assert chosen.frame["a"].tolist() == (-WAVE[:40]).tolist()
    assert "as you chose" in chosen.findings[0].message
    with pytest.raises(UploadError, match="no sheet called “third”"):
        read(book, "a.xlsx", sheet="third")


def test_a_fuller_sheet_without_a_table_is_passed_over():
    words = pd.DataFrame({f"w{i}": [f"line {i} {j}" for j in range(100)] for i in range(8)})
    table = read(workbook(manual=words, data=FRAME), "a.xlsx")
    assert table.sheet == "data"
    assert "“manual”, holds no table" in table.findings[0].message


def test_a_parquet_file_is_read():
    file = io.BytesIO()
    FRAME.to_parquet(file)
    table = read(file.getvalue(), "a.parquet")
    assert table.frame["a"].tolist() == WAVE.tolist()
    assert table.time == "day"


def test_what_is_damaged_or_empty_is_refused():
    book, file = workbook(data=FRAME), io.BytesIO()
    FRAME.to_parquet(file)
    with pytest.raises(UploadError, match="no filled cells"):
        read(workbook(data=pd.DataFrame()), "a.xlsx")
    with pytest.raises(UploadError, match="Parquet"):
        read(file.getvalue()[:200] + file.getvalue()[-8:], "a.parquet")
    broken = book.replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml")
    with pytest.raises(UploadError, match=r"workbook|ZIP"):
        read(broken, "a.xlsx")


def test_a_workbook_that_unpacks_to_far_too_much_is_refused(monkeypatch):
    from seqlab.data.reader.bytes import workbooks

    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 100)
    with pytest.raises(UploadError, match="far too large"):
        read(workbook(data=FRAME), "a.xlsx")
