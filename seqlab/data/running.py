"""A rule or a network that reads one series alone and goes on with its own forecasts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from seqlab.data.scaling import Scaling
from seqlab.data.transforms import Transform

Reals = NDArray[np.float64]
Reader = Callable[[NDArray[np.float32]], NDArray[np.floating]]


def running(
    reader: Reader,
    scaling: Scaling,
    transform: Transform,
    known: Reals,
    window: int,
    steps: int,
    targets: Scaling | None = None,
) -> Reals:
    """The next values, one after the other, in original units.

    Args:
        reader: windows (n, window, 1), changed and scaled -> the next values (n, 1), likewise.
        scaling: of what is read.
        transform: of the series, one column.
        known: (n, rows), the last known rows, raw: at least a window and `transform.reach`.
        window: rows that are read.
        steps: how many values.
        targets: the scaling of what is answered, if it is another.

    Returns:
        (n, steps).
    """
    need, rows = window + transform.reach, known
    for _ in range(steps):
        last = rows[:, -need:]
        learned = transform.forward(last[..., np.newaxis])[:, transform.reach :]
        answer = reader(scaling.apply(learned).astype(np.float32))
        own = (targets or scaling).of_changes(transform, last, 1, 1)
        rows = np.concatenate([rows, own.invert(answer)], axis=1)
    return rows[:, known.shape[1] :]
