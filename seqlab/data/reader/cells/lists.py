"""Lists in cells, `[0, 1, 1]`, as columns of their own: each row is a sequence."""

from __future__ import annotations

import re

from seqlab.data.reader.wording import Findings, count, shown
from seqlab.experiment import Finding

_LIST = re.compile(r"[\[(]([^\[\]()]*)[\])]")
_VALUE = re.compile(r"[-+]?[0-9.eE+-]+|[A-Za-z'\"_]+|")
MOSTLY = 0.9
LONGEST = 5_000  # values of a list


def spread(
    names: list[str], columns: list[list[str]]
) -> tuple[list[str], list[list[str]], list[Finding]]:
    """Each column of lists as numbered columns, the others as they are.

    Args:
        names: of the columns.
        columns: the cells of each.
    """
    wide_names: list[str] = []
    wide: list[list[str]] = []
    findings = Findings()
    for name, cells in zip(names, columns, strict=True):
        lists = _lists(cells)
        if lists is None:
            wide_names.append(name)
            wide.append(cells)
            continue
        longest = max(map(len, lists))
        for step in range(longest):
            wide_names.append(f"{name}_{step}")
            wide.append([values[step] if step < len(values) else "" for values in lists])
        findings.warn(
            "lists",
            f"{shown(name)} holds a list in each cell: it was read as a sequence of "
            f"{count(longest, 'step')}, one a row.",
        )
    return wide_names, wide, findings


def _lists(cells: list[str]) -> list[list[str]] | None:
    """The values of each cell, if nearly all cells are lists of several values."""
    sample = [cell for cell in cells[:50] if cell]
    matching = sum(_LIST.fullmatch(cell) is not None for cell in sample)
    if not sample or matching < MOSTLY * len(sample):
        return None
    first = _LIST.fullmatch(sample[0])
    if first is None or not all(
        _VALUE.fullmatch(part) for part in re.split(r"[,;\s]+", first[1].strip())
    ):
        return None  # a date in brackets
    lists = []
    for cell in cells:
        match = _LIST.fullmatch(cell)
        inside = match[1] if match else ""
        separator = "," if "," in inside else (";" if ";" in inside else None)
        lists.append([value.strip() for value in inside.split(separator)] if inside.strip() else [])
    longest = max(map(len, lists))
    return lists if 2 <= longest <= LONGEST else None
