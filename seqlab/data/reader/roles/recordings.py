"""Recordings below each other: a clock that runs on inside each of them, and what was going on.

Files of sensors often have no header: whose rows they are, what that one was doing, a counter of
nanoseconds, and then the readings. Names do not help; the order of the values does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.vocabulary import STEP_NAMES, key

EVEN = 0.5  # the median deviation of a clock's steps from their median, as a share of it
TORN = 0.02  # share of steps that may go back inside a recording: there the log was interrupted
ANEW = 0.8  # share of recordings with which a clock begins anew
FEWEST = 10  # rows of a recording
RUN = 10  # rows that each class lasts, in the mean
MOST_ACTIVITIES = 30


def owners(columns: list[Column]) -> list[Column]:
    """The columns of which each value stands in one block of rows, several rows long each."""
    whose = []
    for column in columns:
        if not column.can_name:
            continue
        lengths = [len(list(run)) for _, run in groupby(column.cells)]
        distinct = column.distinct
        if 2 <= distinct == len(lengths) and min(lengths) >= FEWEST:
            whose.append(column)
    return whose


def clock(columns: list[Column]) -> Column | None:
    """The column that runs on in even steps inside the blocks of another one.

    One whose name says so may make uneven steps, if it goes up in all blocks and begins anew.

    A meter that counts what was used runs on too, but not in even steps; a column that counts by
    one is a number of the row.
    """
    for whose in owners(columns):
        for column in columns:
            if column.kind != "number" or column is whose or column.values is None:
                continue
            if not np.isfinite(column.values).all():
                continue
            inside = np.diff(column.values)[~borders(whose.cells)]
            if (inside < 0).mean() <= TORN and _is_even(inside):
                return column
            back = np.diff(column.values)[borders(whose.cells)] < 0
            named = not STEP_NAMES.isdisjoint(key(column.name).split())
            if named and (inside > 0).all() and back.mean() >= ANEW:
                return column
    return None


def begins_anew(times: NDArray[np.float64], ids: list[str]) -> bool:
    """Whether a time goes back between the blocks of an id, and hardly ever inside one.

    Args:
        times: (rows,) numbers.
        ids: of each row, whose it is.
    """
    if not np.isfinite(times).all():
        return False
    back, border = np.diff(times) < 0, borders(ids)
    return bool((back & border).any() and (back & ~border).mean() <= TORN)


def activity(columns: list[Column], ids: list[str]) -> Column | None:
    """A column of words that says what goes on: few ones, each of them lasting, seen of several.

    Args:
        columns: that have no role yet.
        ids: of each row, whose it is.
    """
    for column in columns:
        classes = set(column.cells)
        if column.kind != "text" or not 2 <= len(classes) <= MOST_ACTIVITIES or "" in classes:
            continue
        runs: dict[str, list[int]] = {}
        whose: dict[str, set[str]] = {}
        for (cell, owner), run in groupby(zip(column.cells, ids, strict=True)):
            runs.setdefault(cell, []).append(len(list(run)))
            whose.setdefault(cell, set()).add(owner)
        lasting = all(sum(lengths) >= RUN * len(lengths) for lengths in runs.values())
        changing = len(set(zip(column.cells, ids, strict=True))) > len(set(ids))
        if lasting and changing and all(len(owners) > 1 for owners in whose.values()):
            return column
    return None


def borders(ids: Sequence[str]) -> NDArray[np.bool_]:
    """(rows - 1,) where the id changes to the next row."""
    return np.array([a != b for a, b in pairwise(ids)], bool)


def _is_even(steps: NDArray[np.float64]) -> bool:
    """Whether most steps are alike, and are not 1."""
    usual = float(np.median(steps)) if len(steps) else 0.0
    return usual > 0 and usual != 1 and float(np.median(np.abs(steps - usual))) <= EVEN * usual
