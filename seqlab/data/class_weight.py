"""How much each class counts, so that a rare one is not drowned by the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset


def counts(dataset: Dataset) -> NDArray[np.float64]:
    """How often each class is a target in the training part, (classes,), by `y_weights`."""
    y = dataset.y[dataset.train]
    weights = np.ones(y.shape) if dataset.y_weights is None else dataset.y_weights[dataset.train]
    count = np.bincount(y.ravel(), weights.ravel(), minlength=len(dataset.goal.classes))
    return count.astype(np.float64)


def balanced(dataset: Dataset) -> NDArray[np.float64]:
    """The weight of each class with which all classes count alike in the training part, (classes,).

    n / (k * count) for n targets of k classes, as `compute_class_weight("balanced")` of
    scikit-learn: the mean over all targets is 1. A target counts as often as `y_weights` says;
    classes that never occur are left out of k, and their own weight is 1.

    Args:
        dataset: with classes as targets.
    """
    count = counts(dataset)
    occurs = count > 0
    weights = np.ones(len(count))
    weights[occurs] = count.sum() / (occurs.sum() * count[occurs])
    return weights
