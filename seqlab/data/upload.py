"""A stranger's file -> a table, with a finding for everything that had to be assumed or changed.

The way of a file: bytes -> text (`encoding`) -> records (`dialect`, `records`) -> a rectangle of
named columns (`head`, `extras`, `outline`) -> what each column holds (`columns`, `numerals`,
`times`) -> which one is the time (`timeline`, `order`) -> what the table is (`layout`, `texts`) ->
what is odd about its values (`quality`).
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.bytes import arrays as array_files
from seqlab.data.reader.bytes import encoding, notations, packed, running, workbooks
from seqlab.data.reader.bytes.arrays import Arrays
from seqlab.data.reader.bytes.foreign import UploadError, refuse_foreign, refuse_markup
from seqlab.data.reader.cells.outline import outline
from seqlab.data.reader.cells.records import Records
from seqlab.data.reader.cells.records import read as read_records
from seqlab.data.reader.columns import typed as column_types
from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.quality import oddities as quality
from seqlab.data.reader.quality import regular
from seqlab.data.reader.roles import layout, months_across, order, owners, texts, timeline
from seqlab.data.reader.roles.shape import Layout, NoNumbersError
from seqlab.data.reader.roles.timeline import Timeline
from seqlab.data.reader.wording import count, hint, names, on_lines, shown, warning
from seqlab.experiment import ExperimentError, Finding, Kind, ParseOptions

__all__ = ["Arrays", "Table", "UploadError", "read_table"]

MAX_BYTES = 20 * 1024 * 1024
MOST_CELLS = 5_000_000  # of a table whose rows are filled up; a full table may have more


@dataclass(frozen=True, eq=False)
class Table:
    """What was read from a file.

    Attributes:
        frame: one row a record, in order of time; numbers as float64 (NaN where missing), dates
            as datetime64, everything else as text. Of arrays: a step a row.
        findings: what was assumed, changed or noticed, with line numbers.
        kind: "series" (rows are time steps), "wide" (one sequence a row), "long" (sequences below
            each other, with an id), "text" (texts with labels), "pairs" (two columns of text),
            "corpus" (a running text) or "arrays" (from NumPy files).
        numeric: the columns of numbers that can be target or input, in the order of the file. A
            label that was only assumed is among them.
        time: the column with the time, or `None`.
        label: the column with classes, or `None`.
        sequence_id: the column that tells sequences apart, or `None`.
        delimiter: the character between cells, " " for runs of blanks, `None` for one column.
        encoding: the Python codec that reads the bytes; "workbook" or "parquet" for those, "" for
            arrays.
        lines: for each row of `frame`, the line of the file on which it starts.
        header: how many header rows there are.
        decimal: the decimal sign.
        texts: the columns of text that are to be read: one, or two for pairs.
        label_at: one label a sequence ("end"), or one for each of its steps.
        arrays: the arrays of a NumPy file, or `None`.
        swapped: whether the file has its steps before its sequences: then a column of a wide table
            is a sequence; arrays are turned round already.
        target: the column that is forecast if none is chosen: one whose values are not known in
            advance, as those of a counter are; `None` for the first one.

    Example:
        >>> from seqlab import read_table
        >>> table = read_table(
        ...     b"day,value\\n2024-01-01,1\\n2024-01-02,3\\n2024-01-03,2\\n", "a.csv"
        ... )
        >>> table.kind, table.time, list(table.frame)
        ('series', 'day', ['day', 'value'])
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
    header: int = 0
    decimal: str = "."
    texts: tuple[str, ...] = ()
    label_at: Literal["end", "every step"] = "end"
    arrays: Arrays | None = None
    swapped: bool = False
    target: str | None = None

    @property
    def nbytes(self) -> int:
        """The memory that it takes, its words and arrays included."""
        frame = int(self.frame.memory_usage(deep=True).sum())
        return frame + self.lines.nbytes + (self.arrays.nbytes if self.arrays else 0)


