"""Text -> records of cells: which delimiter, and on which line each record starts."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from seqlab.data.cells import is_missing, looks_like_data
from seqlab.data.foreign import UploadError
from seqlab.data.wording import hint, warning
from seqlab.experiment import Finding

BLANKS = " "  # as a delimiter: any number of blanks
MAX_ROWS = 1_000_000
MAX_COLUMNS = 10_000
_CANDIDATES = (",", ";", "\t", "|", "^", "~", BLANKS)
_SAMPLE_LINES = 400
_SAMPLE_CHARACTERS = 200_000
_EXCEL_HINT = re.compile(r'\s*"?sep=(.)"?[ \t,;]*(?:\r\n|\r|\n)', re.IGNORECASE)
_RUNS = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Records:
    """The cells as they stand, stripped of outer blanks.

    Attributes:
        rows: one list of cells a record; records may differ in length.
        lines: the line (from 1) on which each record starts.
        blank: the lines that are empty.
        delimiter: the character between cells, `BLANKS`, or `None` for a single column.
    """

    rows: list[list[str]]
    lines: list[int]
    blank: list[int]
    delimiter: str | None


def read(text: str, delimiter: str | None = None) -> tuple[Records, list[Finding]]:
    """Splits text into records; `delimiter=""` means a single column.

    Raises:
        UploadError: if a quote never closes, a row never ends, or there is far too much of it.
    """
    findings: list[Finding] = []
    lines = io.StringIO(text, newline="").readlines()
    skipped = 0
    if declared := _EXCEL_HINT.match(text):
        lines, skipped = lines[1:], 1
        delimiter = declared.group(1) if delimiter is None else delimiter
        findings.append(hint("sep_line", "Line 1 names the delimiter and is not data."))
    if delimiter is None:
        chosen, findings_of_choice = _choose(lines)
        findings += findings_of_choice
    else:
        chosen = delimiter or None
        if chosen and (len(chosen) > 1 or chosen in '"\r\n'):
            raise UploadError(f"The delimiter must be one character, got {delimiter!r}.")
    return _read(lines, chosen, skipped), findings


def _read(lines: list[str], delimiter: str | None, skipped: int) -> Records:
    rows: list[list[str]] = []
    starts: list[int] = []
    blank: list[int] = []
    reader = _reader(lines, delimiter)
    line = skipped + 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise UploadError(
                f"Line {line:,} has a cell of more than {csv.field_size_limit():,} characters. "
                "Perhaps a quote (\") was opened there and never closed."
            ) from error
        if row is None:
            break
        row = [cell.strip() for cell in row]
        if any(row):
            rows.append(row)
            starts.append(line)
        elif len(row) < 2:
            blank.append(line)
        else:
            rows.append(row)
            starts.append(line)
        line = reader.line_num + skipped + 1
        if len(rows) > MAX_ROWS:
            raise UploadError(
                f"This file has more than {MAX_ROWS:,} rows. Keep a part of it, or every 10th row."
            )
    _refuse_open_quotes(lines, rows, starts, delimiter, skipped)
    return Records(rows, starts, blank, delimiter)


def _reader(lines: list[str], delimiter: str | None, strict: bool = False) -> csv._reader:
    """A csv reader for these lines, from the standard library."""
    source: Iterator[str] | list[str] = lines
    if delimiter == BLANKS:
        source = (_RUNS.sub(" ", line.strip()) + "\n" for line in lines)
    text_sample = "".join(lines[:_SAMPLE_LINES])
    escaped = '\\"' in text_sample and '""' not in text_sample
    return csv.reader(
        source,
        delimiter=delimiter or "\x1f",
        skipinitialspace=delimiter != BLANKS,
        escapechar="\\" if escaped else None,
        strict=strict,
    )


def _refuse_open_quotes(
    lines: list[str], rows: list[list[str]], starts: list[int], delimiter: str | None, skipped: int
) -> None:
    """A forgotten quote swallows the rows after it; csv does not complain, so this does."""
    if not rows:
        return
    try:
        for _ in _reader(lines[starts[-1] - 1 - skipped :], delimiter, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            opened = starts[-1] + sum(len(cell.splitlines()) - 1 for cell in rows[-1][:-1] if cell)
            raise UploadError(
                f"A quote (\") is opened on line {opened:,} and never closed, so the rest of the "
                "file would be one cell. Remove or double that quote."
            ) from error
    typical = Counter(map(len, rows)).most_common(1)[0][0]
    if typical < 2 or not delimiter:
        return
    for row, start in zip(rows, starts, strict=True):
        cell = max(row, key=len)
        inner = cell.splitlines()[1:-1] if len(cell) > 40 else []
        if len(inner) >= 3 and all(line.count(delimiter) == typical - 1 for line in inner):
            raise UploadError(
                f"A quote (\") opened on line {start:,} closes only {len(inner) + 1} lines later, "
                "and the lines between look like rows. Remove or double that quote."
            )


def _choose(lines: list[str]) -> tuple[str | None, list[Finding]]:
    """The delimiter that cuts the first lines most evenly into cells that look like data."""
    sample: list[str] = []
    size = 0
    for line in lines:
        if line.strip():
            sample.append(line)
            size += len(line)
        if len(sample) >= _SAMPLE_LINES or size > _SAMPLE_CHARACTERS:
            break
    if not sample:
        return None, []
    best: str | None = None
    best_score = 0.9 * _data_share([[_whole(line)] for line in sample])
    for delimiter in _CANDIDATES:
        if delimiter != BLANKS and not any(delimiter in line for line in sample):
            continue
        score = _score(sample, delimiter)
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    if best == "," and _is_decimal_comma(sample):
        return None, [
            warning(
                "decimal_comma_assumed",
                "The header names one column, so each line was read as one number with a decimal "
                "comma. If it is two columns, choose the comma as delimiter and name both.",
            )
        ]
    if best == BLANKS:
        return best, [
            warning("delimiter_assumed", "Runs of blanks were taken as the border between columns.")
        ]
    if best in ("^", "~"):
        return best, [warning("delimiter_assumed", f"{best} was taken as the delimiter.")]
    return best, []


def _score(sample: list[str], delimiter: str) -> float:
    try:
        rows = [row for row in _reader(sample, delimiter) if row]
    except csv.Error:
        return 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
    even = times / len(rows)
    data = _data_share([row for row in rows if len(row) == width])
    if delimiter == BLANKS:  # sentences have blanks too
        return 0.8 * even * data if even > 0.7 and data > 0.6 else 0
    return even * data


def _whole(line: str) -> str:
    """The line as one cell; a line with a delimiter in it is no single number or date."""
    return "words" if any(d in line for d in ",;\t|") else line.strip().strip('"')


def _data_share(rows: list[list[str]]) -> float:
    """1 if all cells look like data; never 0, for columns of words are cut by delimiters too."""
    cells = [cell for row in rows[len(rows) // 5 :] for cell in row[:50] if cell.strip()]
    known = [cell for cell in cells if not is_missing(cell)]
    return 0.3 + 0.7 * sum(map(looks_like_data, known)) / len(known) if known else 0.3


def _is_decimal_comma(sample: list[str]) -> bool:
    """One name above, and below it two whole numbers a line: one decimal number, in truth."""
    return (
        len(sample) > 2
        and not looks_like_data(sample[0])
        and "," not in sample[0].strip().rstrip(",")
        and all(re.fullmatch(r"[+\-]?\d+(,\d+)?\s*", line) for line in sample[1:])
    )
