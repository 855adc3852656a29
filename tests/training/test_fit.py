import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqlab.experiment import Recurrent
from seqlab.training import program as programs
from seqlab.training.fit import fit, order
from seqlab.training.train import train
from tests.training.helpers import experiment, ignore, plain_fit, series

LSTM, GRU, RNN = (Recurrent(cell=cell, units=8) for cell in ("LSTM", "GRU", "SimpleRNN"))


def sequences(layer):
    return layer.model_copy(update={"return_sequences": True})


@pytest.mark.parametrize(
    ("layers", "training"),
    [
        ([LSTM], {}),
        ([GRU], {"optimizer": "RMSprop"}),
        ([RNN], {"optimizer": "SGD", "learning_rate": 0.05}),
        ([sequences(LSTM), LSTM], {"optimizer": "Nadam", "clipnorm": 0.05}),
        ([sequences(GRU), RNN], {"optimizer": "AdamW", "batch_size": 53}),
        ([sequences(RNN), sequences(GRU)], {"batch_size": 4096}),
        ([LSTM], {"batch_size": 1, "epochs": 2}),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "+".join(x.cell for x in value),
)
def test_every_loss_equals_plain_fit(layers, training):
    e = experiment(*layers, **training)
    dataset = series(e)
    model, history = plain_fit(e)
    result = train(e, dataset)
    assert len(result.history["loss"]) == e.training.epochs
    for key, values in history.items():
        np.testing.assert_allclose(result.history[key], values, rtol=1e-4, err_msg=key)
    x = dataset.x[dataset.validation]
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(result.model.predict(x, verbose=0), expected, atol=1e-4)
    last = result.snapshots[e.training.epochs]
    np.testing.assert_allclose(last["prediction"], expected, atol=1e-4)
    np.testing.assert_array_equal(last["head/kernel"], result.model.get_weights()[-2])


def test_without_shuffling():
    e = experiment(LSTM, seed=5)
    dataset = series(e)
    _, history = plain_fit(e, shuffle=False)
    epochs = []
    fit(e, dataset, lambda epoch, _: epochs.append(epoch), shuffle=False)
    np.testing.assert_allclose([epoch.loss for epoch in epochs[1:]], history["loss"], rtol=1e-4)
    np.testing.assert_allclose(
        [epoch.val_loss for epoch in epochs[1:]], history["val_loss"], rtol=1e-4
    )


@pytest.mark.parametrize("seed", [0, 1, 123_456])
def test_the_order_is_that_of_keras(seed):
    """Watched from inside `keras.Model.fit`: the same order in every epoch."""
    seen = []

    class Spy(keras.layers.Layer):
        def call(self, x):
            if tf.executing_eagerly():
                seen.extend(int(value) for value in x[:, 0])
            return x

    keras.utils.set_random_seed(seed)
    model = keras.Sequential([Spy(), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    numbers = np.arange(40, dtype=np.float32)[:, None]
    model.build((None, 1))
    seen.clear()
    model.fit(numbers, numbers, batch_size=16, epochs=2, verbose=0)
    np.testing.assert_array_equal(seen[-80:], [*order(40, seed), *order(40, seed)])


def test_nothing_is_traced_again(monkeypatch):
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    first = experiment(LSTM, learning_rate=0.01, clipnorm=1.0)
    outcome, program = fit(first, series(first), ignore)
    assert outcome.status == "finished"
    assert program.traces == 2  # training and prediction
    for change in (
        {"learning_rate": 0.002, "seed": 9},
        {"epochs": 3, "clipnorm": 0.5},
        {"learning_rate": 0.01, "epochs": 12, "clipnorm": 1.0},
    ):
        e = experiment(LSTM, samples=800, **change | {"clipnorm": change.get("clipnorm", 1.0)})
        _, again = fit(e, series(e), ignore)
        assert again is program
    assert program.traces == 2
    assert program._train._jit_compile


def test_a_kept_program_starts_afresh():
    """The third run equals the first: weights, Adam's moments, rate and clipnorm are all reset."""
    e = experiment(LSTM, clipnorm=0.1)
    dataset = series(e)
    first = train(e, dataset)
    train(experiment(LSTM, seed=4, learning_rate=0.1, clipnorm=7.0), dataset)
    again = train(e, dataset)
    assert again.history == first.history
    np.testing.assert_array_equal(again.model.get_weights()[0], first.model.get_weights()[0])


def test_the_cache_is_bounded(monkeypatch):
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    for units in range(1, programs.KEPT + 3):
        e = experiment(Recurrent(units=units))
        programs.program_for(e, 12, 2, 1, 100)
    assert len(programs._programs) == programs.KEPT


def test_stop_acts_within_a_second_and_keeps_whole_epochs():
    layers = (Recurrent(units=64, return_sequences=True), Recurrent(units=64))
    e = experiment(*layers, window=100, samples=4000, epochs=100)
    dataset = series(e)
    epochs, asked = [], []

    def should_stop():
        asked.append(time.perf_counter())
        return len(asked) > 3

    weights = {}

    def on_epoch(epoch, program):
        epochs.append(epoch.number)
        weights.update(program.weights())

    outcome, program = fit(e, dataset, on_epoch, should_stop)
    assert (outcome.status, outcome.epochs) == ("stopped", epochs[-1])
    assert max(np.diff(asked)) < 1
    assert time.perf_counter() - asked[-1] < 0.5
    for name, array in program.weights().items():
        np.testing.assert_array_equal(array, weights[name])


@pytest.mark.parametrize("clipnorm", [None, 1.0])
def test_a_loss_that_is_not_finite_stops_at_once(clipnorm):
    e = experiment(RNN, optimizer="SGD", learning_rate=10.0, clipnorm=clipnorm, epochs=500)
    dataset = series(e)
    if clipnorm:
        dataset.y[0] = np.inf
    epochs = []
    outcome, program = fit(e, dataset, lambda epoch, _: epochs.append(epoch))
    assert outcome.status == "diverged"
    last = epochs[-1]
    assert not last.finite
    assert all(epoch.finite for epoch in epochs[:-1])
    assert last.number < 100
    assert outcome.epochs == last.number - 1
    assert f"in epoch {last.number}." in outcome.message
    assert "smaller learning rate" in outcome.message
    assert ("clipnorm" in outcome.message) == (clipnorm is None)
    assert all(np.isfinite(array).all() for array in program.weights().values())


def test_what_xla_cannot_compile_trains_all_the_same(monkeypatch):
    e = experiment(LSTM)
    _, history = plain_fit(e)
    batch_loss = programs.Program._batch_loss

    def uncompilable(self, x, y, weight, training):
        y = tf.ensure_shape(tf.numpy_function(lambda array: array, [y], tf.float32), y.shape)
        return batch_loss(self, x, y, weight, training)

    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    monkeypatch.setattr(programs.Program, "_batch_loss", uncompilable)
    lines, epochs = [], []
    _, program = fit(e, series(e), lambda epoch, _: epochs.append(epoch), log=lines.append)
    assert not program.compiled
    assert "without XLA" in lines[-1]
    np.testing.assert_allclose([epoch.loss for epoch in epochs[1:]], history["loss"], rtol=1e-4)


def test_without_a_validation_part():
    e = experiment(LSTM, epochs=2)
    dataset = series(e)
    everything = np.concatenate([dataset.train, dataset.validation])
    object.__setattr__(dataset, "train", everything)
    object.__setattr__(dataset, "validation", everything[:0])
    result = train(e, dataset)
    assert len(result.history["loss"]) == 2
    assert result.history["val_loss"] == []
