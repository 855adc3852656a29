"""Where in a network the numbers overflowed first."""

from __future__ import annotations

from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf

from seqlab.training.program import Buffer, Program


def first_nonfinite_layer(program: Program, batches: Iterable[tuple[Buffer, int]]) -> str | None:
    """The layer in which NaN or infinity appears first.

    That is a layer whose weights are not finite any more, since its gradient overflowed in the
    step before; else the first one, in the order of the network, whose output is not finite; else
    the last one, whose output is so large that the loss overflows.

    Args:
        program: with the weights as they were when the loss was computed.
        batches: buffers and the index of a batch in them, one of which has the bad loss.

    Returns:
        The layer's name, or `None` if all of these batches are fine.
    """
    for name, array in program.weights().items():
        if not np.isfinite(array).all():
            return name.split("/")[0]
    layers = [layer for layer in program.model.layers if layer.output is not None]
    every = keras.Model(program.model.inputs, [layer.output for layer in layers])
    for buffer, i in batches:
        size = int(buffer.sizes[i])
        outputs = every([array[i][:size] for array in buffer.inputs])
        for layer, output in zip(layers, outputs, strict=True):
            if not all(np.isfinite(part).all() for part in tf.nest.flatten(output)):
                return str(layer.name)
        loss = program.loss(buffer.y[i][:size], outputs[-1])
        if not np.isfinite(loss):
            return str(layers[-1].name)
    return None
