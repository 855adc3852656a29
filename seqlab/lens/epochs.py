"""One sequence through many networks at once: the same layers at all saved epochs.

A step of NumPy costs the same for one network as for fifty, so that walking through time once
with the weights stacked answers some ten times sooner than a walk for each epoch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.lens.activations import Floats
from seqlab.lens.cells import NAMES, STATES, check_weights, stepper, walk
from seqlab.lens.gradients import Layer
from seqlab.lens.stack import Stack

Arrays = dict[str, Floats]  # each (epochs, timesteps, units)


def at_all_epochs(
    networks: Sequence[Stack], x: NDArray, mask: ArrayLike | None = None
) -> tuple[list[Arrays], Floats]:
    """Every gate and state of every layer at every epoch.

    Args:
        networks: the same network with the weights of each epoch; at least one.
        x: one sequence, (timesteps, features) or tokens (timesteps,).
        mask: (timesteps,), False where a step is padding.

    Returns:
        For each layer what `cells.trace` gives, with epochs in the place of sequences; and what
        the head says to the last layer's hidden state at each step, (epochs, timesteps, outputs).
    """
    read = np.stack([network.embed(x[np.newaxis])[0] for network in networks])
    kept = None if mask is None else np.asarray(mask, bool)
    traces: list[Arrays] = []
    for layers in zip(*(network.layers for network in networks), strict=True):
        traces.append(_layer(layers, read, kept))
        read = traces[-1]["hidden"]
    heads = [network.head for network in networks]
    if any(head is None for head in heads):
        return traces, read
    kernels = np.stack([head[0] for head in heads if head])
    biases = np.stack([head[1] for head in heads if head])
    return traces, read @ kernels + biases[:, np.newaxis]


def _layer(layers: Sequence[Layer], read: Floats, mask: NDArray[np.bool_] | None) -> Arrays:
    """`read` is (epochs, timesteps, features)."""
    first = layers[0]
    parts = [
        check_weights(first.cell, e.weights, first.use_bias, first.reset_after) for e in layers
    ]
    kernel, recurrent, bias = (np.stack(arrays) for arrays in zip(*parts, strict=True))
    if first.go_backwards:
        read, mask = read[:, ::-1], None if mask is None else mask[::-1]
    # (epochs, timesteps, k * units) -> (timesteps, epochs, a batch of one, k * units)
    projected = (read @ kernel + bias[:, :1]).swapaxes(0, 1)[:, :, np.newaxis]
    step = stepper(first.cell, recurrent, bias[:, 1:], first.options)
    zeros = np.zeros((len(layers), 1, recurrent.shape[-2]), projected.dtype)
    masks = None if mask is None else mask[:, np.newaxis]
    found = walk(first.cell, step, projected, tuple(zeros for _ in STATES[first.cell]), masks)
    return dict(zip(NAMES[first.cell], found[:, :, :, 0].swapaxes(1, 2), strict=True))
