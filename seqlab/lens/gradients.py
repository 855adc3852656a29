"""Backward through time: how strongly the loss depends on every state and every input.

Werbos 1990, "Backpropagation through time"; the equations are those of `cells` differentiated.
Everything is float64: over 1000 steps true norms reach 1e-68, which float32 rounds to nothing.
NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.lens.activations import Activation, Floats, find_activation
from seqlab.lens.cells import STATES, Trace, blocks, check_input, check_weights, project, trace

States = tuple[Floats, ...]
# timestep, dL/dstates as it arrives from outside and from later steps -> dL/d(W x_t + b),
# dL/dstates in full, dL/dstates of one step earlier
Step = Callable[[int, States], tuple[Floats, States, States]]


@dataclass(frozen=True, eq=False)
class Flow:
    """The gradient in one recurrent layer. Timesteps stand in the order of the layer's trace.

    Attributes:
        hidden_norm: |dL/dh_t|, (batch, timesteps), through the output and all later steps.
        cell_norm: |dL/dc_t|, (batch, timesteps), of an LSTM; `None` for other cells.
        input: dL/dx of the layer, (batch, timesteps, features), in the order of its input.
        states: dL/d(states before the first step), each (batch, units), in the order of
            `cells.STATES`.
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
    """One recurrent layer: its cell and weights, and the options of `cells.trace`."""

    cell: str
    weights: Sequence[ArrayLike]
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    use_bias: bool = True
    go_backwards: bool = False
    reset_after: bool = True

    @property
    def options(self) -> dict[str, Any]:
        """The options of `cells.trace` and of `backward`."""
        names = ("activation", "recurrent_activation", "use_bias", "go_backwards", "reset_after")
        return {name: getattr(self, name) for name in names}


def through_layers(
    layers: Sequence[Layer], x: ArrayLike, d_hidden: ArrayLike, mask: ArrayLike | None = None
) -> list[Flow]:
    """Gradients in a stack of recurrent layers, each reading the hidden states of the one before.

    Args:
        layers: from the first to the last.
        x: (batch, timesteps, features) into the first.
        d_hidden: (batch, timesteps, units) dL/d(hidden states of the last layer), as the layers
            after it see them. A layer without `return_sequences` shows only its last step: the
            gradient then is zero at all others.
        mask: (batch, timesteps), False where a step is skipped in all layers.

    Returns:
        One `Flow` a layer; `.input` of the first is the gradient with respect to `x`.
    """
    inputs: list[Floats] = [np.asarray(x, np.float64)]
    traces: list[Trace] = []
    for layer in layers:
        doubles = [np.asarray(array, np.float64) for array in layer.weights]
        traces.append(trace(layer.cell, doubles, inputs[-1], mask=mask, **layer.options))
        # Keras hands on the sequence of a layer that goes backwards in the order of processing,
        # but its mask as it came
        inputs.append(traces[-1].hidden)
    flows: list[Flow] = []
    gradient: Floats = np.asarray(d_hidden, np.float64)
    for layer, read, run in zip(layers[::-1], inputs[-2::-1], traces[::-1], strict=True):
        flows.insert(0, backward(run, layer.weights, read, gradient, **layer.options))
        gradient = flows[0].input
    return flows


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
    doubles = [np.asarray(array, np.float64) for array in weights]
    kernel, recurrent, bias = check_weights(run.kind, doubles, use_bias, reset_after)
    x, _ = check_input(x, None, kernel)
    x = x[:, ::-1] if go_backwards else x
    hidden = run.hidden.astype(np.float64, copy=False)
    d_hidden = np.asarray(d_hidden, np.float64)
    if d_hidden.shape != hidden.shape:
        raise ValueError(
            f"Received an invalid value for argument `d_hidden`, expected shape {hidden.shape}, "
            f"got shape {d_hidden.shape}."
        )
    outside = [np.zeros_like(hidden) if d_cell is None else np.asarray(d_cell, np.float64)]
    outside = [*outside, d_hidden][-len(STATES[run.kind]) :]

    arrays: dict[str, Floats] = {
        name: array.astype(np.float64, copy=False) for name, array in run.items()
    }
    for position, name in enumerate(reversed(STATES[run.kind])):
        # every state one step earlier, (batch, timesteps, units)
        first = 0 if initial_state is None else np.asarray(initial_state[position])[:, np.newaxis]
        arrays[f"previous_{name}"] = np.roll(arrays[name], 1, axis=1)
        arrays[f"previous_{name}"][:, :1] = first
    phi, sigma = find_activation(activation), find_activation(recurrent_activation)

    with np.errstate(over="ignore", under="ignore"):
        arrays["projected"] = project(x, kernel, bias[0])
        step = _STEPS[run.kind](arrays, recurrent, bias[1], phi, sigma, reset_after)
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


