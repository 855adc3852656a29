"""Long series drawn with few points, without losing their peaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 2000


def extremes(values: NDArray[np.float64], most: int = MOST_POINTS) -> NDArray[np.int64]:
    """The rows to draw: the lowest and the highest value of each short stretch.

    Args:
        values: (rows,), NaN for what is missing.
        most: how many rows at most.

    Returns:
        Row numbers in rising order; all of them if there are few enough.
    """
    rows = len(values)
    if rows <= most:
        return np.arange(rows)
    stretches = max(1, most // 2)
    length = -(-rows // stretches)
    padded = np.full((-(-rows // length), length), np.nan)
    padded.ravel()[:rows] = values
    unknown = np.isnan(padded)
    low = np.where(unknown, np.inf, padded).argmin(axis=1)
    high = np.where(unknown, -np.inf, padded).argmax(axis=1)
    starts = np.arange(len(padded)) * length
    return np.unique(np.concatenate([starts + low, starts + high]))


def evenly(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most `most` of these row numbers (n,), spread evenly: (m,), m <= n."""
    return rows[:: max(1, -(-len(rows) // most))]
