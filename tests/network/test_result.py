"""Reading a result: with curves that are known, and with trained Keras networks."""

import dataclasses
from dataclasses import replace

import keras
import numpy as np
import pytest

from seqlab.data.dataset import Baseline
from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.network.doctor import read_result
from seqlab.network.doctor.fixes import with_data, with_layer, with_training
from seqlab.network.doctor.run_findings.facts import chance_loss
from seqlab.training.inspect import gates, gradients
from seqlab.training.train import train
from tests.network.data import classes, noise


@pytest.fixture(scope="module")
def sunspots():
    experiment = Experiment()
    return experiment, load(experiment)


def found(experiment, data, loss, val_loss=None, **more):
    history = {"loss": loss, "val_loss": loss if val_loss is None else val_loss}
    return {finding.code: finding for finding in read_result(experiment, data, history, **more)}


GOOD = [0.9, 0.5, 0.3, 0.2, 0.15, 0.14, 0.135, 0.135, 0.135, 0.135]


def test_a_good_result_has_no_findings(sunspots):
    experiment, data = sunspots
    truth = data.y[data.validation]
    assert found(experiment, data, GOOD, prediction=truth + 0.01) == {}


def test_worse_than_the_best_rule_with_both_numbers(sunspots):
    experiment, data = sunspots
    rule = min(data.baselines.values(), key=lambda rule: rule.loss)
    # Better than persistence, but not than the best rule.
    between = (rule.loss + data.baselines["persistence"].loss) / 2
    assert "worse_than_baseline" in found(experiment, data, GOOD, [3.0, 2.0, between, between])
    finding = found(experiment, data, GOOD, [3.0, 2.0, 1.5, 1.5])["worse_than_baseline"]
    assert f"{rule.rmse:.4g}" in finding.message
    ours = np.sqrt(1.5) * data.target_scaling.scale[0]
    assert f"{ours:.4g}" in finding.message
    assert finding.fix is None


def test_a_last_epoch_worse_than_the_best_rule_names_the_better_one(sunspots):
    experiment, data = sunspots
    rule = min(data.baselines.values(), key=lambda rule: rule.loss).loss
    curve = [3 * rule, 0.8 * rule, 0.9 * rule, 1.2 * rule]
    finding = found(experiment, data, [0.4, 0.3, 0.2, 0.1], curve)["worse_than_baseline"]
    assert "After its last epoch, 4, the network is worse" in finding.message
    assert "After epoch 2 it was better" in finding.message
    assert finding.fix.training.epochs == 2


def test_a_forecast_that_repeats_the_last_value(sunspots):
    experiment, data = sunspots
    last = data.x[data.validation][:, -1]  # the univariate series, scaled
    finding = found(experiment, data, GOOD, prediction=last * 0.98)["echo"]
    assert "last known value" in finding.message
    assert "echo" not in found(experiment, data, GOOD, prediction=data.y[data.validation] * 0.9)


@pytest.mark.parametrize("val_loss", [[], [None] * len(GOOD), [np.nan] * len(GOOD)])
def test_no_validation_part_is_no_divergence(sunspots, val_loss):
    experiment, data = sunspots
    everything = np.concatenate([data.train, data.validation])
    whole = dataclasses.replace(data, train=everything, validation=everything[:0])
    assert found(experiment, whole, GOOD, val_loss) == {}
    assert "diverged" in found(experiment, whole, [0.9, np.nan], val_loss[:2])
    assert "diverged" in found(experiment, data, [0.9, 0.8], [0.9, None])


def test_overfitting_says_since_when_and_stops_there(sunspots):
    experiment, data = sunspots
    rising = [0.9, 0.5, 0.2, 0.22, 0.25, 0.3, 0.33]
    finding = found(experiment, data, [0.9, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01], rising)["overfitting"]
    assert "since epoch 3" in finding.message
    assert finding.fix.training.epochs == 3
    both = found(experiment, data, [0.9, 0.5, 0.2, 0.3, 0.4, 0.5, 0.6], rising)
    assert "overfitting" not in both, "it has become worse on the training part as well"


