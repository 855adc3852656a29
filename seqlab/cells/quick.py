"""What the quick scans of recurrent layers share: Keras' function by fewer, larger operations.

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


def linear_scan(
    keep: tf.Tensor, add: tf.Tensor, first: tf.Tensor, mask: tf.Tensor | None = None
) -> tf.Tensor:
    """h_t = keep_t ⊙ h_{t-1} + add_t: the loop of a cell whose gates read no state.

    Args:
        keep, add: (T, B, U).
        first: h before the first step, (B, U).
        mask: (T, B, 1) bool; at the other steps h stays as it is.

    Returns:
        (T, B, U).
    """
    if mask is not None:
        keep, add = tf.where(mask, keep, 1.0), tf.where(mask, add, 0.0)

    @tf.custom_gradient
    def compute(
        keep: tf.Tensor, add: tf.Tensor, first: tf.Tensor
    ) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, ...]]]:
        units = add.shape[2]

        def step(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
            hidden = inputs[0] * state[0] + inputs[1]
            return [hidden], [hidden]

        (hidden,), _ = scan(step, [keep, add], [first], [units])

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            def back(inputs: Tensors, state: Tensors) -> tuple[Tensors, Tensors]:
                d_hidden = state[0] + inputs[1]
                return [d_hidden * inputs[0]], [d_hidden]

            nothing = [tf.zeros_like(first)]
            (d_add,), (d_first,) = scan(back, [keep, upstream], nothing, [units], reverse=True)
            return d_add * before(hidden, first), d_add, d_first

        return hidden, gradient

    return compute(keep, add, first)


def before(array: tf.Tensor, first: tf.Tensor) -> tf.Tensor:
    """Each step's predecessor, `first` (B, U) for the first: (T, B, U) -> (T, B, U)."""
    return tf.concat([first[None], array[:-1]], axis=0)


def dense(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | float = 0.0) -> tf.Tensor:
    """x @ kernel + bias over all steps in one product: (T, B, F) -> (T, B, N).

    Args:
        x: (T, B, F).
        kernel: (F, N).
        bias: (N,), or 0 for none.
    """
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
