"""Backward through a whole network: from its output to every state and to its input.

In float64, as in `gradients`; checked against finite differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from seqlab.cells.activations import Floats, find_activation
from seqlab.lens.bptt import Flow, States, backward
from seqlab.lens.forward import Passage, forward, standardised
from seqlab.lens.stack import Block, Stack


@dataclass(frozen=True, eq=False)
class Gradients:
    """dL/d(everything) for a network and a batch.

    Attributes:
        flows: by the names of `Stack.layers`; timesteps in the order of `forward.Passage`.
        input: dL/d(what `Stack.embed` gives), (batch, timesteps, features).
    """

    flows: Mapping[str, Flow]
    input: Floats


def gradients(
    network: Stack, x: ArrayLike, d_output: ArrayLike, mask: ArrayLike | None = None
) -> Gradients:
    """Goes back through all layers.

    Args:
        network: the weights.
        x: (batch, timesteps, features), or tokens (batch, timesteps).
        d_output: (batch, outputs) dL/d(output after the last step), or
            (batch, timesteps, outputs) for a network that answers at every step, also for a
            decoder; what it has written and reads is then held as it is.
        mask: (batch, timesteps), False where a step is padding.
    """
    double = network.in_float64()
    passage = forward([double], x, mask)
    slopes = _to_last_block(double, passage, np.asarray(d_output, np.float64))
    ends: States = ()
    flows: dict[str, Flow] = {}
    for i in reversed(range(len(double.blocks))):
        block, read = double.blocks[i], passage.inputs[i][0]
        # A layer may be read at its end alone: the last one, or that before a decoder.
        once = slopes.ndim == 2
        slopes = _back_through_normalization(block, handed_on(block, passage, once), slopes)
        decodes = double.bridge is not None and i == double.bridge.block
        begins = passage.begins if decodes else ()
        directions = _back_through_directions(block, passage, read, slopes, ends, begins)
        flows = dict(zip(block.names, directions, strict=True)) | flows
        slopes, ends = np.sum([flow.input for flow in directions], axis=0), ()
        if decodes and begins:  # the states are handed over, and nothing else
            (flow,) = directions
            ends, slopes = flow.states, np.zeros((len(slopes), flow.states[0].shape[-1]))
        elif decodes:
            slopes = slopes.sum(axis=1)  # the same summary was read at every step
    turned = {name: flow.reversed() for name, flow in flows.items() if name.endswith("/backward")}
    return Gradients(flows | turned, slopes)


def handed_on(block: Block, passage: Passage, once: bool = False) -> Floats:
    """What a block hands on before its normalization.

    Args:
        block: its layers, one for each direction.
        passage: of a forward run through all blocks.
        once: only the last state of each direction.

    Returns:
        (batch, timesteps, units), with `once` (batch, units).
    """
    parts = [passage.traces[name]["hidden"][0] for name in block.names]
    if once:  # a backward layer ends at the first step of its input
        parts = [part[:, 0 if i else -1] for i, part in enumerate(parts)]
    return np.concatenate(parts, axis=-1)


def normalized(block: Block, hidden: Floats) -> Floats:
    """A `LayerNormalization` of hidden states (..., units), if the block has one."""
    if block.normalization is None:
        return hidden
    gamma, beta = block.normalization
    return gamma * standardised(hidden)[0] + beta


def _to_last_block(network: Stack, passage: Passage, slopes: Floats) -> Floats:
    """dL/d(output) -> dL/d(what the last block's normalization gives)."""
    if network.head is None:
        return slopes
    block = network.blocks[-1]
    read = normalized(block, handed_on(block, passage, once=slopes.ndim == 2))
    layers = [(*network.head, network.head_activation), *network.more]
    sums: list[Floats] = []  # what each layer gives before its activation
    for kernel, bias, name in layers:
        sums.append(read @ kernel + bias)
        read = find_activation(name).forward(sums[-1])
    for (kernel, _, name), total in zip(layers[::-1], sums[::-1], strict=True):
        slopes = find_activation(name).backward(total, slopes) @ kernel.T
    return slopes


def _back_through_normalization(block: Block, hidden: Floats, slopes: Floats) -> Floats:
    """Of y = gamma s + beta, s = (x - mean) / deviation."""
    if block.normalization is None:
        return slopes
    standard, deviation = standardised(hidden)
    slopes = slopes * block.normalization[0]
    along = (slopes * standard).mean(axis=-1, keepdims=True)
    return (slopes - slopes.mean(axis=-1, keepdims=True) - standard * along) / deviation


def _back_through_directions(
    block: Block,
    passage: Passage,
    read: Floats,
    slopes: Floats,
    ends: States,
    begins: tuple[Floats, ...],
) -> list[Flow]:
    """One flow a direction, in the order of processing.

    `ends` is dL/d(states after the last step), both directions side by side; `begins` the states
    before the first step.
    """
    flows, start = [], 0
    for i, (name, layer) in enumerate(zip(block.names, block.layers, strict=True)):
        trace = passage.trace(name)
        if i == 1:
            trace = trace.reversed()
        units = trace.hidden.shape[-1]
        mine = slice(start, start + units)
        of_direction = slopes[..., mine]
        start += units
        d_cell = None
        if slopes.ndim == 2:
            d_hidden = np.zeros_like(trace.hidden)
            d_hidden[:, -1] = of_direction
        else:
            d_hidden = of_direction[:, ::-1] if i == 1 else of_direction
        if ends:
            d_hidden[:, -1] += ends[-1][:, mine]
        if len(ends) == 2:
            d_cell = np.zeros_like(trace.hidden)
            d_cell[:, -1] = ends[0][:, mine]
        # Keras' order: hidden, then cell
        first = [state[0] for state in reversed(begins)] or None
        flows.append(
            backward(
                trace,
                layer.weights,
                read,
                d_hidden,
                d_cell,
                initial_state=first,
                **layer.options,
            )
        )
    return flows
