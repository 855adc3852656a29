"""One unit of one cell: every number that flows through it at every step, so that they add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.lens.activations import Floats, find_activation
from seqlab.lens.cells import STATES, blocks, check_weights, trace
from seqlab.lens.gradients import Layer

# The gates of each cell in the order of the weights, and which are squashed by the activation.
ORDER = {
    "SimpleRNN": ("hidden",),
    "LSTM": ("input_gate", "forget_gate", "candidate", "output_gate"),
    "GRU": ("update_gate", "reset_gate", "candidate"),
}
BY_ACTIVATION = ("hidden", "candidate")


@dataclass(frozen=True, eq=False)
class Term:
    """What a gate of one unit is made of, each (timesteps,).

    value = function(from_input + from_state + bias). For the candidate of a GRU `from_state` is
    already multiplied by the reset gate; `inner` is it before, with the second bias in it.

    Attributes:
        from_input: this unit's share of W x_t.
        from_state: this unit's share of U h_{t-1}.
        bias: b.
        value: what comes out.
        function: the name of the activation.
        inner: GRU with `reset_after` only: U h_{t-1} + b', to be multiplied by r.
    """

    from_input: Floats
    from_state: Floats
    bias: Floats
    value: Floats
    function: str
    inner: Floats | None = None


@dataclass(frozen=True, eq=False)
class Unit:
    """One unit through time: its gates by name, and its states, each (timesteps,).

    Attributes:
        cell: "SimpleRNN", "LSTM" or "GRU".
        gates: by name, in the order of the equations.
        states: "hidden" and, of an LSTM, "cell".
        squashed: φ(c) of an LSTM, else `None`.
        activation: the name of φ.
        begin: the states before the first step by name; empty if they are 0.
    """

    cell: str
    gates: dict[str, Term]
    states: dict[str, Floats]
    squashed: Floats | None
    activation: str
    begin: dict[str, float]


def unit(
    layer: Layer,
    x: Floats,
    which: int,
    mask: NDArray[np.bool_] | None = None,
    begins: Sequence[Floats] = (),
) -> Unit:
    """Takes one unit apart.

    Args:
        layer: the layer.
        x: what it reads, (timesteps, features).
        which: the unit, from 0.
        mask: (timesteps,), False where a step is skipped.
        begins: the states before the first step, each (units,), in the order of `cells.STATES`;
            zeros if there are none.

    Returns:
        Timesteps in the order of processing, as in `cells.trace`.
    """
    weights = [np.asarray(weight, np.float64) for weight in layer.weights]
    kernel, recurrent, bias = check_weights(layer.cell, weights, layer.use_bias, layer.reset_after)
    rows = None if mask is None else mask[np.newaxis]
    first = [np.asarray(state)[np.newaxis] for state in reversed(begins)] or None
    run = trace(layer.cell, weights, x[np.newaxis], mask=rows, initial_state=first, **layer.options)
    arrays = {name: array[0] for name, array in run.items()}  # (timesteps, units)
    x = np.asarray(x, np.float64)[::-1] if layer.go_backwards else np.asarray(x, np.float64)
    start = np.zeros_like(arrays["hidden"][:1]) if first is None else first[0]
    before = np.concatenate([start, arrays["hidden"][:-1]])
    names = ORDER[layer.cell]
    from_input = blocks(x @ kernel, len(names))[:, :, which]
    from_state = blocks(before @ recurrent, len(names))[:, :, which]
    outer, second = (blocks(b[np.newaxis], len(names))[:, 0, which] for b in bias)
    gates: dict[str, Term] = {}
    for k, name in enumerate(names):
        function = layer.activation if name in BY_ACTIVATION else layer.recurrent_activation
        state, beside, inner = from_state[k], outer[k] + second[k], None
        if layer.cell == "GRU" and name == "candidate":
            beside = outer[k]
            if layer.reset_after:
                inner = from_state[k] + second[k]
                state = gates["reset_gate"].value * inner
            else:
                own = recurrent[:, 2 * len(recurrent) + which]
                state = (arrays["reset_gate"] * before) @ own
        gates[name] = Term(
            from_input=from_input[k],
            from_state=state,
            bias=np.full(len(x), beside),
            value=arrays[name][:, which],
            function=function,
            inner=inner,
        )
    states = {name: arrays[name][:, which] for name in STATES[layer.cell]}
    squashed = None
    if layer.cell == "LSTM":
        squashed = find_activation(layer.activation).forward(arrays["cell"])[:, which]
    begin = dict(zip(STATES[layer.cell], (float(state[which]) for state in begins), strict=False))
    return Unit(layer.cell, gates, states, squashed, layer.activation, begin)
