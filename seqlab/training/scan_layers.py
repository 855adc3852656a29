"""Lets a Keras model compute its recurrent layers by the quick scans of their cells."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import tensorflow as tf

from seqlab.cells.cell import Cell, Options
from seqlab.training import private_keras
from seqlab.training.cell_of import cell_of

SETTINGS = {
    "activation": keras.activations.tanh,
    "recurrent_activation": keras.activations.sigmoid,
    "reset_after": True,
}
LEFT_TO_KERAS = ("recurrent_dropout", "stateful", "unroll")


@contextmanager
def fast_layers(model: keras.Model) -> Iterator[None]:
    """While it lasts, the recurrent layers of a model run their loops over time by quick scans.

    Keras itself still does all that is around those loops: masks, states handed from layer to
    layer, Bidirectional, dropout of the inputs. Layers with settings that no quick scan knows
    keep Keras' own loop.
    """
    with ExitStack() as stack:
        for layer in _recurrent(model):
            if supported(layer):
                loop = functools.partial(_inner_loop, layer)
                stack.enter_context(private_keras.inner_loop(layer, loop))
        yield


def left_to_keras(model: keras.Model) -> list[str]:
    """The names of the recurrent layers that no quick scan computes."""
    return [layer.name for layer in _recurrent(model) if not supported(layer)]


def supported(layer: keras.layers.RNN) -> bool:
    """Whether a quick scan computes a recurrent layer with these settings."""
    cell = cell_of(layer)
    return (
        cell is not None
        and cell.quick is not None
        and all(
            getattr(layer, name, value) == value
            for name, value in SETTINGS.items()
            if cell.has(name)
        )
        and not any(getattr(layer, name, False) for name in LEFT_TO_KERAS)
    )


def _recurrent(model: keras.Model) -> list[keras.layers.RNN]:
    return [
        layer for layer in private_keras.all_layers(model) if isinstance(layer, keras.layers.RNN)
    ]


def _inner_loop(
    layer: keras.layers.RNN,
    sequences: tf.Tensor,
    initial_state: Any,  # noqa: ANN401
    mask: tf.Tensor | None,
    training: bool = False,
) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
    """What `keras.layers.RNN.inner_loop` returns: last output, all outputs, last states."""
    states = list(initial_state) if isinstance(initial_state, list | tuple) else [initial_state]
    x = tf.transpose(sequences, [1, 0, 2])
    mask = mask[0] if isinstance(mask, list | tuple) else mask
    if mask is not None:
        mask = tf.transpose(tf.cast(mask, tf.bool))[:, :, None]
    if training and getattr(layer, "dropout", False):
        # Keras draws one mask for all steps of a sequence
        x *= layer.cell.get_dropout_mask(sequences[:, 0, :])
    if layer.go_backwards:
        x = tf.reverse(x, [0])
        mask = None if mask is None else tf.reverse(mask, [0])
    cell = cell_of(layer)
    assert cell is not None
    assert cell.quick is not None
    kernel, recurrent = tf.convert_to_tensor(layer.cell.kernel), None
    if cell.has_recurrent_kernel:
        recurrent = tf.convert_to_tensor(layer.cell.recurrent_kernel)
    hidden, *last = cell.quick(x, states, kernel, recurrent, _bias(layer, cell), mask)
    if mask is not None:  # what Keras gives at a step that does not count: 0, or the last output
        before = mask if layer.zero_output_for_mask else tf.cumsum(tf.cast(mask, tf.int32)) > 0
        hidden *= tf.cast(before, hidden.dtype)
    return hidden[-1], tf.transpose(hidden, [1, 0, 2]), last


def _bias(layer: keras.layers.RNN, cell: Cell) -> tf.Tensor:
    if layer.use_bias:
        return tf.convert_to_tensor(layer.cell.bias)
    width = layer.cell.kernel.shape[1]
    return tf.zeros([2, width] if cell.two_biases(Options()) else [width])
