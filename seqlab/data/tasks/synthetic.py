"""A set of drawn sequences -> a Dataset: the last fifth is for validation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data import baselines
from seqlab.data.dataset import VALIDATION_SHARE, Baseline, Dataset, Floats, Goal
from seqlab.data.scaling import Scaling
from seqlab.data.sequence_baselines import nearest

Indices = NDArray[np.int64]


def split(n: int) -> tuple[Indices, Indices]:
    """Training and validation indices of `n` independent draws."""
    border = int(n * (1 - VALIDATION_SHARE))
    return np.arange(border), np.arange(border, n)


def dataset(
    x: NDArray[Any],
    y: NDArray[Any],
    target: str,
    goal: Goal,
    rules: dict[str, Baseline],
    names: tuple[str, ...] = (),
    vocabulary: tuple[str, ...] = (),
    lengths: Indices | None = None,
    weights: Floats | None = None,
    parts: tuple[Indices, Indices] | None = None,
) -> Dataset:
    """Drawn sequences, unscaled.

    Args:
        x: (n, timesteps, features) or tokens (n, timesteps).
        y: as `Dataset.y`.
        target: what y is, in words.
        goal: what is asked.
        rules: the lines to beat; the class frequencies are added for classes.
        names: of the features; "symbol" for tokens.
        vocabulary: of the tokens.
        lengths: (n,) real steps; all of them by default.
        weights: `Dataset.y_weights`.
        parts: training and validation indices; the last fifth by default.
    """
    n, timesteps = x.shape[:2]
    train, validation = parts or split(n)
    tokens = bool(vocabulary)
    if goal.kind == "class":
        share = baselines.class_frequencies(y, goal.classes, train, validation, weights)
        rules = rules | {"majority class": share}
        if goal.at == "end" and not tokens:
            flat = x.reshape(n, -1).astype(np.float32)
            if similar := nearest(flat, y, train, validation):
                rules["nearest neighbour"] = similar
    names = names or ("symbol",)
    outputs = 1 if goal.kind == "class" else y.shape[-1]
    return Dataset(
        x=x.astype(np.int32 if tokens else np.float32),
        y=y.astype(np.int32 if goal.kind == "class" else np.float32),
        lengths=np.full(n, timesteps) if lengths is None else lengths,
        train=train,
        validation=validation,
        test=np.empty(0, np.int64),
        names=names,
        target=target,
        input_scaling=Scaling.identity(1 if tokens else x.shape[2]),
        target_scaling=Scaling.identity(outputs),
        baselines=rules,
        goal=goal,
        vocabulary=vocabulary,
        y_weights=weights,
    )