@pytest.mark.parametrize(("cell", "rate"), [("LSTM", 1.0), ("SimpleRNN", 0.05)])
def test_too_long_steps_are_told_and_a_smaller_rate_ends_the_jumps(sunspots, cell, rate):
    experiment, data = sunspots
    experiment = with_layer(experiment, 0, cell=cell)
    wild = train(with_training(experiment, learning_rate=rate), data)
    finding = found(wild.experiment, data, **_curves(wild))["jumping_loss"]
    assert finding.fix.training.learning_rate == rate / 10
    for smaller in (rate / 10, 0.02, 1e-5):
        calm = train(with_training(experiment, learning_rate=smaller), data)
        assert "jumping_loss" not in found(calm.experiment, data, **_curves(calm)), smaller


def _curves(result):
    return {"loss": result.history["loss"], "val_loss": result.history["val_loss"]}


def test_not_learning_is_measured_against_chance():
    data, labels = noise(), classes()
    mean = keras.losses.MeanSquaredError()
    targets = data.y[data.train]
    assert chance_loss(Experiment(), data) == pytest.approx(
        float(mean(targets, np.full_like(targets, targets.mean()))), rel=1e-5
    )
    entropy = keras.losses.SparseCategoricalCrossentropy()
    shares = np.bincount(labels.y[labels.train]) / len(labels.train)
    rows = np.tile(shares, (len(labels.train), 1))
    chance = chance_loss(Experiment(), labels)
    assert chance == pytest.approx(float(entropy(labels.y[labels.train], rows)), rel=1e-5)

    finding = found(Experiment(), labels, [chance * 1.01] * 10)["not_learning"]
    assert f"{chance:.4g}" in finding.message
    assert finding.fix.training.learning_rate > Experiment().training.learning_rate
    wild = found(Experiment(), labels, [chance * 3] * 10)["not_learning"]
    assert wild.fix.training.learning_rate < Experiment().training.learning_rate
    slow = found(Experiment(), labels, list(np.linspace(1.3, 1.2, 10) * chance))["not_learning"]
    assert slow.fix.training.epochs == 400
    assert "not_learning" not in found(Experiment(), labels, [chance, chance / 2])


def test_with_balanced_classes_chance_is_an_even_guess():
    """Keras' weighted loss of any answer that ignores the input is smallest there."""
    labels = classes()
    data = replace(labels, **{"y": np.repeat([0, 1, 0, 2], [60, 20, 35, 5])})
    even = Experiment(training=Training(class_weight="balanced"))
    chance, y = chance_loss(even, data), data.y[data.train]
    shares = np.bincount(y) / len(y)  # of the two classes that occur in the training part

    def keras_loss(answer):
        rows, each = np.tile(answer, (len(y), 1)), 1 / (2 * shares[y])
        return float(keras.losses.SparseCategoricalCrossentropy()(y, rows, sample_weight=each))

    assert chance == pytest.approx(keras_loss([0.5, 0.5]), rel=1e-5)
    assert all(keras_loss(other) > chance for other in ([0.45, 0.55], [0.55, 0.45], shares))
    finding = found(even, data, [chance] * 10)["not_learning"]
    assert "all classes the same chance" in finding.message
    assert "not_learning" not in found(even, data, [chance, 0.8 * chance])
    rule = Baseline(0.6, float("nan"), "always 'a'", None, accuracy=0.8)
    data = replace(data, **{"baselines": {"majority class": rule}})
    worse = [0.4], [0.7]
    assert "price of the class weights" in found(even, data, *worse)["worse_than_baseline"].message
    assert "price" not in found(Experiment(), data, *worse)["worse_than_baseline"].message


def test_a_first_bit_that_a_default_lstm_does_not_learn():
    """The fix of "not learning" is tried out: a forget bias of 4 solves what 1 does not."""
    experiment = Experiment(
        data=Data(source="first_bit", window=100, samples=400, noise=0.2),
        layers=(Recurrent(units=16),),
        training=Training(epochs=4),
    )
    data = load(experiment)
    stuck = train(experiment, data)
    finding = {f.code: f for f in read_result(experiment, data, stuck.history)}["not_learning"]
    solved = train(finding.fix, data)
    assert solved.history["val_loss"][-1] < 0.2 * stuck.history["val_loss"][-1]


