"""A network read from a snapshot answers as Keras does, at all epochs at once, with gradients."""

import keras
import numpy as np
import pytest
from keras import layers

from seqlab.lens.architecture import Architecture
from seqlab.lens.backward import gradients
from seqlab.lens.forward import answer, forward, run
from seqlab.lens.stack import LensError, Stack, stack
from seqlab.training.build import weights
from tests.told import told

draw = np.random.default_rng(0)


def snapshot_of(model: keras.Model) -> dict[str, np.ndarray]:
    for weight in model.trainable_variables:
        weight.assign(draw.normal(0, 0.5, weight.shape))
    return {name: np.asarray(variable) for name, variable in weights(model)}


NETWORKS = {
    "all kinds": lambda: [
        layers.Masking(),
        layers.GRU(4, return_sequences=True, name="gru_0"),
        layers.LayerNormalization(name="normalization_0"),
        layers.Bidirectional(layers.SimpleRNN(3, return_sequences=True), name="simplernn_1"),
        layers.Bidirectional(layers.LSTM(3, use_bias=False, activation="softsign"), name="lstm_2"),
        layers.LayerNormalization(name="normalization_2"),
        layers.Dense(2, activation="tanh", name="head"),
    ],
    "one direction at the end": lambda: [
        layers.Masking(),
        layers.Bidirectional(layers.GRU(3, return_sequences=True), name="gru_0"),
        layers.LSTM(4, go_backwards=True, name="lstm_1"),
        layers.Dense(2, name="head"),
    ],
    "every step": lambda: [
        layers.LSTM(4, return_sequences=True, name="lstm_0"),
        layers.GRU(3, return_sequences=True, go_backwards=True, name="gru_1"),
        layers.Dense(4, activation="tanh", name="head"),
        layers.Dense(3, activation="softplus", name="behind_it"),
        layers.TimeDistributed(layers.Dense(2, use_bias=False), name="last"),
    ],
}
TOLD = {
    "all kinds": {
        "gru_0": {"cell": "GRU"},
        "simplernn_1": {"cell": "SimpleRNN"},
        "lstm_2": {"cell": "LSTM", "activation": "softsign"},
        "head": {"activation": "tanh"},
    },
    "one direction at the end": {
        "gru_0": {"cell": "GRU"},
        "lstm_1": {"cell": "LSTM", "go_backwards": True},
    },
    "every step": {
        "lstm_0": {"cell": "LSTM"},
        "gru_1": {"cell": "GRU", "go_backwards": True},
        "head": {"activation": "tanh"},
        "behind_it": {"activation": "softplus"},
    },
}


@pytest.fixture(scope="module", params=NETWORKS)
def case(request: pytest.FixtureRequest) -> tuple[keras.Model, dict, dict, bool]:
    model = keras.Sequential([keras.Input((7, 3)), *NETWORKS[request.param]()])
    return model, snapshot_of(model), TOLD[request.param], request.param == "every step"


def padded() -> tuple[np.ndarray, np.ndarray]:
    x = draw.normal(size=(4, 7, 3)).astype(np.float32)
    x[1, 5:], x[2, 2:] = 0, 0
    return x, x.any(axis=-1)


def test_answers_as_keras_does(case) -> None:
    model, arrays, options, sequences = case
    network = stack(arrays | {"prediction": np.full(3, np.nan)}, Architecture(options, sequences))
    x, mask = padded()
    if sequences:
        found, mask = forward([network], x).outputs[0], None
    else:
        found = answer(network, x, mask)
    np.testing.assert_allclose(found, model(x), atol=1e-5)
    assert sum(a.size for a in network.arrays) >= model.count_params()


