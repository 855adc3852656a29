"""Text -> records of cells, and on which line of the file each record starts."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from seqlab.data.reader.bytes.dialect import BLANKS, Dialect, find, reader
from seqlab.data.reader.bytes.fixed import align
from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.cells.kinds import Cells
from seqlab.data.reader.wording import count, hint
from seqlab.experiment import Finding

MAX_ROWS = 1_000_000
_QUOTED_LINE = re.compile(r'"((?:[^"\r\n]|"")*)"[ \t]*[\r\n]*')
_LONG_LINE = 100_000  # characters; the pattern would take much memory
LONG_CELL = 4  # lines of a record: fewer cannot have swallowed rows
_TEXT_FORMULA = re.compile(r'="([^"]*)"')


@dataclass(frozen=True)
class Records:
    """The cells as they stand, stripped of outer blanks.

    Attributes:
        rows: one list of cells a record; records may differ in length.
        lines: the line (from 1) on which each record starts.
        blank: the lines that are empty.
        delimiter: the character between cells, `BLANKS`, or `None` for a single column.
    """

    rows: Cells
    lines: list[int]
    blank: list[int]
    delimiter: str | None


def read(text: str, delimiter: str | None = None) -> tuple[Records, list[Finding]]:
    """Splits text into records; `delimiter=""` means a single column.

    Raises:
        UploadError: if a quote never closes, or there is far too much of it.
    """
    lines = io.StringIO(text, newline="").readlines()
    lines, unwrapped = _unwrapped(lines)
    dialect, skipped, findings = find(lines, delimiter)
    findings += unwrapped
    lines = lines[skipped:]
    quoted = any(dialect.quote in line for line in lines)
    rows: Cells = []
    starts: list[int] = []
    source = reader(lines, dialect)
    end = 0
    try:
        for row in source:
            rows.append(row)
            if quoted:  # else each line is a record, and counting is not needed
                starts.append(skipped + end + 1)
                end = source.line_num
            if len(rows) > MAX_ROWS:
                raise UploadError(
                    f"This file has more than {MAX_ROWS:,} rows. Keep a part of it, or every 10th "
                    "row."
                )
    except csv.Error as error:
        line = skipped + (end if quoted else len(rows)) + 1
        raise UploadError(
            f"Line {line} has a cell of more than {csv.field_size_limit():,} "
            'characters. Perhaps a quote (") was opened there and never closed.'
        ) from error
    starts = starts or list(range(skipped + 1, skipped + 1 + len(rows)))
    if quoted:
        _refuse_open_quotes(lines, rows, starts, dialect, skipped)
    if dialect.delimiter == BLANKS and not quoted:
        findings += align(rows, starts, ["\n"] * skipped + lines)
    rows = [[cell.strip() for cell in row] for row in rows]
    if '="' in text:
        findings += _without_formulas(rows)
    blank = [line for row, line in zip(rows, starts, strict=True) if len(row) < 2 and not any(row)]
    if blank:
        empty = set(blank)
        starts = [line for line in starts if line not in empty]
        rows = [row for row in rows if len(row) > 1 or any(row)]
    return Records(rows, starts, blank, dialect.delimiter), findings


def _unwrapped(lines: list[str]) -> tuple[list[str], list[Finding]]:
    """Takes off quotes around whole lines: "date,value" instead of "date","value"."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < 2 or max(map(len, filled)) > _LONG_LINE:
        return lines, []
    whole = [_QUOTED_LINE.fullmatch(line) for line in filled[:200]]
    if not all(whole):
        return lines, []
    inner = [match[1] for line in filled if (match := _QUOTED_LINE.fullmatch(line))]
    if len(inner) < len(filled) or not _even(inner):
        return lines, []
    whole_again = [
        match[1].replace('""', '"') + "\n" if (match := _QUOTED_LINE.fullmatch(line)) else line
        for line in lines
    ]
    return whole_again, [hint("quoted_lines", "Quotes around whole lines were taken off.")]


def _even(inner: list[str]) -> bool:
    """Do all lines have the same number of delimiters of one kind?"""
    counts = [{line.count(delimiter) for line in inner[:200]} for delimiter in ",;\t"]
    return any(len(numbers) == 1 and numbers != {0} for numbers in counts)


def _without_formulas(rows: Cells) -> list[Finding]:
    """Spreadsheets write ="0012" for a text; changes `rows`."""
    formulas = 0
    for row in rows:
        for j, cell in enumerate(row):
            if len(cell) > 2 and cell[0] == "=" and (match := _TEXT_FORMULA.fullmatch(cell)):
                row[j] = match[1].strip()
                formulas += 1
    if not formulas:
        return []
    return [hint("text_formulas", f'{count(formulas, "cell")} written as ="…": read as that text.')]


def _refuse_open_quotes(
    lines: list[str], rows: Cells, starts: list[int], dialect: Dialect, skipped: int
) -> None:
    """A forgotten quote swallows the rows after it; csv does not complain, so this does."""
    try:
        for _ in reader(lines[starts[-1] - 1 - skipped :], dialect, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            opened = starts[-1] + sum(len(cell.splitlines()) - 1 for cell in rows[-1][:-1] if cell)
            raise UploadError(
                f'A quote (") is opened on line {opened} and never closed, so the rest of the '
                "file would be one cell. Remove or double that quote."
            ) from error
    typical = Counter(map(len, rows)).most_common(1)[0][0]
    if typical < 2 or not dialect.delimiter:
        return
    for row, start, end in zip(rows, starts, [*starts[1:], skipped + len(lines) + 1], strict=True):
        if end - start < LONG_CELL:
            continue
        cell = max(row, key=len, default="")
        inner = cell.splitlines()[1:-1] if len(cell) > 40 else []
        if len(inner) >= 3 and all(line.count(dialect.delimiter) == typical - 1 for line in inner):
            raise UploadError(
                f'A quote (") opened on line {start} closes only {len(inner) + 1} lines later, '
                "and the lines between look like rows. Remove or double that quote."
            )