def read_table(
    data: bytes,
    name: str,
    reading: ParseOptions | None = None,
    **changes: Any,  # noqa: ANN401
) -> Table:
    """Reads a file of separated values, however it is written; NumPy arrays and texts too.

    Args:
        data: the bytes of the file.
        name: its name. It is never used as a path; its ending tells a running text (.txt) and
            arrays (.npy, .npz) from a table.
        reading: what the user knows better than the reader's guess.
        changes: fields of `ParseOptions` to change, such as `delimiter=";"`.

    Raises:
        UploadError: if the file cannot be used, with one sentence that says why.

    Example:
        >>> rows = "".join(f"{day:02}.03.2024;{day},5\\n" for day in range(1, 29))
        >>> table = read_table(("Tag;Gäste\\n" + rows).encode("cp1252"), "besuch.csv")
        >>> table.kind, table.time, table.numeric
        ('series', 'Tag', ('Gäste',))
        >>> float(table.frame["Gäste"].iloc[0])
        1.5
    """
    try:
        wish = (reading or ParseOptions()).changed(**changes)
    except ExperimentError as error:
        raise UploadError(str(error)) from error
    try:
        with _without_collector:
            return _read(data, name, wish)
    except UploadError:
        raise
    except Exception as error:  # a stranger's file must never end in a traceback
        raise UploadError(
            f"{shown(name)} could not be understood ({type(error).__name__}). Save it as a plain "
            "CSV file with one header line."
        ) from error


