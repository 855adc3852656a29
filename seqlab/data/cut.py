"""Rows -> windows with their targets: the one place where they are cut and scaled.

For one series (`seqlab.data.windows`) and for many below each other (`seqlab.data.panel`), which
decide before which rows are known in training and which window is for what.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seqlab.data import known_ahead, memory_budget
from seqlab.data.columns import Roles
from seqlab.data.dataset import Dataset, Goal, SeriesOf
from seqlab.data.scaling import Scaling, side_by_side
from seqlab.data.transforms import Transform
from seqlab.experiment import Data

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class WindowParts:
    """Which windows are for what, as indices, and sentences about it."""

    train: Indices
    validation: Indices
    test: Indices
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Rows:
    """What windows are cut from.

    Attributes:
        values: (rows, columns) without gaps, the targets in front.
        changed: (rows, columns), what is learned of them (`Transform.forward`).
        transform: that made it.
        scaling: of what is learned, fitted by what is known in training, in all series together.
        labels: (rows,) the time of each row.
        gaps: (rows, columns) where values were missing before they were filled.
        roles: what the columns are for, in the order of `Roles.used`.
        classes: if the target is a class, the names that column 0 is the index of.
        series: where there are several series, of each row (not window) which one it is.
    """

    values: Reals
    changed: Reals
    transform: Transform
    scaling: Scaling
    labels: NDArray[np.generic]
    gaps: NDArray[np.bool_]
    roles: Roles
    classes: tuple[str, ...] = ()
    series: SeriesOf | None = None


def cut(
    rows: Rows,
    starts: Indices,
    goals: Indices,
    parts: WindowParts,
    data: Data,
    splits: tuple[int, int] | None = None,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """The windows, scaled; without baselines.

    Args:
        rows: what they are cut from.
        starts: (n,) the first row of each window.
        goals: (n, steps) the rows of its targets.
        parts: which windows are for what.
        data: window and horizon.
        splits: as in `Dataset`.
        notes: as in `Dataset`.
    """
    values, inputs, scaling = rows.values, rows.roles.places, rows.scaling
    series, own = rows.series, scaling
    if series is not None and series.scaling is not None:
        each = series.scaling
        own = Scaling(each.offset[series.of], each.scale[series.of])  # (rows, columns)
    scaled = own.apply(rows.changed).astype(np.float32)
    count, goal = len(rows.roles.targets), Goal()
    target_scaling = scaling.columns([*range(count)] * goals.shape[1])
    y = scaled[:, :count][goals].reshape(len(goals), -1)  # step by step, the targets of each
    if rows.classes:
        target_scaling, goal = Scaling.identity(1), Goal("class", classes=rows.classes)
        y = values[goals[:, 0], 0].astype(np.int32)
    elif rows.transform.memory:
        changes = [_changes(rows, i, starts, goals, parts, data) for i in range(count)]
        y = np.stack([own for own, _ in changes], axis=-1).reshape(len(goals), -1)
        target_scaling = side_by_side([fitted for _, fitted in changes], goals.shape[1])
    if count == 1 and not rows.classes:  # alike for all steps
        target_scaling = target_scaling.columns([0])
    return Dataset(
        x=memory_budget.cut(scaled[:, inputs], starts, data.window),
        y=y,
        lengths=np.full(len(starts), data.window),
        train=parts.train,
        validation=parts.validation,
        test=parts.test,
        names=rows.roles.inputs,
        target=rows.roles.target,
        input_scaling=scaling.columns(inputs),
        target_scaling=target_scaling,
        values=values,
        labels=rows.labels,
        starts=starts,
        horizon=data.horizon,
        notes=notes,
        goal=goal,
        splits=splits,
        gaps=rows.gaps if rows.gaps.any() else None,
        series=None if series is None else replace(series, of=series.of[starts]),
        transform=rows.transform,
        ahead=known_ahead.origins(rows.roles.inputs, data, goals.shape[1]),
        further=rows.roles.further,
    )


def _changes(
    rows: Rows, column: int, starts: Indices, goals: Indices, parts: WindowParts, data: Data
) -> tuple[NDArray[np.float32], Scaling]:
    """The targets of a column as changes from what is known at the origin of their windows, scaled.

    Several steps ahead a series changes more than in one, so that these have a scaling of their
    own, fitted on the targets of the training windows; but for series that are scaled each by
    itself.
    """
    change, series = rows.transform.of(column), rows.series
    past = change.known_before(rows.values[:, column], starts + data.window - 1)
    level = Scaling.identity(1).of_changes(change, past, data.horizon, goals.shape[1])
    y = level.apply(rows.values[goals, column])
    if series is not None and series.scaling is not None:
        of = series.of[starts]
        own, common = series.scaling.columns([column]), rows.scaling.columns([column])
        return ((y - own.offset[of]) / own.scale[of]).astype(np.float32), common
    fitted = Scaling.fit(y[parts.train].reshape(-1, 1), data.scaling)
    return fitted.apply(y).astype(np.float32), fitted
