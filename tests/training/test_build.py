import random
import subprocess
import sys

import keras
import numpy as np
import pytest

from seqlab.experiment import Recurrent
from seqlab.training.build import OPTIMIZERS, build, optimizer, weights
from tests.training.helpers import experiment


def test_the_weights_are_those_of_a_plain_script():
    layers = (Recurrent(cell="GRU", units=6, return_sequences=True), Recurrent(units=5))
    model = build(experiment(*layers, seed=7), 12, 2, 1)

    keras.utils.set_random_seed(7)
    script = keras.Sequential(
        [
            keras.Input((12, 2)),
            keras.layers.GRU(6, return_sequences=True),
            keras.layers.LSTM(5),
            keras.layers.Dense(1),
        ]
    )
    for mine, theirs in zip(model.get_weights(), script.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_the_weights_depend_on_the_seed_alone():
    random.seed(1)
    first = build(experiment(seed=3), 12, 1, 1).get_weights()
    drawn = random.random()
    random.seed(1)
    assert random.random() == drawn, "building must not draw from the caller's generator"
    again = build(experiment(seed=3), 12, 1, 1).get_weights()
    other = build(experiment(seed=4), 12, 1, 1).get_weights()
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


def test_names():
    layers = (Recurrent(cell="SimpleRNN", units=3, return_sequences=True), Recurrent(units=4))
    model = build(experiment(*layers), 12, 2, 1)
    assert [layer.name for layer in model.layers] == ["simplernn_0", "lstm_1", "head"]
    assert model.output_shape == (None, 1)
    assert [name for name, _ in weights(model)] == [
        "simplernn_0/kernel",
        "simplernn_0/recurrent_kernel",
        "simplernn_0/bias",
        "lstm_1/kernel",
        "lstm_1/recurrent_kernel",
        "lstm_1/bias",
        "head/kernel",
        "head/bias",
    ]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name):
    made = optimizer(experiment(optimizer=name, learning_rate=0.125, clipnorm=2.0).training)
    assert type(made).__name__ == name
    assert float(made.learning_rate) == 0.125
    assert made.clipnorm == 2.0


def test_import_does_not_start_tensorflow():
    """A process that forks after TensorFlow has started hangs."""
    code = (
        "import seqlab.training.job, seqlab.training.train\n"
        "from tensorflow.python.eager import context\n"
        "assert not context.context()._initialized"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