def test_all_epochs_at_once_is_one_after_the_other(case) -> None:
    _, arrays, options, sequences = case
    x, mask = padded()
    several = [
        stack(
            {n: a + draw.normal(0, 0.2, a.shape) for n, a in arrays.items()},
            Architecture(options, sequences),
        )
        for _ in range(4)
    ]
    together = forward(several, x, mask)
    for i, network in enumerate(several):
        alone = forward([network], x, mask)
        np.testing.assert_allclose(together.outputs[i], alone.outputs[0], rtol=1e-12)
        for name, trace in run(network, x, mask).items():
            for key, array in trace.items():
                np.testing.assert_allclose(together.traces[name][key][i], array, rtol=1e-12)


def test_gradient_equals_finite_differences(case) -> None:
    _, arrays, options, sequences = case
    network: Stack = stack(
        {k: v.astype(np.float64) for k, v in arrays.items()}, Architecture(options, sequences)
    )
    x, mask = padded()
    x = x[:3].astype(np.float64)
    mask = mask[:3]
    slopes = draw.normal(size=(3, 7, 2) if sequences else (3, 2))

    def loss(x: np.ndarray) -> float:
        passage = forward([network], x, mask)
        found = passage.outputs[0] if sequences else passage.answers[0]
        return float((found * slopes).sum())

    expected = np.empty_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += 1e-6
        down[index] -= 1e-6
        expected[index] = (loss(up) - loss(down)) / 2e-6
    found = gradients(network, x, slopes, mask)
    assert np.abs(expected).max() > 1e-3
    np.testing.assert_allclose(found.input, expected, atol=1e-7)
    assert list(found.flows) == list(network.layers)
    first = [found.flows[name].input for name in network.blocks[0].names]
    np.testing.assert_allclose(np.sum(first, axis=0), expected, atol=1e-7)


def test_tokens_and_padding() -> None:
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Embedding(9, 4, mask_zero=True, name="embedding"),
            layers.LSTM(5, name="lstm_0"),
            layers.Dense(3, name="head"),
        ]
    )
    arrays = snapshot_of(model)
    network = stack(arrays, Architecture(told(arrays)))
    x = np.array([[1, 2, 3, 0, 0, 0], [8, 7, 6, 5, 4, 3]])
    np.testing.assert_allclose(answer(network, x, x != 0), model(x), atol=1e-5)
    flow = gradients(network, x, np.ones((2, 3)), x != 0)
    assert flow.input.shape == (2, 6, 4)
    assert not flow.input[0, 3:].any(), "nothing depends on padding"


def test_reading_from_both_ends_answers_once() -> None:
    model = keras.Sequential(
        [
            keras.Input((5, 2)),
            layers.Bidirectional(layers.GRU(3), name="gru_0"),
            layers.Dense(1, name="head"),
        ]
    )
    arrays = snapshot_of(model)
    network = stack(arrays, Architecture(told(arrays)))
    x = draw.normal(size=(1, 5, 2)).astype(np.float32)
    passage = forward([network], x)
    assert np.isnan(passage.outputs[0, 0, :-1]).all()
    np.testing.assert_allclose(passage.answers[0], model(x), atol=1e-5)
    assert list(passage.traces) == ["gru_0/forward", "gru_0/backward"]


LSTM = {"lstm/kernel": np.zeros((2, 12)), "lstm/recurrent_kernel": np.zeros((3, 12))}


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "no layer to look into"),
        ({"dense/kernel": np.zeros((2, 2))}, "also has 'dense'"),
        (LSTM | {"conv/kernel": np.zeros(3), "conv/scale": np.zeros(3)}, "also has 'conv'"),
        (LSTM | {"a/kernel": np.zeros((3, 3)), "b/gamma": np.zeros(3)}, "also has 'b'"),
        ({"a/kernel": np.zeros((3, 3))} | LSTM, "also has 'a'"),
        ({"gru_0/kernel": np.zeros((2, 4))}, "not have the weights of a GRU"),
        ({"lstm/kernel": np.full((2, 12), np.nan)}, "'lstm/kernel' holds NaN"),
    ],
)
def test_what_cannot_be_shown_is_told(arrays: dict, message: str) -> None:
    with pytest.raises(LensError, match=message):
        stack(arrays, Architecture(told(arrays) | {"lstm": {"cell": "LSTM"}}))
