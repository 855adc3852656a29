"""Which column, or which columns together, say whose a row is."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.recordings import FEWEST, activity, begins_anew, borders
from seqlab.data.reader.roles.shape import Timeline
from seqlab.data.reader.vocabulary import CAMEL, ID_NAMES, key

RUN = 3  # rows that a state lasts, in the mean
STEADY = 0.9  # of the steps of a clock are the same if it ticks
_MOST_IDS = 5  # columns that are tried together
_FEWEST_BLOCKS = 4  # of rows, that show that columns belong together


def sequence_id(columns: list[Column], timeline: Timeline | None) -> Column | None:
    """The column that says which sequence a row belongs to."""
    time = None if timeline is None else timeline.values
    is_date = timeline is not None and timeline.is_date
    at_once = 0  # rows that have one time together
    if time is not None:
        at_once = int(np.unique(pd.factorize(time)[0], return_counts=True)[1].max(initial=0))
    steady = time is not None and _ticks(time)
    candidates: list[tuple[bool, bool, int, int, Column]] = []
    for place, column in enumerate(columns):
        if timeline is not None and column.name == timeline.replaces:
            continue
        if not column.can_name:
            continue
        rows, distinct = len(column.cells), column.distinct
        if not 2 <= distinct <= rows / 2:
            continue
        is_named = is_id_name(column.name)
        if time is None:
            if is_named and _blocks(column.cells) == distinct:
                candidates.append((False, False, 0, place, column))
            continue
        pairs = pd.DataFrame({"id": column.cells, "time": time})
        apart = not pairs.duplicated().any()
        blocks = _blocks(column.cells) == distinct
        counted = blocks and timeline is not None and _counts(timeline, column.cells)
        # All at some time, and each for longer than there are of them: no step of the day.
        balanced = distinct**2 <= rows and at_once == distinct
        separates = at_once > 1 and apart and (column.kind == "text" or counted or balanced)
        if blocks and apart and not is_date and rows >= FEWEST * distinct:
            others = [c for c in columns if c is not column]
            recorded = begins_anew(time.astype(np.float64), column.cells) or activity(
                others, column.cells
            )
            separates = separates or bool(recorded)
        # A state that comes and goes while one clock ticks through all rows is no owner.
        lasting = steady and at_once == 1 and RUN * _blocks(column.cells) <= rows
        if separates or (is_named and (blocks or (apart and not lasting))):
            few = 0 if separates else distinct  # longer sequences, where times prove nothing
            candidates.append((not is_named, not apart, few, place, column))
    return min(candidates, key=lambda item: item[:4])[4] if candidates else None


def joint_id(columns: list[Column], timeline: Timeline | None) -> Column | None:
    """Two or three ids that only together tell sequences apart, such as store and department.

    Names that say so are enough; other columns must have all their sequences at some time, each
    of several rows.
    """
    if timeline is None:
        return _joint_blocks(columns)
    ids = [
        c
        for c in columns
        if c.can_name and not is_time(c, timeline) and 2 <= c.distinct <= len(c.cells) / 2
    ]
    ids.sort(key=lambda c: not is_id_name(c.name))
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
            named = all(is_id_name(c.name) for c in some) and len(owners) <= len(keys) / 2
            whole = int(np.bincount(known).max()) == len(owners)
            if named or (whole and min(owners.values()) >= 3):
                some = tuple(sorted(some, key=columns.index))
                cells = [", ".join(parts) for parts in zip(*(c.cells for c in some), strict=True)]
                return Column("+".join(c.name for c in some), cells, "text")
    return None


def _joint_blocks(columns: list[Column]) -> Column | None:
    """Two or three columns of which each combination stands in one block of rows, without a time.

    Gesture, person and repetition, for instance; one column that does it alone needs no others.
    """
    possible = [c for c in columns if c.can_name and 2 <= c.distinct <= len(c.cells) / FEWEST]
    joint: list[tuple[int, tuple[Column, ...], list[str]]] = []
    for size in (1, 2, 3):
        for some in combinations(possible[:_MOST_IDS], size):
            cells = [", ".join(parts) for parts in zip(*(c.cells for c in some), strict=True)]
            lengths = Counter(cells)
            if _blocks(cells) == len(lengths) and min(lengths.values()) >= FEWEST:
                joint.append((len(lengths), some, cells))
    if not joint:
        return None
    blocks, some, cells = max(joint, key=lambda each: each[0])
    if len(some) < 2 or blocks < _FEWEST_BLOCKS:
        return None
    return Column("+".join(c.name for c in some), cells, "text")


def _ticks(time: NDArray[np.datetime64] | NDArray[np.float64]) -> bool:
    """Whether nearly all steps of a time, (rows,), are the same."""
    steps = np.diff(np.sort(time[~pd.isna(time)])).astype(np.float64)
    return len(steps) > 0 and bool((steps == np.median(steps)).mean() >= STEADY)


def _counts(timeline: Timeline, ids: list[str]) -> bool:
    """Does the time count by one, and begin again wherever the id changes?"""
    if timeline.is_date:
        return False
    return bool((np.diff(timeline.values)[~borders(ids)] == 1).all())


def is_id_name(name: str) -> bool:
    """Whether a word of the name says that it tells things apart: machine_id, sensor, userId."""
    words = {*key(name).split(), *key(CAMEL.sub(" ", name)).split()}  # machine_id, machineID
    return not ID_NAMES.isdisjoint(words)


def _blocks(cells: list[str]) -> int:
    """How many runs of equal cells there are."""
    return 1 + int(borders(cells).sum())


def is_time(column: Column, timeline: Timeline | None) -> bool:
    """Whether a column is the time, or a part of it."""
    return timeline is not None and column.name in (timeline.replaces, *timeline.parts)
