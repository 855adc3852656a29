"""What mattered in a sequence: by the gradient, and by taking steps away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.cells.activations import Floats
from seqlab.lens.backward import gradients
from seqlab.lens.forward import forward
from seqlab.lens.stack import Stack

MOST_BLOCKS, FEWEST_BLOCKS = 100, 10  # forward passes of a whole sequence
WORK = 4e8  # timesteps x units squared x passes: some 0.2 s


def saliency(
    network: Stack, x: NDArray, output: int = 0, mask: NDArray | None = None, at: int = -1
) -> Floats:
    """|dy/dx_t| of one output at one step of the answer: over the features, (timesteps,).

    Simonyan, Vedaldi & Zisserman 2014; for a text |dy/d(embedding of the token)|.

    Args:
        network: the network.
        x: (timesteps, features), or tokens (timesteps,).
        output: which output; for classes its logit.
        mask: (timesteps,), False where a step is padding.
        at: the step of the answer; the last one by default.
    """
    rows = None if mask is None else mask[np.newaxis]
    steps = len(x) if network.bridge is None else network.bridge.steps
    slopes = np.zeros((1, steps, network.outputs))
    slopes[0, at, output] = 1
    if at in (-1, steps - 1) and network.bridge is None:
        slopes = slopes[:, at]  # also where the network answers once
    return np.linalg.norm(gradients(network, x[np.newaxis], slopes, rows).input[0], axis=-1)


@dataclass(frozen=True, eq=False)
class Occlusion:
    """What happens if steps are taken away, one block after the other.

    Attributes:
        starts: (blocks,) the first step of each block, from 0.
        size: timesteps of a block (the last one may be shorter).
        change: (blocks, outputs) the output without the block minus the output with it.
    """

    starts: NDArray[np.intp]
    size: int
    change: Floats


def occlusion(
    network: Stack, x: NDArray, instead: NDArray, mask: NDArray | None = None, at: int = -1
) -> Occlusion:
    """Zeiler & Fergus 2014, along time: the output when a block of steps is replaced.

    Args:
        network: the network.
        x: (timesteps, features), or tokens (timesteps,).
        instead: what stands in a block's place: (features,) such as the mean of the training
            part, or a token.
        mask: (timesteps,), False where a step is padding.
        at: the step of the answer; the last one by default.
    """
    timesteps = len(x)
    widest = max(network.units(name) for name in network.layers)
    allowed = int(WORK / (timesteps * widest**2))
    size = -(-timesteps // min(max(allowed, FEWEST_BLOCKS), MOST_BLOCKS))
    starts = np.arange(0, timesteps, size)
    changed = np.repeat(x[np.newaxis], len(starts) + 1, axis=0)
    for i, start in enumerate(starts):
        changed[i, start : start + size] = instead
    masks = None if mask is None else np.repeat(mask[np.newaxis], len(changed), axis=0)
    answers = forward([network], changed, masks).outputs[0][:, at]
    return Occlusion(starts, size, answers[:-1] - answers[-1])
