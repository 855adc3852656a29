"""Keras' recurrent layers for a compiled program: the same function, fewer and larger operations.

Keras' loop over the steps multiplies the inputs, and in the backward pass the weight gradients,
once a step. Here only what truly depends on the step before stays in the loop: one product with
the recurrent kernel and a few element-wise operations. The rest is done for all steps at once.
Shapes: T steps, B sequences, F features, U units; arrays are time-major, (T, B, ...). All
operations are written such that XLA makes as few kernels of them as possible; a kernel costs
about a microsecond however little it does.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

Tensors = list[tf.Tensor]
Step = Callable[[Tensors, Tensors], tuple[Tensors, Tensors]]
Gradient = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]]


def call(layer: keras.Layer, x: tf.Tensor, training: bool) -> tf.Tensor:
    """`layer(x)`, by the functions below if the layer is one of theirs with default settings."""
    function = FUNCTIONS.get(type(layer))
    if function is None or not _plain(layer):
        return layer(x, training=training)
    weights = [tf.convert_to_tensor(variable) for variable in layer.trainable_variables]
    hidden = function(tf.transpose(x, [1, 0, 2]), *weights)
    return tf.transpose(hidden, [1, 0, 2]) if layer.return_sequences else hidden[-1]


def _plain(layer: keras.layers.RNN) -> bool:
    """Whether a recurrent layer has Keras' default settings, as far as `FUNCTIONS` assume them."""
    wanted = {
        "activation": keras.activations.tanh,
        "recurrent_activation": keras.activations.sigmoid,
        "use_bias": True,
        "reset_after": True,
    }
    refused = ("dropout", "recurrent_dropout", "go_backwards", "stateful", "return_state")
    return all(getattr(layer, name, value) == value for name, value in wanted.items()) and not any(
        getattr(layer, name) for name in refused
    )


