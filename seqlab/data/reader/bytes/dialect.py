"""How a file separates and quotes its cells."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from seqlab.data.reader.bytes.encoding import CONTROLS
from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.cells.kinds import is_missing, looks_like_data
from seqlab.data.reader.columns.clock import time_of_day
from seqlab.data.reader.wording import hint, warning
from seqlab.experiment import Finding

BLANKS = " "  # as a delimiter: any number of blanks
_CANDIDATES = ("\t", ";", ",", "|", "^", "~", BLANKS)
_RARE = (*CONTROLS, ":", "!", "&", "¦", "§")  # only where none of the others cuts
_NONE = "\x1c"  # csv must have a delimiter: one that no text has
_SAMPLE_LINES = 400
_SAMPLE_CHARACTERS = 200_000
_RAGGED = 0.6
_EXCEL_HINT = re.compile(r'\s*"?sep=(.)"?[ \t,;]*[\r\n]*', re.IGNORECASE)
_DATE_AND_NUMBER = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4} [-+]?\d+(\.\d+)?")
_RUNS = re.compile(r"[ \t]+")
_SINGLE_QUOTED = re.compile(r"\A'[^'\n]*'[,;\t|\r\n]")
_ESCAPED = re.compile(r'\\"[^,;|\t\r\n]')


class Dialect(NamedTuple):
    """The delimiter (`BLANKS` for runs of blanks, `None` for one column) and the quotes."""

    delimiter: str | None = None
    quote: str = '"'
    escape: str | None = None


def find(lines: list[str], delimiter: str | None) -> tuple[Dialect, int, list[Finding]]:
    """The dialect, how many lines only declare it, and what was assumed.

    Args:
        lines: all lines with their ends.
        delimiter: what the user chose ("" for a single column), or `None`.
    """
    if delimiter and (len(delimiter) > 1 or delimiter in '"\r\n'):
        raise UploadError(f"The delimiter must be one character, got {delimiter!r}.")
    marks = _marks("".join(lines[:_SAMPLE_LINES]))
    if lines and (declared := _EXCEL_HINT.fullmatch(lines[0])):
        finding = hint("sep_line", "Line 1 names the delimiter and is not data.")
        sign = declared.group(1) if delimiter is None else delimiter
        if sign not in '"\r\n':
            return marks._replace(delimiter=sign or None), 1, [finding]
    if delimiter is not None:
        return marks._replace(delimiter=delimiter or None), 0, []
    chosen, findings = _choose(lines, marks)
    return marks._replace(delimiter=chosen), 0, findings


def reader(lines: list[str], dialect: Dialect, strict: bool = False) -> Any:  # noqa: ANN401
    """A csv reader for these lines, from the standard library.

    Args:
        lines: of the file, with or without their ends.
        dialect: delimiter and quotes.
        strict: refuses quotes in wrong places.
    """
    source: Iterable[str] = lines
    if dialect.delimiter == BLANKS:
        source = (_RUNS.sub(" ", line.strip()) + "\n" for line in lines)
    return csv.reader(
        source,
        delimiter=dialect.delimiter or _NONE,
        quotechar=dialect.quote,
        escapechar=dialect.escape,
        skipinitialspace=dialect.delimiter != BLANKS,
        strict=strict,
    )


def _marks(sample: str) -> Dialect:
    """How this file quotes cells: "so", 'so', or with a backslash before a quote inside."""
    if '"' not in sample and _SINGLE_QUOTED.search(sample):
        return Dialect(quote="'")
    return Dialect(escape="\\" if _ESCAPED.search(sample) else None)


def _choose(lines: list[str], marks: Dialect) -> tuple[str | None, list[Finding]]:
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
        score = _score(sample, delimiter, marks)
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    named = len(sample) > 2 and not looks_like_data(sample[0])
    if best is None and named and time_of_day([line.strip() for line in sample[1:]]) is None:
        best = next((d for d in _RARE if _cuts_into_data(sample, d, marks)), None)
    if best == BLANKS and named:
        # blanks inside cells, as in dates with times, while a delimiter cuts all lines alike
        best = next((d for d in _CANDIDATES[:-1] if _cuts_evenly(sample, d, marks)), best)
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
    if best is not None and best in ("^", "~", *_RARE):
        sign = best if best.isprintable() else f"The control character U+{ord(best):04X}"
        return best, [warning("delimiter_assumed", f"{sign} was taken as the delimiter.")]
    return best, []


def _score(sample: list[str], delimiter: str, marks: Dialect) -> float:
    try:
        rows = [row for row in reader(sample, marks._replace(delimiter=delimiter)) if row]
    except csv.Error:
        return 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
    even = times / len(rows)
    data = _data_share([row for row in rows if len(row) == width])
    if even < _RAGGED and delimiter != BLANKS and min(map(len, rows)) > 3:
        even, data = _RAGGED, _data_share(rows)  # sequences of different lengths, one a line
    if delimiter == BLANKS:  # sentences have blanks too
        return 0.8 * even * data if even > 0.7 and data > 0.6 else 0
    whole = [row for row in rows if len(row) == width]
    gaps = sum(not any(row[place].strip() for row in whole) for place in range(1, width - 1))
    return even * data * (0.95 if gaps else 1.0)  # of two that cut alike, the one without gaps


def _cuts_evenly(sample: list[str], delimiter: str, marks: Dialect) -> bool:
    """Do all lines, the header too, have the same number of cells, and more than one?"""
    try:
        rows = reader(sample, marks._replace(delimiter=delimiter))
        widths = {len(row) for row in rows if row}
    except csv.Error:
        return False
    return len(widths) == 1 and widths.pop() > 1


def _cuts_into_data(sample: list[str], delimiter: str, marks: Dialect) -> bool:
    """Does it cut all lines alike, and into cells that look like data?"""
    if not all(delimiter in line for line in sample):
        return False
    return _cuts_evenly(sample, delimiter, marks) and _score(sample, delimiter, marks) > 0.6


def _whole(line: str) -> str:
    """The line as one cell; a line with a delimiter in it is no single number or date."""
    line = line.strip().strip('"')
    several = any(d in line for d in ",;\t|") or "  " in line or line.count(" ") > 1
    several = several or _DATE_AND_NUMBER.fullmatch(line) is not None
    return "words" if several else line


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