def test_a_diverged_run_is_told_with_its_epoch(sunspots):
    experiment, data = sunspots
    finding = found(experiment, data, [0.5, 3.0, None], [0.6, 9.0, float("nan")])["diverged"]
    assert "epoch 3" in finding.message
    assert finding.fix.training.clipnorm == 1
    at_the_ends = {"lstm_0": np.geomspace(1e-9, 1, data.timesteps)[np.newaxis]}
    assert "vanishing_gradients" in found(experiment, data, [2.0, 2.1], gradients=at_the_ends)
    assert found(experiment, data, [0.5, None], gradients=at_the_ends).keys() & {
        "diverged",
        "vanishing_gradients",
    } == {"diverged"}
    again = found(finding.fix, data, [0.5, float("inf")])["diverged"]
    assert again.fix.training.learning_rate < experiment.training.learning_rate


def test_a_diverged_run_has_several_ways_out(sunspots):
    experiment, data = sunspots
    wild = with_layer(with_data(experiment, scaling="none"), 0, activation="relu")
    ways = [f for f in read_result(wild, data, {"loss": [0.5, None]}) if f.fix]
    clip, rate, scale, activation = (finding.fix for finding in ways)
    assert clip.training.clipnorm == 1
    assert rate.training.learning_rate == wild.training.learning_rate / 10
    assert scale.data.scaling == "standard"
    assert activation.layers[0].activation == "tanh"
    assert len({finding.fix_label for finding in ways}) == 4


def test_still_learning(sunspots):
    experiment, data = sunspots
    finding = found(experiment, data, list(0.14 * 0.9 ** np.arange(20)))["still_learning"]
    assert finding.fix.training.epochs == 2 * experiment.training.epochs


def recurrent(scale, units=16, steps=60, **changes):
    layer = keras.layers.SimpleRNN(
        units,
        name="simplernn_0",
        recurrent_initializer=keras.initializers.Orthogonal(scale),
        **changes,
    )
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((steps, 1)), layer, keras.layers.Dense(1)])


@pytest.mark.parametrize(("scale", "code"), [(0.5, "vanishing_gradients"), (1.0, None)])
def test_vanishing_gradients_of_a_real_network(sunspots, scale, code):
    experiment, data = sunspots
    x, y = noise(n=8, steps=60).x, noise(n=8).y
    flow = gradients(recurrent(scale), x * 0.1, y, "mse")
    norms = {"simplernn_0": flow["simplernn_0"].hidden_norm}
    worse = [1.5] * len(GOOD)
    codes = set(found(experiment, data, GOOD, worse, gradients=norms))
    assert codes == {"worse_than_baseline"} | ({code} if code else set())
    # What beats every rule without it does not need the beginning.
    assert found(experiment, data, GOOD, gradients=norms) == {}


def test_gradients_are_compared_at_the_last_step_that_counts(sunspots):
    """Behind the end of a padded sequence the gradient is exactly 0."""
    experiment, data = sunspots
    norms = np.zeros((16, 20))
    norms[:, :5] = 0.1  # 15 of 16 end at step 5
    norms[0] = 0.1
    assert found(experiment, data, GOOD, gradients={"lstm_0": norms}) == {}
    assert found(experiment, data, GOOD, gradients={"lstm_0": np.zeros((4, 9))}) == {}


def test_a_ratio_of_two_tiny_gradients_is_no_explosion(sunspots):
    """As those of a classifier whose softmax is saturated: 98 % right, and nothing to clip."""
    experiment, data = sunspots
    norms = np.geomspace(1e-3, 1e-7, 20)[np.newaxis] * np.ones((8, 1))
    assert found(experiment, data, GOOD, gradients={"lstm_0": norms}) == {}
    large = found(experiment, data, GOOD, gradients={"lstm_0": norms * 1e4})
    assert "grows 1e+04 times, to a length of 80. Clip it." in large["exploding_gradients"].message
    clipped = with_training(experiment, clipnorm=1.0)
    (again,) = found(clipped, data, GOOD, gradients={"lstm_0": norms * 1e4}).values()
    assert "Clip it" not in again.message
    assert again.fix is None


