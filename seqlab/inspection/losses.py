"""The loss of a network on sequences of a dataset: as a whole, of each one, and its slope."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection.networks import answers
from seqlab.inspection.sequences import Sequence
from seqlab.lens import loss as formulas
from seqlab.lens.stack import Stack

Reals = NDArray[np.float64]


def costs(network: Stack, dataset: Dataset, raw: ArrayLike, index: NDArray[np.int64]) -> Reals:
    """What each target costs: the squared error of scaled values, or the cross-entropy in nats.

    Args:
        network: its head says how classes are to be read.
        dataset: with the targets.
        raw: what the head says, (n, outputs) or (n, steps, outputs).
        index: (n,), which sequences of the dataset.

    Returns:
        (n,), or (n, steps).
    """
    truth = dataset.y[index]
    if dataset.goal.kind == "value":
        return formulas.errors(raw, truth)
    return formulas.cross_entropy(raw, truth, network.last_activation)


def loss(network: Stack, dataset: Dataset, index: NDArray[np.int64]) -> float:
    """The loss of a network over some sequences; a decoder reads its own answers.

    Args:
        network: as it was at one epoch.
        dataset: inputs and targets.
        index: (n,) which sequences.
    """
    raw = answers(network, dataset, index)
    return formulas.mean(costs(network, dataset, raw, index), dataset.target_weights(index))


def errors(network: Stack, dataset: Dataset, raw: ArrayLike, index: NDArray[np.int64]) -> Reals:
    """How wrong an answer is, (n,): root mean squared error, or mean cross-entropy.

    Args:
        network: its head says how classes are to be read.
        dataset: with the targets.
        raw: what the head says, (n, outputs) or (n, steps, outputs).
        index: (n,), which sequences of the dataset.
    """
    each = costs(network, dataset, raw, index).reshape(len(index), -1)
    counts = dataset.target_weights(index).reshape(each.shape)
    means = (each * counts).sum(axis=1) / np.maximum(counts.sum(axis=1), 1)
    return np.sqrt(means) if dataset.goal.kind == "value" else means


def slopes(
    network: Stack,
    dataset: Dataset,
    raw: ArrayLike,
    truth: NDArray[Any],
    weights: ArrayLike | None = None,
) -> Reals:
    """dL/d(what the head says), the shape of `raw`, of the mean over all of its targets.

    Args:
        network: tells the loss.
        dataset: tells of what kind the targets are.
        raw: (..., outputs) what the head says.
        truth: the targets, as in `Dataset.y`.
        weights: how much each target counts; `None` for all alike.
    """
    if dataset.goal.kind == "value":
        return formulas.error_slopes(raw, truth, weights)
    return formulas.cross_entropy_slopes(raw, truth, network.last_activation, weights)


def slopes_of(network: Stack, dataset: Dataset, shown: Sequence, outputs: ArrayLike) -> Reals:
    """dL/d(output) of one sequence, as `lens.backward.gradients` takes it.

    Args:
        network: the weights.
        dataset: whose sequence.
        shown: the sequence; without a target the slope is 1 everywhere.
        outputs: (steps, outputs), what the head says at each step.

    Returns:
        (1, outputs) of a network that answers at the end, else (1, steps, outputs).
    """
    at_end = dataset.goal.at == "end" and network.bridge is None
    raw = np.asarray(outputs, np.float64)
    raw = raw[-1:] if at_end else raw
    if shown.y is None:
        gradient: Reals = np.ones_like(raw)
    else:
        gradient = slopes(network, dataset, raw, shown.y, shown.weights)
    return gradient if at_end else gradient[np.newaxis]
