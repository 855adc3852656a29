"""A network from a snapshot, and what it answers to the sequences of a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection.sequences import Sequence, mask_of
from seqlab.lens.architecture import Architecture
from seqlab.lens.forward import Passage, forward
from seqlab.lens.generate import predict
from seqlab.lens.loss import probabilities
from seqlab.lens.stack import Stack, stack
from seqlab.network.plan import plan


def network_of(
    arrays: Mapping[str, NDArray[Any]], experiment: Experiment, dataset: Dataset
) -> Stack:
    """The network of a snapshot, as in `seqlab.train(...).snapshots`.

    Args:
        arrays: weights by name; a snapshot of a run says itself how its layers are put together.
        experiment: what was trained; for snapshots that do not.
        dataset: likewise.

    Raises:
        LensError: if it cannot be shown, with the reason.
    """
    told = Architecture.of(arrays) or plan(experiment, dataset.frame).architecture
    return stack(arrays, told)


def read(network: Stack, shown: Sequence) -> Passage:
    """What happens in a network while it reads one sequence."""
    return forward([network], shown.x[np.newaxis], shown.batch_mask)


def steps_of(network: Stack, layer: str, dataset: Dataset) -> int:
    """How many steps a layer takes."""
    if network.bridge is not None and network.decodes(layer):
        return network.bridge.steps
    return dataset.timesteps


def output_of(network: Stack, dataset: Dataset, raw: NDArray[Any]) -> NDArray[np.float64]:
    """What the head says, (..., outputs) -> original units, or the probability of each class."""
    if dataset.goal.kind == "value":
        return dataset.target_scaling.invert(np.asarray(raw, np.float64))
    return probabilities(raw, network.last_activation)


def answer_shape(dataset: Dataset) -> tuple[int, ...]:
    """The shape of one answer: that of its target, and of classes an axis more."""
    classes = (dataset.outputs,) if dataset.goal.kind == "class" else ()
    return (*dataset.y.shape[1:], *classes)


def answers(network: Stack, dataset: Dataset, index: NDArray[np.int64]) -> NDArray[Any]:
    """What the head says to some sequences, (n, *answer_shape)."""
    raw = predict(network, dataset.x[index], mask_of(dataset, index))
    return raw.reshape(len(index), *answer_shape(dataset))
