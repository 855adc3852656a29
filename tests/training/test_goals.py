"""Every goal a dataset can have gives what plain `keras.Model.fit` gives, masks included."""

from dataclasses import replace

import numpy as np
import pytest

from seqlab.data.dataset import Goal
from seqlab.experiment import Network, Recurrent
from seqlab.training import job
from seqlab.training.kept_programs import program_for
from seqlab.training.train import train
from tests.training.helpers import drawn, experiment, fit_plainly, inputs_of, series

SYMBOLS = tuple("-abcde")
GENERATOR = np.random.default_rng(0)
LENGTHS = GENERATOR.integers(3, 9, 60)
REAL = np.arange(8) < LENGTHS[:, None]  # (60, 8)


def labelled():
    """Padded numbers, the class is whether their mean is positive."""
    x = GENERATOR.standard_normal((60, 8, 2)).astype(np.float32) * REAL[:, :, None]
    y = (x.sum(axis=(1, 2)) > 0).astype(np.int32)
    return drawn(x, y, Goal("class", "end", ("down", "up")), LENGTHS)


def tagged():
    """Padded tokens; at every step the class is the token before, and some steps count double."""
    x = np.where(REAL, GENERATOR.integers(1, 6, (60, 8)), 0).astype(np.int32)
    y = np.concatenate([np.zeros_like(x[:, :1]), x[:, :-1]], axis=1)
    weights = np.where(REAL, GENERATOR.choice([1.0, 2.0], (60, 8)), 0).astype(np.float32)
    goal = Goal("class", "every step", SYMBOLS)
    return drawn(x, y, goal, LENGTHS, vocabulary=SYMBOLS, y_weights=weights)


def translated():
    """Padded tokens; the target is the same sequence, one symbol on, without its last two steps."""
    dataset = tagged()
    y = np.where(dataset.x > 0, (dataset.x + 1) % 6, 0)[:, :6].astype(np.int32)
    weights = (np.arange(6) < LENGTHS[:, None]).astype(np.float32)
    goal = Goal("class", "sequence", SYMBOLS)
    return drawn(dataset.x, y, goal, LENGTHS, vocabulary=SYMBOLS, y_weights=weights)


def summed():
    """Numbers, and at every step their sum so far."""
    x = GENERATOR.standard_normal((60, 8, 1)).astype(np.float32)
    return drawn(x, np.cumsum(x, axis=1), Goal("value", "every step"))


def each_step(cell, units, **more):
    return Recurrent(cell=cell, units=units, return_sequences=True, **more)


CASES = {
    "classes of padded numbers, bidirectional": (
        labelled,
        (Recurrent(cell="GRU", units=4, bidirectional=True),),
        Network(),
        {},
    ),
    "a class at every step of padded tokens": (
        tagged,
        (each_step("SimpleRNN", 6),),
        Network(embedding=3),
        {"clipnorm": 0.5},
    ),
    "a sequence from a sequence, states handed over": (
        translated,
        (Recurrent(units=5), each_step("LSTM", 5)),
        Network(embedding=3, head="teacher_forcing"),
        {},
    ),
    "values at every step, a penalty, a layer left to Keras": (
        summed,
        (each_step("SimpleRNN", 4, activation="softsign", l2=0.01),),
        Network(),
        {"metrics": ("mean_absolute_error",)},
    ),
}


def same_curves(e, dataset):
    """Trains as plain Keras does and as we do; the curves must be the same."""
    model, history = fit_plainly(e, dataset)
    result = train(e, dataset)
    assert set(result.history) == set(history)
    for key, values in history.items():
        np.testing.assert_allclose(result.history[key], values, rtol=1e-4, err_msg=key)
    return model, result


@pytest.mark.filterwarnings("ignore:The structure of `inputs`")  # of a list with one input
@pytest.mark.parametrize("case", CASES)
def test_every_loss_and_metric_equals_plain_fit(case):
    make, layers, network, training = CASES[case]
    dataset = make()
    # 48 sequences are batches of 20, 20 and 8.
    e = experiment(*layers, epochs=10, batch_size=20, learning_rate=0.02, **training)
    e = e.model_copy(update={"network": network})
    model, result = same_curves(e, dataset)
    assert ("accuracy" in result.history) == (dataset.goal.kind == "class")
    inputs = [array[dataset.validation] for array in inputs_of(model, dataset)]
    expected = model(inputs if len(inputs) > 1 else inputs[0])
    np.testing.assert_allclose(result.snapshots[10]["prediction"], expected, atol=1e-4)
    program, kept = program_for(e, dataset)
    assert kept
    assert program.compiled
    assert program.slow_layers == (["simplernn_0"] if make is summed else [])
    if make in (labelled, tagged):
        class_weights_equal_those_of_plain_fit(e, with_rare_class(dataset), program)


def with_rare_class(dataset):
    if dataset.goal.at == "end":
        y = dataset.x.sum(axis=(1, 2)) > 3
        assert 0 < y[dataset.train].mean() < 0.3
    else:
        y = np.where(np.arange(60)[:, None] % 3, 1, dataset.y)
    return replace(dataset, y=y.astype(np.int32))


def class_weights_equal_those_of_plain_fit(e, dataset, program):
    """With the program that was compiled without class weights: compiling takes seconds."""
    alike = train(e, dataset).history["loss"]
    training = e.training.model_copy(update={"class_weight": "balanced"})
    _, result = same_curves(e.model_copy(update={"training": training}), dataset)
    assert not np.allclose(result.history["loss"], alike, rtol=0.01)
    assert program_for(e, dataset) == (program, True)
    assert program.traces == 2


def test_what_else_is_measured_is_told_with_every_epoch():
    layer = Recurrent(cell="SimpleRNN", units=2)
    e = experiment(layer, epochs=3, metrics=("mean_absolute_error",))
    told = []
    job.run(e, series(e), told.append, lambda: False)
    metrics = [event for event in told if event["kind"] == "metrics"]
    history = train(e, series(e)).history
    for name in ("mean_absolute_error", "val_mean_absolute_error"):
        values = [value for event in metrics for value in event[name]]
        np.testing.assert_allclose(values, history[name], rtol=1e-6)
