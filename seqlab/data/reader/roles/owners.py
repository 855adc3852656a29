"""Which column, or which columns together, say whose a row is."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.timeline import Timeline
from seqlab.data.reader.vocabulary import (
    ID_NAMES,
    key,
)

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST_IDS = 5  # columns that are tried together


def sequence_id(columns: list[Column], timeline: Timeline | None) -> Column | None:
    """The column that says which sequence a row belongs to."""
    time = None if timeline is None else timeline.values
    found: list[tuple[bool, bool, int, Column]] = []
    for place, column in enumerate(columns):
        if timeline is not None and column.name == timeline.replaces:
            continue
        if column.kind not in ("text", "number"):
            continue
        if column.values is not None and not _is_whole(column.values):
            continue
        rows, distinct = len(column.cells), len(set(column.cells))
        if not 2 <= distinct <= rows / 2:
            continue
        is_named = _is_id_name(column.name)
        if time is None:
            if is_named and _blocks(column.cells) == distinct:
                found.append((False, False, place, column))
            continue
        pairs = pd.DataFrame({"id": column.cells, "time": time})
        apart = not pairs.duplicated().any()
        shared = bool(pairs["time"].duplicated().any())
        blocks = _blocks(column.cells) == distinct
        counted = blocks and timeline is not None and _counts(timeline, column.cells)
        each = np.unique(pd.factorize(pairs["time"])[0], return_counts=True)[1]
        # All at some time, and each for longer than there are of them: no step of the day.
        balanced = distinct**2 <= rows and each.max(initial=0) == distinct
        separates = shared and apart and (column.kind == "text" or counted or balanced)
        if separates or (is_named and (apart or blocks)):
            found.append((not is_named, not apart, place, column))
    return min(found, key=lambda item: item[:3])[3] if found else None


def joint_id(columns: list[Column], timeline: Timeline | None) -> Column | None:
    """Two or three ids that only together tell sequences apart, such as store and department.

    Names that say so are enough; other columns must have all their sequences at some time, each
    of several rows.
    """
    if timeline is None:
        return None
    ids = [
        c
        for c in columns
        if c.kind in ("text", "number")
        and (c.values is None or _is_whole(c.values))
        and not is_time(c, timeline)
        and 2 <= len(set(c.cells)) <= len(c.cells) / 2
    ]
    ids.sort(key=lambda c: not _is_id_name(c.name))
    rows = pd.factorize(timeline.values)[0]
    known = rows[rows >= 0]
    shared = len(known) > 0 and int(np.bincount(known).max()) > 1
    if len(ids) < 2 or not shared:
        return None
    times = rows.tolist()
    if any(len(set(zip(c.cells, times, strict=True))) == len(times) for c in ids):
        return None  # one is enough
    for size in (2, 3):
        for some in combinations(ids[:_MOST_IDS], size):
            keys = list(zip(*(c.cells for c in some), strict=True))
            owners = Counter(keys)
            if len(set(zip(keys, times, strict=True))) < len(times):
                continue
            named = all(_is_id_name(c.name) for c in some) and len(owners) <= len(keys) / 2
            whole = int(np.bincount(known).max()) == len(owners)
            if named or (whole and min(owners.values()) >= 3):
                some = tuple(sorted(some, key=columns.index))
                cells = [", ".join(parts) for parts in zip(*(c.cells for c in some), strict=True)]
                return Column("+".join(c.name for c in some), cells, "text")
    return None


def _counts(timeline: Timeline, ids: list[str]) -> bool:
    """Does the time count by one, and begin again wherever the id changes?"""
    if timeline.is_date:
        return False
    change = np.array([a != b for a, b in pairwise(ids)])
    return bool((np.diff(timeline.values)[~change] == 1).all())


def _is_id_name(name: str) -> bool:
    words = {*key(name).split(), *key(_CAMEL.sub(" ", name)).split()}  # machine_id, machineID
    return not ID_NAMES.isdisjoint(words)


def _is_whole(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).all() and (values == np.floor(values)).all())


def _blocks(cells: list[str]) -> int:
    """How many runs of equal cells there are."""
    return 1 + sum(a != b for a, b in pairwise(cells))


def is_time(column: Column, timeline: Timeline | None) -> bool:
    """Whether a column is the time, or a part of it."""
    return timeline is not None and column.name in (timeline.replaces, *timeline.parts)
