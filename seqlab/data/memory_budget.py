"""How much memory windows may take: they overlap, so a small file can become many gigabytes."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from seqlab.data.dataset import DataError

MOST_BYTES = 2**28  # of X and y together


def check(count: int, most: int, window: int, features: int, steps: int) -> None:
    """To be called before anything of that size is made.

    Args:
        count: how many windows.
        most: how many there would be if they were as short as can be.
        window: timesteps of each.
        features: of each step.
        steps: targets of each window.

    Raises:
        DataError: if X and y would be larger than `MOST_BYTES`, with a window that fits.
    """
    size = 4 * count * (window * features + steps)
    if size <= MOST_BYTES:
        return
    longest = (MOST_BYTES // (4 * most) - steps) // features
    raise DataError(
        f"{count:,} windows of {window:,} steps of {features:,} columns take "
        f"{size / 2**20:,.0f} MB; at most {MOST_BYTES // 2**20} MB are made. Take a shorter "
        "window, fewer inputs, fewer steps to predict or a larger stride.",
        "window",
        longest if longest > 0 else None,
    )


def check_padding(lengths: NDArray[np.int64], features: int = 1) -> None:
    """To be called before sequences of different lengths are filled up to the longest one.

    Args:
        lengths: (sequences,) steps of each.
        features: of each step.

    Raises:
        DataError: if the array would be larger than `MOST_BYTES`, with a length that fits.
    """
    longest, count = int(lengths.max(initial=0)), len(lengths)
    size = 4 * count * longest * features
    if size <= MOST_BYTES:
        return
    raise DataError(
        f"The longest of {count:,} sequences has {longest:,} steps, a typical one "
        f"{int(np.median(lengths)):,}. Filled up to one length they take "
        f"{size / 2**20:,.0f} MB; at most {MOST_BYTES // 2**20} MB are made. Cut the long ones.",
        "longest",
        max(1, MOST_BYTES // (4 * count * features)),
    )


def cut(
    columns: NDArray[np.float32], starts: NDArray[np.int64], window: int
) -> NDArray[np.float32]:
    """The windows of a series, (rows, features) -> (starts, window, features).

    Args:
        columns: (rows, features).
        starts: (windows,) the first row of each.
        window: rows of one.
    """
    # sliding_window_view puts the window last: (n, features, timesteps) -> (n, timesteps, features)
    view = sliding_window_view(columns, window, axis=0).transpose(0, 2, 1)
    return np.ascontiguousarray(view[starts])
