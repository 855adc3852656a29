"""The simple recurrent network: Elman 1990.

Keras: keras/src/layers/rnn/simple_rnn.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from seqlab.cells.activations import Floats, find_activation
from seqlab.cells.cell import BackwardStep, Cell, Options, Picture, States, Step
from seqlab.cells.values import HIDDEN

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from seqlab.cells.quick import Gradient, Tensors


def layer() -> type[keras.layers.RNN]:
    """`keras.layers.SimpleRNN`."""
    import keras

    return keras.layers.SimpleRNN


def forward(u: Floats, _: Floats, options: Options) -> Step:
    """One step; shapes as in `Cell`.

    Args:
        u: (..., units, units) recurrent kernel.
        _: (..., 1, units) bias beside U h; not used, it is 0.
        options: activations, and the like.
    """
    phi = find_activation(options.activation).forward

    def step(projected: Floats, states: States) -> tuple[Floats, ...]:
        (h,) = states
        h = phi(projected + h @ u)  # h_t = φ(W x_t + U h_{t-1} + b)
        return (h,)

    return step


def backward(arrays: dict[str, Floats], u: Floats, _: Floats, options: Options) -> BackwardStep:
    """h_t = φ(a_t), a_t = W x_t + U h_{t-1} + b, one step back (see `Cell`).

    Args:
        arrays: the layer's values by name, each (batch, timesteps, units), and "projected" (batch,
            timesteps, units), W x + b.
        u: (units, units) recurrent kernel.
        _: (units,) bias beside U h; not used, it is 0.
        options: activations, and the like.
    """
    phi = find_activation(options.activation)
    a = arrays["projected"] + arrays["previous_hidden"] @ u

    def step(t: int, arriving: States) -> tuple[Floats, States, States]:
        (d_h,) = arriving
        d_a = phi.backward(a[:, t], d_h)
        return d_a, (d_h,), (d_a @ u.T,)

    return step


def quick(
    x: tf.Tensor,
    states: Tensors,
    kernel: tf.Tensor,
    recurrent: tf.Tensor,
    bias: tf.Tensor,
    mask: tf.Tensor | None = None,
) -> Tensors:
    """keras.layers.SimpleRNN for x (T, B, F).

    Args:
        x: input sequences, (T, B, F).
        states: first hidden state, (B, U).
        kernel: (F, U).
        recurrent: (U, U).
        bias: (U,).
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
        masks = [] if mask is None else [mask]
        units = recurrent.shape[0]

        def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            hidden = tf.tanh(inputs[0] + tf.matmul(state[0], recurrent))
            if mask is not None:
                hidden = tf.where(inputs[1], hidden, state[0])
            return [hidden], [hidden]

        inputs = [dense(x, kernel, bias), *masks]
        (hidden,), last = scan(step, inputs, [first], [units])

        def gradient(upstream: tf.Tensor, last_hidden: tf.Tensor) -> tuple[tf.Tensor, ...]:
            transposed = tf.transpose(recurrent)

            def back(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
                hidden, upstream = inputs[:2]
                d_hidden = state[0] + upstream
                d_sum = d_hidden * (1 - hidden * hidden)
                if mask is None:
                    return [tf.matmul(d_sum, transposed)], [d_sum]
                d_sum = tf.where(inputs[2], d_sum, 0.0)
                held = tf.where(inputs[2], 0.0, d_hidden)
                return [tf.matmul(d_sum, transposed) + held], [d_sum]

            (d_sum,), (d_first,) = scan(
                back, [hidden, upstream, *masks], [last_hidden], [units], reverse=True
            )
            d_kernel, d_recurrent, d_bias = weight_gradients([x, before(hidden, first)], d_sum)
            return dense(d_sum, tf.transpose(kernel)), d_first, d_kernel, d_recurrent, d_bias

        return (hidden, *last), gradient

    return list(compute(x, *states, kernel, recurrent, bias))


def _derive(values: dict[str, Floats], options: Options) -> dict[str, Any]:
    """The sum before the activation, and which of its terms is larger."""
    larger = np.abs(values["h_input"]) > np.abs(values["h_state"])
    return {
        "sum": values["h_input"] + values["h_state"] + values["h_bias"],
        "heavier": np.where(larger, "the input", "the past"),
    }


PICTURE = Picture(
    size=(800, 260),
    body=(200, 40, 400, 160),
    wires=("M30 120 H285", "M314 120 H407", "M492 120 H775", "M300 238 V135"),
    boxes=(("h: {hidden}", "h", 450, 120, "hidden"),),
    operations=(("+", 300, 120),),
    numbers=(
        ("h before", 90, 108, "h_before"),
        ("x", 300, 254, "x"),
        ("", 358, 108, "sum"),
        ("h", 690, 108, "h"),
    ),
    sentence=(
        "{heavier} weighs more ({h_input} from the input, {h_state} from all states before); {phi} "
        "squashes the sum {sum} to h = {h}."
    ),
    derive=_derive,
)
OWN = replace(HIDDEN, squash="activation")  # here it comes from a sum, as gates do elsewhere
CELL = Cell(
    name="SimpleRNN",
    year=1990,
    source="Elman 1990",
    blocks=(OWN,),
    states=(OWN,),
    rows=(("hidden",),),
    forward=forward,
    backward=backward,
    layer=layer,
    quick=quick,
    picture=PICTURE,
    seconds_a_step=2.5e-6,
    floats_a_unit=4,
    lacks=frozenset({"recurrent_activation", "unit_forget_bias", "forget_bias"}),
)
