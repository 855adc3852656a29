"""Gradients clipped as Keras clips them, with limits that change without compiling again."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

Gradient = Any  # a tf.Tensor, or tf.IndexedSlices for an Embedding


def clip(
    gradients: list[Gradient], clipnorm: tf.Variable, clipvalue: tf.Variable
) -> tuple[list[Gradient], tf.Tensor, tf.Tensor]:
    """Keras' `clipnorm` and `clipvalue`.

    As in keras/src/optimizers/base_optimizer.py, a gradient whose norm overflows becomes zero
    by `clipnorm`. Without it, such a gradient stays as it is.

    Args:
        gradients: of each weight.
        clipnorm: (), the largest norm of one gradient; infinite for no limit.
        clipvalue: (), the largest entry; likewise.

    Returns:
        The clipped gradients, the norm of all gradients before, and 1 if anything changed.
    """
    limit, bound = tf.convert_to_tensor(clipnorm), tf.convert_to_tensor(clipvalue)
    values = [_values_of(gradient) for gradient in gradients]
    norms = [tf.sqrt(_squared(value)) for value in values]
    limited = [
        tf.clip_by_value(
            tf.where(tf.math.is_inf(limit), value, value * limit / tf.maximum(norm, limit)),
            -bound,
            bound,
        )
        for value, norm in zip(values, norms, strict=True)
    ]
    change = tf.add_n([_squared(a - b) for a, b in zip(values, limited, strict=True)])
    whole = [
        tf.square(norm) if value is gradient else _squared(tf.convert_to_tensor(gradient))
        for gradient, value, norm in zip(gradients, values, norms, strict=True)
    ]
    clipped = [_with_values(g, value) for g, value in zip(gradients, limited, strict=True)]
    return clipped, tf.sqrt(tf.add_n(whole)), tf.cast(change > 0, tf.float32)


def _values_of(gradient: Gradient) -> tf.Tensor:
    """The entries of a gradient; an Embedding has a row for each token that it looked up.

    A token that was looked up twice has two rows. Keras' optimizers take the rows one by one, in
    the squares that Adam sums up just as in norms, and so does this.
    """
    return gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient


def _squared(values: tf.Tensor) -> tf.Tensor:
    """The sum of all squares. As a product, which XLA computes faster than a reduction."""
    flat = tf.reshape(values, [1, -1])
    return tf.matmul(flat, flat, transpose_b=True)[0, 0]


def _with_values(gradient: Gradient, values: tf.Tensor) -> Gradient:
    """A gradient of the same kind with other entries."""
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(values, gradient.indices, gradient.dense_shape)
    return values