class _WithoutCollector:
    """Python's garbage collector looks at every row again and again: a third of the time.

    It belongs to the whole process, where others may read a file at the same time: the first one
    switches it off, and the last one on again if it was on before.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._was_on = False

    def __enter__(self) -> None:
        with self._lock:
            if self._readers == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._readers += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._readers -= 1
            if self._readers == 0 and self._was_on:
                gc.enable()


_without_collector = _WithoutCollector()


def _read(data: bytes, name: str, wish: ParseOptions) -> Table:
    if len(data) > MAX_BYTES:
        raise UploadError(
            f"This file has {len(data) / 2**20:,.1f} MB; at most {MAX_BYTES // 2**20} MB are read. "
            "Keep a part of the rows or columns."
        )
    data, name = packed.unpacked(data, name, MAX_BYTES)
    if array_files.is_numpy(data, name):
        return _arrays(data, wish)
    if workbook := workbooks.as_text(data):
        text, noted = workbook
        return _table(text, noted[0].code, noted, wish)
    if not data.strip(b" \t\r\n\0"):
        raise UploadError("This file is empty: it has no rows of data.")
    refuse_foreign(data)
    text, codec, findings = encoding.decode(data, wish.encoding)
    if wish.kind == "corpus":
        return _corpus(text, codec, findings)
    if notation := notations.plain(text):
        text, noted = notation
        return _table(text, codec, [*findings, *noted], wish)
    if not name.casefold().endswith(".txt") or wish.kind is not None:
        refuse_markup(text)
        return _table(text, codec, findings, wish)
    try:
        table = _table(text, codec, findings, wish)
    except UploadError:
        if running.is_numbers(text):
            raise
        return _corpus(text, codec, findings)
    if table.kind == "text" and table.delimiter != "\t" and running.is_table(text, table.delimiter):
        told = "Each line is a text with a label. If it is one running text, choose that instead."
        return replace(table, findings=(*table.findings, warning("lines_are_rows", told)))
    words = table.kind in ("text", "pairs") and table.delimiter != "\t"
    return _corpus(text, codec, findings) if words else table


def _table(text: str, codec: str, before: Sequence[Finding], wish: ParseOptions) -> Table:
    """A table of cells; `before` was found in its bytes."""
    findings = list(before)
    records, found = read_records(text, wish.delimiter)
    _check_size(records)
    findings += found
    grid, found = outline(records, wish.header)
    findings += found
    columns, notes, sign = column_types.classify(
        grid, wish.decimal, records.delimiter, wish.day_first
    )
    columns, noticed = _without(columns, wish)
    findings += noticed
    top = timeline.rows_without_time(columns) if wish.header is None else []
    if top:
        sentence = (
            f"{on_lines(grid.lines[i] for i in top).capitalize()} below the header has words where "
            f"the time stands ({shown(_word(columns, top[0]))}): left out, it is no time step."
        )
        findings.append(warning("not_a_row", sentence))
        grid = grid.without(top)
        columns, notes, sign = column_types.classify(
            grid, wish.decimal, records.delimiter, wish.day_first
        )
        columns, _ = _without(columns, wish)
    row_lines = grid.lines
    if wish.kind in (None, "series") and (monthly := months_across.unroll(columns, row_lines)):
        columns, row_lines = monthly.columns, monthly.lines
        findings += monthly.findings
    lines = np.array(row_lines, dtype=np.int64)

    def table(
        frame: pd.DataFrame, shape: Layout, time: str | None, lines: NDArray[np.int64]
    ) -> Table:
        swapped, noticed = _swapped(shape, wish)
        return Table(
            frame=frame,
            findings=(*findings, *noticed),
            kind=shape.kind,
            numeric=tuple(shape.numeric),
            time=time,
            label=shape.label,
            sequence_id=shape.sequence_id,
            delimiter=records.delimiter,
            encoding=codec,
            lines=lines,
            header=grid.header,
            decimal=sign,
            texts=shape.texts,
            label_at=shape.label_at,
            swapped=swapped,
            target=shape.target,
        )

    if found_words := _words(columns, row_lines, records.delimiter, wish):
        shape, found = found_words
        findings += found
        frame = pd.DataFrame({c.name: pd.Series(c.cells, dtype="str") for c in columns})
        return table(frame, shape, None, lines)

    line, found = timeline.find(columns, row_lines, wish.time)
    findings += notes + found
    columns, noticed = _without_codes(columns, wish, row_lines)
    findings += noticed
    free = wish.sequence_id is None and wish.kind in (None, "long")
    if free and (joint := owners.joint_id(columns, line)) is not None:
        columns.append(joint)
        text = f"Only together tell the columns of {shown(joint.name)} the sequences apart."
        findings.append(hint("joint_id", text))
    try:
        shape, found = layout.numbers(columns, line, row_lines, grid.header > 0, wish)
    except NoNumbersError as error:
        why = [f.message for f in notes if f.code in ("mixed_column", "mixed_truth")]
        raise UploadError(" ".join([str(error), *why[:1]])) from error
    findings += found
    turn = None
    frame = _frame(columns, line)
    if line is not None:
        ids = next((c.cells for c in columns if c.name == shape.sequence_id), None)
        turn, line, found = order.sort(line, ids, row_lines)
        findings += found
    if turn is not None:
        frame = frame.iloc[turn].reset_index(drop=True)
        lines = lines[turn]
    if wish.step is not None and line is not None and line.is_date:
        frame, lines, found = regular.resample(
            frame, line.name, shape.numeric, shape.sequence_id, lines, wish.step
        )
        line = replace(line, values=frame[line.name].to_numpy())
        findings += found
    elif wish.step is not None:
        findings.append(hint("no_steps", "Without a column of dates there are no equal steps."))
    if wish.kind == "series" and len(frame) == 1 and len(shape.numeric) > 1:
        frame, shape, lines, noticed = _turned(frame, shape, lines)
        findings += noticed
        line = None
    findings += quality.inspect(frame, shape.numeric, lines, line, shape.sequence_id, shape.kind)
    return table(frame, shape, None if line is None else line.name, lines)


def _word(columns: list[Column], row: int) -> str:
    """What stands in a row in the place of a time."""
    return next(c.cells[row] for c in columns if c.moments is not None and row in c.moments.bad)


def _check_size(records: Records) -> None:
    """Refuses a table that would be far larger than its file: short rows below a long one."""
    width = max((len(row) for row in records.rows), default=0)
    cells, given = width * len(records.rows), sum(map(len, records.rows))
    if cells > MOST_CELLS and cells > 2 * given:
        longest = max(range(len(records.rows)), key=lambda i: len(records.rows[i]))
        raise UploadError(
            f"Line {records.lines[longest]:,} has {width:,} cells and most of the "
            f"{len(records.rows):,} rows have far fewer: as a table that would be {cells:,} cells, "
            f"and {given:,} are given. Save rows of one length."
        )


def _words(
    columns: list[Column], lines: list[int], delimiter: str | None, wish: ParseOptions
) -> tuple[Layout, list[Finding]] | None:
    """The texts of the table, if it is one of texts."""
    if wish.kind in ("text", "pairs"):
        return texts.chosen(columns, lines, wish)
    if wish.kind is not None or wish.time or wish.sequence_id:
        return None
    return texts.words(columns, lines, delimiter)


def _without(columns: list[Column], wish: ParseOptions) -> tuple[list[Column], list[Finding]]:
    """Leaves out the columns that the user does not want."""
    findings: list[Finding] = []
    known = {c.name for c in columns}
    unknown = [name for name in wish.ignored if name not in known]
    if unknown:
        findings.append(hint("ignored_unknown", f"There is no column {names(unknown)} to ignore."))
    left = [c for c in columns if c.name not in wish.ignored]
    if not left:
        raise UploadError("All columns are to be ignored: nothing is left to learn from.")
    return left, findings


def _without_codes(
    columns: list[Column], wish: ParseOptions, lines: list[int]
) -> tuple[list[Column], list[Finding]]:
    """Numbers that the user called codes for a missing value become missing."""
    findings: list[Finding] = []
    if not wish.codes:
        return columns, findings
    changed = []
    for column in columns:
        coded = None if column.values is None else np.isin(column.values, wish.codes)
        if coded is None or not coded.any() or column.kind != "number":
            changed.append(column)
            continue
        assert column.values is not None
        values = np.where(coded, np.nan, column.values)
        changed.append(replace(column, values=values))
        where = on_lines(lines[i] for i in np.flatnonzero(coded))
        findings.append(
            hint(
                "codes",
                f"{count(int(coded.sum()), 'cell')} of {shown(column.name)} ({where}) read as "
                "missing, as you asked for.",
            )
        )
    return changed, findings


def _turned(
    frame: pd.DataFrame, shape: Layout, lines: NDArray[np.int64]
) -> tuple[pd.DataFrame, Layout, NDArray[np.int64], list[Finding]]:
    """A series laid out in one row, as a column."""
    findings: list[Finding] = []
    values = frame[shape.numeric].to_numpy(np.float64)[0]
    findings.append(
        warning(
            "transposed",
            f"All {len(values):,} values stand in one row (line {lines[0]:,}): they were read as "
            "one column, one value per time step.",
        )
    )
    column = pd.DataFrame({"value": values})
    return column, Layout("series", numeric=["value"]), np.repeat(lines, len(values)), findings


def _swapped(shape: Layout, wish: ParseOptions) -> tuple[bool, list[Finding]]:
    """Whether the columns of a table with one sequence a row are to be its sequences."""
    findings: list[Finding] = []
    if not wish.swapped:
        return False, findings
    if shape.kind != "wide":
        text = "Only arrays, and tables with one sequence a row, have axes that can be swapped."
        findings.append(hint("not_swapped", text))
        return False, findings
    if shape.label is not None:
        raise UploadError(
            f"{shown(shape.label)} is the label of each row, so each row is a sequence. Only "
            "without a label can rows and columns be swapped."
        )
    return True, findings


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


def _corpus(text: str, codec: str, findings: Sequence[Finding]) -> Table:
    """A running text."""
    lines, found = running.lines(text)
    return Table(
        frame=pd.DataFrame({"text": pd.Series(lines, dtype="str")}),
        findings=(*findings, *found),
        kind="corpus",
        numeric=(),
        time=None,
        label=None,
        sequence_id=None,
        delimiter=None,
        encoding=codec,
        lines=np.arange(1, len(lines) + 1),
        texts=("text",),
    )


def _arrays(data: bytes, wish: ParseOptions) -> Table:
    """The arrays of a NumPy file: a series, or sequences."""
    found, findings = array_files.read(data, wish.kind, wish.swapped)
    arrays = None if isinstance(found, pd.DataFrame) else found
    frame = found if isinstance(found, pd.DataFrame) else found.frame()
    lines = np.arange(1, len(frame) + 1)
    numeric = [str(name) for name in frame.columns if frame[name].dtype == np.float64]
    if arrays is None:
        findings += quality.inspect(frame, numeric, lines, None, None, "series")
    return Table(
        frame=frame,
        findings=tuple(findings),
        kind="series" if arrays is None else "arrays",
        numeric=tuple(numeric) if arrays is None else arrays.features,
        time=None,
        label="y" if arrays is not None and arrays.y is not None else None,
        sequence_id=None if arrays is None else "sequence",
        delimiter=None,
        encoding="",
        lines=lines,
        arrays=arrays,
        swapped=arrays is not None and arrays.swapped,
    )
