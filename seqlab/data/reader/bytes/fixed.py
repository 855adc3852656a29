"""Columns aligned with blanks: where a cell stands tells its column, if others are empty."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from seqlab.data.reader.wording import count, hint, on_lines
from seqlab.experiment import Finding

_CELL = re.compile(r"\S+")
_SAMPLE = 500


def align(rows: list[list[str]], starts: list[int], lines: list[str]) -> list[Finding]:
    """Puts the cells of short rows into their columns, if these stand in columns at all.

    Args:
        rows: of cells, changed in place.
        starts: the line (from 1) of each row.
        lines: all lines of the file.
    """
    if len(rows) < 3:
        return []
    width = Counter(map(len, rows)).most_common(1)[0][0]
    short = [i for i, row in enumerate(rows) if 0 < len(row) < width]
    full = [i for i, row in enumerate(rows) if len(row) == width][:_SAMPLE]
    if not short or width < 3:
        return []
    spans = [[10**9, 0] for _ in range(width)]
    for i in full:
        places = [match.span() for match in _CELL.finditer(lines[starts[i] - 1])]
        if len(places) != width:  # quoted cells with blanks
            return []
        for span, (start, end) in zip(spans, places, strict=True):
            span[0], span[1] = min(span[0], start), max(span[1], end)
    if any(left[1] > right[0] for left, right in pairwise(spans)):
        return []
    moved = []
    for i in short:
        places = [match.span() for match in _CELL.finditer(lines[starts[i] - 1])]
        columns = [
            [j for j, span in enumerate(spans) if start < span[1] and end > span[0]]
            for start, end in places
        ]
        own_columns = [own[0] for own in columns if len(own) == 1]
        if len(own_columns) == len(rows[i]) == len(set(own_columns)):
            cells = [""] * width
            for j, cell in zip(own_columns, rows[i], strict=True):
                cells[j] = cell
            rows[i] = cells
            moved.append(starts[i])
    if not moved:
        return []
    where = f"{count(len(moved), 'row')} with empty cells ({on_lines(moved)})"
    return [hint("aligned", f"{where}: their cells were put into the columns they stand below.")]
