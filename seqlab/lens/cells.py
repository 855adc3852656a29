"""SimpleRNN, LSTM and GRU forward from weights alone: every gate and state at every step.

The equations are those of Keras (keras/src/layers/rnn/simple_rnn.py, lstm.py, gru.py), in the
letters of the literature: W is the kernel, U the recurrent kernel, b the bias, σ the recurrent
activation, φ the activation, ⊙ the product of entries. NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.lens.activations import Floats, Function, find_activation

Step = Callable[[Floats, tuple[Floats, ...]], tuple[Floats, ...]]

# What a cell shows, in the order in which it is computed. The last ones are its states.
NAMES: dict[str, tuple[str, ...]] = {
    "SimpleRNN": ("hidden",),
    "LSTM": ("input_gate", "forget_gate", "candidate", "output_gate", "cell", "hidden"),
    "GRU": ("update_gate", "reset_gate", "candidate", "hidden"),
}
STATES: dict[str, tuple[str, ...]] = {
    "SimpleRNN": ("hidden",),
    "LSTM": ("cell", "hidden"),
    "GRU": ("hidden",),
}
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}  # blocks of `units` columns in the kernels


@dataclass(frozen=True, eq=False)
class Trace(Mapping[str, Floats]):
    """What happened in one recurrent layer: a mapping of names to arrays.

    `trace["forget_gate"]` and `trace.forget_gate` are the same array, (batch, timesteps, units).
    Iteration gives the names. `trace.cell` is the LSTM's cell state; `trace.kind` the cell's type.

    At a masked step Keras computes the gates, then keeps the old state: here likewise.

    Attributes:
        kind: "SimpleRNN", "LSTM" or "GRU".
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
        cell: "SimpleRNN", "LSTM" or "GRU".
        weights: kernel (features, k * units), recurrent kernel (units, k * units) and, with
            `use_bias`, bias (k * units,); k = 1, 4 (i, f, c, o), 3 (z, r, h). The bias of a GRU
            with `reset_after` is (2, 3 * units). This is what `layer.get_weights()` returns.
        x: (batch, timesteps, features).
        activation: name of a Keras activation, φ; `ACTIVATIONS` lists them.
        recurrent_activation: the same for the gates, σ. A SimpleRNN has none.
        use_bias: whether `weights` has a bias.
        go_backwards: read the sequence from its end. As in Keras, the result then stands in the
            order of processing: step 0 is the last step of `x`.
        mask: (batch, timesteps), False where a step is skipped.
        reset_after: GRU only: the reset gate acts after the recurrent product (Keras, cuDNN) or
            before it (Cho et al. 2014).
        initial_state: hidden (batch, units), for an LSTM hidden and cell; zeros by default.

    Returns:
        Arrays of (batch, timesteps, units) by name, see `NAMES`.

    Raises:
        ValueError: if a name is unknown or a shape does not fit.
    """
    kernel, recurrent, bias = check_weights(cell, weights, use_bias, reset_after)
    phi, sigma = find_activation(activation).forward, find_activation(recurrent_activation).forward
    x, mask = check_input(x, mask, kernel)
    if go_backwards:
        x, mask = x[:, ::-1], None if mask is None else mask[:, ::-1]
    states = _first_states(cell, initial_state, len(x), len(recurrent), kernel.dtype)

    with np.errstate(over="ignore"):
        # W x_t + b for all steps in one product, time first: (timesteps, batch, k * units)
        projected = project(x.swapaxes(0, 1), kernel, bias[0])
    masks = None if mask is None else mask.swapaxes(0, 1)
    step = _STEPS[cell](recurrent, bias[1], phi, sigma, reset_after)
    kept = walk(cell, step, projected, states, masks)
    arrays = dict(zip(NAMES[cell], kept.swapaxes(1, 2), strict=True))
    return Trace(cell, arrays, mask)


def stepper(cell: str, recurrent: Floats, bias: Floats, layer: Mapping[str, Any]) -> Step:
    """One step of a cell, for weights that are known to fit; `layer` has options of `trace`.

    Leading axes of the recurrent kernel (..., units, k * units) and of the bias beside U h
    (..., 1, k * units) are those of the states: many networks take the step at once.
    """
    phi = find_activation(layer["activation"]).forward
    sigma = find_activation(layer["recurrent_activation"]).forward
    return _STEPS[cell](recurrent, bias, phi, sigma, layer["reset_after"])


def walk(
    cell: str,
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
        states: before the first step, each (..., batch, units), in the order of `STATES`.
        mask: (timesteps, batch), False where a step is skipped.

    Returns:
        (arrays of `NAMES`, timesteps, ..., batch, units).
    """
    kept = np.empty((len(NAMES[cell]), len(projected), *states[0].shape), projected.dtype)
    with np.errstate(over="ignore"):  # exp(-x) may reach infinity, and 1 / infinity is right
        for t, read in enumerate(projected):
            values = step(read, states)
            if mask is not None:
                values = _hold(values, states, mask[t, :, np.newaxis])
            for array, value in zip(kept, values, strict=True):
                array[t] = value
            states = values[-len(states) :]
    return kept


