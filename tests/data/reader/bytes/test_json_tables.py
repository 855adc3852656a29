"""Tables in JSON, in each of the forms that web services and pandas write."""

import json

import numpy as np
import pandas as pd
import pytest

from seqlab import UploadError, read_table
from seqlab.data.reader.bytes import json_tables

DAYS = pd.date_range("2023-01-01", periods=40).strftime("%Y-%m-%d")
WAVE = np.round(np.sin(np.arange(40) / 3), 4)
FRAME = pd.DataFrame({"day": DAYS, "level": WAVE})
RECORDS = FRAME.to_dict("records")
INNER = [{"day": d, "sensor": {"level": w, "ok": True}} for d, w in zip(DAYS, WAVE, strict=True)]
BY_DAY = {d: {"1. level": str(w)} for d, w in zip(DAYS, WAVE, strict=True)}


def read(document: object, **how):
    return read_table(json.dumps(document, **how).encode(), "data.json")


@pytest.mark.parametrize(
    "document",
    [
        RECORDS,
        json.loads(FRAME.to_json(orient="columns")),
        json.loads(FRAME.to_json(orient="split")),
        json.loads(FRAME.to_json(orient="table")),
        FRAME.to_dict("list"),
        {"status": "ok", "count": 40, "data": RECORDS},
        {"latitude": 52.5, "units": {"level": "m"}, "daily": FRAME.to_dict("list")},
        {"meta": {"a": 1, "b": 2}, "result": {"items": RECORDS, "tags": ["x", "y"]}},
    ],
    ids=["records", "columns", "split", "table", "lists", "answer", "columns inside", "deep"],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_table_in_json_is_read(document, indent):
    table = read(document, indent=indent)
    assert (table.kind, table.time) == ("series", "day")
    assert table.frame["level"].tolist() == WAVE.tolist()
    assert table.frame["day"].tolist() == pd.to_datetime(DAYS).tolist()
    assert "json" in {finding.code for finding in table.findings}


def test_records_by_date_and_records_in_records():
    table = read({"Meta": {"1. for": "x"}, "Series (daily)": BY_DAY})
    assert table.time == "key"
    assert table.frame["1. level"].tolist() == WAVE.tolist()
    inner = read(INNER)
    assert inner.frame["sensor.level"].tolist() == WAVE.tolist()
    assert (inner.frame["sensor.ok"] == 1).all()


def test_numbers_and_rows_of_numbers():
    assert read(WAVE.tolist()).frame["value"].tolist() == WAVE.tolist()
    rows = np.stack([WAVE, WAVE[::-1]], axis=1)
    assert read(rows.tolist()).frame.to_numpy().tolist() == rows.tolist()
    named = [["day", "level"], *FRAME.to_numpy().tolist()]
    assert read(named).frame["level"].tolist() == WAVE.tolist()


def test_missing_values_and_lists_in_records():
    records = [dict(each) for each in RECORDS]
    records[3]["level"] = None
    del records[5]["level"]
    missing = np.flatnonzero(read(records).frame["level"].isna())
    assert missing.tolist() == [3, 5]
    lists = [{"id": i, "signal": [i, 2.5, 3.5, 4 + i, 5, 6, 7, 8, 9], "kind": "ab"[i % 2]}
             for i in range(20)]  # fmt: skip
    table = read(lists)
    assert (table.kind, table.label) == ("wide", "kind")


def test_where_the_table_stood_is_told():
    table = read({"status": "ok", "result": {"items": RECORDS}})
    (finding,) = [found for found in table.findings if found.code == "json"]
    assert "40 records of 2 fields, from “result > items”" in finding.message
    assert "line 2 is the first record" in finding.message


@pytest.mark.parametrize(
    "document", [{"name": "a"}, [1], [], {}, {"a": {"b": {"c": {"d": RECORDS}}}}, [[1, [2]], [3]]]
)
def test_what_is_no_table_is_refused(document):
    with pytest.raises(UploadError, match=r"JSON|empty"):
        read(document)


def test_too_many_cells_are_refused(monkeypatch):
    monkeypatch.setattr(json_tables, "MOST_CELLS", 50)
    with pytest.raises(UploadError, match="80 cells"):
        read(RECORDS)


def test_brackets_without_end_cost_no_stack():
    with pytest.raises(UploadError):
        read_table(b"[" * 100_000, "deep.json")
