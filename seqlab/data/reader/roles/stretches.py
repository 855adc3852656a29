"""Where a recording breaks off and begins anew: borders that no window should cross."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.shape import Timeline
from seqlab.data.reader.wording import on_lines, warning
from seqlab.experiment import Finding

NAME = "stretch"  # the column that numbers them
FEWEST = 10  # rows of a stretch
FEWEST_BLOCKS, SHORTEST_BLOCK = 4, 3  # between blank lines, and rows of one
MOST_BACK = 0.2  # share of the steps that go back; more of them are no restarts, but disorder
FAR = 10  # usual steps that are a gap

Rows = NDArray[np.int64]


def restarts(timeline: Timeline | None, lines: Sequence[int], seams: Sequence[int]) -> Rows:
    """The rows with which a log begins anew: its counter goes back, or its header stands again.

    A header that stands again between dates that go on is no restart, and dates that go back are
    rows in disorder.

    Args:
        timeline: the time of the rows.
        lines: of the rows in the file.
        seams: lines of headers that stand again.
    """
    at = np.searchsorted(np.asarray(lines), np.asarray(seams, np.int64))
    if timeline is None:
        begins = at
    elif timeline.is_date:
        begins = np.intersect1d(at, gaps(timeline))
    else:
        back = np.flatnonzero(np.diff(timeline.values) < 0) + 1
        begins = np.union1d(at, back if len(back) <= MOST_BACK * len(lines) else [])
    return long_enough(begins, len(lines))


def blocks(lines: Sequence[int], blank: Sequence[int]) -> Rows:
    """The rows with which blocks between blank lines begin, if all of them are parted so.

    Args:
        lines: of the rows in the file.
        blank: lines that are empty.
    """
    begins = np.unique(np.searchsorted(np.asarray(lines), np.asarray(blank, np.int64)))
    begins = begins[(begins > 0) & (begins < len(lines))]
    lengths = np.diff([0, *begins, len(lines)])
    enough = len(lengths) >= FEWEST_BLOCKS and lengths.min() >= SHORTEST_BLOCK
    return begins if enough else np.empty(0, np.int64)


def gaps(timeline: Timeline) -> Rows:
    """The rows before which the time makes a step of more than `FAR` usual ones, far from others.

    Args:
        timeline: the time of the rows.
    """
    values = timeline.values
    steps = np.diff(
        values.astype("datetime64[us]").astype(np.int64) if timeline.is_date else values
    )
    forward = steps[steps > 0]
    if not len(forward) or pd.isna(values).any() or (timeline.is_date and (steps < 0).any()):
        return np.empty(0, np.int64)
    return long_enough(np.flatnonzero(steps > FAR * np.median(forward)) + 1, len(values))


def long_enough(borders: Rows, rows: int) -> Rows:
    """The borders between stretches of at least `FEWEST` rows.

    Args:
        borders: first rows of stretches.
        rows: how many there are.
    """
    enough: list[int] = []
    for border in sorted({int(border) for border in borders if 0 < border < rows}):
        if border - (enough[-1] if enough else 0) >= FEWEST and rows - border >= FEWEST:
            enough.append(border)
    return np.array(enough, np.int64)


def column(borders: Rows, columns: Sequence[Column]) -> Column:
    """The number of the stretch of each row.

    Args:
        borders: the first row of each stretch but the first one.
        columns: of the table.
    """
    taken, name = {c.name for c in columns}, NAME
    while name in taken:
        name += "_"
    numbers = np.searchsorted(borders, np.arange(len(columns[0].cells)), side="right") + 1
    return Column(name, [str(number) for number in numbers], "text")


def told(borders: Rows, lines: Sequence[int]) -> Finding:
    """That no window crosses them.

    Args:
        borders: the first row of each stretch but the first one.
        lines: of the rows in the file.
    """
    where = on_lines(lines[int(border)] for border in borders)
    return warning(
        "stretches",
        f"The series breaks off before {where}: its {len(borders) + 1:,} stretches are numbered, "
        "and no window crosses from one to the next.",
    )
