"""What a network would be without a part of it: gates held open, units switched off.

An ablation is the same network with other weights, so that all of the lens works on it: a gate
whose kernels are 0 and whose bias is large is 1 at every step, and a unit whose outgoing weights
are 0 has no effect. Greff et al. 2015 (arXiv 1503.04069) took gates away in this manner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from seqlab.cells.activations import find_activation
from seqlab.lens.bptt import Layer
from seqlab.lens.stack import Block, LensError, Stack

LARGE = 100.0  # sigmoid(100) is 1 in float32 and in float64


def gate_held_at_1(network: Stack, layer: str, gate: str) -> Stack:
    """The network with a gate that is always 1.

    Args:
        network: the network.
        layer: which layer, by the names of `Stack.layers`.
        gate: "forget_gate", ...: any gate of the layer's cell.

    Raises:
        LensError: if the layer's recurrent activation never gives 1.
    """
    old = network.layers[layer]
    (reached,) = find_activation(old.recurrent_activation).forward(np.array([LARGE]))
    if reached != 1:
        raise LensError(
            f"A gate of {layer!r} cannot be held at 1: its recurrent activation "
            f"{old.recurrent_activation!r} does not end there."
        )
    cell, options = old.record, old.settings
    kernel, *more = (np.array(weight) for weight in old.weights)
    names = [block.name for block in cell.blocks]
    place, units = names.index(gate), old.units
    columns = slice(place * units, (place + 1) * units)
    kernel[:, columns] = 0
    if cell.has_recurrent_kernel:
        more[0][:, columns] = 0
    if not old.use_bias:
        more.append(np.zeros((2, kernel.shape[1])[not cell.two_biases(options) :], kernel.dtype))
    bias = more[-1]
    bias[..., columns] = 0
    bias[(0, columns) if bias.ndim == 2 else columns] = LARGE
    return _with(network, layer, replace(old, weights=[kernel, *more], use_bias=True))


def units_off(network: Stack, layer: str, units: Sequence[int]) -> Stack:
    """The network in which nothing reads the hidden states of some units.

    Args:
        network: as it is; it stays so.
        layer: a name of `Stack.layers`.
        units: their numbers, from 0 on.

    Raises:
        LensError: behind a `LayerNormalization`, which mixes all units before they are read, or
            if a decoder takes over the states.
    """
    place = network.place(layer)
    block, bridge = network.blocks[place], network.bridge
    if bridge is not None and bridge.embedding is not None and place == bridge.block - 1:
        raise LensError(
            f"Units of {layer!r} are not switched off one by one: the decoder takes over their "
            "states."
        )
    if block.normalization is not None:
        raise LensError(
            f"Units of {layer!r} are not switched off one by one: the LayerNormalization behind "
            "it mixes them."
        )
    off = np.asarray(units, np.intp)
    with_units = block.layers[block.names.index(layer)]
    if with_units.record.has_recurrent_kernel:
        recurrent = np.array(with_units.weights[1])
        recurrent[off] = 0
        changed = replace(
            with_units, weights=[with_units.weights[0], recurrent, *with_units.weights[2:]]
        )
        network = _with(network, layer, changed)
    # Of a Bidirectional the forward units come first in what the next layer reads.
    rows = off if block.names.index(layer) == 0 else off + network.units(block.names[0])
    if place + 1 < len(network.blocks):
        for name in network.blocks[place + 1].names:
            reader = network.layers[name]
            kernel = np.array(reader.weights[0])
            kernel[rows] = 0
            network = _with(network, name, replace(reader, weights=[kernel, *reader.weights[1:]]))
        return network
    if network.head is None:
        raise LensError(f"Nothing reads {layer!r} in this network, so nothing can be taken away.")
    kernel = np.array(network.head[0])
    kernel[rows] = 0
    return replace(network, head=(kernel, network.head[1]))


def _with(network: Stack, name: str, layer: Layer) -> Stack:
    """The network with one layer replaced."""

    def changed(block: Block) -> Block:
        layers = tuple(
            layer if own == name else old
            for own, old in zip(block.names, block.layers, strict=True)
        )
        return replace(block, layers=layers)

    return replace(network, blocks=tuple(changed(block) for block in network.blocks))
