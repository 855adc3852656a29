"""Backward through time: how strongly the loss depends on every state and every input.

Werbos 1990, "Backpropagation through time"; the equations are those of the cells (`seqlab.cells`)
differentiated.
Everything is float64: over 1000 steps true norms reach 1e-68, which float32 rounds to nothing.
NumPy only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.cells import find_cell
from seqlab.cells.activations import Floats
from seqlab.cells.cell import Cell, Options, States, invalid
from seqlab.lens.trace import Trace, check_input, project


@dataclass(frozen=True, eq=False)
class Flow:
    """The gradient in one recurrent layer. Timesteps stand in the order of the layer's trace.

    Attributes:
        hidden_norm: |dL/dh_t|, (batch, timesteps), through the output and all later steps.
        cell_norm: |dL/dc_t|, (batch, timesteps), of an LSTM; `None` for other cells.
        input: dL/dx of the layer, (batch, timesteps, features), in the order of its input.
        states: dL/d(states before the first step), each (batch, units), in the order of
            `Cell.states`.
    """

    hidden_norm: Floats
    cell_norm: Floats | None
    input: Floats
    states: tuple[Floats, ...] = ()

    def reversed(self) -> Flow:
        """The same with the timesteps of the norms in the opposite order."""
        cell_norm = None if self.cell_norm is None else self.cell_norm[:, ::-1]
        return Flow(self.hidden_norm[:, ::-1], cell_norm, self.input, self.states)


@dataclass(frozen=True, eq=False)
class Flows(Mapping[str, Flow]):
    """The gradients in all recurrent layers of a model: a mapping of layer names to flows.

    Attributes:
        flows: the flows by name.
        input: dL/dx of the model, (batch, timesteps, features).
    """

    flows: Mapping[str, Flow]
    input: Floats

    def __getitem__(self, name: str) -> Flow:
        return self.flows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.flows)

    def __len__(self) -> int:
        return len(self.flows)


@dataclass(frozen=True, eq=False)
class Layer:
    """One recurrent layer: its cell by name, its weights, and the options of `trace`."""

    cell: str
    weights: Sequence[ArrayLike]
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    use_bias: bool = True
    go_backwards: bool = False
    reset_after: bool = True

    @property
    def record(self) -> Cell:
        """Everything about its cell."""
        return find_cell(self.cell)

    @property
    def settings(self) -> Options:
        """How its cell is computed."""
        return Options(self.activation, self.recurrent_activation, self.use_bias, self.reset_after)

    @property
    def units(self) -> int:
        """Its width."""
        return self.record.units(self.weights)

    @property
    def options(self) -> dict[str, Any]:
        """The options of `trace` and of `backward`."""
        names = ("activation", "recurrent_activation", "use_bias", "go_backwards", "reset_after")
        return {name: getattr(self, name) for name in names}


def backward(
    run: Trace,
    weights: Sequence[ArrayLike],
    x: ArrayLike,
    d_hidden: ArrayLike,
    d_cell: ArrayLike | None = None,
    *,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    use_bias: bool = True,
    go_backwards: bool = False,
    reset_after: bool = True,
    initial_state: Sequence[ArrayLike] | None = None,
) -> Flow:
    """Goes through one layer from its last step to its first.

    Args:
        run: what `trace` gave for these weights, `x` and options. For gradients that are exact
            to 1e-10 make it from weights in float64.
        weights: as for `trace`.
        x: (batch, timesteps, features).
        d_hidden: (batch, timesteps, units) dL/dh_t as the layers above see it, without what
            flows through later steps; in the order of the trace.
        d_cell: the same for the cell state of an LSTM; zeros by default.
        activation, recurrent_activation, use_bias, go_backwards, reset_after, initial_state:
            as for `trace`. The mask is taken from the trace.
    """
    cell = find_cell(run.kind)
    options = Options(activation, recurrent_activation, use_bias, reset_after)
    doubles = [np.asarray(array, np.float64) for array in weights]
    kernel, recurrent, bias = cell.check_weights(doubles, options)
    x, _ = check_input(x, None, kernel)
    x = x[:, ::-1] if go_backwards else x
    hidden = run.hidden.astype(np.float64, copy=False)
    d_hidden = np.asarray(d_hidden, np.float64)
    if d_hidden.shape != hidden.shape:
        raise invalid("d_hidden", f"shape {hidden.shape}", f"shape {d_hidden.shape}")
    outside = [np.zeros_like(hidden) if d_cell is None else np.asarray(d_cell, np.float64)]
    outside = [*outside, d_hidden][-len(cell.states) :]

    arrays: dict[str, Floats] = {
        name: array.astype(np.float64, copy=False) for name, array in run.items()
    }
    for position, name in enumerate(reversed(cell.state_names)):
        # every state one step earlier, (batch, timesteps, units)
        first = 0 if initial_state is None else np.asarray(initial_state[position])[:, np.newaxis]
        arrays[f"previous_{name}"] = np.roll(arrays[name], 1, axis=1)
        arrays[f"previous_{name}"][:, :1] = first

    with np.errstate(over="ignore", under="ignore"):
        arrays["projected"] = project(x, kernel, bias[0])
        step = cell.backward(arrays, recurrent, bias[1], options)
        d_projected: Floats = np.empty_like(arrays["projected"])  # (batch, timesteps, k * units)
        norms = np.empty((len(outside), *hidden.shape[:2]))
        earlier: States = tuple(np.zeros_like(hidden[:, 0]) for _ in outside)
        for t in reversed(range(hidden.shape[1])):
            arriving = tuple(o[:, t] + e for o, e in zip(outside, earlier, strict=True))
            gradient, states, earlier = step(t, arriving)
            if run.mask is not None:
                # a skipped step hands its states on, and nothing reaches its gates
                keep = run.mask[:, t, np.newaxis]
                gradient = gradient * keep
                states = _choose(keep, states, arriving)
                earlier = _choose(keep, earlier, arriving)
            d_projected[:, t] = gradient
            # hypot, since the square of 1e-200 is nothing even in float64
            norms[:, :, t] = [np.hypot.reduce(state, axis=-1) for state in states]
    d_x = project(d_projected, kernel.T, np.zeros(()))
    return Flow(
        hidden_norm=norms[-1],
        cell_norm=norms[0] if len(norms) == 2 else None,
        input=d_x[:, ::-1] if go_backwards else d_x,
        states=earlier,
    )


def _choose(keep: NDArray[np.bool_], yes: States, no: States) -> States:
    return tuple(np.where(keep, y, n) for y, n in zip(yes, no, strict=True))
