"""Keras' recurrent layers for a compiled program: the same function, fewer and larger operations.

Keras' loop over the steps multiplies the inputs, and in the backward pass the weight gradients,
once a step. Here only what truly depends on the step before stays in the loop: one product with
the recurrent kernel and a few element-wise operations. The rest is done for all steps at once.
Shapes: T steps, B sequences, F features, U units; arrays are time-major, (T, B, ...). All
operations are written such that XLA makes as few kernels of them as possible; a kernel costs
about a microsecond however little it does.

A mask (T, B, 1) says which steps count. At the others the state stays as it is; the saved gates
are then those of a cell that holds its state, so that the backward pass needs no mask but to hand
the gradient of the hidden state on.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

Tensors = list[tf.Tensor]
Step = Callable[[Tensors, Tensors], tuple[Tensors, Tensors]]
Gradient = Callable[..., tuple[tf.Tensor, ...]]


def lstm(
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


def gru(
    x: tf.Tensor,
    states: Tensors,
    kernel: tf.Tensor,
    recurrent: tf.Tensor,
    bias: tf.Tensor,
    mask: tf.Tensor | None = None,
) -> Tensors:
    """keras.layers.GRU with `reset_after` for x (T, B, F); gates in the order z, r, h.

    Args as in `lstm`, but for `states`, which is the first hidden state alone, and `bias`
    (2, 3 U): one row for the input's product, one for the recurrent product.

    Returns:
        Hidden states of all steps (T, B, U) and the last one (B, U).
    """

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


def simple_rnn(
    x: tf.Tensor,
    states: Tensors,
    kernel: tf.Tensor,
    recurrent: tf.Tensor,
    bias: tf.Tensor,
    mask: tf.Tensor | None = None,
) -> Tensors:
    """keras.layers.SimpleRNN for x (T, B, F); arguments and result as in `gru`."""

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


def scan(
    step: Step, inputs: Tensors, state: Tensors, widths: list[int], reverse: bool = False
) -> tuple[Tensors, Tensors]:
    """Runs `step(inputs at t, state) -> state, outputs` over the time axis.

    Args:
        step: what happens at one step.
        inputs: each (T, B, ...).
        state: the first state, each (B, ...).
        widths: the last axis of each output.
        reverse: from the last step to the first.

    Returns:
        The outputs of all steps, each (T, B, width), and the state after the last one.
    """
    steps, batch = inputs[0].shape[:2]
    sources = [tf.TensorArray(array.dtype, steps).unstack(array) for array in inputs]
    targets = [tf.TensorArray(tf.float32, steps, element_shape=[batch, w]) for w in widths]

    def body(
        i: tf.Tensor, state: Tensors, targets: list[tf.TensorArray]
    ) -> tuple[tf.Tensor, Tensors, list[tf.TensorArray]]:
        t = steps - 1 - i if reverse else i
        state, outputs = step([source.read(t) for source in sources], state)
        written = [target.write(t, o) for target, o in zip(targets, outputs, strict=True)]
        return i + 1, state, written

    loop = [tf.constant(0), state, targets]
    _, state, targets = tf.while_loop(lambda i, *_: i < steps, body, loop, maximum_iterations=steps)
    return [target.stack() for target in targets], state


def before(array: tf.Tensor, first: tf.Tensor) -> tf.Tensor:
    """Each step's predecessor, `first` (B, U) for the first: (T, B, U) -> (T, B, U)."""
    return tf.concat([first[None], array[:-1]], axis=0)


def dense(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | float = 0.0) -> tf.Tensor:
    """x @ kernel + bias over all steps in one product: (T, B, F) -> (T, B, N)."""
    flat = tf.matmul(tf.reshape(x, [-1, x.shape[2]]), kernel) + bias
    return tf.reshape(flat, [*x.shape[:2], kernel.shape[1]])


def weight_gradients(inputs: Tensors, d_output: tf.Tensor) -> Tensors:
    """Gradients of the kernel of each input (T, B, F) and of the bias, all in one product."""
    ones = tf.ones([*d_output.shape[:2], 1])
    joined = tf.concat([*inputs, ones], axis=2)
    flat = tf.reshape(joined, [-1, joined.shape[2]])
    product = tf.matmul(flat, tf.reshape(d_output, [-1, d_output.shape[2]]), transpose_a=True)
    *kernels, bias = tf.split(product, [*(array.shape[2] for array in inputs), 1], axis=0)
    return [*kernels, bias[0]]
