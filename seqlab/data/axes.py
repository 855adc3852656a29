"""Whether the first two axes of a file, sequences and steps, look as if they were swapped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.layouts.wide import stacked
from seqlab.data.upload import Table

ROUGHER = 1.2  # times as much change from step to step as from sequence to sequence


def swapped_axes(table: Table) -> tuple[int, int] | None:
    """Sequences and steps with the first two axes swapped; see `Dataset.swapped_axes`."""
    x, arrays = None, table.arrays
    if table.kind == "wide" and table.label is None and table.windows is None:
        x = stacked(table)
    elif arrays is not None and (arrays.y is None or arrays.y.shape[:2] == arrays.x.shape[:2]):
        x = arrays.x
    if x is None or len(x) >= x.shape[1] or not looks_swapped(x):
        return None
    return x.shape[1], x.shape[0]


def looks_swapped(x: NDArray[np.float64]) -> bool:
    """Whether most features change more from step to step than from sequence to sequence.

    What is measured one after the other is mostly alike, while sequences that merely stand beside
    each other are not. For noise both changes are the same.

    Args:
        x: (sequences, steps, features), NaN where something is missing.
    """
    if min(x.shape[:2]) < 2:
        return False
    along, across = (np.abs(np.diff(x, axis=axis)) for axis in (1, 0))
    rough = [_mean(along[..., i]) > ROUGHER * _mean(across[..., i]) > 0 for i in range(x.shape[2])]
    return 2 * sum(rough) > len(rough)


def _mean(changes: NDArray[np.float64]) -> float:
    known = changes[np.isfinite(changes)]
    return float(known.mean()) if len(known) else 0.0
