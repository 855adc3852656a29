"""Damaged workbooks, Parquet, packed and JSON files: a Table or an UploadError, within limits."""

import gzip
import io
import json
import time
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqlab.data.upload import Table, UploadError, read_table

MOST_SECONDS = 5.0  # of processor time for one of these small files
FRAME = pd.DataFrame(
    {
        "day": pd.date_range("2024-01-01", periods=40),
        "level": np.round(np.sin(np.arange(40) / 3), 3),
        "kind": ["low", "high"] * 20,
    }
)
CSV = FRAME.to_csv(index=False).encode()


def written(write, *args, **how) -> bytes:
    file = io.BytesIO()
    write(file, *args, **how)
    return file.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


WORKBOOK = written(FRAME.to_excel, index=False)
FILES = {
    "a.xlsx": WORKBOOK,
    "a.parquet": written(FRAME.to_parquet),
    "a.csv.gz": gzip.compress(CSV, mtime=0),
    "a.zip": zipped({"inner.csv": CSV}),
    "a.json": FRAME.astype(str).to_json(orient="records").encode(),
    "a.jsonl": FRAME.astype(str).to_json(orient="records", lines=True).encode(),
    "a.npz": written(np.savez, x=np.zeros((6, 5, 2)), y=np.arange(6) % 2),
}
# A change: where (a share of the length), how many bytes go, and what comes in their place.
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 60), st.binary(max_size=12)), min_size=1, max_size=6
)
SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def changed(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for share, gone, new in changes:
        at = int(share * len(data))
        data = data[:at] + new + data[at + gone :]
    return data


def survives(data: bytes, name: str) -> None:
    start = time.process_time()
    try:
        assert isinstance(read_table(data, name), Table)
    except UploadError as error:
        said = str(error)
    else:
        said = "It was read, so there is nothing to say."
    assert len(said) > 20
    assert "Traceback" not in said
    assert time.process_time() - start < MOST_SECONDS


@pytest.mark.parametrize("name", FILES)
def test_whole_files_are_read(name):
    assert isinstance(read_table(FILES[name], name), Table)


@pytest.mark.parametrize("name", FILES)
@SETTINGS
@given(changes=CHANGES)
def test_bytes_that_are_lost_changed_or_added(name, changes):
    survives(changed(FILES[name], changes), name)


@SETTINGS
@given(which=st.integers(0, 20), changes=CHANGES)
def test_a_workbook_whose_parts_are_damaged_before_they_are_packed(which, changes):
    parts = members(WORKBOOK)
    name = list(parts)[which % len(parts)]
    survives(zipped({**parts, name: changed(parts[name], changes)}), "a.xlsx")


@SETTINGS
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=40,
    )
)
def test_any_json_document(document):
    survives(json.dumps(document).encode(), "a.json")


# A workbook can hold no control characters.
CELLS = st.none() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["C"]))


@settings(SETTINGS, max_examples=10)
@given(rows=st.lists(st.lists(CELLS, max_size=4), max_size=8))
def test_any_cells_in_a_workbook_and_in_parquet(rows):
    frame = pd.DataFrame(rows).astype("str")
    frame.columns = [f"c{i}" for i in range(frame.shape[1])]
    survives(written(frame.to_parquet), "a.parquet")
    survives(written(frame.to_excel, index=False), "a.xlsx")


def test_a_cell_in_the_last_corner_does_not_fill_the_memory():
    parts = members(WORKBOOK)
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", far).encode()
    survives(zipped(parts), "a.xlsx")


def test_a_long_text_that_parquet_holds_once_and_repeats_is_refused():
    text = pa.array(["x" * 1_000_000])
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(5_000, np.int32)), text)
    table = pa.table({"text": column, "v": np.arange(5_000.0)})
    data = written(lambda file: pq.write_table(table, file))
    assert len(data) < 2_000_000
    with pytest.raises(UploadError, match="far too large"):
        read_table(data, "a.parquet")
