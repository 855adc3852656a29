"""Columns that could hold the classes, scored by their values and place, with reasons."""

from __future__ import annotations

from collections.abc import Sequence

from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.shape import Candidate, Reading
from seqlab.data.reader.vocabulary import LABEL_NAMES, PART_NAMES, key
from seqlab.data.reader.wording import shown, warning
from seqlab.experiment import Finding
from seqlab.limits import MAX_CLASSES

NEAR = 0.16  # difference of two scores that leaves a doubt
SURE = 0.5  # a score from which on a column is a label, and no attribute of the row
FEW = 10  # classes


def labels(columns: Sequence[Column], last: Column) -> list[Candidate]:
    """The columns that could be the label, the best first.

    Args:
        columns: that have no other role.
        last: the last column of the table: classes stand there more often than elsewhere.

    Example:
        >>> mood = Column("mood", ["good", "bad"] * 10, "text")
        >>> who = Column("who", ["ann", "bob", "cyd", "dan"] * 5, "text")
        >>> [(found.name, round(found.score, 2)) for found in labels([who, mood], mood)]
        [('mood', 0.55), ('who', 0.35)]
    """
    possible = []
    for column in columns:
        classes = {cell for cell in column.cells if cell}
        words = column.kind in ("text", "truth")
        whole = column.kind == "number" and column.is_whole
        most = min(MAX_CLASSES, len(column.cells) / 2)
        if not (words or whole) or not 2 <= len(classes) <= most or key(column.name) in PART_NAMES:
            continue
        evidence = [
            (0.35, "named so", key(column.name) in LABEL_NAMES),
            (0.2, "the last column", column is last),
            (0.2, f"{len(classes)} different values", len(classes) <= FEW),
            (0.15, "words", words),
        ]
        score = sum(weight for weight, _, holds in evidence if holds)
        reasons = tuple(reason for _, reason, holds in evidence if holds)
        possible.append(Candidate(column.name, score, reasons))
    return sorted(possible, key=lambda candidate: -candidate.score)


def second(taken: str, possible: Sequence[Candidate]) -> list[tuple[Finding, Reading]]:
    """Another column that could be the label as well as the one that was taken.

    Args:
        taken: its name.
        possible: all candidates.
    """
    mine = next((c for c in possible if c.name == taken), None)
    other = next((c for c in possible if c.name != taken), None)
    if mine is None or other is None or mine.score - other.score > NEAR:
        return []
    text = f"{mine.told} was taken for the label. {other.told} could be it as well."
    label = f"Take {shown(other.name)} for the label"
    return [(warning("two_labels", text), Reading("two_labels", label, {"label": other.name}))]