def test_advice_does_not_contradict_itself_where_the_gradient_vanishes():
    data = classes()
    chance = chance_loss(Experiment(), data)
    falling = list(np.linspace(1.3, 1.2, 10) * chance)
    norms = {"lstm_0": np.geomspace(1e-9, 1.0, 20)[np.newaxis]}
    alone = found(Experiment(), data, falling)["not_learning"]
    assert alone.fix_label == "Set epochs to 400"
    both = found(Experiment(), data, falling, gradients=norms)
    assert "vanishing_gradients" in both
    assert "more steps" not in both["not_learning"].message
    assert both["not_learning"].fix.training.epochs == Experiment().training.epochs


def test_no_longer_steps_are_advised_where_the_gradient_explodes():
    data = classes()
    flat = [chance_loss(Experiment(), data)] * 10
    norms = {"lstm_0": np.geomspace(1e2, 1e-3, 20)[np.newaxis]}
    alone = found(Experiment(), data, flat)["not_learning"]
    assert alone.fix.training.learning_rate > Experiment().training.learning_rate
    both = found(Experiment(), data, flat, gradients=norms)
    assert both["not_learning"].fix is None
    assert both["exploding_gradients"].fix.training.clipnorm == 1


def test_too_sure_is_not_the_same_as_worse():
    """82 % right against 50 %, and a validation loss above that of a coin."""
    labels = classes(n=400, count=2)
    data = replace(
        labels, **{"baselines": {"coin": Baseline(np.log(2), np.nan, "a coin", None, 0.5)}}
    )
    y = data.y[data.validation]
    wrong = np.arange(len(y)) % 11 < 2
    logits = 12.0 * np.eye(2)[np.where(wrong, 1 - y, y)]
    losses = [0.5, 0.3, 0.1], [0.6, 0.55, 2.2]
    finding = found(Experiment(), data, *losses, prediction=logits)["overconfident"]
    assert f"{1 - wrong.mean():.1%} of them are right" in finding.message
    assert "the best rule, coin: 50.0%" in finding.message
    assert "probability of 100.0%" in finding.message
    assert finding.fix.training.epochs == 2
    assert finding.fix_label == "Set epochs to 2"
    assert "worse_than_baseline" not in found(Experiment(), data, *losses, prediction=logits)
    honest = np.log(0.82) * np.eye(2)[y] + np.log(0.18) * (1 - np.eye(2)[y])
    assert "overconfident" not in found(Experiment(), data, *losses, prediction=honest)
    assert "worse_than_baseline" in found(Experiment(), data, *losses, prediction=logits * 0)


def test_who_has_everything_right_is_not_sent_back_to_train():
    data = classes(n=400, count=2)
    right = 9.0 * np.eye(2)[data.y[data.validation]]
    falling = list(0.14 * 0.9 ** np.arange(20))
    assert "still_learning" in found(Experiment(), data, falling)
    assert "still_learning" not in found(Experiment(), data, falling, prediction=right)


def test_exploding_gradients_of_a_real_network(sunspots):
    experiment, data = sunspots
    x, y = noise(n=8, steps=60).x, noise(n=8).y
    flow = gradients(recurrent(1.5, activation="linear"), x * 0.1, y, "mse")
    norms = {"simplernn_0": flow["simplernn_0"].hidden_norm}
    finding = found(experiment, data, GOOD, gradients=norms)["exploding_gradients"]
    assert "e+10 times" in finding.message  # 1.5 ** 59 = 2.4e10
    assert finding.fix.training.clipnorm == 1


def test_dead_units_are_counted(sunspots):
    _, data = sunspots
    layers = (Recurrent(cell="SimpleRNN", units=16, activation="relu"),)
    model = recurrent(1.0, steps=22, activation="relu")
    kernel, recurrent_kernel, bias = model.layers[0].get_weights()
    bias[:5] = -1e3
    model.layers[0].set_weights([kernel, recurrent_kernel, bias])
    hidden = {"simplernn_0": gates(model, data.x[:64])["simplernn_0"].hidden}
    finding = found(Experiment(layers=layers), data, GOOD, hidden=hidden)["dead_units"]
    assert finding.message.startswith("5 of 16 units")
    assert finding.fix.layers[0].activation == "tanh"
    assert found(Experiment(), data, GOOD, hidden=hidden) == {}  # zeros of tanh are no dead units
