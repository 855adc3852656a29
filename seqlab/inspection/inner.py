"""States and gradients of a trained network over a sample of sequences, for the doctor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection.losses import slopes
from seqlab.inspection.sequences import mask_of, sample
from seqlab.lens.backward import gradients
from seqlab.lens.forward import forward
from seqlab.lens.stack import Stack

SEQUENCES = 16  # of the validation part, that are followed through the network
COST = 5e7  # units² x timesteps x sequences that can be followed without a wait

Floats = NDArray[np.floating]
Inner = tuple[dict[str, Floats], dict[str, Floats]]


def states_and_gradients(network: Stack, dataset: Dataset, seed: int) -> Inner:
    """Hidden states by layer, (n, timesteps, units), and the norms of the gradients, (n, steps).

    Where a cell state is kept beside the hidden one, its gradient is looked at. There are no
    gradients where each step has a target of its own: then each gets an error at first hand.

    Args:
        network: the weights.
        dataset: what it was trained on.
        seed: of the run, by which the sequences are drawn.

    Raises:
        LensError: for networks that the lens does not follow.
    """
    cost = sum(layer.units**2 for layer in network.layers.values()) * dataset.timesteps
    chosen = sample(dataset, int(np.clip(COST / cost, 1, SEQUENCES)), seed)
    if not len(chosen):
        return {}, {}
    x, mask = dataset.x[chosen], mask_of(dataset, chosen)
    passage = forward([network], x, mask)
    hidden = {name: passage.traces[name]["hidden"][0] for name in network.layers}
    if dataset.goal.at != "end":
        return hidden, {}
    backward = gradients(
        network, x, slopes(network, dataset, passage.answers[0], dataset.y[chosen]), mask
    )
    return hidden, {
        name: flow.hidden_norm if flow.cell_norm is None else flow.cell_norm
        for name, flow in backward.flows.items()
    }
