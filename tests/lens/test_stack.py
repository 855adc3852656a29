"""A network read from a snapshot answers as Keras does, and has its gradients."""

import keras
import numpy as np
import pytest
from keras import layers

from seqlab.lens.stack import LensError, stack
from seqlab.training.build import weights


def snapshot_of(model: keras.Model) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(0)
    for weight in model.trainable_variables:
        weight.assign(draw.normal(0, 0.5, weight.shape))
    return {name: np.asarray(variable) for name, variable in weights(model)}


@pytest.fixture(scope="module")
def numbers() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((7, 3)),
            layers.GRU(4, return_sequences=True, name="gru_0"),
            layers.SimpleRNN(5, return_sequences=True, activation="relu", name="simplernn_1"),
            layers.LSTM(3, use_bias=False, go_backwards=True, name="lstm_2"),
            layers.Dense(2, name="head"),
        ]
    )


OPTIONS = {"simplernn_1": {"activation": "relu"}, "lstm_2": {"go_backwards": True}}


def test_answers_as_keras_does(numbers: keras.Model) -> None:
    arrays = snapshot_of(numbers)
    network = stack(arrays | {"prediction": np.full(3, np.nan)}, OPTIONS)
    x = np.random.default_rng(1).normal(size=(4, 7, 3)).astype(np.float32)
    assert network.names == ("gru_0", "simplernn_1", "lstm_2")
    assert [layer.cell for layer in network.layers] == ["GRU", "SimpleRNN", "LSTM"]
    assert [network.units(i) for i in range(3)] == [4, 5, 3]
    assert network.size == sum(array.nbytes for array in arrays.values())
    np.testing.assert_allclose(network.answer(x), numbers(x), atol=1e-5)
    assert len(network.run(x, upto=2)) == 2


def test_tokens_and_padding() -> None:
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Embedding(9, 4, mask_zero=True, name="embedding"),
            layers.LSTM(5, name="lstm_0"),
            layers.Dense(3, name="head"),
        ]
    )
    network = stack(snapshot_of(model))
    x = np.array([[1, 2, 3, 0, 0, 0], [8, 7, 6, 5, 4, 3]])
    np.testing.assert_allclose(network.answer(x, x != 0), model(x), atol=1e-5)
    flows = network.gradients(x, np.ones((2, 3)), x != 0)
    assert flows[0].input.shape == (2, 6, 4)
    assert not flows[0].input[0, 3:].any(), "nothing depends on padding"


def test_gradient_equals_finite_differences(numbers: keras.Model) -> None:
    arrays = {k: v.astype(np.float64) for k, v in snapshot_of(numbers).items()}
    network = stack(arrays, OPTIONS)
    draw = np.random.default_rng(2)
    x, slopes = draw.normal(size=(2, 7, 3)), draw.normal(size=(2, 2))
    expected = np.empty_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += 1e-6
        down[index] -= 1e-6
        difference = network.answer(up) - network.answer(down)
        expected[index] = (difference * slopes).sum() / 2e-6
    found = network.gradients(x, slopes)[0].input
    np.testing.assert_allclose(found, expected, atol=1e-8)


LSTM = {"lstm/kernel": np.zeros((2, 12)), "lstm/recurrent_kernel": np.zeros((3, 12))}


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "no SimpleRNN, LSTM or GRU"),
        ({"dense/kernel": np.zeros((2, 2))}, "also has 'dense'"),
        (LSTM | {"norm/gamma": np.zeros(3), "norm/beta": np.zeros(3)}, "also has 'norm'"),
        (LSTM | {"a/kernel": np.zeros((3, 3)), "b/kernel": np.zeros((3, 1))}, "also has 'b'"),
        ({"r/kernel": np.zeros((2, 4)), "r/recurrent_kernel": np.zeros((2, 4))}, r"shape \(2, 4\)"),
        ({"lstm/kernel": np.full((2, 12), np.nan)}, "'lstm/kernel' holds NaN"),
    ],
)
def test_what_cannot_be_shown_is_told(arrays: dict, message: str) -> None:
    with pytest.raises(LensError, match=message):
        stack(arrays)
