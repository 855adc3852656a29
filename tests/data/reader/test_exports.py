"""Kinds of files that instruments, offices and programs write, each made here."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from seqlab import Experiment, load, read_table
from seqlab.data.reader.roles import targets
from seqlab.experiment import Data

RNG = np.random.default_rng(12)
WAVE = np.round(10 + np.sin(np.arange(120) / 7) + 0.1 * RNG.normal(size=120), 2)
DAYS = pd.date_range("2021-01-01", periods=120)


def lines(*columns, sep=",") -> str:
    return "".join(sep.join(map(str, row)) + "\n" for row in zip(*columns, strict=True))


def read(text: str, name: str = "a.csv", encoding: str = "utf-8"):
    return read_table(text.encode(encoding), name)


def codes(table) -> set[str]:
    return {finding.code for finding in table.findings}


def message(table, code: str) -> str:
    return next(finding.message for finding in table.findings if finding.code == code)


# Lines around the data ------------------------------------------------------------------------


def test_a_total_without_a_date_below_dated_rows_is_left_out():
    table = read("day,users\n" + lines(DAYS.strftime("%m/%d/%y"), WAVE) + ",12345\n")
    assert len(table.frame) == 120
    assert "12345" in message(table, "footer")


def test_a_missing_date_among_others_is_no_total():
    days = DAYS.strftime("%Y-%m-%d").tolist()
    days[50] = days[-1] = ""
    assert len(read("day,users\n" + lines(days, WAVE)).frame) == 120


def test_another_table_below_the_data_is_left_out():
    months = pd.date_range("2010-01-01", periods=60, freq="MS").strftime("%Y%m")
    years = [f"  {year}" for year in range(2010, 2015)]
    head = ",Mkt-RF,SMB\n"
    text = head + lines(months, WAVE[:60], WAVE[60:])
    text += "\n Annual Factors: January-December \n" + head + lines(years, WAVE[:5], WAVE[5:10])
    table = read(text)
    assert (table.kind, table.time, len(table.frame)) == ("series", "row", 60)
    assert table.frame["row"].iloc[[0, -1]].dt.strftime("%Y-%m").tolist() == ["2010-01", "2014-12"]
    assert "from line 63 on" in message(table, "other_table")


def test_the_same_header_above_rows_of_the_same_form_is_a_restart():
    part = "t,v\n" + lines(range(10, 60), WAVE[:50])
    assert "repeated_header" in codes(read(part + part))


@pytest.mark.parametrize(
    ("above", "header"),
    [
        (["[Header]", "Version\t5.97", "Date\t2021/05/04", "", "[Trace]", "Interval\t500"], "t\tV"),
        (["Measurement", "Reader\t2", "Sign\t.", "***End***", "Samples\t100"], "t\tV\tComment"),
    ],
    ids=["sections", "a-name-too-many"],
)
def test_names_stand_below_lines_of_words_and_values(above, header):
    table = read(
        "\n".join([*above, header, ""]) + lines(np.arange(120) / 1000, WAVE, sep="\t"), "a.lvm"
    )
    assert (table.time, table.numeric, len(table.frame)) == ("t", ("V",), 120)
    assert "preamble" in codes(table)


def test_rows_before_the_first_time_are_no_steps():
    days = DAYS.strftime("%Y-%m-%d %H:%M").tolist()
    text = "no,time,event,who,glucose\n1,,FirstName,Ann,\n2,,LastName,Doe,\n3,,Device,,\n"
    text += lines(range(4, 124), days, ["EGV"] * 120, [""] * 120, WAVE)
    table = read(text)
    assert (table.kind, table.time, len(table.frame)) == ("series", "time", 120)
    assert "Lines 2 to 4 below the header have no time" in message(table, "not_a_row")


# Names ----------------------------------------------------------------------------------------


def test_numbers_of_detectors_are_names():
    table = read(",773869,767541\n" + lines(DAYS.strftime("%Y-%m-%d"), WAVE, WAVE[::-1]))
    assert (table.time, table.numeric) == ("row", ("773869", "767541"))
    assert len(table.frame) == 120


def test_a_first_row_without_a_time_is_no_header():
    days = ["", *DAYS.strftime("%Y-%m-%d")[1:]]
    whole = (100 * WAVE).astype(int)
    assert len(read(lines(days, whole, whole[::-1])).frame) == 120


def test_steps_that_count_from_1_behind_words_are_names():
    rows = [f"N{k},{60 - k},18,MICRO," + ",".join(map(str, WAVE[k : 60 + k])) for k in range(20)]
    head = "Series,N,NF,Category," + ",".join(map(str, range(1, 61)))
    table = read("\n".join([head, *rows]))
    assert (table.kind, table.sequence_id, table.label) == ("wide", "Series", None)
    assert table.numeric == tuple(map(str, range(1, 61)))


def test_a_merged_cell_counts_for_all_its_rows():
    days = [cell for day in DAYS[:60].strftime("%Y-%m-%d") for cell in (day, "")]
    table = read("date,ticker,close\n" + lines(days, ["AAPL", "MSFT"] * 60, WAVE))
    assert (table.kind, table.sequence_id, len(table.frame)) == ("long", "ticker", 120)
    assert table.frame["date"].notna().all()
    assert "each 2 rows" in message(table, "filled_down")


def test_a_sensor_of_half_the_rate_is_not_filled_down():
    half = [cell for value in WAVE[:60] for cell in (value, "")]
    assert "filled_down" not in codes(read("slow,fast\n" + lines(half, WAVE)))


# Times ----------------------------------------------------------------------------------------


def test_months_with_a_point_are_no_fractions():
    months = pd.date_range("2010-01-01", periods=120, freq="MS")
    cells = [f"{month.month}.{month.year}" for month in months]
    table = read(
        "Měsíc;Průměrná teplota;Srážky\n" + lines(cells, WAVE, WAVE, sep=";"), encoding="cp1250"
    )
    assert (table.time, table.encoding) == ("Měsíc", "cp1250")
    assert table.frame["Měsíc"].tolist() == months.tolist()
    prices = read("price,n\n" + lines([f"{1 + i % 12}.{2010 - i}" for i in range(120)], WAVE))
    assert "price" in prices.numeric


def test_a_length_of_time_beside_each_day_is_no_time_of_day():
    spans = [f"00:0{i % 6}:12" for i in range(120)]
    table = read("Date,Visits,Duration\n" + lines(DAYS.strftime("%Y-%m-%d"), WAVE, spans))
    assert (table.time, table.frame["Date"].tolist()) == ("Date", DAYS.tolist())


def test_quarters_across_are_one_series():
    rows = [
        f"{1990 + i} " + " ".join(f"{v:6.1f}" for v in WAVE[4 * i : 4 * i + 4]) for i in range(20)
    ]
    table = read("      Qtr1   Qtr2   Qtr3   Qtr4\n" + "\n".join(rows), "a.txt")
    assert (table.kind, len(table.frame)) == ("series", 80)
    assert table.frame["month"].dt.month.tolist()[:5] == [1, 4, 7, 10, 1]
    np.testing.assert_allclose(table.frame["value"], [float(f"{v:.1f}") for v in WAVE[:80]])


def test_a_code_of_year_and_week_is_the_time_of_each_item_of_each_store():
    weeks = [*range(11101, 11121), *range(11201, 11221)]
    rows = [(s, i, w, WAVE[k]) for s in "AB" for i in ("x_1", "y_2") for k, w in enumerate(weeks)]
    table = read("store_id,item_id,wm_yr_wk,price\n" + lines(*zip(*rows, strict=True)))
    assert (table.sequence_id, table.time) == ("store_id+item_id", "wm_yr_wk")
    assert table.target == "price"


def test_hours_and_minutes_beyond_a_day_are_elapsed():
    rows = [
        (p, f"{h:02}:07", m, WAVE[h]) for p in (7, 8, 9) for h in range(40) for m in ("HR", "T")
    ]
    table = read("RecordID,Time,Parameter,Value\n" + lines(*zip(*rows, strict=True)))
    assert (table.time, table.sequence_id) == ("Time", "RecordID+Parameter")
    assert table.frame["Time"].max() == 39 * 3600 + 7 * 60
    assert message(table, "elapsed").endswith("in seconds, 00:07 as hours and minutes.")


def test_names_such_as_p001_are_no_durations():
    rows = [(f"P{p:03}", day, v) for p in range(3) for day, v in zip(range(40), WAVE, strict=False)]
    table = read("patient_id,day,v\n" + lines(*zip(*rows, strict=True)))
    assert "elapsed" not in codes(table)
    assert set(table.frame["patient_id"]) == {"P000", "P001", "P002"}


# Targets --------------------------------------------------------------------------------------


def test_amounts_of_which_none_comes_twice_are_no_part_of_the_calendar():
    amounts = 1000 + np.cumsum(RNG.normal(size=120))
    assert len(set(amounts)) == 120
    table = read("day,amount,noise\n" + lines(DAYS.strftime("%Y-%m-%d"), amounts, WAVE))
    assert table.target == "amount"
    weekday = read("day,weekday,noise\n" + lines(DAYS.strftime("%Y-%m-%d"), DAYS.dayofweek, WAVE))
    assert weekday.target == "noise"
    assert targets.is_id("product_id")


# Notations ------------------------------------------------------------------------------------


def test_series_of_the_forecasting_archive():
    head = "# Dataset\n@relation x\n@attribute series_name string\n@attribute start date\n"
    head += "@frequency monthly\n@horizon 24\n@missing true\n@equallength false\n@data\n"
    rows = []
    for k in range(12):
        values = [f"{v:.2f}" for v in WAVE[: 60 + k]]
        values[k] = "?"
        rows.append(f"T{k}:1979-01-01 00-00-00:{','.join(values)}")
    table = read(head + "\n".join(rows) + "\n", "a.tsf")
    assert (table.kind, table.sequence_id, len(table.numeric)) == ("wide", "series_name", 71)
    assert table.frame["start"].iloc[0] == "1979-01-01 00-00-00"
    d = load(Experiment(data=Data(source="upload", file="f", window=12)), table)
    assert d.target == "value"


def test_records_in_records_are_columns_at_any_depth():
    out = io.StringIO()
    for day, v in zip(DAYS, WAVE, strict=True):
        record = {"at": f"{day:%Y-%m-%d}", "up": {"decoded": {"temp": v, "hum": v / 2}}}
        out.write(json.dumps(record) + "\n")
    assert read(out.getvalue(), "a.jsonl").numeric == ("up.decoded.temp", "up.decoded.hum")
