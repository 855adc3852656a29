"""Excel workbooks and Parquet files -> the text of a table, within bounds.

openpyxl and pyarrow read them; what the columns mean is then found out as for any CSV.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.bytes.packed import ZIP
from seqlab.data.reader.wording import count, hint, names, shown, warning
from seqlab.experiment import Finding

PARQUET = b"PAR1"
MOST_UNPACKED = 200 * 2**20  # bytes of a workbook's parts together
MOST_CELLS = 5_000_000


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook or a Parquet file.

    Attributes:
        name: of the sheet; "" for Parquet.
        text: the table as CSV.
        findings: what was read, and what was left out.
    """

    name: str
    text: str
    findings: list[Finding]


def sheets(data: bytes, wanted: str | None = None) -> list[Sheet] | None:
    """The filled sheets, the fullest first; `None` if the file is no workbook and no Parquet.

    Args:
        data: the bytes of the file.
        wanted: the name of a sheet that was chosen: it comes first.

    Raises:
        UploadError: if it is damaged, too large, has no table, or no such sheet.
    """
    if data.startswith(PARQUET) and data.endswith(PARQUET):
        return [Sheet("", *_parquet(data))]
    if data.startswith(ZIP) and _is_workbook(data):
        return _workbook(data, wanted)
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


def _workbook(data: bytes, wanted: str | None) -> list[Sheet]:
    """The sheets with filled cells, those with the most first."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise UploadError(
                "Unpacked, this workbook is far too large. Save the sheet that matters as CSV."
            )
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        read = {sheet.title: _rows(sheet) for sheet in book.worksheets}
        book.close()
    except UploadError:
        raise
    except Exception as error:  # whatever a stranger's workbook makes the library raise
        raise UploadError(
            "This Excel workbook is damaged or locked. Open it in a spreadsheet program and save "
            "the sheet as CSV."
        ) from error
    filled = {name: cells for name, rows in read.items() if (cells := _filled(rows))}
    if not filled:
        raise UploadError("This Excel workbook has no filled cells.")
    if wanted is not None and wanted not in filled:
        raise UploadError(
            f"There is no sheet called {shown(wanted)} with filled cells. There is: "
            f"{names(filled)}."
        )
    order = sorted(filled, key=lambda name: (name != wanted, -filled[name]))
    fullest = max(filled, key=lambda name: filled[name])
    return [
        Sheet(name, _text(_trimmed(read[name])), [_told(name, fullest, list(filled), wanted)])
        for name in order
    ]


def _told(name: str, fullest: str, filled: list[str], wanted: str | None) -> Finding:
    """Which sheet was read, and which ones were not."""
    others = [each for each in filled if each != name]
    if not others:
        return hint("workbook", f"Read from the sheet {shown(name)} of an Excel workbook.")
    left = f"{names(others)} left out"
    if wanted is not None:
        return hint("workbook", f"Read from the sheet {shown(name)}, as you chose; {left}.")
    why = (
        f"the fullest of {count(len(filled), 'sheet')}"
        if name == fullest
        else f"since the fuller one, {shown(fullest)}, holds no table that can be used"
    )
    return warning(
        "workbook",
        f"Read from the sheet {shown(name)}, {why}; {left}. Another one can be chosen under "
        "“Sheet”.",
    )


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
    filled = [i for i, row in enumerate(rows) if any(value is not None for value in row)]
    if not filled:
        return []
    used = {j for i in filled for j, value in enumerate(rows[i]) if value is not None}
    left, right = min(used), max(used) + 1
    return [row[left:right] for row in rows[: filled[-1] + 1]]


def _written(table: Any) -> int:  # noqa: ANN401
    """How many bytes the texts of an Arrow table take, each written out."""
    import pyarrow as arrow
    import pyarrow.compute as compute

    total = 0
    for column in table.columns:
        for chunk in column.chunks:
            if arrow.types.is_dictionary(chunk.type):
                lengths = compute.binary_length(chunk.dictionary)
                total += compute.sum(compute.take(lengths, chunk.indices)).as_py() or 0
    return total


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
        words = [
            field.name
            for field in file.schema_arrow
            if arrow.types.is_string(field.type) or arrow.types.is_binary(field.type)
        ]
        # Each different text once: a small file may repeat a long one a million times.
        file = parquet.ParquetFile(io.BytesIO(data), read_dictionary=words)
        table = file.read()
        if _written(table) > MOST_UNPACKED:
            raise UploadError(
                "Unpacked, the texts of this Parquet file are far too large. Keep a part of its "
                "rows or columns."
            )
    except (arrow.ArrowException, OSError, ValueError) as error:
        if isinstance(error, UploadError):
            raise
        raise UploadError(
            "This Parquet file is damaged. Write it again, or save it as CSV."
        ) from error
    header = [tuple(map(str, table.column_names))]
    body = zip(*(column.to_pylist() for column in table.columns), strict=True)
    sentence = f"Read from a Parquet file: {count(rows, 'row')}, {count(columns, 'column')}."
    return _text([*header, *body]), [hint("parquet", sentence)]