def _simple_rnn(u: Floats, _: Floats, phi: Function, sigma: Function, reset_after: bool) -> Step:
    """Elman 1990. `projected` is W x_t + b, (batch, units)."""

    def step(projected: Floats, states: tuple[Floats, ...]) -> tuple[Floats, ...]:
        (h,) = states
        h = phi(projected + h @ u)  # h_t = φ(W x_t + U h_{t-1} + b)
        return (h,)

    return step


def _lstm(u: Floats, _: Floats, phi: Function, sigma: Function, reset_after: bool) -> Step:
    """Hochreiter & Schmidhuber 1997, forget gate by Gers et al. 2000; no peepholes."""

    def step(projected: Floats, states: tuple[Floats, ...]) -> tuple[Floats, ...]:
        c, h = states
        z_i, z_f, z_c, z_o = blocks(projected + h @ u, 4)
        i = sigma(z_i)  #   input gate      i_t = σ(W_i x_t + U_i h_{t-1} + b_i)
        f = sigma(z_f)  #   forget gate     f_t = σ(W_f x_t + U_f h_{t-1} + b_f)
        g = phi(z_c)  #     candidate       g_t = φ(W_c x_t + U_c h_{t-1} + b_c)
        o = sigma(z_o)  #   output gate     o_t = σ(W_o x_t + U_o h_{t-1} + b_o)
        c = f * c + i * g  # cell state     c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
        h = o * phi(c)  #   hidden state    h_t = o_t ⊙ φ(c_t)
        return i, f, g, o, c, h

    return step


def _gru(u: Floats, b: Floats, phi: Function, sigma: Function, reset_after: bool) -> Step:
    """Cho et al. 2014; `reset_after` as in cuDNN, with a second bias b inside the reset."""
    units = u.shape[-2]
    u_gates, u_candidate = u[..., : 2 * units], u[..., 2 * units :]

    def step(projected: Floats, states: tuple[Floats, ...]) -> tuple[Floats, ...]:
        (h,) = states
        x_z, x_r, x_h = blocks(projected, 3)
        if reset_after:
            u_z, u_r, u_h = blocks(h @ u + b, 3)
        else:
            u_z, u_r = blocks(h @ u_gates, 2)
        z = sigma(x_z + u_z)  #  update gate   z_t = σ(W_z x_t + U_z h_{t-1} + b_z)
        r = sigma(x_r + u_r)  #  reset gate    r_t = σ(W_r x_t + U_r h_{t-1} + b_r)
        #                        candidate     g_t = φ(W_h x_t + b_h + r_t ⊙ (U_h h_{t-1} + b'_h))
        #                        or, reset before it: φ(W_h x_t + b_h + U_h (r_t ⊙ h_{t-1}))
        g = phi(x_h + (r * u_h if reset_after else (r * h) @ u_candidate))
        h = z * h + (1 - z) * g  # hidden state  h_t = z_t ⊙ h_{t-1} + (1 - z_t) ⊙ g_t
        return z, r, g, h

    return step


_STEPS: dict[str, Callable[..., Step]] = {"SimpleRNN": _simple_rnn, "LSTM": _lstm, "GRU": _gru}


