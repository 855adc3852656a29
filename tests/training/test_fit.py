import dataclasses
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqlab.experiment import Recurrent
from seqlab.network.plan import plan
from seqlab.training import kept_programs as programs
from seqlab.training.batches import Batches, order
from seqlab.training.divergence import first_nonfinite_layer
from seqlab.training.fit import fit
from seqlab.training.train import train
from tests.training.helpers import Epochs, experiment, plain_fit, series

LSTM, GRU, RNN = (Recurrent(cell=cell, units=8) for cell in ("LSTM", "GRU", "SimpleRNN"))


def sequences(layer):
    return layer.model_copy(update={"return_sequences": True})


@pytest.mark.parametrize(
    ("layers", "training"),
    [
        ([LSTM], {}),
        ([sequences(GRU), LSTM], {"optimizer": "Nadam", "clipnorm": 0.05}),
        ([sequences(RNN), sequences(GRU)], {"optimizer": "AdamW", "batch_size": 4096}),
        ([LSTM], {"metrics": ("r2_score", "root_mean_squared_error")}),
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


def test_dropout_drops_as_much_as_in_plain_fit():
    """XLA draws other masks than plain fit, so the losses are alike only on average."""
    settings = {"learning_rate": 1e-6, "samples": 2000}  # the weights stay as they are
    e = experiment(LSTM.model_copy(update={"dropout": 0.7}), epochs=8, **settings)
    _, history = plain_fit(e)
    fit(e, series(e), told := Epochs())
    assert "Compiled the network in" in told.lines[-1]
    mine, theirs = np.array(told.of("loss")), np.array(history["loss"])
    assert len(set(mine)) == 8, "every epoch draws anew"
    error = np.hypot(mine.std(ddof=1), theirs.std(ddof=1)) / np.sqrt(8)
    assert abs(mine.mean() - theirs.mean()) < 4 * error
    whole = train(experiment(LSTM, epochs=1, **settings), series(e)).history
    assert abs(whole["loss"][0] - theirs.mean()) > 4 * error, "the test can tell 0.7 from none"
    np.testing.assert_allclose(told.of("val_loss"), history["val_loss"], rtol=1e-4)


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


def test_nothing_is_traced_again():
    fit(experiment(LSTM), series(experiment(LSTM)))
    for change in (
        {"learning_rate": 0.01, "clipnorm": 1.0},
        {"learning_rate": 0.002, "seed": 9, "clipvalue": 1.0},
        {"epochs": 3, "schedule": "cosine", "warmup": 1, "patience": 2},
    ):
        e = experiment(LSTM, samples=800, **change)
        _, program = fit(e, series(e), told := Epochs())
        assert told.lines == []
        assert program is programs.program_for(experiment(LSTM), series(e))[0]
        assert program.traces == 2  # training and prediction
    assert program.compiled


def test_a_kept_program_starts_afresh():
    """The third run equals the first: weights, Adam's moments, rate and clipnorm are all reset."""
    e = experiment(LSTM, clipnorm=0.1)
    dataset = series(e)
    first = train(e, dataset)
    train(experiment(LSTM, seed=4, learning_rate=0.1, clipnorm=7.0), dataset)
    again = train(e, dataset)
    assert again.history == first.history
    np.testing.assert_array_equal(again.model.get_weights()[0], first.model.get_weights()[0])


def test_losses_depend_neither_on_compiling_nor_on_how_busy_the_machine_is(monkeypatch):
    """A program that is compiled anew, and as many or as few batches a call as there is time."""
    e = experiment(Recurrent(units=8, dropout=0.3), epochs=3)
    dataset = series(e)
    first = train(e, dataset).history
    assert train(e, dataset).history == first  # a kept program
    monkeypatch.setattr(programs, "_kept", programs._Kept())
    for seconds in (0.0, 100.0):
        monkeypatch.setattr("seqlab.training.batches.CALL_SECONDS", seconds)
        assert train(e, dataset).history == first


def test_the_cache_is_bounded(monkeypatch):
    monkeypatch.setattr(programs, "_kept", programs._Kept())
    monkeypatch.setattr(programs, "KEPT", 2)
    for units in range(1, 5):
        e = experiment(Recurrent(units=units))
        programs.program_for(e, series(e))
    assert len(programs._kept.programs) == 2


def test_two_threads_train_the_same_network_at_once():
    """Each has the losses that it has alone."""
    experiments = [experiment(LSTM, seed=seed) for seed in (0, 1)]
    alone = [train(e, series(e)).history["loss"] for e in experiments]
    with ThreadPoolExecutor(2) as threads:
        beside = threads.map(lambda e: train(e, series(e)).history["loss"], experiments)
        assert list(beside) == alone


@pytest.mark.parametrize(("threads", "warned"), [(1, False), (2, True)])
def test_several_threads_of_tensorflow_are_warned_of(monkeypatch, threads, warned):
    """They sum up in another order."""
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    of = tf.config.threading
    monkeypatch.setattr(of, "get_intra_op_parallelism_threads", lambda: threads)
    monkeypatch.setattr(programs, "_kept", programs._Kept())
    with warnings.catch_warnings(record=True) as caught:
        programs.program_for(e := experiment(), series(e))
    assert [programs.MANY_THREADS in str(w.message) for w in caught] == [True] * warned


def test_stop_acts_within_a_second_and_keeps_whole_epochs():
    e = experiment(samples=20_000, epochs=100)
    asked, weights = [], {}

    def should_stop():
        asked.append(time.process_time())  # what other processes do is no matter
        return len(asked) > 6

    class Weights(Epochs):
        def epoch(self, epoch, program):
            super().epoch(epoch, program)
            weights.update(program.weights())

    told = Weights()
    outcome, program = fit(e, series(e), told, should_stop)
    assert (outcome.status, outcome.epochs) == ("stopped", told.epochs[-1].number)
    assert max(np.diff(asked)) < 1
    assert time.process_time() - asked[-1] < 0.5
    for name, array in program.weights().items():
        np.testing.assert_array_equal(array, weights[name])


@pytest.mark.parametrize(
    "settings",
    [
        {"clipvalue": 1.0},
        {"clipnorm": 0.5, "optimizer": "SGD"},
        {"optimizer": "RMSprop"},
        {"optimizer": "Lion"},
        {"optimizer": "Adam"},
    ],
    ids=str,
)
def test_gradients_whose_norm_overflows_do_what_they_do_in_keras(settings):
    """The norm of numbers near 1e20 is infinite in float32, they are not."""
    layer = Recurrent(cell="SimpleRNN", units=8, activation="linear", recurrent_scale=1.5)
    e = experiment(layer, window=60, samples=400, epochs=2, **settings)
    dataset = series(e)
    history, (_, plain) = train(e, dataset).history, plain_fit(e)
    if settings == {"optimizer": "Adam"}:  # squares overflow in its second moments
        assert np.isnan(plain["loss"][0])
        assert np.isnan(history["loss"]).all()
    else:
        assert max(plain["loss"]) > 1e15
        np.testing.assert_allclose(history["loss"], plain["loss"], rtol=1e-3)
        np.testing.assert_allclose(history["val_loss"], plain["val_loss"], rtol=1e-3)


@pytest.mark.parametrize("clipnorm", [None, 1.0])
def test_a_loss_that_is_not_finite_stops_at_once(clipnorm):
    e = experiment(RNN, optimizer="SGD", learning_rate=10.0, clipnorm=clipnorm, epochs=500)
    dataset = series(e)
    if clipnorm:
        dataset.y[0] = np.inf
    told = Epochs()
    outcome, program = fit(e, dataset, told)
    assert outcome.status == "diverged"
    last = told.epochs[-1]
    assert not last.finite
    assert all(epoch.finite for epoch in told.epochs[:-1])
    assert last.number < 100
    assert outcome.epochs == last.number - 1
    assert f"in epoch {last.number}, first in layer {outcome.layer}." in outcome.message
    assert "smaller learning rate" in outcome.message
    assert ("clipnorm" in outcome.message) == (clipnorm is None)
    assert all(np.isfinite(array).all() for array in program.weights().values())


def test_the_layer_where_numbers_overflow_first():
    """Seen in the network as it stands, without training it."""
    layers = (sequences(LSTM), RNN.model_copy(update={"activation": "relu"}))
    dataset = series(e := experiment(*layers))
    program = programs.Program(plan(e, dataset.frame), dataset, 32)
    batches = list(Batches(program, dataset, dataset.train).each())
    assert first_nonfinite_layer(program, batches) is None
    model = program.model
    for name, variable, value in (
        ("head", model.get_layer("head").kernel, 1e30),  # its square overflows in the loss
        ("simplernn_1", model.get_layer("simplernn_1").cell.recurrent_kernel, 1e10),
        ("lstm_0", model.get_layer("lstm_0").cell.bias, np.nan),
    ):
        variable.assign(tf.fill(variable.shape, value))
        assert first_nonfinite_layer(program, batches) == name


def test_what_xla_cannot_compile_trains_all_the_same(monkeypatch):
    e = experiment(LSTM)
    _, history = plain_fit(e)

    class Uncompilable(programs.Program):
        def _batch(self, buffer, i, sums, training):
            y = tf.numpy_function(np.copy, [buffer.y], tf.float32)
            y = tf.ensure_shape(y, buffer.y.shape)
            return super()._batch(buffer._replace(y=y), i, sums, training)

    monkeypatch.setattr(programs, "_kept", programs._Kept())
    monkeypatch.setattr(programs, "Program", Uncompilable)
    told = Epochs()
    _, program = fit(e, series(e), told)
    assert not program.compiled
    assert "without XLA" in told.lines[-1]
    np.testing.assert_allclose(told.of("loss"), history["loss"], rtol=1e-4)


def test_without_a_validation_part():
    e = experiment(LSTM, epochs=2)
    dataset = series(e)
    everything = np.concatenate([dataset.train, dataset.validation])
    whole = dataclasses.replace(dataset, train=everything, validation=everything[:0])
    result = train(e, whole)
    assert len(result.history["loss"]) == 2
    assert result.history["val_loss"] == []
