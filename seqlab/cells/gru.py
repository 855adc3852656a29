"""The gated recurrent unit: Cho et al. 2014.

Keras: keras/src/layers/rnn/gru.py; `reset_after` as in cuDNN, with a second bias inside the reset.
Gates in the order z, r, h.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seqlab.cells.activations import Floats, find_activation
from seqlab.cells.cell import (
    BackwardStep,
    Cell,
    Keep,
    Options,
    Parts,
    Picture,
    Split,
    States,
    Step,
    added,
    columns,
)
from seqlab.cells.values import CANDIDATE, HIDDEN, RESET_GATE, UPDATE_GATE, Value

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from seqlab.cells.quick import Gradient, Tensors


def layer() -> type[keras.layers.RNN]:
    """`keras.layers.GRU`."""
    import keras

    return keras.layers.GRU


def forward(u: Floats, b: Floats, options: Options) -> Step:
    """One step; see `Cell`.

    Args:
        u: (..., units, 3 * units) recurrent kernel.
        b: (..., 1, 3 * units) bias beside U h.
        options: activations, and the like.
    """
    phi = find_activation(options.activation).forward
    sigma = find_activation(options.recurrent_activation).forward
    units = u.shape[-2]
    u_gates, u_candidate = u[..., : 2 * units], u[..., 2 * units :]

    def step(projected: Floats, states: States) -> tuple[Floats, ...]:
        (h,) = states
        x_z, x_r, x_h = columns(projected, 3)
        if options.reset_after:
            u_z, u_r, u_h = columns(h @ u + b, 3)
        else:
            u_z, u_r = columns(h @ u_gates, 2)
        z = sigma(x_z + u_z)  #  update gate   z_t = σ(W_z x_t + U_z h_{t-1} + b_z)
        r = sigma(x_r + u_r)  #  reset gate    r_t = σ(W_r x_t + U_r h_{t-1} + b_r)
        #                        candidate     g_t = φ(W_h x_t + b_h + r_t ⊙ (U_h h_{t-1} + b'_h))
        #                        or, reset before it: φ(W_h x_t + b_h + U_h (r_t ⊙ h_{t-1}))
        g = phi(x_h + (r * u_h if options.reset_after else (r * h) @ u_candidate))
        h = z * h + (1 - z) * g  # hidden state  h_t = z_t ⊙ h_{t-1} + (1 - z_t) ⊙ g_t
        return z, r, g, h

    return step


def backward(arrays: dict[str, Floats], u: Floats, b: Floats, options: Options) -> BackwardStep:
    """h_t = z_t ⊙ h_{t-1} + (1 - z_t) ⊙ g_t, one step back (see `Cell`).

    Args:
        arrays: the layer's values by name, each (batch, timesteps, units), and "projected" (batch,
            timesteps, 3 * units), W x + b.
        u: (units, 3 * units) recurrent kernel.
        b: (3 * units,) bias beside U h.
        options: activations, and the like.
    """
    phi, sigma = (
        find_activation(name) for name in (options.activation, options.recurrent_activation)
    )
    units = len(u)
    h_before, z, r = arrays["previous_hidden"], arrays["update_gate"], arrays["reset_gate"]
    u_gates, u_h = u[:, : 2 * units], u[:, 2 * units :]
    x_z, x_r, x_h = columns(arrays["projected"], 3)
    u_z, u_r, inner = columns(h_before @ u + b, 3)
    a_z, a_r = x_z + u_z, x_r + u_r
    a_g = x_h + (r * inner if options.reset_after else (r * h_before) @ u_h)
    g = arrays["candidate"]

    def step(t: int, arriving: States) -> tuple[Floats, States, States]:
        (d_h,) = arriving
        d_a_z = sigma.backward(a_z[:, t], d_h * (h_before[:, t] - g[:, t]))
        d_a_g = phi.backward(a_g[:, t], d_h * (1 - z[:, t]))
        d_before = d_h * z[:, t]
        if options.reset_after:  # a_g = ... + r ⊙ (U_h h_{t-1} + b'_h)
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


def quick(
    x: tf.Tensor,
    states: Tensors,
    kernel: tf.Tensor,
    recurrent: tf.Tensor,
    bias: tf.Tensor,
    mask: tf.Tensor | None = None,
) -> Tensors:
    """keras.layers.GRU with `reset_after` for x (T, B, F); gates in the order z, r, h.

    Args:
        x: input sequences, (T, B, F).
        states: first hidden state alone, (B, U).
        kernel: (F, 3U).
        recurrent: (U, 3U).
        bias: (2, 3U): one row for the input's product, one for the recurrent product.
        mask: (T, B, 1) bool, or `None` when all steps count.

    Returns:
        Hidden states of all steps (T, B, U) and the last one (B, U).
    """
    import tensorflow as tf

    from seqlab.cells.quick import before, dense, scan, weight_gradients

    @tf.custom_gradient
    def compute(
        x: tf.Tensor,
        first: tf.Tensor,
        kernel: tf.Tensor,
        recurrent: tf.Tensor,
        bias: tf.Tensor,
    ) -> tuple[tuple[tf.Tensor, ...], Gradient]:
        units = recurrent.shape[0]
        scale = tf.repeat(tf.constant([0.5, 0.5, 1.0]), units)
        projected = dense(x, kernel * scale, bias[0] * scale)
        scaled, scaled_bias = recurrent * scale, bias[1] * scale

        def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            (hidden,) = state
            product = tf.matmul(hidden, scaled) + scaled_bias
            gates = tf.tanh(inputs[0][:, : 2 * units] + product[:, : 2 * units]) * 0.5 + 0.5
            if mask is not None:
                gates = tf.where(inputs[1], gates, 1.0)
            z, r = tf.split(gates, 2, axis=1)
            inner = product[:, 2 * units :]
            candidate = tf.tanh(inputs[0][:, 2 * units :] + r * inner)
            after = candidate + z * (hidden - candidate)
            hidden = after if mask is None else tf.where(inputs[1], after, hidden)
            return [hidden], [gates, inner, hidden]

        inputs = [projected, *([] if mask is None else [mask])]
        widths = [2 * units, units, units]
        (gates, inner, hidden), last = scan(step, inputs, [first], widths)

        def gradient(upstream: tf.Tensor, last_hidden: tf.Tensor) -> tuple[tf.Tensor, ...]:
            z, r = tf.split(gates, 2, axis=2)
            candidate = tf.tanh(projected[:, :, 2 * units :] + r * inner)
            by_candidate = (1 - z) * (1 - candidate * candidate)
            by_z = (before(hidden, first) - candidate) * z * (1 - z)
            by_r = by_candidate * inner * r * (1 - r)
            by_product = tf.concat([by_z, by_r, by_candidate * r], axis=2)
            transposed = tf.transpose(recurrent)

            def back(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
                by_product, z, upstream = inputs
                d_hidden = state[0] + upstream
                d_product = by_product * tf.concat([d_hidden, d_hidden, d_hidden], axis=1)
                return [d_hidden * z + tf.matmul(d_product, transposed)], [d_hidden]

            (d_hidden,), (d_first,) = scan(
                back, [by_product, z, upstream], [last_hidden], [units], reverse=True
            )
            d_product = by_product * tf.concat([d_hidden] * 3, axis=2)
            d_projected = tf.concat([d_product[:, :, : 2 * units], by_candidate * d_hidden], axis=2)
            d_kernel, d_bias = weight_gradients([x], d_projected)
            d_recurrent, d_recurrent_bias = weight_gradients([before(hidden, first)], d_product)
            d_x = dense(d_projected, tf.transpose(kernel))
            return d_x, d_first, d_kernel, d_recurrent, tf.stack([d_bias, d_recurrent_bias])

        return (hidden, *last), gradient

    return list(compute(x, *states, kernel, recurrent, bias))


def split(value: Value, parts: Parts, options: Options) -> Split:
    """The candidate reads the hidden state through the reset gate; the second bias is inside it.

    Args:
        value: what the block makes.
        parts: what it gets, of one unit.
        options: of the layer.
    """
    if value is not CANDIDATE:
        return added(value, parts, options)
    reset = parts.values["reset_gate"]
    if options.reset_after:
        inner = parts.from_state + parts.inner
        return Split(reset[:, parts.unit] * inner, parts.outer, inner, "r")
    own = parts.recurrent[:, 2 * len(parts.recurrent) + parts.unit]
    return Split((reset * parts.before) @ own, parts.outer)


def _derive(values: dict[str, Floats], options: Options) -> dict[str, Any]:
    """1 - z, and the two terms of the hidden state."""
    rest = 1 - values["z"]
    return {"rest": rest, "kept": values["z"] * values["h_before"], "added": rest * values["g"]}


PICTURE = Picture(
    size=(800, 420),
    body=(110, 40, 590, 320),
    wires=(
        "M30 90 H196",
        "M224 90 H506",
        "M534 90 H775",
        "M70 90 V330 H520 V291",
        "M150 398 V331",
        "M210 330 V291",
        "M360 330 V291",
        "M210 240 V105",
        "M360 240 V215 H500 V239",
        "M520 240 V195",
        "M520 166 V105",
        "M210 180 H505",
    ),
    boxes=(
        ("z: {update_gate}", "z", 210, 265, "update_gate"),
        ("r: {reset_gate}", "r", 360, 265, "reset_gate"),
        ("g: {candidate}", "g", 520, 265, "candidate"),
    ),
    operations=(("×", 210, 90), ("×", 520, 180), ("+", 520, 90)),
    numbers=(
        ("h before", 62, 78, "h_before"),
        ("x", 150, 414, "x"),
        ("", 360, 80, "kept"),
        ("1 − z", 360, 170, "rest"),
        ("", 554, 140, "added"),
        ("h", 740, 78, "h"),
    ),
    sentence=(
        "it keeps {z%} of its state ({h_before} → {kept}) and takes {rest%} from the candidate "
        "{g}: h = {h}."
    ),
    equations=(
        ("hidden", "h = z × h before + (1 − z) × g"),
        ("hidden", "  = {z} × {(h_before)} + {rest} × {(g)} = {h}"),
    ),
    derive=_derive,
)
CELL = Cell(
    name="GRU",
    year=2014,
    source="Cho et al. 2014",
    blocks=(UPDATE_GATE, RESET_GATE, CANDIDATE),
    states=(HIDDEN,),
    rows=(("update_gate", "reset_gate"), ("candidate", "hidden")),
    forward=forward,
    backward=backward,
    layer=layer,
    quick=quick,
    picture=PICTURE,
    seconds_a_step=4e-6,
    floats_a_unit=15,
    lacks=frozenset({"unit_forget_bias", "forget_bias"}),
    two_biases=lambda options: options.reset_after,
    keep=Keep("update gate", "update gates", "hidden", lambda arrays: arrays["update_gate"]),
    split=split,
)
