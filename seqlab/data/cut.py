"""Rows -> windows with their targets: the one place where they are cut and scaled.

For one series (`seqlab.data.windows`) and for many below each other (`seqlab.data.panel`), which
decide before which rows are known in training and which window is for what.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.data import memory_budget
from seqlab.data.dataset import Dataset, Goal, Scaling
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
        values: (rows, columns) without gaps, the target in column 0.
        scaling: of the columns, fitted by what is known in training.
        labels: (rows,) the time of each row.
        gaps: (rows, columns) where values were missing before they were filled.
        inputs: the columns that the network sees.
        names: the names of those columns.
        target: the name of column 0.
        classes: if the target is a class, the names that column 0 is the index of.
    """

    values: Reals
    scaling: Scaling
    labels: NDArray[np.generic]
    gaps: NDArray[np.bool_]
    inputs: list[int]
    names: tuple[str, ...]
    target: str
    classes: tuple[str, ...] = ()


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
    values, inputs, scaling = rows.values, rows.inputs, rows.scaling
    scaled = scaling.apply(values).astype(np.float32)
    target_scaling, goal = Scaling(scaling.offset[:1], scaling.scale[:1]), Goal()
    if rows.classes:
        target_scaling, goal = Scaling.identity(1), Goal("class", classes=rows.classes)
    return Dataset(
        x=memory_budget.cut(scaled[:, inputs], starts, data.window),
        y=values[goals[:, 0], 0].astype(np.int32) if rows.classes else scaled[goals, 0],
        lengths=np.full(len(starts), data.window),
        train=parts.train,
        validation=parts.validation,
        test=parts.test,
        names=rows.names,
        target=rows.target,
        input_scaling=Scaling(scaling.offset[inputs], scaling.scale[inputs]),
        target_scaling=target_scaling,
        values=values,
        labels=rows.labels,
        starts=starts,
        horizon=data.horizon,
        notes=notes,
        goal=goal,
        splits=splits,
        gaps=rows.gaps if rows.gaps.any() else None,
    )
