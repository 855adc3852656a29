"""Other columns that could have a role as well: scored by their values, with reasons.

The reader decides first. Here each column is scored for the roles of time, sequence id and target;
where the second best is near the one that was taken, a finding names both with their reasons, and
the other reading is offered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.label_candidates import labels, second
from seqlab.data.reader.roles.owners import is_time
from seqlab.data.reader.roles.recordings import borders, owners
from seqlab.data.reader.roles.shape import Candidate, Layout, Reading, Timeline
from seqlab.data.reader.roles.targets import is_id, poor
from seqlab.data.reader.vocabulary import DATE_NAMES, ID_NAMES, PART_NAMES, key
from seqlab.data.reader.wording import count, hint, shown, warning
from seqlab.experiment import Finding, ParseOptions
from seqlab.limits import MAX_CLASSES

NEAR = 0.4  # difference of two scores that leaves a doubt
EVEN = 0.05  # spread of even steps, as a share of the mean step
FEWEST = 10  # rows that can be judged
CODES = (  # of findings that name a reading
    *("two_times", "no_time_taken", "blocks", "two_owners", "steady_words"),
    *("classes_possible", "row_is_sequence", "two_labels", "one_text_one_label"),
    "gaps_in_time",
)


def close_calls(
    columns: Sequence[Column], timeline: Timeline | None, shape: Layout, wish: ParseOptions
) -> tuple[list[Finding], list[Reading]]:
    """Findings on roles that another column could have, and these other readings.

    Args:
        columns: of the table.
        timeline: the time that was taken.
        shape: the other roles.
        wish: what the user chose; that is no doubt any more.
    """
    if shape.kind not in ("series", "long", "wide") or len(columns[0].cells) < FEWEST:
        return [], []
    doubts: list[tuple[Finding, Reading]] = []
    if shape.kind == "wide":
        doubts += _of_rows(columns, shape, wish)
    elif wish.time is None:
        doubts += _time(columns, timeline, shape)
    if wish.sequence_id is None and wish.kind is None and shape.kind != "wide":
        doubts += _owner(columns, timeline, shape)
    if wish.label is None and shape.kind == "long":
        doubts += _steady(columns, shape)
    if wish.label is None and shape.label is not None and shape.windows is None:
        free = [c for c in columns if c.name not in shape.numeric or c.name == shape.label]
        owned = (shape.sequence_id or "").split("+")
        free = [c for c in free if c.name not in owned and not is_time(c, timeline)]
        if shape.kind == "long":
            free = [c for c in free if c.kind == "text"]
        doubts += second(shape.label, labels(free, columns[-1]))
    return [finding for finding, _ in doubts], [reading for _, reading in doubts]


def times(columns: Sequence[Column], ids: Sequence[str] | None = None) -> list[Candidate]:
    """The columns that could be the time, the best first.

    Args:
        columns: of the table.
        ids: of each row, whose it is.
    """
    inside = None if ids is None else ~borders(ids)
    possible = []
    for column in columns:
        values = column.moments.values if column.moments is not None else column.values
        if values is None or column.kind not in ("time", "number") or pd.isna(values).any():
            continue
        dated = column.kind == "time"
        steps = np.diff(values.astype("datetime64[us]").astype(np.int64) if dated else values)
        if inside is not None:
            steps = steps[inside]
        if not len(steps):
            continue
        up, down = float((steps > 0).mean()), float((steps < 0).mean())
        ordered = max(up, down) == 1
        even = ordered and bool(steps.std() <= EVEN * abs(steps.mean()))
        if not dated and not (ordered and even):
            continue  # numbers are a time only if they go on as one does
        where = "going up" if up == 1 else "going down" if down == 1 else "in another order"
        reasons = ["dates" if dated else "numbers", where, *(["in even steps"] if even else [])]
        named = key(column.name) in DATE_NAMES
        score = 0.5 * dated + 0.25 * ordered + 0.15 * even + 0.1 * named
        possible.append(Candidate(column.name, score, tuple(reasons)))
    return sorted(possible, key=lambda candidate: -candidate.score)


def _time(
    columns: Sequence[Column], timeline: Timeline | None, shape: Layout
) -> list[tuple[Finding, Reading]]:
    ids = next((c.cells for c in columns if c.name == shape.sequence_id), None)
    possible = times(columns, ids)
    if timeline is None:
        return _untaken(columns, possible, shape)
    mine = next((c for c in possible if c.name == timeline.replaces), None)
    if mine is None or timeline.parts:
        return []
    by_name = {column.name: column for column in columns}
    for other in possible:
        column = by_name[other.name]
        if (
            other.name == mine.name
            or column.kind != "time"
            or mine.score - other.score > NEAR + 1e-9
        ):
            continue
        if _same_order(by_name[mine.name], column):
            continue  # the same clock, written once more
        text = (
            f"{mine.told} was taken for the time. {other.told} could be it as well: then the rows "
            "come in another order."
        )
        label = f"Take {shown(other.name)} for the time"
        return [(warning("two_times", text), Reading("two_times", label, {"time": other.name}))]
    return []


def _untaken(
    columns: Sequence[Column], possible: list[Candidate], shape: Layout
) -> list[tuple[Finding, Reading]]:
    """No time was taken, though a column of numbers goes on as one does."""
    others = [name for name in shape.numeric if name not in {c.name for c in possible}]
    if not possible or not others or shape.kind != "series":
        return []
    first = possible[0]
    values = next(c.values for c in columns if c.name == first.name)
    if values is None or (np.diff(values) == 1).all():
        return []  # it numbers the rows
    down = bool(values[-1] < values[0])
    after = (
        "Then the rows run backwards, and would be turned round."
        if down
        else "The order of the rows would stay as it is."
    )
    text = f"No column was taken for the time. {first.told} could be it. {after}"
    tell = warning if down else hint
    label = f"Take {shown(first.name)} for the time"
    return [(tell("no_time_taken", text), Reading("no_time_taken", label, {"time": first.name}))]


def _same_order(a: Column, b: Column) -> bool:
    if a.moments is None or b.moments is None:
        return True
    first, second = (np.argsort(c.moments.values, kind="stable") for c in (a, b) if c.moments)
    return bool(np.array_equal(first, second))


def _owner(
    columns: Sequence[Column], timeline: Timeline | None, shape: Layout
) -> list[tuple[Finding, Reading]]:
    free = [c for c in columns if not is_time(c, timeline) and c.name != shape.label]
    if shape.sequence_id is None:
        if timeline is not None and timeline.is_date:
            return []  # blocks among rows in the order of dates are periods
        blocks = [c for c in owners(free) if c.kind == "text" or c.distinct > 2]
        if not blocks:
            return []
        one = blocks[0]
        text = (
            f"All rows were taken for one series. {shown(one.name)} stands in "
            f"{count(one.distinct, 'block')} of rows: perhaps each of them is a sequence of "
            "its own, which no window should leave."
        )
        label = f"Tell sequences apart by {shown(one.name)}"
        reading = Reading("blocks", label, {"sequence_id": one.name})
        return [(warning("blocks", text), reading)]
    mine = next((c for c in columns if c.name == shape.sequence_id), None)
    if mine is None or timeline is None or "+" in shape.sequence_id:
        return []
    clock = pd.factorize(np.asarray(timeline.values))[0]
    for column in free:
        distinct = column.distinct
        if column is mine or not column.can_name or not 2 <= distinct <= len(column.cells) / 3:
            continue
        if len(set(zip(column.cells, mine.cells, strict=True))) == max(distinct, mine.distinct):
            continue  # the same owners, or groups of them
        apart = len(set(zip(column.cells, clock.tolist(), strict=True))) == len(clock)
        if not apart or ID_NAMES.isdisjoint(key(column.name).split()):
            continue
        text = (
            f"{shown(mine.name)} was taken for the sequence id: with it each time stands once. "
            f"{shown(column.name)} does that as well."
        )
        label = f"Tell sequences apart by {shown(column.name)}"
        reading = Reading("two_owners", label, {"sequence_id": column.name})
        return [(warning("two_owners", text), reading)]
    return []


def _of_rows(
    columns: Sequence[Column], shape: Layout, wish: ParseOptions
) -> list[tuple[Finding, Reading]]:
    """A row was taken for a sequence: what else it could be, or which class it could have."""
    if shape.windows is not None:
        return []
    if shape.label is not None:
        if wish.kind is not None or wish.label is not None or shape.numbered:
            return []
        text = (
            f"Each row was taken for one sequence of {len(shape.numeric):,} steps, because "
            f"{shown(shape.label)} is its class; the names do not number the steps. If the columns "
            "are different measures, a row is rather one case or one time step."
        )
        reading = Reading("row_is_sequence", "Read a time step a row", {"kind": "series"})
        return [(hint("row_is_sequence", text), reading)]
    if wish.label is not None:
        return []
    rows = len(columns[0].cells)
    classes = [
        c
        for c in columns
        if c.kind in ("text", "truth")
        and 2 <= c.distinct <= min(rows / 2, MAX_CLASSES)
        and c.name not in shape.numeric
        and key(c.name) not in PART_NAMES
    ]
    if not classes:
        return []
    one = classes[-1]
    text = (
        f"Each row was taken for one sequence to forecast. {shown(one.name)} has "
        f"{count(one.distinct, 'value')} and could be the class of a row instead."
    )
    reading = Reading("classes_possible", f"Classify by {shown(one.name)}", {"label": one.name})
    return [(warning("classes_possible", text), reading)]


def _steady(columns: Sequence[Column], shape: Layout) -> list[tuple[Finding, Reading]]:
    """A word that stays the same in each sequence, and was not taken for its class."""
    ids = next((c.cells for c in columns if c.name == shape.sequence_id), None)
    if ids is None or shape.label is not None or shape.sequence_id is None:
        return []
    parts = (shape.sequence_id, *shape.sequence_id.split("+"))
    owners = len(set(ids))
    for column in columns:
        classes = column.distinct
        if column.kind != "text" or column.name in parts or not 2 <= classes < owners:
            continue
        if len(set(zip(ids, column.cells, strict=True))) == owners:
            text = (
                f"{shown(column.name)} stays the same in each sequence, and all of them run side "
                "by side in time: a forecast is asked for. It can be an input, or else the class "
                "of each sequence."
            )
            label = f"Classify by {shown(column.name)}"
            reading = Reading("steady_words", label, {"label": column.name})
            return [(hint("steady_words", text), reading)]
    return []


def rivals(columns: Sequence[Column], timeline: Timeline | None, shape: Layout) -> tuple[str, ...]:
    """The columns that could be forecast as well as the one that was taken.

    Args:
        columns: of the table.
        timeline: its time, if it has one.
        shape: its layout, with the target that was taken.
    """
    if shape.label is not None or shape.target is None:
        return ()
    ids = next((c.cells for c in columns if c.name == shape.sequence_id), None)
    groups = None if ids is None else pd.factorize(pd.Series(ids))[0]
    asked = [c for c in columns if c.name in set(shape.numeric)]
    ranks = {c.name: poor(c, timeline, groups) for c in asked}
    mine = ranks[shape.target]
    return tuple(
        name
        for name, rank in ranks.items()
        if rank == mine and name != shape.target and not is_id(name)
    )
