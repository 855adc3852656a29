"""Constant tails: sequences that were filled up to one length by repeating one vector.

Masking does not see them, as it sees the padding behind a sequence's own length: a network reads
every one of these steps after the last one that tells it anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEWEST = 3  # repeated steps; fewer may well have been measured so


def repeats(x: NDArray[np.floating], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many steps at the end of each sequence repeat the step before them, (n,).

    Args:
        x: (n, timesteps, features).
        lengths: (n,) the real steps of each.
    """
    steps = np.arange(1, x.shape[1])
    differs = (x[:, 1:] != x[:, :-1]).any(axis=2) & (steps < lengths[:, np.newaxis])
    last = np.where(differs, steps, 0).max(axis=1, initial=0)
    return lengths - 1 - last


def without(
    sequences: Sequence[NDArray[np.float64]],
) -> tuple[list[NDArray[np.float64]], tuple[str, ...]]:
    """Sequences (T_i, features) up to the first step of their constant tail, and a word about it.

    That first step stays: it may have been measured.
    """
    shortened, cut = [], 0
    for sequence in sequences:
        tail = int(repeats(sequence[np.newaxis], np.array([len(sequence)]))[0])
        if tail >= FEWEST:
            cut += 1
        shortened.append(sequence[:-tail] if tail >= FEWEST else sequence)
    if not cut:
        return shortened, ()
    what = "1 sequence was" if cut == 1 else f"{cut:,} sequences were"
    return shortened, (f"{what} cut where only one step is repeated up to the end.",)
