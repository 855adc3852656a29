"""The way of the hidden state through its space, seen from where it moves most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.cells.activations import Floats


@dataclass(frozen=True, eq=False)
class Path:
    """Hidden states along their principal components.

    Attributes:
        points: (sequences, timesteps, components); NaN at steps that do not count.
        explained: (components,) the share of the variance along each.
    """

    points: Floats
    explained: Floats


def principal_path(
    hidden: Floats, components: int = 3, mask: NDArray[np.bool_] | None = None
) -> Path:
    """Principal component analysis over all steps of all sequences.

    Args:
        hidden: (sequences, timesteps, units).
        components: how many; fewer if there are fewer units.
        mask: the steps that count.
    """
    counted = np.ones(hidden.shape[:2], bool) if mask is None else mask
    rows = hidden[counted].astype(np.float64)
    centre = rows.mean(axis=0)
    _, sizes, axes = np.linalg.svd(rows - centre, full_matrices=False)
    axes_kept = min(components, len(axes))
    # A principal axis has no sign of its own: let its largest entry be positive.
    largest = np.abs(axes).argmax(axis=1)
    axes = axes * np.sign(axes[np.arange(len(axes)), largest])[:, np.newaxis]
    points = (hidden - centre) @ axes[:axes_kept].T
    points[~counted] = np.nan
    total = (sizes**2).sum()
    explained = sizes[:axes_kept] ** 2 / total if total > 0 else np.zeros(axes_kept)
    return Path(points, explained)
