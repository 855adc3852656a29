"""Sequences through a whole network, or through the same network at all saved epochs at once.

A step of NumPy costs about the same for one network as for fifty, so that walking through time
once with the weights stacked answers some ten times sooner than a walk for each epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.cells.activations import Floats, find_activation
from seqlab.lens.bptt import Layer
from seqlab.lens.stack import EPSILON, Block, Stack
from seqlab.lens.trace import Trace, walk

Mask = NDArray[np.bool_] | None
States = dict[str, tuple[Floats, ...]]  # by layer, each (epochs, batch, units) as in `Cell.states`


@dataclass(frozen=True, eq=False)
class Passage:
    """What happened in networks of `epochs` while they read a batch of sequences.

    Attributes:
        traces: for each layer name (see `Stack.layers`) the arrays of `trace`, each
            (epochs, batch, timesteps, units). Timesteps stand in the order of the layer's output,
            those of both directions of a `Bidirectional` in the order of its input.
        cells: the cell of each layer.
        outputs: (epochs, batch, timesteps, outputs), what the head says at each step; where the
            network reads the sequence from both ends and answers once, the answer stands at the
            last step and NaN before it.
        masks: for each layer (batch, timesteps), False where a step was skipped, in the order of
            its trace; `None` for no mask.
        inputs: what each block reads, (epochs, batch, timesteps, features).
        begins: the states with which a decoder begins, each (epochs, batch, units), in the order
            of `Cell.states`; empty if they are zeros.
        ends: the states of each layer after the last step that it read.

    A decoder takes steps of its own: its traces and `outputs` have `Bridge.steps` timesteps.
    """

    traces: dict[str, dict[str, Floats]]
    cells: dict[str, str]
    outputs: Floats
    masks: dict[str, Mask]
    inputs: list[Floats]
    begins: tuple[Floats, ...] = ()
    ends: States = field(default_factory=dict)

    @property
    def answers(self) -> Floats:
        """The output after the last step, (epochs, batch, outputs)."""
        return self.outputs[:, :, -1]

    def trace(self, name: str, epoch: int = 0) -> Trace:
        """What `trace` gives for one layer of one of the networks."""
        arrays = {key: array[epoch] for key, array in self.traces[name].items()}
        return Trace(self.cells[name], arrays, self.masks[name])


def forward(
    networks: Sequence[Stack],
    x: ArrayLike,
    mask: ArrayLike | None = None,
    states: States | None = None,
) -> Passage:
    """Runs networks that differ in nothing but their weights.

    Args:
        networks: at least one.
        x: (batch, timesteps, features), or tokens (batch, timesteps).
        mask: (batch, timesteps), False where a step is padding.
        states: with which layers begin, `Passage.ends` of what was read before; zeros if not given.
    """
    read_mask = None if mask is None or not networks[0].masked else np.asarray(mask, bool)
    bridge = networks[0].bridge
    cells = {name: layer.cell for name, layer in networks[0].layers.items()}
    read = np.stack([network.embed(x) for network in networks])  # (epochs, batch, timesteps, f)
    traces: dict[str, dict[str, Floats]] = {}
    masks: dict[str, Mask] = {}
    inputs: list[Floats] = []
    last: Floats = read
    ends: States = {}
    for place, blocks in enumerate(zip(*(n.blocks for n in networks), strict=True)):
        if bridge is not None and place == bridge.block:
            read_mask = None
            if bridge.embedding is not None:
                return _written(networks, Passage(traces, cells, last, masks, inputs, ends=ends))
            read = np.repeat(last, bridge.steps, axis=2)
        inputs.append(read)
        hidden, lasts = [], []
        for i, name in enumerate(blocks[0].names):
            begins = (states or {}).get(name, ())
            arrays = run_layer([block.layers[i] for block in blocks], read, read_mask, begins)
            lasts.append(arrays["hidden"][:, :, -1])
            kept_states = blocks[0].layers[i].record.state_names
            ends[name] = tuple(arrays[state][:, :, -1] for state in kept_states)
            if i == 1:  # Keras turns what the backward layer hands on
                arrays = {key: array[:, :, ::-1] for key, array in arrays.items()}
            traces[name] = arrays
            turned = blocks[0].layers[i].go_backwards != (i == 1)
            masks[name] = read_mask[:, ::-1] if turned and read_mask is not None else read_mask
            hidden.append(arrays["hidden"])
        read = normalized(blocks, np.concatenate(hidden, axis=-1))
        last = normalized(blocks, np.concatenate(lasts, axis=-1)[:, :, np.newaxis])
    twice = networks[0].once
    outputs = read_out(networks, last if twice else read)
    if twice:
        whole = np.full((*read.shape[:3], outputs.shape[-1]), np.nan, outputs.dtype)
        whole[:, :, -1:] = outputs
        outputs = whole
    return Passage(traces, cells, outputs, masks, inputs, ends=ends)


def in_order(network: Stack, passage: Passage) -> Passage:
    """The same with traces, masks and outputs in the order of the sequence.

    What each block reads stays as it is. See `Stack.turned`.

    Args:
        network: one of those of the passage.
        passage: what `forward` gave.
    """
    traces, masks, outputs = dict(passage.traces), dict(passage.masks), passage.outputs
    for name in filter(network.turned, traces):
        traces[name] = {key: array[:, :, ::-1] for key, array in traces[name].items()}
        mask = masks[name]
        masks[name] = None if mask is None else mask[:, ::-1]
    if network.ends_first:
        outputs = outputs[:, :, ::-1]
    return replace(passage, traces=traces, masks=masks, outputs=outputs)


def _written(networks: Sequence[Stack], encoder: Passage) -> Passage:
    """A decoder that reads its own last answer, as after training: the most probable symbol.

    Sutskever et al. 2014. It begins with the encoder's last states (both directions side by side)
    and with symbol 0.
    """
    bridges = [network.bridge for network in networks if network.bridge is not None]
    tables = [bridge.embedding for bridge in bridges if bridge.embedding is not None]
    blocks = [network.blocks[-1] for network in networks]
    layers = [block.layers[0] for block in blocks]
    (name,) = blocks[0].names
    both = [encoder.ends[each] for each in networks[0].blocks[-2].names]
    now = tuple(np.concatenate(states, axis=-1) for states in zip(*both, strict=True))
    begins, epochs = now, np.arange(len(networks))[:, np.newaxis]
    symbols = np.zeros(now[0].shape[:2], np.intp)  # (epochs, batch)
    steps, reads, outputs = [], [], []
    for _ in range(bridges[0].steps):
        reads.append(np.stack(tables)[epochs, symbols][:, :, np.newaxis])
        steps.append(run_layer(layers, reads[-1], None, now))
        now = tuple(steps[-1][key][:, :, 0] for key in layers[0].record.state_names)
        outputs.append(read_out(networks, normalized(blocks, steps[-1]["hidden"])))
        symbols = outputs[-1][:, :, 0].argmax(axis=-1)
    trace = {key: np.concatenate([step[key] for step in steps], axis=2) for key in steps[0]}
    return Passage(
        traces=encoder.traces | {name: trace},
        cells=encoder.cells,
        outputs=np.concatenate(outputs, axis=2),
        masks=encoder.masks | {name: None},
        inputs=[*encoder.inputs, np.concatenate(reads, axis=2)],
        begins=begins,
        ends=encoder.ends | {name: now},
    )


def run(network: Stack, x: ArrayLike, mask: ArrayLike | None = None) -> dict[str, Trace]:
    """The trace of every recurrent layer of one network, by the names of `Stack.layers`.

    Args:
        network: with the weights of one epoch.
        x: (batch, timesteps, features), or tokens (batch, timesteps).
        mask: (batch, timesteps), False where a step is skipped.
    """
    passage = forward([network], x, mask)
    return {name: passage.trace(name) for name in passage.traces}


def answer(network: Stack, x: ArrayLike, mask: ArrayLike | None = None) -> Floats:
    """The output of one network after the last step.

    Args:
        network: with the weights of one epoch.
        x: (batch, timesteps, features), or tokens (batch, timesteps).
        mask: (batch, timesteps), False where a step is skipped.

    Returns:
        (batch, outputs).
    """
    return forward([network], x, mask).answers[0]


def read_out(networks: Sequence[Stack], hidden: Floats) -> Floats:
    """What the heads say to hidden states: (epochs, ..., units) -> (epochs, ..., outputs)."""
    heads = [network.head for network in networks if network.head is not None]
    if not heads:
        return hidden
    answers = _dense(heads, networks[0].head_activation, hidden)
    for layers in zip(*(network.more for network in networks), strict=True):
        answers = _dense([layer[:2] for layer in layers], layers[0][2], answers)
    return answers


def _dense(heads: Sequence[tuple[Floats, Floats]], activation: str, hidden: Floats) -> Floats:
    """A Dense layer with several weights."""
    middle = (1,) * (hidden.ndim - 2)
    kernels = np.stack([kernel for kernel, _ in heads])
    biases = np.stack([bias for _, bias in heads])
    kernels = kernels.reshape(len(heads), *middle[1:], *kernels.shape[1:])
    biases = biases.reshape(len(heads), *middle, -1)
    return find_activation(activation).forward(hidden @ kernels + biases)


def run_layer(
    layers: Sequence[Layer], read: Floats, mask: Mask, states: tuple[Floats, ...] = ()
) -> dict[str, Floats]:
    """One layer with the weights of several epochs.

    Args:
        layers: the layer at each epoch.
        read: (epochs, batch, timesteps, features).
        mask: (batch, timesteps), False where a step is skipped.
        states: what it begins with, each (epochs, batch, units) as in `Cell.states`; zeros if
            nothing is said.

    Returns:
        By name, gates and states (epochs, batch, timesteps, units).
    """
    first = layers[0]
    cell, options = first.record, first.settings
    parts = [cell.check_weights(layer.weights, options) for layer in layers]
    kernel, recurrent, bias = (np.stack(arrays) for arrays in zip(*parts, strict=True))
    if first.go_backwards:
        read, mask = read[:, :, ::-1], None if mask is None else mask[:, ::-1]
    # (epochs, batch, timesteps, k * units) -> time first
    projected = read @ kernel[:, np.newaxis] + bias[:, np.newaxis, :1]
    projected = np.ascontiguousarray(np.moveaxis(projected, 2, 0))
    step = cell.forward(recurrent, bias[:, 1:], options)
    if not states:
        zeros = np.zeros((*read.shape[:2], recurrent.shape[-2]), projected.dtype)
        states = tuple(zeros for _ in cell.states)
    masks = None if mask is None else mask.T
    course = walk(cell, step, projected, states, masks)
    return dict(zip(cell.names, np.moveaxis(course, 1, 3), strict=True))


def normalized(blocks: Sequence[Block], hidden: Floats) -> Floats:
    """(epochs, batch, timesteps, units) after the block's `LayerNormalization`, if it has one."""
    pairs = [block.normalization for block in blocks if block.normalization is not None]
    if not pairs:
        return hidden
    gamma = np.stack([gamma for gamma, _ in pairs])[:, np.newaxis, np.newaxis]
    beta = np.stack([beta for _, beta in pairs])[:, np.newaxis, np.newaxis]
    return gamma * standardised(hidden)[0] + beta


def standardised(hidden: Floats) -> tuple[Floats, Floats]:
    """(x - mean) / deviation over the units of (..., units), and the deviation (..., 1).

    As Keras' `LayerNormalization` does (keras/src/layers/normalization/layer_normalization.py).
    """
    centred = hidden - hidden.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
    return centred / deviation, deviation
