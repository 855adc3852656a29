"""Findings about samples, split, learning and size: the harm is measured, the fix removes it."""

import gc
from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest

from seqlab.data.columns import Roles
from seqlab.data.dataset import Goal
from seqlab.data.frame import Frame
from seqlab.data.load import load
from seqlab.data.scaling import Scaling
from seqlab.data.windows import windows
from seqlab.experiment import Data, Experiment, Network, Recurrent, Training
from seqlab.network.doctor import diagnose, split
from seqlab.network.doctor.learning import half_life
from seqlab.network.doctor.size import memory
from seqlab.network.estimate import estimate
from seqlab.network.plan import plan
from seqlab.training.build import build, optimizer
from seqlab.training.inspect import gradients
from seqlab.training.scan_layers import left_to_keras
from tests.clock import within_cpu_seconds
from tests.network.data import dataset, keras_fit, keras_losses, keras_step, noise
from tests.network.test_doctor import codes, the

RNN = Recurrent(cell="SimpleRNN", units=3)
SMALL = Experiment(layers=(RNN,))


def changed(data, **changes):
    return replace(data, **changes)


def series(values, **data):
    """An experiment on an uploaded series, and its windows."""
    experiment = Experiment(data=Data(source="upload", **data), layers=(RNN,))
    rows = np.asarray(values, float)[:, None]
    return experiment, windows(rows, np.arange(len(rows)), Roles("v", ("v",)), experiment.data)


def nearest(data):
    """RMSE on the validation part of the training target whose window is the most alike."""
    flat = data.x.reshape(len(data.x), -1)
    train, validation = flat[data.train], flat[data.validation]
    distance = ((validation[:, None] - train[None]) ** 2).sum(axis=2)
    answer = data.y[data.train][distance.argmin(axis=1)]
    return float(np.sqrt(np.mean((answer - data.y[data.validation]) ** 2)))


def test_one_step_is_a_dense_layer():
    layer = keras.layers.SimpleRNN(3, use_bias=False)
    x = np.random.default_rng(0).normal(size=(4, 1, 2)).astype("float32")
    np.testing.assert_allclose(layer(x), np.tanh(x[:, 0] @ layer.get_weights()[0]), rtol=1e-5)
    experiment = Experiment(data=Data(window=1))
    data = load(experiment)
    finding = the(experiment, data, "one_timestep")
    assert diagnose(finding.fix, load(finding.fix)) == []
    assert load(finding.fix).frame.timesteps > 1


def test_axes_that_look_swapped():
    draw = np.random.default_rng(0)
    past = draw.normal(size=(200, 22)).cumsum(axis=1)
    as_features = dataset(past[:, None, :], past[:, -1:])  # reshape(n, 1, look_back)
    assert "(200, 1, 22)" in the(SMALL, as_features, "one_timestep").message
    turned = dataset(past.T[:, :, None], draw.normal(size=(22, 1)))
    assert "swapped" in the(SMALL, turned, "swapped_axes").message
    for data in (as_features, turned):  # Keras takes both without a word
        assert np.isfinite(keras_step(SMALL, data))
    right = dataset(past[:, :, None], past[:, -1:])
    assert not {"one_timestep", "swapped_axes"} & set(codes(SMALL, right))


def test_numbers_that_are_not_scaled_are_not_learned():
    wave = 5000 + 1000 * np.sin(np.arange(150) / 4)
    raw, data = series(wave, window=8, scaling="none")
    finding = the(raw, data, "unscaled")
    assert "5,0" in finding.message
    scaled, mended = series(wave, window=8, scaling="standard")
    assert finding.fix == scaled
    assert "unscaled" not in codes(scaled, mended)

    def error(experiment, data):  # of the variance of the series
        training = Training(epochs=25, batch_size=150, learning_rate=0.05)
        losses = keras_losses(experiment.model_copy(update={"training": training}), data)
        return losses[-1] / float(data.y.var())

    assert error(raw, data) > 1 > 5 * error(scaled, mended)


def test_padding_is_read_unless_it_is_masked():
    lengths = np.tile([2, 8], 60)
    values = np.random.default_rng(0).normal(size=(120, 8, 1))
    values[np.arange(8) >= lengths[:, None]] = 0
    data = changed(noise(steps=8), x=values.astype("float32"), lengths=lengths)
    unmasked = Experiment(layers=(RNN,), network=Network(masking=False))
    finding = the(unmasked, data, "padding_not_masked")
    assert "38% of all steps" in finding.message

    def answers(experiment, x):
        frame = Frame(x.shape[1], padded=True)
        return np.asarray(build(plan(experiment, frame))(x))

    short, padded = data.x[:1, :2], data.x[:1]
    assert not np.allclose(answers(unmasked, padded), answers(unmasked, short), rtol=1e-2)
    np.testing.assert_allclose(answers(finding.fix, padded), answers(finding.fix, short), rtol=1e-5)
    assert "padding_not_masked" not in codes(finding.fix, data)
    mostly = changed(data, lengths=np.r_[np.full(119, 2), 8])
    assert "much_padding" in codes(SMALL, mostly)


