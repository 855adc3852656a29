"""How much each step of a sequence matters for an answer, in the units of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection.sequences import Sequence
from seqlab.lens.occlusion import occlusion, saliency
from seqlab.lens.stack import Stack


@dataclass(frozen=True, eq=False)
class StepAttribution:
    """Two measures for each step of a sequence.

    Attributes:
        slopes: (timesteps,) |dy/dx|, y in original units; x too if it is one number, else scaled.
        change: (timesteps,) of y, in original units, when a step is taken away.
        block: how many steps are taken away at once.
    """

    slopes: NDArray[np.floating]
    change: NDArray[np.floating]
    block: int


def attribution_of_steps(
    network: Stack, dataset: Dataset, shown: Sequence, output: int, at: int
) -> StepAttribution:
    """Saliency and occlusion of every step.

    Args:
        network: the weights.
        dataset: whose sequence; its training part says what is typical.
        shown: the sequence.
        output: which output is followed, from 0.
        at: at which step of the answer, -1 for the last.
    """
    unit = unit_of(dataset, output)
    slopes = saliency(network, shown.x, output, shown.mask, at) * unit
    if not dataset.vocabulary and len(dataset.names) == 1:
        slopes = slopes / dataset.input_scaling.scale[0]
    taken = occlusion(network, shown.x, typical(dataset), shown.mask, at)
    change = np.repeat(taken.change[:, output], taken.size)[: len(shown.x)] * unit
    return StepAttribution(slopes, change, taken.size)


def unit_of(dataset: Dataset, output: int) -> float:
    """How much one unit of the head's output is in original units."""
    if dataset.goal.kind == "class":
        return 1.0
    scale = np.ravel(dataset.target_scaling.scale)
    return float(scale[min(output, len(scale) - 1)])


def typical(dataset: Dataset) -> NDArray[Any]:
    """What stands in the place of a step that is taken away: the mean of the training part."""
    if dataset.vocabulary:
        return np.zeros((), np.int32)
    counted = np.arange(dataset.timesteps) < dataset.lengths[dataset.train][:, np.newaxis]
    return dataset.x[dataset.train].mean(axis=(0, 1), where=counted[..., np.newaxis])
