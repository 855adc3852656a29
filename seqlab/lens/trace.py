"""A recurrent layer forward from its weights alone: every gate and state at every step.

The equations are those of its cell (`seqlab.cells`), which are those of Keras. NumPy only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.cells import find_cell
from seqlab.cells.activations import Floats
from seqlab.cells.cell import Cell, Options, Step, invalid


@dataclass(frozen=True, eq=False)
class Trace(Mapping[str, Floats]):
    """What happened in one recurrent layer: a mapping of names to arrays.

    `trace["forget_gate"]` and `trace.forget_gate` are the same array, (batch, timesteps, units).
    Iteration gives the names. `trace.cell` is the LSTM's cell state; `trace.kind` the cell's type.

    At a masked step Keras computes the gates, then keeps the old state: here likewise.

    Attributes:
        kind: the cell, as "LSTM".
        arrays: the arrays by name.
        mask: (batch, timesteps) bool, False where a step was skipped; `None` for no mask.
    """

    kind: str
    arrays: Mapping[str, Floats]
    mask: NDArray[np.bool_] | None = None

    def __getitem__(self, name: str) -> Floats:
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def __getattr__(self, name: str) -> Floats:
        # Only called for what is not a field. `arrays` itself is missing while unpickling.
        if name != "arrays" and name in self.arrays:
            return self.arrays[name]
        raise AttributeError(f"A trace has no array called {name!r}.")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.arrays]

    def __repr__(self) -> str:
        return f"Trace({self.kind}: {', '.join(self)}, each {self['hidden'].shape})"

    def reversed(self) -> Trace:
        """The same trace with its timesteps in the opposite order."""
        arrays = {name: array[:, ::-1] for name, array in self.arrays.items()}
        return Trace(self.kind, arrays, None if self.mask is None else self.mask[:, ::-1])


def trace(
    cell: str,
    weights: Sequence[ArrayLike],
    x: ArrayLike,
    *,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    use_bias: bool = True,
    go_backwards: bool = False,
    mask: ArrayLike | None = None,
    reset_after: bool = True,
    initial_state: Sequence[ArrayLike] | None = None,
) -> Trace:
    """Runs a cell over sequences and keeps everything. Computes in the dtype of the weights.

    Args:
        cell: its name in `seqlab.cells.CELLS`, as "LSTM".
        weights: kernel (features, k * units), recurrent kernel (units, k * units) and, with
            `use_bias`, bias (k * units,), for the k blocks of the cell: what
            `layer.get_weights()` returns. The bias of a GRU with `reset_after` is (2, 3 * units).
        x: (batch, timesteps, features).
        activation: name of a Keras activation, φ; `ACTIVATIONS` lists them.
        recurrent_activation: the same for the gates, σ.
        use_bias: whether `weights` has a bias.
        go_backwards: read the sequence from its end. As in Keras, the result then stands in the
            order of processing: step 0 is the last step of `x`.
        mask: (batch, timesteps), False where a step is skipped.
        reset_after: see `seqlab.cells.cell.Options`.
        initial_state: hidden (batch, units), for an LSTM hidden and cell; zeros by default.

    Returns:
        Arrays of (batch, timesteps, units) by name, see `Cell.names`.

    Raises:
        ValueError: if a name is unknown or a shape does not fit.
    """
    record = find_cell(cell)
    options = Options(activation, recurrent_activation, use_bias, reset_after)
    kernel, recurrent, bias = record.check_weights(weights, options)
    step = record.forward(recurrent, bias[1], options)
    x, mask = check_input(x, mask, kernel)
    if go_backwards:
        x, mask = x[:, ::-1], None if mask is None else mask[:, ::-1]
    states = _first_states(record, initial_state, len(x), len(recurrent), kernel.dtype)

    with np.errstate(over="ignore"):
        # W x_t + b for all steps in one product, time first: (timesteps, batch, k * units)
        projected = project(x.swapaxes(0, 1), kernel, bias[0])
    masks = None if mask is None else mask.swapaxes(0, 1)
    course = walk(record, step, projected, states, masks)
    arrays = dict(zip(record.names, course.swapaxes(1, 2), strict=True))
    return Trace(cell, arrays, mask)


def walk(
    cell: Cell,
    step: Step,
    projected: Floats,
    states: tuple[Floats, ...],
    mask: NDArray[np.bool_] | None = None,
) -> Floats:
    """Goes through time and keeps everything.

    Args:
        cell: which cell `step` belongs to.
        step: one step of it.
        projected: W x_t + b, (timesteps, ..., batch, k * units).
        states: before the first step, each (..., batch, units), in the order of `Cell.states`.
        mask: (timesteps, batch), False where a step is skipped.

    Returns:
        (arrays of `Cell.names`, timesteps, ..., batch, units).
    """
    course = np.empty((len(cell.names), len(projected), *states[0].shape), projected.dtype)
    with np.errstate(over="ignore"):  # exp(-x) may reach infinity, and 1 / infinity is right
        for t, read in enumerate(projected):
            values = step(read, states)
            if mask is not None:
                values = _hold(values, states, mask[t, :, np.newaxis])
            for array, value in zip(course, values, strict=True):
                array[t] = value
            states = values[-len(states) :]
    return course


def _hold(
    values: tuple[Floats, ...], states: tuple[Floats, ...], keep: NDArray[np.bool_]
) -> tuple[Floats, ...]:
    """Where `keep` (batch, 1) is False the states stay as they were."""
    gates, new = values[: -len(states)], values[-len(states) :]
    held = (np.where(keep, n, old) for n, old in zip(new, states, strict=True))
    return (*gates, *held)


def _first_states(
    cell: Cell, given: Sequence[ArrayLike] | None, batch: int, units: int, dtype: np.dtype[Any]
) -> tuple[Floats, ...]:
    """The states before the first step, in the order of `Cell.states`."""
    if given is None:
        return tuple(np.zeros((batch, units), dtype) for _ in cell.states)
    # Keras puts hidden before cell, an equation computes the cell first
    states = tuple(np.asarray(state, dtype) for state in reversed(given))
    if [state.shape for state in states] != [(batch, units)] * len(cell.states):
        raise invalid(
            "initial_state",
            f"{len(cell.states)} array(s) of shape {(batch, units)}",
            f"shapes {[state.shape for state in states]}",
        )
    return states


def project(x: Floats, kernel: Floats, bias: Floats) -> Floats:
    """W x + b as one product of two matrices.

    Args:
        x: (..., features).
        kernel: (features, columns).
        bias: (columns,).

    Returns:
        (..., columns).
    """
    rows = x.reshape(-1, x.shape[-1]) @ kernel + bias
    return rows.reshape(*x.shape[:-1], kernel.shape[1])


def check_input(
    x: ArrayLike, mask: ArrayLike | None, kernel: Floats
) -> tuple[Floats, NDArray[np.bool_] | None]:
    """`x` in the dtype of the kernel, and the mask as booleans.

    Args:
        x: (batch, timesteps, features).
        mask: (batch, timesteps), or `None`.
        kernel: (features, columns).

    Raises:
        ValueError: if a shape is another one.
    """
    x = np.asarray(x, kernel.dtype)
    if x.ndim != 3 or x.shape[2] != len(kernel):
        raise invalid("x", f"shape (batch, timesteps, {len(kernel)})", f"shape {x.shape}")
    if mask is None:
        return x, None
    mask = np.asarray(mask, bool)
    if mask.shape != x.shape[:2]:
        raise invalid("mask", f"shape {x.shape[:2]}", f"shape {mask.shape}")
    return x, mask