@tf.custom_gradient
def lstm(
    x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Gradient]:
    """Hidden states (T, B, U) of keras.layers.LSTM for x (T, B, F); gates in the order i, f, c, o.

    One tanh serves all four gates, since sigmoid(a) = tanh(a / 2) / 2 + 1 / 2.
    """
    batch, units = x.shape[1], recurrent.shape[0]
    scale = tf.repeat(tf.constant([0.5, 0.5, 1.0, 0.5]), units)
    shift = tf.repeat(tf.constant([0.5, 0.5, 0.0, 0.5]), units)
    projected = _dense(x, kernel * scale, bias * scale)
    scaled = recurrent * scale
    zero = tf.zeros([batch, units])

    def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
        hidden, cell = state
        gates = tf.tanh(inputs[0] + tf.matmul(hidden, scaled)) * scale + shift
        i, f, c, o = tf.split(gates, 4, axis=1)
        cell = f * cell + i * c
        return [o * tf.tanh(cell), cell], [gates, cell]

    gates, cell = scan(step, [projected], [zero, zero], [4 * units, units])
    i, f, c, o = tf.split(gates, 4, axis=2)
    squashed = tf.tanh(cell)
    hidden = o * squashed

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
        slope = tf.square(scale) - tf.square(gates - shift)
        by_gate = slope * tf.concat([c, _before(cell), i, squashed], axis=2)
        by_hidden = o * (1 - squashed * squashed)
        later_f = tf.concat([f[1:], tf.zeros_like(f[:1])], axis=0)
        transposed = tf.transpose(recurrent)

        def back(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            by_gate, by_hidden, later_f, upstream = inputs
            d_hidden, d_cell = state[0] + upstream, state[1]
            d_cell = d_cell * later_f + d_hidden * by_hidden
            d_gates = by_gate * tf.concat([d_cell, d_cell, d_cell, d_hidden], axis=1)
            return [tf.matmul(d_gates, transposed), d_cell], [d_gates]

        inputs = [by_gate, by_hidden, later_f, upstream]
        (d_gates,) = scan(back, inputs, [zero, zero], [4 * units], reverse=True)
        d_kernel, d_recurrent, d_bias = _weight_gradients([x, _before(hidden)], d_gates)
        return _dense(d_gates, tf.transpose(kernel)), d_kernel, d_recurrent, d_bias

    return hidden, gradient


@tf.custom_gradient
def gru(
    x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Gradient]:
    """Hidden states (T, B, U) of keras.layers.GRU (reset_after) for x (T, B, F); order z, r, h.

    `bias` is (2, 3 U): one row for the input's product, one for the recurrent product.
    """
    batch, units = x.shape[1], recurrent.shape[0]
    scale = tf.repeat(tf.constant([0.5, 0.5, 1.0]), units)
    projected = _dense(x, kernel * scale, bias[0] * scale)
    scaled, scaled_bias = recurrent * scale, bias[1] * scale
    zero = tf.zeros([batch, units])

    def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
        (hidden,) = state
        product = tf.matmul(hidden, scaled) + scaled_bias
        gates = tf.tanh(inputs[0][:, : 2 * units] + product[:, : 2 * units]) * 0.5 + 0.5
        z, r = tf.split(gates, 2, axis=1)
        inner = product[:, 2 * units :]
        candidate = tf.tanh(inputs[0][:, 2 * units :] + r * inner)
        hidden = candidate + z * (hidden - candidate)
        return [hidden], [gates, inner, hidden]

    gates, inner, hidden = scan(step, [projected], [zero], [2 * units, units, units])

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
        z, r = tf.split(gates, 2, axis=2)
        candidate = tf.tanh(projected[:, :, 2 * units :] + r * inner)
        by_candidate = (1 - z) * (1 - candidate * candidate)
        by_z = (_before(hidden) - candidate) * z * (1 - z)
        by_r = by_candidate * inner * r * (1 - r)
        by_product = tf.concat([by_z, by_r, by_candidate * r], axis=2)
        transposed = tf.transpose(recurrent)

        def back(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            by_product, z, upstream = inputs
            d_hidden = state[0] + upstream
            d_product = by_product * tf.concat([d_hidden, d_hidden, d_hidden], axis=1)
            return [d_hidden * z + tf.matmul(d_product, transposed)], [d_hidden]

        (d_hidden,) = scan(back, [by_product, z, upstream], [zero], [units], reverse=True)
        d_product = by_product * tf.concat([d_hidden] * 3, axis=2)
        d_projected = tf.concat([d_product[:, :, : 2 * units], by_candidate * d_hidden], axis=2)
        d_kernel, d_bias = _weight_gradients([x], d_projected)
        d_recurrent, d_recurrent_bias = _weight_gradients([_before(hidden)], d_product)
        d_x = _dense(d_projected, tf.transpose(kernel))
        return d_x, d_kernel, d_recurrent, tf.stack([d_bias, d_recurrent_bias])

    return hidden, gradient


@tf.custom_gradient
def simple_rnn(
    x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Gradient]:
    """Hidden states (T, B, U) of keras.layers.SimpleRNN for x (T, B, F)."""
    batch, units = x.shape[1], recurrent.shape[0]
    zero = tf.zeros([batch, units])

    def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
        hidden = tf.tanh(inputs[0] + tf.matmul(state[0], recurrent))
        return [hidden], [hidden]

    (hidden,) = scan(step, [_dense(x, kernel, bias)], [zero], [units])

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
        transposed = tf.transpose(recurrent)

        def back(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            hidden, upstream = inputs
            d_sum = (state[0] + upstream) * (1 - hidden * hidden)
            return [tf.matmul(d_sum, transposed)], [d_sum]

        (d_sum,) = scan(back, [hidden, upstream], [zero], [units], reverse=True)
        d_kernel, d_recurrent, d_bias = _weight_gradients([x, _before(hidden)], d_sum)
        return _dense(d_sum, tf.transpose(kernel)), d_kernel, d_recurrent, d_bias

    return hidden, gradient


FUNCTIONS = {
    keras.layers.LSTM: lstm,
    keras.layers.GRU: gru,
    keras.layers.SimpleRNN: simple_rnn,
}


def scan(
    step: Step, inputs: Tensors, state: Tensors, widths: list[int], reverse: bool = False
) -> Tensors:
    """Runs `step(inputs at t, state) -> state, outputs` over the time axis.

    Args:
        step: what happens at one step.
        inputs: each (T, B, ...).
        state: the first state, each (B, ...).
        widths: the last axis of each output.
        reverse: from the last step to the first.

    Returns:
        The outputs of all steps, each (T, B, width).
    """
    steps, batch = inputs[0].shape[:2]
    sources = [tf.TensorArray(tf.float32, steps).unstack(array) for array in inputs]
    targets = [tf.TensorArray(tf.float32, steps, element_shape=[batch, w]) for w in widths]

    def body(
        i: tf.Tensor, state: Tensors, targets: list[tf.TensorArray]
    ) -> tuple[tf.Tensor, Tensors, list[tf.TensorArray]]:
        t = steps - 1 - i if reverse else i
        state, outputs = step([source.read(t) for source in sources], state)
        written = [target.write(t, o) for target, o in zip(targets, outputs, strict=True)]
        return i + 1, state, written

    loop = [tf.constant(0), state, targets]
    _, _, targets = tf.while_loop(lambda i, *_: i < steps, body, loop, maximum_iterations=steps)
    return [target.stack() for target in targets]


def _before(array: tf.Tensor) -> tf.Tensor:
    """Each step's predecessor, zero for the first: (T, B, U) -> (T, B, U)."""
    return tf.concat([tf.zeros_like(array[:1]), array[:-1]], axis=0)


def _dense(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | float = 0.0) -> tf.Tensor:
    """x @ kernel + bias over all steps in one product: (T, B, F) -> (T, B, N)."""
    flat = tf.matmul(tf.reshape(x, [-1, x.shape[2]]), kernel) + bias
    return tf.reshape(flat, [*x.shape[:2], kernel.shape[1]])


def _weight_gradients(inputs: Tensors, d_output: tf.Tensor) -> Tensors:
    """Gradients of the kernel of each input (T, B, F) and of the bias, all in one product."""
    ones = tf.ones([*d_output.shape[:2], 1])
    joined = tf.concat([*inputs, ones], axis=2)
    flat = tf.reshape(joined, [-1, joined.shape[2]])
    product = tf.matmul(flat, tf.reshape(d_output, [-1, d_output.shape[2]]), transpose_a=True)
    *kernels, bias = tf.split(product, [*(array.shape[2] for array in inputs), 1], axis=0)
    return [*kernels, bias[0]]
