"""Excel workbooks and Parquet files -> the text of a table, within bounds.

openpyxl and pyarrow read them; what the columns mean is then found out as for any CSV.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.wording import count, hint, names, shown, warning
from seqlab.experiment import Finding

ZIP, PARQUET = b"PK\x03\x04", b"PAR1"
MOST_UNPACKED = 200 * 2**20  # bytes of a workbook's parts together
MOST_CELLS = 5_000_000


def as_text(data: bytes) -> tuple[str, list[Finding]] | None:
    """The table in a workbook or a Parquet file as CSV; `None` if it is neither.

    Raises:
        UploadError: if it is damaged, too large, or has no table.
    """
    if data.startswith(PARQUET) and data.endswith(PARQUET):
        return _parquet(data)
    if data.startswith(ZIP) and _is_workbook(data):
        return _workbook(data)
    return None


def _is_workbook(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def _text(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([map(_cell, row) for row in rows])
    return out.getvalue()


def _cell(value: Any) -> str:  # noqa: ANN401
    """A cell as one would write it into a CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        whole = value.time() == datetime.time() and value.tzinfo is None
        return value.date().isoformat() if whole else value.isoformat(sep=" ")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def _workbook(data: bytes) -> tuple[str, list[Finding]]:
    """The sheet with the most filled cells."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise UploadError(
                "Unpacked, this workbook is far too large. Save the sheet that matters as CSV."
            )
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = {sheet.title: _rows(sheet) for sheet in book.worksheets}
        book.close()
    except UploadError:
        raise
    except Exception as error:  # whatever a stranger's workbook makes the library raise
        raise UploadError(
            "This Excel workbook is damaged or locked. Open it in a spreadsheet program and save "
            "the sheet as CSV."
        ) from error
    filled = {name: _filled(rows) for name, rows in sheets.items()}
    if not any(filled.values()):
        raise UploadError("This Excel workbook has no filled cells.")
    chosen = max(filled, key=lambda name: filled[name])
    others = [name for name, cells in filled.items() if cells and name != chosen]
    if not others:
        told = hint("workbook", f"Read from the sheet {shown(chosen)} of an Excel workbook.")
    else:
        told = warning(
            "workbook",
            f"Read from the sheet {shown(chosen)}, the fullest of "
            f"{count(len(others) + 1, 'sheet')}; {names(others)} left out. To read another one, "
            "save it as a file of its own.",
        )
    return _text(_trimmed(sheets[chosen])), [told]


def _rows(sheet: Any) -> list[tuple[object, ...]]:  # noqa: ANN401
    rows: list[tuple[object, ...]] = []
    cells = 0
    for row in sheet.iter_rows(values_only=True):
        rows.append(tuple(row))
        cells += len(row)
        if cells > MOST_CELLS:
            raise UploadError(
                f"A sheet of this workbook has more than {MOST_CELLS:,} cells, the most that is "
                "read. Keep a part of its rows or columns."
            )
    return rows


def _filled(rows: list[tuple[object, ...]]) -> int:
    return sum(value is not None for row in rows for value in row)


def _trimmed(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Without the empty columns around the table, and the empty rows at its end."""
    used = [j for j in range(max(map(len, rows), default=0))
            if any(j < len(row) and row[j] is not None for row in rows)]  # fmt: skip
    if not used:
        return []
    left, right = used[0], used[-1] + 1
    while rows and not any(value is not None for value in rows[-1]):
        rows = rows[:-1]
    return [row[left:right] for row in rows]


def _parquet(data: bytes) -> tuple[str, list[Finding]]:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        rows, columns = file.metadata.num_rows, file.metadata.num_columns
        if rows * columns > MOST_CELLS:
            raise UploadError(
                f"This Parquet file has {rows * columns:,} cells; at most {MOST_CELLS:,} are read. "
                "Keep a part of its rows or columns."
            )
        table = file.read()
    except (arrow.ArrowException, OSError, ValueError) as error:
        if isinstance(error, UploadError):
            raise
        raise UploadError(
            "This Parquet file is damaged. Write it again, or save it as CSV."
        ) from error
    header = [tuple(map(str, table.column_names))]
    body = zip(*(column.to_pylist() for column in table.columns), strict=True)
    words = f"Read from a Parquet file: {count(rows, 'row')}, {count(columns, 'column')}."
    return _text([*header, *body]), [hint("parquet", words)]
