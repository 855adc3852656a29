"""One unit of one cell: every number that flows through it at every step, so that they add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.cells.activations import Floats
from seqlab.cells.cell import Cell, Parts, columns
from seqlab.lens.bptt import Layer
from seqlab.lens.trace import trace


@dataclass(frozen=True, eq=False)
class Term:
    """What a gate of one unit is made of, each (timesteps,).

    value = function(from_input + from_state + bias). Where another value multiplies `from_state`,
    as the reset gate does for the candidate of a GRU, `inner` is it before.

    Attributes:
        from_input: this unit's share of W x_t.
        from_state: this unit's share of U h_{t-1}.
        bias: b.
        value: what comes out.
        function: the name of the activation.
        inner: what `factor` multiplies, if there is a factor.
        factor: its letter.
    """

    from_input: Floats
    from_state: Floats
    bias: Floats
    value: Floats
    function: str
    inner: Floats | None = None
    factor: str = ""


@dataclass(frozen=True, eq=False)
class Unit:
    """One unit through time: its gates by name, and its states, each (timesteps,).

    Attributes:
        cell: everything about its cell.
        gates: by name, in the order of the equations.
        states: by name, in the order of the equations.
        numbers: all that the picture of the cell names, by letter (`seqlab.cells.cell.Picture`);
            words among them.
        phi: the name of φ.
        phi: the name of φ.
    """

    cell: Cell
    gates: dict[str, Term]
    states: dict[str, Floats]
    numbers: dict[str, NDArray[Any]]
    phi: str


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
        begins: the states before the first step, each (units,), in the order of `Cell.states`;
            zeros if there are none.

    Returns:
        Timesteps in the order of processing, as in `trace`.
    """
    weights = [np.asarray(weight, np.float64) for weight in layer.weights]
    cell, options = layer.record, layer.settings
    kernel, recurrent, bias = cell.check_weights(weights, options)
    rows = None if mask is None else mask[np.newaxis]
    first = [np.asarray(state)[np.newaxis] for state in reversed(begins)] or None
    run = trace(layer.cell, weights, x[np.newaxis], mask=rows, initial_state=first, **layer.options)
    arrays = {name: array[0] for name, array in run.items()}  # (timesteps, units)
    x = np.asarray(x, np.float64)[::-1] if layer.go_backwards else np.asarray(x, np.float64)
    start = np.zeros_like(arrays["hidden"][:1]) if first is None else first[0]
    before = np.concatenate([start, arrays["hidden"][:-1]])
    count = len(cell.blocks)
    from_input = columns(x @ kernel, count)[:, :, which]
    from_state = np.zeros_like(from_input)
    if cell.has_recurrent_kernel:
        from_state = columns(before @ recurrent, count)[:, :, which]
    outer, inner = (columns(b[np.newaxis], count)[:, 0, which] for b in bias)
    gates: dict[str, Term] = {}
    for k, value in enumerate(cell.blocks):
        parts = Parts(from_state[k], outer[k], inner[k], before, recurrent, which, arrays)
        split = cell.split(value, parts, options)
        gates[value.name] = Term(
            from_input=from_input[k],
            from_state=split.from_state,
            bias=np.full(len(x), split.bias),
            value=arrays[value.name][:, which],
            function=options.function(value),
            inner=split.inner,
            factor=split.factor,
        )
    states = {name: arrays[name][:, which] for name in cell.state_names}
    numbers: dict[str, NDArray[Any]] = {v.letter: arrays[v.name][:, which] for v in cell.values}
    for k, value in enumerate(cell.states):
        first_state = np.zeros(1) if not begins else np.atleast_1d(begins[k][which])
        numbers[f"{value.letter}_before"] = np.append(first_state, states[value.name][:-1])
    for value in cell.blocks:
        term, letter = gates[value.name], value.letter
        numbers |= {
            f"{letter}_input": term.from_input,
            f"{letter}_state": term.from_state,
            f"{letter}_bias": term.bias,
        }
    numbers |= {key: np.asarray(n) for key, n in cell.picture.derive(numbers, options).items()}
    return Unit(cell, gates, states, numbers, layer.activation)