def _simple_rnn(
    arrays: dict[str, Floats],
    u: Floats,
    _: Floats,
    phi: Activation,
    sigma: Activation,
    reset_after: bool,
) -> Step:
    """h_t = φ(a_t), a_t = W x_t + U h_{t-1} + b."""
    a = arrays["projected"] + arrays["previous_hidden"] @ u

    def step(t: int, arriving: States) -> tuple[Floats, States, States]:
        (d_h,) = arriving
        d_a = phi.backward(a[:, t], d_h)
        return d_a, (d_h,), (d_a @ u.T,)

    return step


def _lstm(
    arrays: dict[str, Floats],
    u: Floats,
    _: Floats,
    phi: Activation,
    sigma: Activation,
    reset_after: bool,
) -> Step:
    """c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t and h_t = o_t ⊙ φ(c_t)."""
    a = arrays["projected"] + arrays["previous_hidden"] @ u  # (batch, timesteps, 4 * units)
    a_i, a_f, a_g, a_o = blocks(a, 4)
    i, f, o = arrays["input_gate"], arrays["forget_gate"], arrays["output_gate"]
    g, c, c_before = arrays["candidate"], arrays["cell"], arrays["previous_cell"]
    phi_c = phi.forward(c)

    def step(t: int, arriving: States) -> tuple[Floats, States, States]:
        d_c, d_h = arriving
        d_c = d_c + phi.backward(c[:, t], d_h * o[:, t])
        d_a = np.concatenate(
            [
                sigma.backward(a_i[:, t], d_c * g[:, t]),
                sigma.backward(a_f[:, t], d_c * c_before[:, t]),
                phi.backward(a_g[:, t], d_c * i[:, t]),
                sigma.backward(a_o[:, t], d_h * phi_c[:, t]),
            ],
            axis=-1,
        )
        return d_a, (d_c, d_h), (d_c * f[:, t], d_a @ u.T)

    return step


def _gru(
    arrays: dict[str, Floats],
    u: Floats,
    b: Floats,
    phi: Activation,
    sigma: Activation,
    reset_after: bool,
) -> Step:
    """h_t = z_t ⊙ h_{t-1} + (1 - z_t) ⊙ g_t."""
    units = len(u)
    h_before, z, r = arrays["previous_hidden"], arrays["update_gate"], arrays["reset_gate"]
    u_gates, u_h = u[:, : 2 * units], u[:, 2 * units :]
    x_z, x_r, x_h = blocks(arrays["projected"], 3)
    u_z, u_r, inner = blocks(h_before @ u + b, 3)
    a_z, a_r = x_z + u_z, x_r + u_r
    a_g = x_h + (r * inner if reset_after else (r * h_before) @ u_h)
    g = arrays["candidate"]

    def step(t: int, arriving: States) -> tuple[Floats, States, States]:
        (d_h,) = arriving
        d_a_z = sigma.backward(a_z[:, t], d_h * (h_before[:, t] - g[:, t]))
        d_a_g = phi.backward(a_g[:, t], d_h * (1 - z[:, t]))
        d_before = d_h * z[:, t]
        if reset_after:  # a_g = ... + r ⊙ (U_h h_{t-1} + b'_h)
            d_r = d_a_g * inner[:, t]
            d_before = d_before + (d_a_g * r[:, t]) @ u_h.T
        else:  # a_g = ... + U_h (r ⊙ h_{t-1})
            d_reset = d_a_g @ u_h.T
            d_r = d_reset * h_before[:, t]
            d_before = d_before + d_reset * r[:, t]
        d_a_r = sigma.backward(a_r[:, t], d_r)
        d_before = d_before + np.concatenate([d_a_z, d_a_r], axis=-1) @ u_gates.T
        return np.concatenate([d_a_z, d_a_r, d_a_g], axis=-1), (d_h,), (d_before,)

    return step


_STEPS: dict[str, Callable[..., Step]] = {"SimpleRNN": _simple_rnn, "LSTM": _lstm, "GRU": _gru}
