"""What a unit of a network may follow: inputs, targets, time, kinds of symbols."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection.sequences import mask_of, stepwise
from seqlab.lens.trackers import KINDS, trackers


def answer_signals(
    dataset: Dataset, index: NDArray[np.int64]
) -> tuple[dict[str, NDArray[np.floating]], NDArray[np.bool_] | None]:
    """What a decoder's unit may follow, each (sequences, steps), and the steps that count."""
    y = dataset.y[index]
    if stepwise(dataset):
        counts = dataset.target_weights(index)
        return trackers(np.array(dataset.goal.classes)[y], counts > 0), counts > 0
    truth = y.reshape(len(y), -1, y.shape[-1] if y.ndim == 3 else 1)
    time = np.broadcast_to(np.arange(truth.shape[1], dtype=float), truth.shape[:2])
    return {"target": truth[..., 0], "time": time}, None


def input_signals(
    dataset: Dataset, index: NDArray[np.int64], targets: bool = True
) -> dict[str, NDArray[np.floating]]:
    """What a unit may follow, each (sequences, timesteps).

    Args:
        dataset: whose sequences.
        index: which of them.
        targets: whether it is known what was asked for; it is not of a model from a file.
    """
    x, y = dataset.x[index], dataset.y[index]
    shape = x.shape[:2]
    signals: dict[str, NDArray[np.floating]] = {}
    if not targets:
        if x.ndim == 3:
            signals |= {f"input {name}": x[..., k] for k, name in enumerate(dataset.titles[:12])}
        return signals | {"time": np.broadcast_to(np.arange(shape[1], dtype=float), shape)}
    if dataset.vocabulary:
        mask = mask_of(dataset, index)
        everything = np.ones(shape, bool) if mask is None else mask
        signals |= trackers(np.array(dataset.vocabulary)[x], everything)
    else:
        signals |= {f"input {name}": x[..., k] for k, name in enumerate(dataset.titles[:12])}
    if dataset.goal.kind == "value":
        if y.ndim == 3:
            signals["target"] = y[..., 0]
        else:
            signals["target"] = np.broadcast_to(y[:, :1], shape)
    elif y.ndim == 1:
        for k, name in enumerate(dataset.goal.classes[:8]):
            signals[f"class {name}"] = np.broadcast_to((y == k)[:, np.newaxis], shape)
    elif dataset.goal.at == "every step":  # what comes next; a target text has steps of its own
        counts = dataset.target_weights(index) > 0
        kinds = trackers(np.array(dataset.goal.classes)[y], counts)
        signals |= {f"target: {name}": kinds[name] for name in KINDS if name in kinds}
    if not dataset.vocabulary:
        signals["time"] = np.broadcast_to(np.arange(shape[1], dtype=float), shape)
    return signals