def test_a_shuffled_split_flatters():
    walk = np.random.default_rng(0).normal(size=400).cumsum()
    wrong, leaky = series(walk, window=5, split="random")
    finding = the(wrong, leaky, "shuffled_split")
    right, honest = series(walk, window=5)
    assert finding.fix == right
    assert nearest(leaky) < 0.8 * nearest(honest)  # what looks better is luck
    assert not {"shuffled_split", "scaler_leak"} & set(codes(right, honest))
    backwards = changed(honest, train=honest.validation, validation=honest.train, splits=None)
    assert "validation_before_training" in codes(right, backwards)


def test_a_scaler_fitted_on_everything_is_found():
    rising = np.linspace(0, 10, 200) + np.random.default_rng(0).normal(size=200)
    experiment, data = series(rising, window=5)
    everything = Scaling.fit(data.values)
    raw = data.target_scaling.invert(data.y)
    leaky = changed(data, target_scaling=everything, y=everything.apply(raw).astype("float32"))
    assert data.values[:160].mean() < 0.85 * everything.offset[0]  # what the training part is told
    finding = the(experiment, leaky, "scaler_leak")
    assert f"{data.target_scaling.offset[0]:.4g}" in finding.message
    assert "scaler_leak" not in codes(experiment, data)


def test_a_small_validation_part_is_luck():
    few = Experiment(data=Data(source="adding", samples=40), layers=(RNN,))
    data = load(few)
    finding = the(few, data, "small_validation")
    fixed = load(finding.fix)
    assert len(fixed.validation) >= 20
    assert "small_validation" not in codes(finding.fix, fixed)
    # The spread of a mean squared error of n normal errors is sqrt(2 / n) of it.
    n = len(data.validation)
    spread = np.std((np.random.default_rng(0).normal(size=(4000, n)) ** 2).mean(axis=1))
    assert f"{spread:.0%}" in finding.message
    experiment, few_windows = series(np.sin(np.arange(200)), window=5, stride=4)
    assert the(experiment, few_windows, "small_validation").fix.data.stride == 1
    assert (
        "no validation part"
        in the(SMALL, changed(noise(), validation=np.arange(0)), "small_validation").message
    )


def test_duplicates_reward_learning_by_heart():
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(60, 6, 1)), draw.normal(size=(60, 1))
    twice = dataset(np.r_[x, x[:20]], np.r_[y, y[:20]])
    finding = the(SMALL, twice, "duplicates")
    assert "20 of 20" in finding.message
    assert nearest(twice) == 0  # a network that learns by heart looks perfect
    once = changed(twice, validation=np.arange(50, 60), train=np.arange(50))
    assert nearest(once) > 0.5
    assert "duplicates" not in codes(SMALL, once)


def test_many_sequences_are_looked_through_in_no_time():
    """A page asks at every change of a widget."""
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(200_000, 22, 1)), draw.normal(size=(200_000, 1))
    x[-500:], y[-500:] = x[:500], y[:500]
    data = dataset(x, y)
    assert "500 of 50,000" in the(SMALL, data, "duplicates").message
    assert "duplicates" in within_cpu_seconds(0.05, partial(codes, SMALL, data))
    gc.collect()
    known = len(split._looked_at)
    del data
    gc.collect()
    assert len(split._looked_at) == known - 1


def test_gates_without_bounds_run_away():
    layers = (Recurrent(units=3, recurrent_activation="relu"),)
    wild = Experiment(layers=layers)
    data = noise(steps=100)
    finding = the(wild, data, "unbounded_gates")
    x = 3 * np.ones((1, 100, 1), "float32")

    def cell(activation):
        layer = keras.layers.LSTM(
            3, recurrent_activation=activation, return_state=True, kernel_initializer="ones"
        )
        return np.abs(layer(x)[2]).max()

    assert not cell("relu") < 1e6
    assert cell(finding.fix.layers[0].recurrent_activation) <= 100
    assert "unbounded_gates" not in codes(finding.fix, data)


def test_relu_without_clipping_explodes():
    layers = (Recurrent(cell="SimpleRNN", units=8, activation="relu", recurrent_scale=1.5),)
    training = Training(optimizer="SGD", learning_rate=0.1, epochs=8, batch_size=90)
    wild, data = Experiment(layers=layers, training=training), noise(steps=30)
    finding = the(wild, data, "unbounded_without_clipping")
    assert not np.isfinite(keras_losses(wild, data)).all()
    assert np.isfinite(keras_losses(finding.fix, data)).all()
    assert "unbounded_without_clipping" not in codes(finding.fix, data)


