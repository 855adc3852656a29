"""The quick order of the sums gives Keras' values and gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqlab.cells
from seqlab.training.scan_layers import fast_layers, supported

CELLS = [cell.layer() for cell in seqlab.cells.CELLS.values() if cell.quick is not None]


def layer_of(cell, **settings):
    """A layer with random biases, so that none hides behind a zero."""
    layer = cell(5, bias_initializer="random_normal", **settings)
    layer.build((4, 7, 3))
    return layer


def both(layer, compute, *arguments):
    """What `compute` gives with the quick loop and with Keras' own."""
    with fast_layers(_Model(layer)):
        mine = tf.function(compute, autograph=False)(*arguments)
    theirs = tf.function(compute, autograph=False)(*arguments)
    return zip(mine, theirs, strict=True)


class _Model:
    def __init__(self, layer):
        self._flatten_layers = lambda: [layer]


@pytest.mark.parametrize(
    "settings",
    [
        {"return_sequences": True, "return_state": True},
        {"go_backwards": True, "use_bias": False},
        {"return_sequences": True, "zero_output_for_mask": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("cell", CELLS)
def test_values_and_gradients_equal_keras(cell, settings):
    """With and without a mask that begins, ends and has holes anywhere, from any first states."""
    layer = layer_of(cell, **settings)
    generator = np.random.default_rng(0)
    x = tf.constant(generator.standard_normal((4, 7, 3)), tf.float32)
    count = len(seqlab.cells.CELLS[cell.__name__].states)
    states = [tf.constant(generator.standard_normal((4, 5)), tf.float32) for _ in range(count)]
    mask = tf.constant(generator.random((4, 7)) < 0.6)

    def compute(x, states):
        results = []
        for arguments in ({}, {"mask": mask}, {"mask": mask, "initial_state": states}):
            results += derived(layer, x, states, arguments)
        return results

    for mine, theirs in both(layer, compute, x, states):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def derived(layer, x, states, arguments):
    """Outputs and gradients for the input, the states and the weights."""
    sources = [x, *states, *(variable.value for variable in layer.trainable_variables)]
    with tf.GradientTape() as tape:
        tape.watch([x, *states])
        outputs = tf.nest.flatten(layer(x, training=True, **arguments))
        loss = 0.0
        for output in outputs:
            ramp = tf.reshape(tf.range(tf.size(output), dtype=tf.float32), output.shape)
            loss += tf.reduce_sum(output * tf.sin(ramp))
    found = tape.gradient(loss, sources)
    return [*outputs, *(gradient for gradient in found if gradient is not None)]


@pytest.mark.parametrize(
    "settings",
    [
        {"activation": "relu"},
        {"stateful": True},
        {"recurrent_dropout": 0.5},
        {"unroll": True},
    ],
)
@pytest.mark.parametrize("cell", CELLS)
def test_other_settings_are_left_to_keras(cell, settings):
    (name,) = settings
    if not seqlab.cells.CELLS[cell.__name__].has(name):
        pytest.skip(f"{cell.__name__} has no {name}")
    assert not supported(cell(5, **settings))
    assert supported(cell(5))


def test_keras_has_its_loop_back_afterwards():
    layer = layer_of(keras.layers.GRU)
    with fast_layers(_Model(layer)):
        assert "inner_loop" in vars(layer)
    assert "inner_loop" not in vars(layer)


def test_gates_far_in_saturation_stay_finite():
    layer = layer_of(keras.layers.LSTM)
    x = tf.constant(np.full((4, 7, 3), 1e4), tf.float32)
    for mine, _ in both(layer, lambda x: derived(layer, x, [], {}), x):
        assert np.isfinite(mine).all()
