"""The quick order of the sums gives Keras' values and gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqlab.training import scan

CELLS = [keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN]


def layer_of(cell, **settings):
    """A layer with random biases, so that none hides behind a zero."""
    layer = cell(5, bias_initializer="random_normal", **settings)
    layer.build((4, 7, 3))
    return layer


def gradients(function, layer, x):
    """Output and gradients for the input and the weights, of a loss that weighs every output."""
    weights = [variable.value for variable in layer.trainable_variables]

    @tf.function(autograph=False)
    def compute(x):
        return _gradients(function, weights, x)

    return compute(x)


def _gradients(function, weights, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = function(x)
        ramp = tf.reshape(tf.range(tf.size(output), dtype=tf.float32), output.shape)
        loss = tf.reduce_sum(output * tf.sin(ramp))
    return [output, *tape.gradient(loss, [x, *weights])]


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_values_and_gradients_equal_keras(cell, return_sequences):
    layer = layer_of(cell, return_sequences=return_sequences)
    x = tf.constant(np.random.default_rng(0).standard_normal((4, 7, 3)), tf.float32)
    mine = gradients(lambda x: scan.call(layer, x, training=True), layer, x)
    theirs = gradients(lambda x: layer(x, training=True), layer, x)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        {"activation": "relu"},
        {"use_bias": False},
        {"go_backwards": True},
        {"stateful": True},
    ],
)
@pytest.mark.parametrize("cell", CELLS)
def test_other_settings_are_left_to_keras(cell, settings):
    layer = cell(5, **settings)
    x = tf.constant(np.random.default_rng(0).standard_normal((4, 7, 3)), tf.float32)
    mine = scan.call(layer, x, training=True)
    if settings.get("stateful"):
        layer.reset_state()
    np.testing.assert_array_equal(mine, layer(x, training=True))


def test_gates_far_in_saturation_stay_finite():
    layer = layer_of(keras.layers.LSTM)
    x = tf.constant(np.full((4, 7, 3), 1e4), tf.float32)
    for array in gradients(lambda x: scan.call(layer, x, training=True), layer, x):
        assert np.isfinite(array).all()