def test_recurrent_dropout_takes_the_slow_way():
    slow = Experiment(layers=(Recurrent(units=3, recurrent_dropout=0.2),))
    finding = the(slow, noise(), "recurrent_dropout_cost")
    assert left_to_keras(build(plan(slow, noise().frame))) == ["lstm_0"]
    assert left_to_keras(build(plan(finding.fix, noise().frame))) == []
    times = estimate(slow, noise()).epoch / estimate(finding.fix, noise()).epoch
    assert times > 1.1
    assert f"about {times:.1f} times" in finding.message
    assert diagnose(finding.fix, noise()) == []


def test_a_forget_gate_at_its_bias_loses_a_long_sequence():
    # The half-lives that the project's notes give.
    for bias, steps in [(0, 1), (1, 2.2), (3, 14), (5, 103)]:
        assert half_life(bias) == pytest.approx(steps, rel=0.03)
    data = noise(n=40, steps=120)
    short = Experiment(layers=(Recurrent(units=8),))
    finding = the(short, data, "memory_too_short")

    def reach(experiment):  # of the gradient at the first step, against the last
        model = build(plan(experiment, data.frame))
        norm = gradients(model, data.x[:8], data.y[:8], "mse")["lstm_0"].cell_norm.mean(axis=0)
        return norm[0] / norm[-1]

    assert reach(short) < 1e-6
    assert reach(finding.fix) > 1e-3
    assert "memory_too_short" not in codes(finding.fix, data)
    assert "memory_too_short" not in codes(short, noise(steps=40))


def test_a_batch_larger_than_the_data_is_a_single_step():
    training = Training(batch_size=4096, epochs=2)
    experiment, data = Experiment(layers=(RNN,), training=training), noise()
    finding = the(experiment, data, "batch_larger_than_data")
    assert finding.level == "hint"
    steps = [int(keras_fit(e, data)[0].optimizer.iterations) for e in (experiment, finding.fix)]
    assert steps == [2, 6]  # of 90 sequences
    assert "batch_larger_than_data" not in codes(finding.fix, data)
    few = noise(n=16)
    assert the(experiment, few, "batch_larger_than_data").fix.training.batch_size == 12


def test_too_few_epochs_cannot_move_the_weights():
    few = Experiment(layers=(RNN,), training=Training(epochs=2, learning_rate=0.001))
    data = noise()
    finding = the(few, data, "too_few_epochs")
    assert "about 0.006" in finding.message  # 2 epochs of 3 steps
    made = optimizer(few.training)
    weight = keras.Variable(np.zeros(50))
    draw = np.random.default_rng(0)
    for _ in range(6):
        made.apply([draw.normal(size=50) * 10.0 ** draw.integers(-3, 3)], [weight])
    assert np.abs(weight.numpy()).max() < 2 * 0.006  # however large the gradients are
    assert "too_few_epochs" not in codes(finding.fix, data)
    tiny = Experiment(layers=(RNN,), training=Training(epochs=2, learning_rate=1e-6))
    assert "too_few_epochs" not in codes(the(tiny, data, "too_few_epochs").fix, data)


def test_more_parameters_than_targets():
    large = Experiment(layers=(Recurrent(units=64),))
    data = noise(n=40)
    finding = the(large, data, "more_parameters_than_targets")
    count = build(plan(large, data.frame)).count_params()
    assert f"{count:,} parameters for 30" in finding.message
    assert build(plan(finding.fix, data.frame)).count_params() <= 10 * 30
    # The targets are noise: what is learned of them is learned by heart.
    heart, fewer = (
        keras_losses(
            e.model_copy(update={"training": Training(epochs=40, learning_rate=0.02)}), data
        )
        for e in (large, finding.fix)
    )
    assert heart[-1] < 0.3 * heart[0]
    assert heart[-1] < 0.6 * fewer[-1]
    assert "more_parameters_than_targets" not in codes(finding.fix, data)
    forced = Experiment(
        layers=(Recurrent(units=30), Recurrent(units=30, return_sequences=True)),
        network=Network(head="teacher_forcing"),
    )
    goal = Goal("class", "sequence", ("", "a", "b"))
    pairs = dataset(np.ones((12, 4, 1)), np.ones((12, 3), int), goal)
    smaller = the(forced, pairs, "more_parameters_than_targets").fix
    assert len({layer.units for layer in smaller.layers}) == 1  # the states still fit


def test_long_trainings_and_much_memory_are_announced():
    data = noise(n=400, steps=200)
    long = Experiment(layers=(Recurrent(units=256),), training=Training(epochs=3000))
    finding = the(long, data, "long_training")
    assert finding.fix.training.epochs < 3000
    assert estimate(finding.fix, data).total < 130
    wide = Experiment(layers=(Recurrent(units=512),), training=Training(batch_size=4096, epochs=1))
    many = changed(noise(), train=np.zeros(4096, int), x=np.zeros((120, 300, 1), "float32"))
    heavy = the(wide, many, "much_memory")
    assert "much_memory" not in codes(heavy.fix, many)
    assert memory(heavy.fix, many) < 2**30 < memory(wide, many)
