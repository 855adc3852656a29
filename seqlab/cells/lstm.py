"""The long short-term memory: Hochreiter & Schmidhuber 1997, forget gate by Gers et al. 2000.

Keras: keras/src/layers/rnn/lstm.py; no peepholes. Gates in the order i, f, c, o.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seqlab.cells.activations import Floats, find_activation
from seqlab.cells.cell import BackwardStep, Cell, Keep, Options, Picture, States, Step, columns
from seqlab.cells.values import CANDIDATE, FORGET_GATE, HIDDEN, INPUT_GATE, OUTPUT_GATE
from seqlab.cells.values import CELL as CELL_STATE

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from seqlab.cells.quick import Gradient, Tensors


def layer() -> type[keras.layers.RNN]:
    """`keras.layers.LSTM`."""
    import keras

    return keras.layers.LSTM


def forward(u: Floats, _: Floats, options: Options) -> Step:
    """One step; shapes as in `Cell`.

    Args:
        u: (..., units, 4 * units) recurrent kernel.
        _: (..., 1, 4 * units) bias beside U h; not used, it is 0.
        options: activations, and the like.
    """
    phi = find_activation(options.activation).forward
    sigma = find_activation(options.recurrent_activation).forward

    def step(projected: Floats, states: States) -> tuple[Floats, ...]:
        c, h = states
        z_i, z_f, z_c, z_o = columns(projected + h @ u, 4)
        i = sigma(z_i)  #   input gate      i_t = σ(W_i x_t + U_i h_{t-1} + b_i)
        f = sigma(z_f)  #   forget gate     f_t = σ(W_f x_t + U_f h_{t-1} + b_f)
        g = phi(z_c)  #     candidate       g_t = φ(W_c x_t + U_c h_{t-1} + b_c)
        o = sigma(z_o)  #   output gate     o_t = σ(W_o x_t + U_o h_{t-1} + b_o)
        c = f * c + i * g  # cell state     c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
        h = o * phi(c)  #   hidden state    h_t = o_t ⊙ φ(c_t)
        return i, f, g, o, c, h

    return step


def backward(arrays: dict[str, Floats], u: Floats, _: Floats, options: Options) -> BackwardStep:
    """c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t and h_t = o_t ⊙ φ(c_t), one step back (see `Cell`).

    Args:
        arrays: the layer's values by name, each (batch, timesteps, units), and "projected" (batch,
            timesteps, 4 * units), W x + b.
        u: (units, 4 * units) recurrent kernel.
        _: (4 * units,) bias beside U h; not used, it is 0.
        options: activations, and the like.
    """
    phi, sigma = (
        find_activation(name) for name in (options.activation, options.recurrent_activation)
    )
    a = arrays["projected"] + arrays["previous_hidden"] @ u  # (batch, timesteps, 4 * units)
    a_i, a_f, a_g, a_o = columns(a, 4)
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


def quick(
    x: tf.Tensor,
    states: Tensors,
    kernel: tf.Tensor,
    recurrent: tf.Tensor,
    bias: tf.Tensor,
    mask: tf.Tensor | None = None,
) -> Tensors:
    """keras.layers.LSTM for x (T, B, F); gates in the order i, f, c, o.

    One tanh serves all four gates, since sigmoid(a) = tanh(a / 2) / 2 + 1 / 2.

    Args:
        x: input sequences, (T, B, F).
        states: first hidden and cell state, each (B, U).
        kernel, recurrent, bias: the layer's weights.
        mask: (T, B, 1) bool, or `None` when all steps count.

    Returns:
        Hidden states of all steps (T, B, U), the last hidden state, the last cell state (B, U).
    """
    import tensorflow as tf

    from seqlab.cells.quick import before, dense, scan, weight_gradients

    @tf.custom_gradient
    def compute(
        x: tf.Tensor,
        first_hidden: tf.Tensor,
        first_cell: tf.Tensor,
        kernel: tf.Tensor,
        recurrent: tf.Tensor,
        bias: tf.Tensor,
    ) -> tuple[tuple[tf.Tensor, ...], Gradient]:
        units = recurrent.shape[0]
        scale = tf.repeat(tf.constant([0.5, 0.5, 1.0, 0.5]), units)
        shift = tf.repeat(tf.constant([0.5, 0.5, 0.0, 0.5]), units)
        holding = tf.repeat(tf.constant([0.0, 1.0, 0.0, 0.0]), units)
        projected = dense(x, kernel * scale, bias * scale)
        scaled = recurrent * scale

        def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            hidden, cell = state
            gates = tf.tanh(inputs[0] + tf.matmul(hidden, scaled)) * scale + shift
            if mask is not None:
                gates = tf.where(inputs[1], gates, holding)
            i, f, c, o = tf.split(gates, 4, axis=1)
            cell = f * cell + i * c
            if mask is None:
                hidden = o * tf.tanh(cell)
                return [hidden, cell], [gates, cell]
            hidden = tf.where(inputs[1], o * tf.tanh(cell), hidden)
            return [hidden, cell], [gates, cell, hidden]

        first = [first_hidden, first_cell]
        if mask is None:
            (gates, cell), last = scan(step, [projected], first, [4 * units, units])
        else:
            widths = [4 * units, units, units]
            (gates, cell, hidden), last = scan(step, [projected, mask], first, widths)
        i, f, c, o = tf.split(gates, 4, axis=2)
        squashed = tf.tanh(cell)
        if mask is None:
            hidden = o * squashed

        def gradient(
            upstream: tf.Tensor, last_hidden: tf.Tensor, last_cell: tf.Tensor
        ) -> tuple[tf.Tensor, ...]:
            slope = tf.square(scale) - tf.square(gates - shift)
            by_gate = slope * tf.concat([c, before(cell, first_cell), i, squashed], axis=2)
            by_hidden = o * (1 - squashed * squashed)
            later_f = tf.concat([f[1:], tf.ones_like(f[:1])], axis=0)
            transposed = tf.transpose(recurrent)

            def back(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
                by_gate, by_hidden, later_f, upstream = inputs[:4]
                d_hidden, d_cell = state[0] + upstream, state[1]
                d_cell = d_cell * later_f + d_hidden * by_hidden
                d_gates = by_gate * tf.concat([d_cell, d_cell, d_cell, d_hidden], axis=1)
                d_before = tf.matmul(d_gates, transposed)
                if mask is not None:
                    d_before += tf.where(inputs[4], 0.0, d_hidden)
                return [d_before, d_cell], [d_gates]

            inputs = [by_gate, by_hidden, later_f, upstream, *([] if mask is None else [mask])]
            (d_gates,), (d_hidden, d_cell) = scan(
                back, inputs, [last_hidden, last_cell], [4 * units], reverse=True
            )
            d_kernel, d_recurrent, d_bias = weight_gradients(
                [x, before(hidden, first_hidden)], d_gates
            )
            d_x = dense(d_gates, tf.transpose(kernel))
            return d_x, d_hidden, d_cell * f[0], d_kernel, d_recurrent, d_bias

        return (hidden, *last), gradient

    return list(compute(x, *states, kernel, recurrent, bias))


def _derive(values: dict[str, Floats], options: Options) -> dict[str, Any]:
    """φ(c), and the two terms of the cell state."""
    return {
        "squashed": find_activation(options.activation).forward(values["c"]),
        "kept": values["f"] * values["c_before"],
        "added": values["i"] * values["g"],
    }


PICTURE = Picture(
    size=(800, 420),
    body=(110, 40, 590, 320),
    wires=(
        "M30 90 H196",
        "M224 90 H416",
        "M444 90 H775",
        "M30 330 H560 V291",
        "M150 398 V331",
        "M210 330 V291",
        "M320 330 V291",
        "M430 330 V291",
        "M210 240 V105",
        "M320 240 V180 H415",
        "M430 240 V195",
        "M430 166 V105",
        "M560 240 V215 H635",
        "M650 90 V119",
        "M650 170 V200",
        "M650 229 V330 H775",
    ),
    boxes=(
        ("f: {forget_gate}", "f", 210, 265, "forget_gate"),
        ("i: {input_gate}", "i", 320, 265, "input_gate"),
        ("g: {candidate}", "g", 430, 265, "candidate"),
        ("o: {output_gate}", "o", 560, 265, "output_gate"),
        ("φ(c): {phi}", "squashed", 650, 145, "cell"),
    ),
    operations=(("×", 210, 90), ("×", 430, 180), ("+", 430, 90), ("×", 650, 215)),
    numbers=(
        ("c before", 62, 78, "c_before"),
        ("h before", 62, 318, "h_before"),
        ("x", 150, 414, "x"),
        ("", 320, 80, "kept"),
        ("", 464, 140, "added"),
        ("c", 740, 78, "c"),
        ("h", 740, 318, "h"),
    ),
    sentence=(
        "it keeps {f%} of its cell state ({c_before} → {kept}), lets in {i%} of the candidate {g} "
        "and shows {o%} of what it then holds: h = {h}."
    ),
    equations=(
        ("cell", "c = f × c before + i × g"),
        ("cell", "  = {f} × {(c_before)} + {i} × {(g)} = {c}"),
        ("hidden", "h = o × {phi}(c) = {o} × {(squashed)} = {h}"),
    ),
    derive=_derive,
)
CELL = Cell(
    name="LSTM",
    year=1997,
    source="Hochreiter & Schmidhuber 1997; Gers et al. 2000",
    blocks=(INPUT_GATE, FORGET_GATE, CANDIDATE, OUTPUT_GATE),
    states=(CELL_STATE, HIDDEN),
    rows=(("input_gate", "forget_gate", "output_gate"), ("candidate", "cell", "hidden")),
    forward=forward,
    backward=backward,
    layer=layer,
    quick=quick,
    picture=PICTURE,
    seconds_a_step=4e-6,
    floats_a_unit=22,
    forget_block=1,
    keep=Keep("forget gate", "forget gates", "cell", lambda arrays: arrays["forget_gate"]),
)
