"""Rules for whole sequences that a network should beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Baseline, Dataset, rmse

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]
Classes = NDArray[Any]  # int32
MOST_COMPARISONS = 500_000_000  # multiplications that a nearest neighbour may cost: about 0.3 s


def mean(dataset: Dataset) -> Baseline:
    """Always the mean of the training part, for sequences with values as targets."""
    scaling, stepwise = dataset.target_scaling, dataset.goal.at == "every step"
    train, truth = (known_targets(dataset, part) for part in (dataset.train, dataset.validation))
    prediction = np.broadcast_to(train.mean(axis=0), truth.shape)
    return Baseline(
        loss=float(np.mean(np.square((truth - prediction) / scaling.scale))),
        rmse=rmse(prediction, truth),
        rule="always the mean of the training part",
        prediction=None if stepwise else prediction,
    )


def known_targets(dataset: Dataset, part: Ints) -> Doubles:
    """The targets of these sequences without padding, (rows, outputs) in original units."""
    values = dataset.truth(part)
    if dataset.goal.at != "every step":
        return values
    return values[np.arange(dataset.timesteps) < dataset.lengths[part, None]]


def majority(
    train: NDArray[np.integer], truth: NDArray[np.integer], names: Sequence[str]
) -> Baseline:
    """Always the most frequent class of `train`; its loss is that of the class frequencies.

    A class that `train` does not have would cost infinitely much: then each counts once more.

    Args:
        train: (sequences,) classes, as indices of `names`.
        truth: (sequences,) likewise.
        names: of the classes.
    """
    counts = np.bincount(train, minlength=len(names)).astype(np.float64)
    likeliest = int(counts.argmax())
    if (counts == 0).any():
        counts += 1
    share = counts / counts.sum()
    return Baseline(
        loss=float(-np.log(share[truth]).mean()),
        rmse=float("nan"),
        rule=f"always {names[likeliest]!r}, the most frequent class of the training part",
        prediction=None,
        accuracy=float((truth == likeliest).mean()),
    )


def nearest(
    flat: NDArray[np.float32], y: Classes, train: Ints, validation: Ints
) -> Baseline | None:
    """The class of the training sequence at the smallest Euclidean distance; small sets only.

    Args:
        flat: (n, timesteps * features), scaled, padding zero.
        y: (n,) classes.
        train, validation: indices.

    Returns:
        `None` if there are too many sequences to compare.
    """
    if len(train) * len(validation) * flat.shape[1] > MOST_COMPARISONS:
        return None
    known, asked = flat[train].astype(np.float64), flat[validation].astype(np.float64)
    distance = np.square(known).sum(axis=1) - 2 * asked @ known.T  # + |asked|², the same for all
    answers = y[train][distance.argmin(axis=1)]
    return Baseline(
        loss=float("nan"),  # it names one class and gives no probabilities
        rmse=float("nan"),
        rule="the class of the most similar training sequence",
        prediction=None,
        accuracy=float((answers == y[validation]).mean()),
    )
