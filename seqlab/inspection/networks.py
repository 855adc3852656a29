"""A network from a snapshot, and what it answers to the sequences of a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
        arrays: weights by name, in the shapes of Keras; a snapshot of a run says itself how its
            layers are put together.
        experiment: what was trained; for snapshots that do not.
        dataset: likewise. If it is of one of several targets, the network has its answers alone.

    Raises:
        LensError: if it cannot be shown, with the reason.
    """
    frame = dataset.whole.frame
    architecture = Architecture.of(arrays) or plan(experiment, frame).architecture
    return only(stack(arrays, architecture), dataset)


def only(network: Stack, dataset: Dataset) -> Stack:
    """A network as far as it answers for a dataset: of several targets for one."""
    if dataset.joint is None or network.head is None:
        return network
    kernel, bias = network.head
    return replace(network, head=(kernel[:, dataset.answered], bias[dataset.answered]))


def prediction_of(
    arrays: Mapping[str, NDArray[Any]] | None, dataset: Dataset
) -> NDArray[Any] | None:
    """What a snapshot keeps of the answers to the validation part, (n, ...) as `dataset.y`."""
    kept = (arrays or {}).get("prediction")
    return kept if kept is None or dataset.joint is None else kept[:, dataset.answered]


def read(network: Stack, shown: Sequence) -> Passage:
    """What happens in a network while it reads one sequence."""
    return forward([network], shown.x[np.newaxis], shown.batch_mask)


def steps_of(network: Stack, layer: str, dataset: Dataset) -> int:
    """How many steps a layer takes.

    Args:
        network: the layers.
        layer: a name among them.
        dataset: how long its sequences are.
    """
    if network.bridge is not None and network.decodes(layer):
        return network.bridge.steps
    return dataset.timesteps


def output_of(
    network: Stack, dataset: Dataset, raw: NDArray[Any], index: int | None = None
) -> NDArray[np.float64]:
    """What the head says, (..., outputs) -> original units, or the probability of each class.

    Args:
        network: tells the activation of the head.
        dataset: the scaling of its target.
        raw: (..., outputs) what the head says.
        index: of the sequence that was read; `None` for one that somebody made up.
    """
    if dataset.goal.kind == "value":
        scaling = dataset.target_scaling_of(index)
        if scaling.base is not None and network.bridge is not None:  # a step each, (..., steps, 1)
            scaling = replace(scaling, base=scaling.base[..., np.newaxis])
        return scaling.invert(np.asarray(raw, np.float64))
    return probabilities(raw, network.last_activation)


def answer_shape(dataset: Dataset) -> tuple[int, ...]:
    """The shape of one answer: that of its target, and of classes an axis more."""
    classes = (dataset.outputs,) if dataset.goal.kind == "class" else ()
    return (*dataset.y.shape[1:], *classes)


def fitting(raw: NDArray[Any] | None, dataset: Dataset) -> NDArray[Any] | None:
    """Answers to the first validation sequences, `None` if another version of the data left them.

    Args:
        raw: (sequences, ...) as a snapshot keeps them; `None` before there are any.
        dataset: what they are to be answers to, each of the shape `answer_shape`.
    """
    if raw is None or raw.shape[1:] != answer_shape(dataset):
        return None
    return raw if len(raw) <= len(dataset.validation) else None


def answers(network: Stack, dataset: Dataset, index: NDArray[np.int64]) -> NDArray[Any]:
    """What the head says to some sequences, (n, *answer_shape).

    Args:
        network: as it was at one epoch.
        dataset: the inputs, (sequences, timesteps, features).
        index: (n,) which sequences.
    """
    raw = predict(network, dataset.x[index], mask_of(dataset, index))
    return raw.reshape(len(index), *answer_shape(dataset))
