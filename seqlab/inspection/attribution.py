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
    unit = unit_of(dataset, output, shown.index)
    slopes = saliency(network, shown.x, output, shown.mask, at) * unit
    if not dataset.vocabulary and len(dataset.names) == 1:
        slopes = slopes / dataset.input_scaling_of(shown.index).scale[0]
    occluded = occlusion(network, shown.x, typical(dataset), shown.mask, at)
    change = np.repeat(occluded.change[:, output], occluded.size)[: len(shown.x)] * unit
    return StepAttribution(slopes, change, occluded.size)


def unit_of(dataset: Dataset, output: int, index: int | None = None) -> float:
    """How much one unit of the head's output is, for the sequence `index`.

    In original units; of a target that is learned as its logarithm, in units of that.

    Args:
        dataset: the scaling of its target.
        output: which output of the head.
        index: of the sequence in the dataset; `None` for one that somebody made up.
    """
    if dataset.goal.kind == "class":
        return 1.0
    scale = np.ravel(dataset.target_scaling_of(index).scale)
    return float(scale[min(output, len(scale) - 1)])


def typical(dataset: Dataset) -> NDArray[Any]:
    """What stands in the place of a step that is taken away: the training part's mean, (features,).

    For tokens, () the padding.
    """
    if dataset.vocabulary:
        return np.zeros((), np.int32)
    counted = np.arange(dataset.timesteps) < dataset.lengths[dataset.train][:, np.newaxis]
    return dataset.x[dataset.train].mean(axis=(0, 1), where=counted[..., np.newaxis])
