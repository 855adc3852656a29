"""Each column by itself: numbers, truth values, times, text or nothing, and what that took."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seqlab.data.reader.cells.kinds import is_missing, looks_like_data
from seqlab.data.reader.cells.outline import Grid
from seqlab.data.reader.columns import numerals, periods, times
from seqlab.data.reader.columns.clock import elapsed_time, time_of_day
from seqlab.data.reader.columns.moments import Times
from seqlab.data.reader.columns.numerals import Numbers
from seqlab.data.reader.vocabulary import ANY_TRUTH, TRUE, TRUTH
from seqlab.data.reader.wording import (
    Findings,
    count,
    hint,
    listed,
    names,
    on_lines,
    shown,
    warning,
)
from seqlab.experiment import Finding

_THREE_DECIMALS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Column:
    """One column of the file.

    Attributes:
        name: its unique name.
        cells: the text of its cells, stripped.
        kind: "number", "truth" (0 and 1), "time" (dates), "clock" (times of day), "text", "empty".
        values: the numbers; seconds since midnight for a clock; `None` for text and dates.
        moments: the dates and what was assumed about them.
        elapsed: whether the numbers are the seconds of durations such as 0:00.002.
    """

    name: str
    cells: list[str]
    kind: Literal["number", "truth", "time", "clock", "text", "empty"]
    values: Floats | None = None
    moments: Times | None = None
    elapsed: bool = False

    @cached_property
    def distinct(self) -> int:
        """How many different cells it has."""
        return len(set(self.cells))

    @cached_property
    def is_whole(self) -> bool:
        """Whether each cell is there and is a whole number."""
        return self.values is not None and are_whole(self.values)

    @property
    def can_name(self) -> bool:
        """Whether it could tell things apart: words, or whole numbers."""
        return self.kind == "text" or (self.kind == "number" and self.is_whole)


def counts_rows(column: Column) -> bool:
    """A column that only numbers the rows."""
    values = column.values
    if column.kind != "number" or values is None or len(values) < 3:
        return False
    return bool((np.diff(values) == 1).all())


def classify(
    grid: Grid, decimal: str | None, delimiter: str | None, day_first: bool | None = None
) -> tuple[list[Column], list[Finding], str]:
    """What every column holds, findings, and the decimal sign.

    Args:
        grid: the table as text.
        decimal: the sign that the user chose, or `None`.
        delimiter: of the file, or `None`.
        day_first: what the user chose, or `None`.
    """
    commas, points = numerals.decimal_evidence(grid.columns)
    sign = decimal or _usual_sign(grid, delimiter, commas, points)
    notes = _Notes(grid.lines)
    columns = []
    for name, cells in zip(grid.names, grid.columns, strict=True):
        columns.append(_column(name, cells, sign, decimal is not None, day_first, notes))
    examples = (c for cells in grid.columns for c in cells[:50] if numerals.has_comma(c))
    if sign == "," and decimal is None and (example := next(examples, None)):
        notes.findings.insert(
            0,
            hint(
                "decimal_comma",
                f"Commas in numbers were read as decimal signs, as in {shown(example)}.",
            ),
        )
    if decimal is None and commas == points:
        notes.points(columns, sure=delimiter != ";")
    return columns, notes.sentences(sure=commas != points), sign


def _usual_sign(grid: Grid, delimiter: str | None, commas: int, points: int) -> str:
    """The decimal sign of the file; semicolons between cells come with decimal commas."""
    if commas != points:
        return "," if commas > points else "."
    dotted = any("." in cell for cells in grid.columns for cell in cells[:50])
    return "," if delimiter == ";" and not dotted else "."


def _column(
    name: str, cells: list[str], sign: str, forced: bool, day_first: bool | None, notes: _Notes
) -> Column:
    unique = set(cells)
    known = {cell for cell in unique if not is_missing(cell)} if len(unique) < 1000 else unique
    if not known:
        notes.empty.append(name)
        return Column(name, cells, "empty")
    if len(known) <= 12 and (truth := _truth(name, cells, known, notes)):
        return truth
    if _is_code(cells):
        notes.codes.append(name)
        return Column(name, cells, "text")
    if periods.MONTH_YEAR.fullmatch(cells[0]) and (moments := _dotted_months(cells)):
        return Column(name, cells, "time", moments=moments)
    numbers = numerals.parse(cells, sign, forced)
    if isinstance(numbers, Numbers) and _are_codes(numbers, cells, known):
        notes.letters.append(name)
        return Column(name, cells, "text")
    if isinstance(numbers, Numbers):
        notes.numbers[name] = (numbers, cells)
        return Column(name, cells, "number", numbers.values)
    if moments := times.parse(cells, day_first):
        return Column(name, cells, "time", moments=moments)
    seconds = time_of_day(cells)
    if seconds is not None:
        return Column(name, cells, "clock", seconds)
    if (starts := _starts(cells)) and (moments := times.parse(starts, day_first)):
        text = f"{shown(name)} holds spans of time ({shown(cells[0])}): their starts count."
        notes.findings.hint("spans", text)
        return Column(name, starts, "time", moments=moments)
    if (elapsed := elapsed_time(cells)) is not None:
        text = f"{shown(name)} was read as elapsed time in seconds"
        hours = next(
            (cell for cell in cells if cell and "." not in cell and cell.count(":") == 1), ""
        )
        text += f", {hours} as hours and minutes." if hours else "."
        notes.findings.hint("elapsed", text)
        return Column(name, cells, "number", elapsed, elapsed=True)
    notes.text(name, cells, numbers.reason)
    return Column(name, cells, "text")


def _dotted_months(cells: list[str]) -> Times | None:
    """1.2010, 2.2010, ... 12.2010, 1.2011: months that follow each other, and no numbers."""
    matches = [periods.MONTH_YEAR.fullmatch(cell) for cell in cells]
    moments = periods.months(cells, matches) if all(matches) and len(cells) > 12 else None
    if moments is None:
        return None
    steps = np.diff(moments.values.astype("datetime64[M]")).astype(np.int64)
    return moments if (steps == 1).all() or (steps == -1).all() else None


def _are_codes(numbers: Numbers, cells: list[str], known: set[str]) -> bool:
    """Few codes of which some are digits and some letters: 0, a, b; no number gone wrong."""
    words = {cells[i] for i in numbers.bad}
    digits = known - words
    short = bool(words) and all(len(word) <= 3 and word.isalpha() for word in words)
    return short and len(digits) <= 3 and len(words) <= 5 and all(len(cell) <= 2 for cell in digits)


def are_whole(values: NDArray[np.float64]) -> bool:
    """Whether each value, (rows,), is there and a whole number."""
    return bool((np.isfinite(values) & (values == np.floor(values))).all())


def _starts(cells: list[str]) -> list[str] | None:
    """The first halves of spans such as "27.03.2020 00:00 - 27.03.2020 01:00"."""
    known = [cell for cell in cells[:200] if not is_missing(cell)]
    for separator in (" - ", " – ", " to ", " / ", "/"):
        halves = [cell.split(separator) for cell in known]
        if known and all(len(half) == 2 and len(half[0]) >= 6 for half in halves):
            return [cell.split(separator)[0].strip() for cell in cells]
    return None


def _truth(name: str, cells: list[str], known: set[str], notes: _Notes) -> Column | None:
    """Yes and no as 1 and 0; several spellings in one column are left to the user."""
    words = {cell.casefold() for cell in known}
    if any(words <= pair for pair in TRUTH):
        values = np.array(
            [np.nan if is_missing(cell) else float(cell.casefold() in TRUE) for cell in cells]
        )
        notes.truths.append(name)
        return Column(name, cells, "truth", values)
    if words <= ANY_TRUTH and not words <= {"0", "1"}:
        notes.findings.warn(
            "mixed_truth",
            f"{shown(name)} spells yes and no in several ways ({names(sorted(known))}), so it "
            "was left as text.",
        )
        return Column(name, cells, "text")
    return None


def _is_code(cells: list[str]) -> bool:
    """00007 is a name, not the number 7."""
    if not all(cell.isdigit() for cell in cells[:20] if cell):
        return False
    widths = set(map(len, cells))
    if len(widths - {0}) != 1 or max(widths) < 3:
        return False
    known = [cell for cell in cells if cell]
    return all(map(str.isdigit, known)) and any(c[0] == "0" for c in known) and len(set(known)) > 1


class _Notes:
    """Collects what happened in each column, and says it in one sentence a kind."""

    def __init__(self, lines: list[int]) -> None:
        self.lines = lines
        self.findings = Findings()
        self.empty: list[str] = []
        self.codes: list[str] = []
        self.truths: list[str] = []
        self.letters: list[str] = []
        self.numbers: dict[str, tuple[Numbers, list[str]]] = {}

    def text(self, name: str, cells: list[str], reason: str) -> None:
        """A column of words is fine; one with many numbers in it deserves a sentence."""
        words = [i for i, cell in enumerate(cells) if not is_missing(cell)]
        sample = words[:: max(1, len(words) // 500)]
        odd = [i for i in sample if not looks_like_data(cells[i])]
        if not reason and len(odd) > 0.7 * len(sample):
            return
        first, other = words[0], next(iter(odd), words[1 % len(words)])
        why = reason or (
            f"its cells are not all numbers or dates of one kind (line {self.lines[first]} has "
            f"{shown(cells[first])}, line {self.lines[other]} has {shown(cells[other])})"
        )
        self.findings.warn("mixed_column", f"{shown(name)} was left as text: {why}.")

    def points(self, columns: list[Column], sure: bool) -> None:
        """1.234 in every cell may be a thousand: nothing in the file tells."""
        doubtful = [
            c.name
            for c in columns
            if c.kind == "number" and all(map(_THREE_DECIMALS.fullmatch, filter(None, c.cells)))
        ]
        if doubtful:
            level = hint if sure else warning
            text = f"{names(doubtful)}: 1.234 was read as a fraction, not as a thousand."
            self.findings.append(level("points", f"{text} If that is wrong, set the decimal sign."))

    def sentences(self, sure: bool) -> list[Finding]:
        """All findings about single columns."""
        findings = self.findings
        if self.empty:
            findings.warn("blank_columns", f"No values at all in {names(self.empty)}: not offered.")
        if self.codes:
            findings.hint(
                "leading_zeros",
                f"{names(self.codes)} was kept as text: leading zeros mark a code.",
            )
        if self.letters:
            text = f"{names(self.letters)} holds a few codes, digits and letters: kept as words."
            findings.hint("letter_codes", text)
        if self.truths:
            findings.hint(
                "truth_values",
                f"{names(self.truths)}: yes counts as 1 and no as 0 where it is used.",
            )
        affixes = defaultdict(list)
        for name, (numbers, _) in self.numbers.items():
            if numbers.affix:
                affixes[numbers.affix].append(name)
        for affix, where in affixes.items():
            change = "45% became 45, not 0.45" if affix == "%" else "the numbers stayed as they are"
            findings.warn(
                "units", f"{shown(affix)} was taken off the cells of {names(where)}: {change}."
            )
        self._note(
            "scaled", lambda n: n.scaled, "K, M and B in {} were multiplied out: 1.5K became 1500."
        )
        self._note(
            "accounting",
            lambda n: n.accounting,
            "Numbers in parentheses or with a minus sign behind them were read as negative in {}.",
        )
        self._note(
            "lakh",
            lambda n: n.grouped == "lakh",
            "Commas in {} were read as Indian grouping: 12,34,567 became 1234567.",
        )
        self._note(
            "thousands",
            lambda n: n.grouped == "thousands" and (sure or not n.unsure),
            "Thousands separators were taken out of {}.",
            hint,
        )
        self._note(
            "ambiguous_separator",
            lambda n: n.unsure and not sure,
            "{} could have thousands separators or decimals; {how}: please check.",
        )
        words = dict.fromkeys(
            cells[i]
            for n, cells in self.numbers.values()
            for i in sorted({*n.missing[:2000]} - {*n.errors})
            if cells[i]
        )
        if words:
            findings.hint("missing_words", f"{names(words)} in numbers: read as missing.")
        self._rows("excel_errors", lambda n: n.errors, "Excel wrote an error", cells=True)
        self._rows("not_a_number", lambda n: n.bad, "no number", cells=True)
        self._rows("infinite", lambda n: n.infinite, "infinite or too large")
        inexact = {
            n: numbers.inexact for n, (numbers, _) in self.numbers.items() if numbers.inexact
        }
        for name, rows in inexact.items():
            findings.warn(
                "lost_digits",
                f"{shown(name)} has whole numbers too long to be kept exactly "
                f"({on_lines(self.lines[i] for i in rows)}): the last digits were rounded.",
            )
        return findings

    def _note(
        self,
        code: str,
        applies: Callable[[Numbers], bool],
        sentence: str,
        level: Callable[[str, str], Finding] = warning,
    ) -> None:
        where = [name for name, (numbers, _) in self.numbers.items() if applies(numbers)]
        if where:
            first = self.numbers[where[0]][0]
            how = (
                f"{'they' if len(where) > 1 else 'it'} {'were' if len(where) > 1 else 'was'} read "
                + ("as whole numbers" if first.grouped else "with decimals")
            )
            self.findings.append(level(code, sentence.format(names(where), how=how)))

    def _rows(
        self,
        code: str,
        rows_of: Callable[[Numbers], list[int]],
        what: str,
        cells: bool = False,
    ) -> None:
        parts = []
        for name, (numbers, texts) in self.numbers.items():
            if rows := rows_of(numbers):
                example = Counter(texts[i] for i in rows).most_common(1)[0][0]
                parts.append(
                    f"{count(len(rows), 'cell')} of {shown(name)} "
                    f"({on_lines(self.lines[i] for i in rows)}"
                    + (f", as in {shown(example)}" if cells else "")
                    + ")"
                )
        if parts:
            self.findings.warn(code, f"Read as missing, because {what}: {listed(parts)}.")
