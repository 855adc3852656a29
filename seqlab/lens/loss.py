"""The loss of a network's answers, its slope and the probabilities in it: the only place for them.

Two losses, the ones that the playground trains with by itself: the mean squared error of values,
and the cross-entropy of classes in nats. Arrays only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.cells.activations import find_activation

Reals = NDArray[np.float64]

LEAST = 1e-300  # below any probability that float64 can hold and divide by


def probabilities(raw: ArrayLike, activation: str = "linear") -> Reals:
    """What a head for classes says, as probabilities over the last axis, in float64.

    Logits go through a softmax. What comes out of another activation is divided by its sum, as
    Keras' cross-entropy does (keras/src/backend/tensorflow/nn.py).

    Args:
        raw: (..., classes), what the head gives.
        activation: of the head.

    Example:
        >>> probabilities([[0.0, 0.0]]).tolist()
        [[0.5, 0.5]]
    """
    scores = np.asarray(raw, np.float64)
    if activation == "linear":
        odds: NDArray[np.float64] = np.asarray(find_activation("softmax").forward(scores))
        return odds
    if activation == "softmax":
        return scores
    positive = np.maximum(scores, LEAST)
    return positive / positive.sum(axis=-1, keepdims=True)


def errors(raw: ArrayLike, truth: ArrayLike) -> Reals:
    """The squared error of values, a mean over the outputs of each target: (..., outputs) -> (...).

    Args:
        raw: scaled values, what the head gives.
        truth: likewise, with as many entries.
    """
    outputs = np.asarray(raw, np.float64)
    return ((outputs - np.reshape(truth, outputs.shape)) ** 2).mean(axis=-1)


def cross_entropy(raw: ArrayLike, truth: ArrayLike, activation: str = "linear") -> Reals:
    """Minus the log of the right class's probability: (..., classes) -> (...).

    Args:
        raw: what the head gives.
        truth: (...), the class of each target.
        activation: of the head.
    """
    odds = probabilities(raw, activation)
    right = np.reshape(truth, odds.shape[:-1]).astype(np.int64)[..., np.newaxis]
    return -np.log(np.maximum(np.take_along_axis(odds, right, axis=-1)[..., 0], LEAST))


def error_slopes(raw: ArrayLike, truth: ArrayLike, weights: ArrayLike | None = None) -> Reals:
    """dL/d(raw) of the mean of `errors` over all targets, or weighted: the shape of `raw`.

    Args:
        raw: (..., outputs), scaled values.
        truth: likewise, with as many entries.
        weights: (...), what each target counts.
    """
    outputs = np.asarray(raw, np.float64)
    slopes = 2 * (outputs - np.reshape(truth, outputs.shape)) / outputs.shape[-1]
    return slopes * _shares(weights, outputs.shape[:-1])


def cross_entropy_slopes(
    raw: ArrayLike,
    truth: ArrayLike,
    activation: str = "linear",
    weights: ArrayLike | None = None,
) -> Reals:
    """dL/d(raw) of the mean of `cross_entropy` over all targets, or weighted: the shape of `raw`.

    Of logits p - 1 at the right class. Of what comes out of another activation, divided by its sum
    S in the loss, 1/S - 1/raw at the right class.

    Args:
        raw: (..., classes), what the head gives.
        truth: (...), the class of each target.
        activation: of the head.
        weights: (...), what each target counts.
    """
    odds = probabilities(raw, activation)
    right = np.reshape(truth, odds.shape[:-1]).astype(np.int64)
    chosen: NDArray[np.float64] = np.eye(odds.shape[-1])[right]
    if activation == "linear":
        slopes = odds - chosen
    else:
        positive = np.maximum(np.asarray(raw, np.float64), LEAST)
        slopes = 1 / positive.sum(axis=-1, keepdims=True) - chosen / positive
    return slopes * _shares(weights, odds.shape[:-1])


def mean(costs: Reals, weights: ArrayLike | None = None) -> float:
    """The mean over all targets (...), each as its weight (...) says; 0 if none counts."""
    return float((costs * _shares(weights, costs.shape)[..., 0]).sum())


def _shares(weights: ArrayLike | None, shape: tuple[int, ...]) -> Reals:
    """What each target counts in a mean, (..., 1)."""
    counts = np.ones(shape) if weights is None else np.asarray(weights, np.float64).reshape(shape)
    total = counts.sum()
    return (counts / total if total > 0 else counts)[..., np.newaxis]