def _hold(
    values: tuple[Floats, ...], states: tuple[Floats, ...], keep: NDArray[np.bool_]
) -> tuple[Floats, ...]:
    """Where `keep` (batch, 1) is False the states stay as they were."""
    gates, new = values[: -len(states)], values[-len(states) :]
    held = (np.where(keep, n, old) for n, old in zip(new, states, strict=True))
    return (*gates, *held)


def _first_states(
    cell: str, given: Sequence[ArrayLike] | None, batch: int, units: int, dtype: np.dtype[Any]
) -> tuple[Floats, ...]:
    """The states before the first step, in the order of `STATES`."""
    if given is None:
        return tuple(np.zeros((batch, units), dtype) for _ in STATES[cell])
    # Keras puts hidden before cell, an equation computes the cell first
    states = tuple(np.asarray(state, dtype) for state in reversed(given))
    if [state.shape for state in states] != [(batch, units)] * len(STATES[cell]):
        raise _invalid(
            "initial_state",
            f"{len(STATES[cell])} array(s) of shape {(batch, units)}",
            f"shapes {[state.shape for state in states]}",
        )
    return states


def project(x: Floats, kernel: Floats, bias: Floats) -> Floats:
    """W x + b over the last axis of `x`, as one product of two matrices."""
    rows = x.reshape(-1, x.shape[-1]) @ kernel + bias
    return rows.reshape(*x.shape[:-1], kernel.shape[1])


def blocks(array: Floats, count: int) -> Floats:
    """Columns (..., count * units) by gate: (count, ..., units), a view."""
    return np.moveaxis(array.reshape(*array.shape[:-1], count, -1), -2, 0)


def check_weights(
    cell: str, weights: Sequence[ArrayLike], use_bias: bool, reset_after: bool
) -> tuple[Floats, Floats, Floats]:
    """Kernel, recurrent kernel, and two biases (2, k * units): beside W x and beside U h."""
    if cell not in GATES:
        raise _invalid("cell", f"one of {', '.join(GATES)}", repr(cell))
    arrays = [np.asarray(array) for array in weights]
    double = any(array.dtype == np.float64 for array in arrays)
    arrays = [array.astype(np.float64 if double else np.float32, copy=False) for array in arrays]
    shapes = [array.shape for array in arrays]
    if len(shapes) != 2 + use_bias or any(len(shape) != 2 for shape in shapes[:2]):
        raise _invalid(
            "weights", f"{2 + use_bias} arrays (kernel, recurrent kernel, bias)", f"shapes {shapes}"
        )
    units, columns = shapes[1][0], GATES[cell] * shapes[1][0]
    wanted: list[tuple[int, ...]] = [(shapes[0][0], columns), (units, columns)]
    if use_bias:
        wanted.append((2, columns) if cell == "GRU" and reset_after else (columns,))
    if shapes != wanted:
        raise _invalid("weights", f"shapes {wanted} for a {cell}", f"{shapes}")
    bias = np.zeros((2, columns), arrays[0].dtype)
    if use_bias:
        bias[: arrays[2].ndim] = arrays[2]  # (columns,) goes beside W x alone
    return arrays[0], arrays[1], bias


def check_input(
    x: ArrayLike, mask: ArrayLike | None, kernel: Floats
) -> tuple[Floats, NDArray[np.bool_] | None]:
    """`x` in the dtype of the kernel, and the mask as booleans."""
    x = np.asarray(x, kernel.dtype)
    if x.ndim != 3 or x.shape[2] != len(kernel):
        raise _invalid("x", f"shape (batch, timesteps, {len(kernel)})", f"shape {x.shape}")
    if mask is None:
        return x, None
    mask = np.asarray(mask, bool)
    if mask.shape != x.shape[:2]:
        raise _invalid("mask", f"shape {x.shape[:2]}", f"shape {mask.shape}")
    return x, mask


def _invalid(argument: str, wanted: str, got: str) -> ValueError:
    """An error in the manner of Keras."""
    return ValueError(
        f"Received an invalid value for argument `{argument}`, expected {wanted}, got {got}."
    )
