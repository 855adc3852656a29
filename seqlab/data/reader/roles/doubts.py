"""What speaks for another reading than one time step a row."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from seqlab.data.reader.columns.typed import Column, counts_rows
from seqlab.data.reader.roles import orientation
from seqlab.data.reader.roles.owners import is_time
from seqlab.data.reader.roles.shape import Timeline
from seqlab.data.reader.vocabulary import DATE_NAMES, key
from seqlab.data.reader.wording import Findings, names, shown
from seqlab.experiment import Finding, ParseOptions

_MANY = 20  # columns


def doubts(
    columns: list[Column],
    numeric: list[Column],
    timeline: Timeline | None,
    label: str | None,
    wish: ParseOptions,
) -> list[Finding]:
    """What speaks against rows being time steps, and which columns are left out for being words.

    Args:
        columns: all of the table.
        numeric: those of numbers.
        timeline: the time, if there is one.
        label: the column with the classes, if there is one.
        wish: what the user chose.
    """
    findings = Findings()
    words = [
        c.name for c in columns if c.kind == "text" and c.name != label and not is_time(c, timeline)
    ]
    if words:
        findings.hint(
            "words_unused",
            f"{names(words)} {_holds(words)} words. One with few different words can be chosen "
            "as an input, each word a column of its own, or as the target.",
        )
    if wish.kind is None and (lagged := _lagged(numeric)):
        earlier, later = lagged
        findings.warn(
            "lagged_columns",
            f"{shown(later.name)} is {shown(earlier.name)} one row on: the table looks like "
            "windows that were cut already, and its columns give each other away. Keep one "
            "column of each kind and let the windows be cut here.",
        )
    if timeline is not None or wish.kind is not None or len(numeric[0].cells) < 10:
        return findings
    if len(numeric) >= _MANY and all(c.name.startswith("column ") for c in numeric):
        findings.warn(
            "rows_or_columns",
            f"{len(numeric)} columns without names or a time: each column was taken for a "
            "series and each row for a time step. If each row is one sequence, choose “one "
            "sequence a row”.",
        )
    if any(c.kind == "text" and key(c.name) in DATE_NAMES for c in columns):
        return findings  # a time that was not understood, and that is told
    rows = len(numeric[0].cells)
    unique = [c for c in columns if c.kind == "text" and c.distinct == rows and not counts_rows(c)]
    last = columns[-1]
    outcome = last.kind in ("truth", "number", "text") and 2 <= last.distinct <= 5
    varied = sum(c.distinct > rows / 3 for c in numeric) >= min(2, len(numeric) - 1) > 0
    rough = numeric[0].values is not None and orientation.down(numeric) > orientation.SMOOTH
    cases = orientation.are_cases(numeric)
    if unique or (outcome and varied and rough) or cases:
        why = "neighbouring rows have no more in common than any others"
        if unique:
            why = f"{shown(unique[0].name)} is different in every row"
        elif outcome and varied:
            why = f"the last column, {shown(last.name)}, has only {last.distinct} values"
        findings.warn(
            "rows_not_steps",
            f"No column is a time, and {why}: perhaps each row is a case of its own and no "
            "time step. Then choose “one sequence a row”; as it is read now, each row follows "
            "the one above.",
        )
    return findings


def _lagged(numeric: list[Column]) -> tuple[Column, Column] | None:
    """Two columns of which one holds the other's values a row later, if many columns do."""
    usable = [c for c in numeric[:_MANY] if c.values is not None and c.distinct > 5]
    pairs = [
        (a, b)
        for a, b in combinations(usable, 2)
        for a, b in ((a, b), (b, a))
        if a.values is not None
        and b.values is not None
        and len(a.values) > 10
        and np.array_equal(a.values[1:], b.values[:-1])
    ]
    return pairs[0] if len(pairs) >= max(2, len(usable) // 3) else None


def _holds(words: list[str]) -> str:
    return "holds" if len(words) == 1 else "hold"
