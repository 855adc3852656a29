"""Text of separated cells -> Table: cells, columns, the roles of the columns, what is odd.

records (`records`, `dialect`) -> a rectangle of named columns (`head`, `extras`, `outline`) -> what
each column holds (`columns`) -> which one is the time (`timeline`, `order`) -> what the table is
(`layout`, `texts`) -> what is odd about its values (`quality`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader import stages, wishes
from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.cells.outline import Grid, outline
from seqlab.data.reader.cells.records import Records
from seqlab.data.reader.cells.records import read as read_records
from seqlab.data.reader.columns import typed as column_types
from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.quality import oddities as quality
from seqlab.data.reader.quality import regular
from seqlab.data.reader.roles import (
    across,
    candidates,
    layout,
    order,
    owners,
    stretches,
    texts,
    timeline,
    word_tags,
)
from seqlab.data.reader.roles.shape import Layout, NoNumbersError, Reading, Timeline
from seqlab.data.reader.vocabulary import MISSING
from seqlab.data.reader.wording import Findings, on_lines, shown
from seqlab.data.table import Table
from seqlab.experiment import Finding, ParseOptions

MOST_CELLS = 5_000_000  # of a table whose rows are filled up; a full table may have more


@dataclass(frozen=True)
class _Parsed:
    """Columns and what each holds, before their roles are known.

    Attributes:
        columns: of the table.
        lines: of its rows.
        grid: its cells, for header and seams.
        delimiter: between the cells.
        decimal: the decimal sign.
        notes: findings on single columns, told after those of the cells.
        findings: on the cells.
        wish: what the user chose, and what the cells decide by themselves.
    """

    columns: list[Column]
    lines: list[int]
    grid: Grid
    delimiter: str | None
    decimal: str
    notes: list[Finding]
    findings: list[Finding]
    wish: ParseOptions


def read(text: str, codec: str, before: Sequence[Finding], wish: ParseOptions) -> Table:
    """The table that a text holds.

    Args:
        text: of the file.
        codec: that decoded it.
        before: what was found in its bytes.
        wish: what the user chose.

    Raises:
        UploadError: if it is no table, in a sentence for the user.
    """
    parsed = _parsed(text, wish)
    stages.enter(3)
    found_words = _words(parsed.columns, parsed.lines, parsed.delimiter, parsed.wish)
    table = _of_words(parsed, *found_words) if found_words else _of_numbers(parsed)
    return replace(table, encoding=codec, findings=(*before, *parsed.findings, *table.findings))


def _parsed(text: str, wish: ParseOptions) -> _Parsed:
    """From the text to columns."""
    stages.enter(1)
    records, findings = read_records(text, wish.delimiter)
    _check_size(records)
    grid, noticed = outline(records, wish.header)
    findings = Findings([*findings, *noticed])
    stages.enter(2)
    columns, notes, sign = column_types.classify(
        grid, wish.decimal, records.delimiter, wish.day_first
    )
    columns, noticed = wishes.without_ignored(columns, wish)
    findings += noticed
    top = timeline.rows_without_time(columns) if wish.header is None else []
    if top:
        word = _word(columns, top[0])
        have = "has" if len(top) == 1 else "have"
        what = f"words where the time stands ({shown(word)})" if word else "no time"
        sentence = (
            f"{on_lines(grid.lines[i] for i in top).capitalize()} below the header {have} {what}: "
            "left out, no time step."
        )
        findings.warn("not_a_row", sentence)
        grid = grid.without(top)
        columns, notes, sign = column_types.classify(
            grid, wish.decimal, records.delimiter, wish.day_first
        )
        columns, _ = wishes.without_ignored(columns, wish)
    lines = grid.lines
    if wish.kind is None and (calendar := across.unroll(columns, lines)):
        columns, lines = calendar.columns, calendar.lines
        findings += calendar.findings
    pairs = wish.kind in (None, "pairs") and wish.label is None
    if pairs and (sentences := word_tags.joined(columns, lines)):
        columns, lines, wish = sentences.columns, sentences.lines, wish.changed(kind="pairs")
        findings += sentences.findings
    return _Parsed(columns, lines, grid, records.delimiter, sign, notes, findings, wish)


def _of_words(parsed: _Parsed, shape: Layout, findings: list[Finding]) -> Table:
    """A table of texts."""
    frame = pd.DataFrame({c.name: pd.Series(c.cells, dtype="str") for c in parsed.columns})
    table = _table(parsed, frame, shape, findings)
    return replace(table, others=texts.second(parsed.columns, shape))


def _of_numbers(parsed: _Parsed) -> Table:
    """A table of numbers: its time, the roles of its columns, its order, what is odd."""
    columns, wish, row_lines = parsed.columns, parsed.wish, parsed.lines
    line, about = timeline.find(columns, row_lines, wish.time)
    findings = Findings([*parsed.notes, *about])
    columns, noticed = wishes.without_codes(columns, wish, row_lines)
    findings += noticed
    free = wish.sequence_id is None and wish.kind in (None, "long")
    joint = owners.joint_id(columns, line) if free else None
    if joint is not None:
        columns = [*columns, joint]
        sentence = f"Only together tell the columns of {shown(joint.name)} the sequences apart."
        findings.hint("joint_id", sentence)
    try:
        shape, about = layout.numbers(columns, line, row_lines, parsed.grid.header > 0, wish, joint)
    except NoNumbersError as error:
        why = [f.message for f in parsed.notes if f.code in ("mixed_column", "mixed_truth")]
        raise UploadError(" ".join([str(error), *why[:1]])) from error
    findings += about
    whole = shape.kind == "series" and shape.label is None and not wish.kind
    none = np.empty(0, np.int64)
    borders = _borders(line, row_lines, parsed.grid.seams, wish) if whole else none
    if len(borders):
        columns, shape = _in_stretches(columns, shape, borders)
        findings.append(stretches.told(borders, row_lines))
    parted = stretches.blocks(row_lines, parsed.grid.blank) if whole and line is None else none
    if len(parted) and shape.kind == "series":
        columns, shape = _in_stretches(columns, shape, parted)
        shape = replace(shape, stretches=False)
        sentence = (
            f"Blank lines part the rows into {len(parted) + 1:,} blocks: each was taken for a "
            "sequence of its own, and no window crosses."
        )
        findings.warn("parted_by_lines", sentence)
    doubted, others = candidates.close_calls(columns, line, shape, wish)
    untorn = whole and shape.kind == "series" and not wish.borders
    if untorn and line is not None and len(stretches.gaps(line)):
        label = "Let no window cross the gaps"
        others = [*others, Reading("gaps_in_time", label, {"borders": "gaps"})]
    rivals = candidates.rivals(columns, line, shape)
    frame, lines = _frame(columns, line), np.array(row_lines, dtype=np.int64)
    if line is not None:
        ids = next((c.cells for c in columns if c.name == shape.sequence_id), None)
        turn, line, about = order.sort(line, ids, row_lines)
        findings += about
        if turn is not None:
            frame, lines = frame.iloc[turn].reset_index(drop=True), lines[turn]
    if wish.step is not None and line is not None and line.is_date:
        frame, lines, about = regular.resample(
            frame, line.name, shape.numeric, shape.sequence_id, lines, wish.step
        )
        line = replace(line, values=frame[line.name].to_numpy())
        findings += about
    elif wish.step is not None:
        findings.hint("no_steps", "Without a column of dates there are no equal steps.")
    if wish.kind == "series" and len(frame) == 1 and len(shape.numeric) > 1:
        frame, shape, lines, noticed = wishes.turned(frame, shape, lines)
        findings += noticed
        line = None
    stages.enter(4)
    findings += quality.inspect(
        frame, shape.numeric, lines, line, shape.sequence_id, shape.kind, _told(columns, parsed)
    )
    findings += doubted
    time = None if line is None else line.name
    table = _table(parsed, frame, shape, findings, time, lines)
    return replace(table, others=tuple(others), rivals=rivals)


def _told(columns: Sequence[Column], parsed: _Parsed) -> dict[str, set[int]]:
    """Of each column of numbers, the lines that were named for what stands or lacks there."""
    named = {}
    for column in columns:
        if column.values is None:
            continue
        gaps = np.flatnonzero(np.isnan(column.values))
        odd = (i for i in gaps if column.cells[i].strip().casefold() not in MISSING)
        named[column.name] = {*parsed.grid.short, *(parsed.lines[i] for i in odd)}
    return named


def _table(
    parsed: _Parsed,
    frame: pd.DataFrame,
    shape: Layout,
    findings: list[Finding],
    time: str | None = None,
    lines: NDArray[np.int64] | None = None,
) -> Table:
    """The roles of the columns as a table."""
    swapped, noticed = wishes.swapped(shape, parsed.wish)
    return Table(
        frame=frame,
        findings=(*findings, *noticed),
        kind=shape.kind,
        numeric=tuple(shape.numeric),
        time=time,
        label=shape.label,
        sequence_id=shape.sequence_id,
        delimiter=parsed.delimiter,
        encoding="",
        lines=np.array(parsed.lines, dtype=np.int64) if lines is None else lines,
        header=parsed.grid.header,
        decimal=parsed.decimal,
        texts=shape.texts,
        label_at=shape.label_at,
        swapped=swapped,
        target=shape.target,
        windows=shape.windows,
        stretches=shape.stretches,
    )


def _borders(
    line: Timeline | None,
    lines: list[int],
    seams: Sequence[int],
    wish: ParseOptions,
) -> NDArray[np.int64]:
    """The rows with which new stretches of one series begin."""
    if wish.borders == "none":
        return np.empty(0, np.int64)
    begins = stretches.restarts(line, lines, seams)
    if wish.borders == "gaps" and line is not None:
        begins = np.union1d(begins, stretches.gaps(line))
    return begins


def _in_stretches(
    columns: list[Column], shape: Layout, borders: NDArray[np.int64]
) -> tuple[list[Column], Layout]:
    """A series as sequences of its stretches."""
    number = stretches.column(borders, columns)
    shape = replace(shape, kind="long", sequence_id=number.name, stretches=True)
    return [*columns, number], shape


def _word(columns: list[Column], row: int) -> str:
    """What stands in a row in the place of a time; "" for nothing."""
    odd = (c.cells[row] for c in columns if c.moments is not None and row in c.moments.bad)
    return next(odd, "")


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
    if wish.kind in ("text", "pairs") or (wish.kind is None and wish.text):
        return texts.chosen(columns, lines, wish)
    if wish.kind is not None or wish.time or wish.sequence_id:
        return None
    return texts.words(columns, lines, delimiter)


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
