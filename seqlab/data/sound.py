"""What every dataset must be before anything else looks at it."""

from __future__ import annotations

import numpy as np

from seqlab.data.dataset import DataError, Dataset


def checked(dataset: Dataset) -> Dataset:
    """The dataset, after a look at what all else takes for granted.

    Its shapes agree, its parts do not overlap, names and vocabulary cover what there is, and all
    that a network reads or is compared with is finite. What a user can cause is a `DataError`;
    what only a mistake of ours can cause is a `ValueError`.

    Raises:
        DataError: if nothing is left to train on, or a number is too large for float32.
        ValueError: if the arrays do not belong together.
    """
    n = len(dataset.x)
    if not len(dataset.train):
        raise DataError(
            "The training part is empty: nothing is left to learn from. Take a smaller window, a "
            "smaller test part, or a longer series."
        )
    for name, values in (("inputs", dataset.x), ("targets", dataset.y)):
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise DataError(
                f"Some {name} are too large for the 32-bit numbers of a network, or are no numbers "
                "at all, also after scaling. Choose other columns, or correct these cells."
            )
    parts = np.concatenate([dataset.train, dataset.validation, dataset.test])
    _agree(len(dataset.y) == len(dataset.lengths) == n, "x, y and lengths have other lengths")
    _agree(len(np.unique(parts)) == len(parts), "a sequence is in two parts")
    _agree(not len(parts) or (parts.min() >= 0 and parts.max() < n), "an index has no sequence")
    _agree(
        ((dataset.lengths >= 0) & (dataset.lengths <= dataset.timesteps)).all(), "lengths are wrong"
    )
    if dataset.vocabulary:
        _agree(dataset.x.ndim == 2 and dataset.x.max() < len(dataset.vocabulary), "tokens")
    else:
        _agree(dataset.x.ndim == 3 and len(dataset.names) == dataset.features, "names of inputs")
    if dataset.goal.kind == "class":
        _agree(dataset.y.min() >= 0 and dataset.y.max() < len(dataset.goal.classes), "classes")
    if dataset.y_weights is not None:
        _agree(dataset.y_weights.shape == dataset.y.shape[:2], "weights of the targets")
    return dataset


def _agree(condition: object, what: str) -> None:
    if not condition:
        raise ValueError(f"This dataset is not sound: {what}.")
