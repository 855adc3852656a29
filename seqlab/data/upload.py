"""A stranger's file -> a table, with a finding for everything that had to be assumed or changed.

The way of a file: bytes -> text (`encoding`) -> records (`dialect`, `records`) -> a rectangle of
named columns (`head`, `extras`, `outline`) -> what each column holds (`columns`, `numerals`,
`times`) -> which one is the time (`timeline`, `order`) -> what the table is (`layout`, `texts`) ->
what is odd about its values (`quality`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reading import columns as column_types
from seqlab.data.reading import encoding, layout, order, quality, texts, timeline
from seqlab.data.reading.columns import Column
from seqlab.data.reading.foreign import UploadError, refuse_foreign, refuse_markup
from seqlab.data.reading.layout import Kind, Layout
from seqlab.data.reading.outline import outline
from seqlab.data.reading.records import read as read_records
from seqlab.data.reading.timeline import Timeline
from seqlab.data.reading.wording import shown
from seqlab.experiment import Finding

__all__ = ["Table", "UploadError", "read_table"]

MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class Table:
    """What was read from a file.

    Attributes:
        frame: one row a record, in order of time; numbers as float64 (NaN where missing), dates
            as datetime64, everything else as text.
        findings: what was assumed, changed or noticed, with line numbers.
        kind: "series" (rows are time steps), "wide" (one sequence a row), "long" (sequences below
            each other, with an id), "text" (texts with labels) or "pairs" (two columns of text).
        numeric: the columns of numbers that can be target or input, in the order of the file.
        time: the column with the time, or `None`.
        label: the column with classes, or `None`.
        sequence_id: the column that tells sequences apart, or `None`.
        delimiter: the character between cells, " " for runs of blanks, `None` for one column.
        encoding: the Python codec that reads the bytes.
        lines: for each row of `frame`, the line of the file on which it starts.
    """

    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    kind: Kind
    numeric: tuple[str, ...]
    time: str | None
    label: str | None
    sequence_id: str | None
    delimiter: str | None
    encoding: str
    lines: NDArray[np.int64]


def read_table(
    data: bytes,
    name: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    header: int | None = None,
    time: str | None = None,
) -> Table:
    """Reads a file of separated values, however it is written.

    Args:
        data: the bytes of the file.
        name: its name, for messages only; it is never used as a path.
        encoding: a Python codec, if the guess is wrong.
        delimiter: one character, " " for runs of blanks, "" for a single column.
        decimal: "." or ",".
        header: the number of header rows, 0 for none.
        time: the column to take the time from, "" for none.

    Raises:
        UploadError: if the file cannot be used, with one sentence that says why.
    """
    try:
        return _read(data, encoding, delimiter, decimal, header, time)
    except UploadError:
        raise
    except Exception as error:  # a stranger's file must never end in a traceback
        raise UploadError(
            f"{shown(name)} could not be understood ({type(error).__name__}). Save it as a plain "
            "CSV file with one header line."
        ) from error


def _read(
    data: bytes,
    codec: str | None,
    delimiter: str | None,
    decimal: str | None,
    header: int | None,
    time: str | None,
) -> Table:
    if len(data) > MAX_BYTES:
        raise UploadError(
            f"This file has {len(data) / 2**20:,.0f} MB; at most {MAX_BYTES // 2**20} MB are read. "
            "Keep a part of the rows or columns."
        )
    if not data.strip(b" \t\r\n\0"):
        raise UploadError("This file is empty: it has no rows of data.")
    if decimal not in (None, ".", ","):
        raise UploadError(f"The decimal sign must be a point or a comma, got {decimal!r}.")
    refuse_foreign(data)
    text, codec, findings = encoding.decode(data, codec)
    refuse_markup(text)
    records, found = read_records(text, delimiter)
    findings += found
    grid, found = outline(records, header)
    findings += found
    columns, notes = column_types.classify(grid, decimal, records.delimiter)
    lines = np.array(grid.lines, dtype=np.int64)

    if time is None and (found_words := texts.words(columns, grid.lines)):
        shape, found = found_words
        frame = pd.DataFrame({c.name: pd.Series(c.cells, dtype="str") for c in columns})
        return _table(frame, findings + found, shape, None, records.delimiter, codec, lines)

    line, found = timeline.find(columns, grid.lines, time)
    findings += notes + found
    shape, found = layout.numbers(columns, line, grid.lines, grid.named)
    findings += found
    turn = None
    if line is not None:
        ids = next((c.cells for c in columns if c.name == shape.sequence_id), None)
        turn, sorted_line, found = order.sort(line, ids, grid.lines)
        findings += found
        frame = _frame(columns, line)
        line = sorted_line
    else:
        frame = _frame(columns, None)
    if turn is not None:
        frame = frame.iloc[turn].reset_index(drop=True)
        lines = lines[turn]
    findings += quality.inspect(frame, shape.numeric, lines, line, shape.sequence_id, shape.kind)
    return _table(frame, findings, shape, line, records.delimiter, codec, lines)


def _frame(columns: list[Column], line: Timeline | None) -> pd.DataFrame:
    """The columns as pandas likes them; the time takes the place of the column it came from."""
    series: dict[str, object] = {}
    for column in columns:
        if line is not None and column.name == line.replaces:
            series[line.name] = line.values
        elif column.moments is not None:
            series[column.name] = column.moments.values
        elif column.kind in ("number", "truth"):
            series[column.name] = column.values
        elif column.kind == "empty":
            series[column.name] = np.full(len(column.cells), np.nan)
        else:
            series[column.name] = pd.array([cell or None for cell in column.cells], dtype="str")
    return pd.DataFrame(series)


def _table(
    frame: pd.DataFrame,
    findings: list[Finding],
    shape: Layout,
    line: Timeline | None,
    delimiter: str | None,
    codec: str,
    lines: NDArray[np.int64],
) -> Table:
    return Table(
        frame=frame,
        findings=tuple(findings),
        kind=shape.kind,
        numeric=tuple(shape.numeric),
        time=None if line is None else line.name,
        label=shape.label,
        sequence_id=shape.sequence_id,
        delimiter=delimiter,
        encoding=codec,
        lines=lines,
    )
