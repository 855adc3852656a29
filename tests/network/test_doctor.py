"""Findings about layers, heads, losses and targets: Keras shows the problem, the fix removes it."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqlab.choices import HeadActivation, Loss
from seqlab.data.dataset import DataError, Goal
from seqlab.data.frame import Frame
from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Network, Recurrent, Training
from seqlab.network.doctor import diagnose, explain
from seqlab.network.doctor.objective import activations_for, heads_for, losses_for, metrics_for
from seqlab.network.plan import plan
from seqlab.training.build import build
from tests.network.data import classes, dataset, keras_fit, keras_step, noise

RNN = Recurrent(cell="SimpleRNN", units=3)
SEQUENCES = RNN.model_copy(update={"return_sequences": True})
BROKEN = (ValueError, tf.errors.InvalidArgumentError)


def codes(experiment, data=None):
    return [finding.code for finding in diagnose(experiment, data)]


def the(experiment, data, code):
    """The finding with that code; whatever else there is has another one."""
    (finding,) = [finding for finding in diagnose(experiment, data) if finding.code == code]
    return finding


def errors(experiment, data):
    return [finding.code for finding in diagnose(experiment, data) if finding.level == "error"]


def test_a_default_experiment_has_no_findings():
    experiment = Experiment()
    assert diagnose(experiment, load(experiment)) == []


def test_findings_come_gravest_first():
    wrong = Experiment(layers=(RNN, RNN), training=Training(batch_size=4096, epochs=1))
    levels = [finding.level for finding in diagnose(wrong, noise())]
    assert levels == sorted(levels, key=["error", "warning", "hint"].index)
    assert {"error", "hint"} <= set(levels)


def network(*layers, head="auto", **changes):
    return Experiment(layers=layers, network=Network(head=head, **changes))


VALUES, CLASSES = noise(), classes()
STEPS = classes(at="every step")
TARGETS = classes(at="sequence")
LSTM = Recurrent(units=3)
DECODER = Recurrent(units=3, return_sequences=True)

# code, experiment, data, what Keras says
REFUSED = [
    ("return_sequences_between_layers", network(RNN, RNN), VALUES, "expected ndim=3, found ndim=2"),
    ("return_sequences_between_layers", network(LSTM, RNN), VALUES, "expected ndim=3"),
    ("return_sequences_before_single_target", network(SEQUENCES), CLASSES, "must have rank"),
    ("return_sequences_before_many_targets", network(RNN), STEPS, "must have rank"),
    ("return_sequences_before_many_targets", network(RNN, RNN), TARGETS, "must have rank"),
    (
        "return_sequences_before_repeat",
        network(SEQUENCES, SEQUENCES),
        TARGETS,
        "expected ndim=2, found ndim=3",
    ),
    ("decoder_missing", network(SEQUENCES), TARGETS, "expected ndim=2, found ndim=3"),
    (
        "decoder_states",
        network(LSTM, DECODER.model_copy(update={"units": 4}), head="teacher_forcing"),
        TARGETS,
        "incompatible|Incompatible|Dimensions|Matrix size",
    ),
    (
        "decoder_states",
        network(LSTM.model_copy(update={"bidirectional": True}), DECODER, head="teacher_forcing"),
        TARGETS,
        "incompatible|Incompatible|Dimensions|Matrix size",
    ),
    ("head_mismatch", network(RNN, head="time_distributed"), CLASSES, None),
    ("head_mismatch", network(SEQUENCES, head="time_distributed"), CLASSES, "must have rank"),
    ("head_mismatch", network(RNN, head="dense"), STEPS, "must have rank"),
    ("head_mismatch", network(SEQUENCES, head="time_distributed"), TARGETS, None),
    (
        "go_backwards_in_bidirectional",
        network(RNN.model_copy(update={"bidirectional": True, "go_backwards": True})),
        VALUES,
        "should have different `go_backwards`",
    ),
    (
        "loss_mismatch",
        Experiment(layers=(RNN,), training=Training(loss="categorical_crossentropy")),
        CLASSES,
        "must have the same rank",
    ),
    (
        "loss_mismatch",
        Experiment(layers=(RNN,), training=Training(loss="binary_crossentropy")),
        CLASSES,
        "must have the same rank",
    ),
    (
        "loss_mismatch",
        Experiment(layers=(RNN,), training=Training(loss="mean_squared_error")),
        CLASSES,
        "Incompatible shapes|required broadcastable",
    ),
    (
        "loss_mismatch",
        Experiment(layers=(RNN,), training=Training(loss="sparse_categorical_crossentropy")),
        VALUES,
        "outside the valid range",
    ),
    (
        "metric_mismatch",
        Experiment(layers=(RNN,), training=Training(metrics=("mean_absolute_error",))),
        CLASSES,
        "Incompatible shapes|required broadcastable",
    ),
    (
        "stateful_batch",
        Experiment(
            layers=(RNN.model_copy(update={"stateful": True}),),
            training=Training(shuffle=False, batch_size=32),
        ),
        VALUES,
        None,
    ),
]


@pytest.mark.parametrize(("code", "experiment", "data", "says"), REFUSED, ids=lambda v: str(v)[:25])
def test_what_keras_refuses_is_found_and_after_the_fix_keras_trains(code, experiment, data, says):
    if says is not None:
        with pytest.raises(BROKEN, match=says):
            keras_step(experiment, data)
    finding = the(experiment, data, code)
    assert finding.level == "error"
    assert finding.keras
    assert finding.fix_label != "Fix"
    assert errors(finding.fix, data) == []
    assert np.isfinite(keras_step(finding.fix, data))


def test_one_click_sets_return_sequences_in_all_layers():
    wrong = Experiment(layers=(RNN, SEQUENCES.model_copy(update={"units": 2})))
    first, second = diagnose(wrong)
    assert {first.code, second.code} == {
        "return_sequences_between_layers",
        "return_sequences_before_single_target",
    }
    assert first.fix == second.fix
    assert [layer.return_sequences for layer in first.fix.layers] == [True, False]
    assert diagnose(first.fix) == []


def test_a_mean_squared_error_against_steps_is_broadcast_without_a_word():
    experiment = network(SEQUENCES)
    assert np.isfinite(keras_step(experiment, VALUES))  # Keras trains it
    model = build(plan(experiment, VALUES.frame))
    assert model.output_shape == (None, 6, 1)  # not (None, 1), as the target
    fix = the(experiment, VALUES, "return_sequences_before_single_target").fix
    assert build(plan(fix, VALUES.frame)).output_shape == (None, 1)


def test_a_decoder_that_reads_the_target_backwards_has_seen_the_answer():
    backwards = DECODER.model_copy(update={"go_backwards": True})
    experiment = network(LSTM, backwards, head="teacher_forcing")
    layer = keras.layers.LSTM(3, return_sequences=True, go_backwards=True)
    target = np.random.default_rng(0).normal(size=(1, 4, 2)).astype("float32")
    later = target.copy()
    later[:, 3] += 1
    assert not np.allclose(layer(target)[:, 0], layer(later)[:, 0])  # step 0 knows step 3
    finding = the(experiment, TARGETS, "decoder_reads_ahead")
    assert not finding.fix.layers[1].go_backwards
    assert errors(finding.fix, TARGETS) == []


def test_go_backwards_turns_the_states_round_against_the_targets():
    backwards = SEQUENCES.model_copy(update={"go_backwards": True})
    layer = keras.layers.SimpleRNN(3, return_sequences=True, go_backwards=True)
    x = np.random.default_rng(0).normal(size=(1, 6, 1)).astype("float32")
    changed = x.copy()
    changed[:, 5] += 1
    assert not np.allclose(layer(x)[:, 0], layer(changed)[:, 0])  # the first comes from the last
    finding = the(network(backwards), STEPS, "go_backwards_with_targets_at_every_step")
    assert diagnose(finding.fix, STEPS) == []


def test_a_stateful_layer_needs_full_batches_in_order():
    stateful = RNN.model_copy(update={"stateful": True})
    with pytest.raises(ValueError, match="the batch size must be static"):
        keras.Sequential([keras.Input((6, 1)), keras.layers.SimpleRNN(3, stateful=True)])
    model = build(plan(network(stateful), VALUES.frame))  # for batches of 32
    with pytest.raises(BROKEN):
        model(VALUES.x[:31])
    experiment = network(stateful)
    assert {"stateful_shuffle", "stateful_batch"} <= set(codes(experiment, VALUES))
    ordered = the(experiment, VALUES, "stateful_shuffle").fix
    mended = the(ordered, VALUES, "stateful_batch").fix
    assert mended.training.batch_size == 30  # of 90 and 30 sequences
    assert diagnose(mended, VALUES) == []

    # In order a state goes on where it stopped; shuffled it does not.
    layer = keras.layers.SimpleRNN(3, stateful=True)
    long = np.random.default_rng(0).normal(size=(1, 8, 1)).astype("float32")
    halves = [long[:, :4], long[:, 4:]]
    layer.build((1, 4, 1))
    whole = keras.layers.SimpleRNN(3)
    whole.build((1, 8, 1))
    whole.set_weights(layer.get_weights())
    in_order = [layer(half) for half in halves][-1]
    np.testing.assert_allclose(in_order, whole(long), rtol=1e-5)
    layer.reset_state()
    shuffled = layer(halves[1])  # the second half comes first
    assert not np.allclose(shuffled, whole(long), rtol=1e-2)


def test_stateful_windows_must_go_on_from_each_other():
    layers = (Recurrent(units=3, stateful=True),)
    training = Training(shuffle=False, batch_size=8)
    data = load(Experiment(data=Data(window=10)))
    data = replace(data, **{"train": data.train[:200], "validation": data.validation[:40]})
    finding = the(Experiment(layers=layers, training=training), data, "stateful_windows")
    assert "stateful_windows" not in codes(finding.fix, data)
    right = Experiment(layers=layers, training=Training(shuffle=False, batch_size=10))
    data = replace(data, **{"train": data.train[:200]})
    assert "stateful_windows" not in codes(right, data)


def test_accuracy_of_a_forecast_is_zero_however_good():
    truth = VALUES.y[:50]
    metric = keras.metrics.Accuracy()
    metric.update_state(truth, truth + 1e-4)
    assert float(metric.result()) == 0
    experiment = Experiment(training=Training(metrics=("accuracy", "r2_score")))
    finding = the(experiment, VALUES, "accuracy_on_values")
    assert finding.level == "warning"
    assert finding.fix.training.metrics == ("r2_score",)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "softplus"])
def test_targets_outside_the_heads_range(activation):
    experiment = network(RNN, head_activation=activation)
    finding = the(experiment, VALUES, "target_outside_activation")
    # The best that the activation can do: its own bounds, from any numbers before it.
    before = keras.ops.convert_to_tensor(np.linspace(-30, 30, 6001, dtype="float32"))
    reachable = np.asarray(keras.activations.get(activation)(before))
    targets = VALUES.y[VALUES.train].astype("float64")
    floor = np.mean(np.min(np.abs(targets - reachable), axis=1) ** 2)
    assert f"below {floor:.3g}" in finding.message
    assert diagnose(finding.fix, VALUES) == []
    inside = dataset(VALUES.x, np.linspace(0.1, 0.9, 120)[:, None])
    assert "target_outside_activation" not in codes(experiment, inside)


def test_a_softmax_over_one_unit_is_always_one():
    experiment = network(RNN, head_activation="softmax")
    with pytest.warns(UserWarning, match="softmax operation will always return the value 1"):
        answers = build(plan(experiment, VALUES.frame))(VALUES.x[:5])
    assert (np.asarray(answers) == 1).all()
    finding = the(experiment, VALUES, "softmax_for_values")
    assert np.ptp(build(plan(finding.fix, VALUES.frame))(VALUES.x[:5])) > 0


def test_classes_need_logits_or_a_softmax():
    experiment = network(RNN, head_activation="tanh")
    answers = np.asarray(build(plan(experiment, CLASSES.frame))(CLASSES.x[:20]))
    assert (answers < 0).any()  # what Keras takes for probabilities
    finding = the(experiment, CLASSES, "head_activation_for_classes")
    assert diagnose(finding.fix, CLASSES) == []
    # Without a softmax the untrained loss is that of equal chances; with tanh it is far off.
    assert keras_step(finding.fix, CLASSES) == pytest.approx(np.log(3), abs=0.5)
    assert codes(network(RNN, head_activation="softmax"), CLASSES) == []


def test_labels_must_count_from_zero():
    wrong = replace(CLASSES, **{"y": CLASSES.y + 1})
    with pytest.raises(BROKEN, match="outside the valid range"):
        keras_step(Experiment(layers=(RNN,)), wrong)
    finding = the(Experiment(), wrong, "labels_out_of_range")
    assert "Subtract 1" in finding.message
    right = replace(CLASSES, **{"y": wrong.y - 1})
    assert np.isfinite(keras_step(Experiment(layers=(RNN,)), right))
    assert codes(Experiment(layers=(RNN,)), right) == []


def test_one_class_and_imbalance_are_told_with_their_numbers():
    def with_labels(y):
        return dataset(CLASSES.x, y.astype("int32"), Goal("class", classes=("no", "yes")))

    experiment = Experiment(layers=(RNN,))
    single = with_labels(np.zeros(120))
    assert codes(experiment, single) == ["one_class"]
    always = keras.metrics.SparseCategoricalAccuracy()
    always.update_state(np.zeros(90), np.tile([1.0, 0.0], (90, 1)))  # without a look at x
    assert float(always.result()) == 1
    rare = np.arange(120) % 10 == 0
    finding = the(experiment, with_labels(rare), "imbalance")
    metric = keras.metrics.SparseCategoricalAccuracy()
    metric.update_state(rare[:90], np.tile([1.0, 0.0], (90, 1)))  # always "no"
    assert f"{float(metric.result()):.0%} right" in finding.message
    assert codes(experiment, with_labels(np.arange(120) % 2)) == []
    late_class = with_labels(np.arange(120) >= 100)
    assert "one_class" in codes(experiment, late_class)


def test_balanced_class_weights_find_the_rare_class():
    """One sequence in ten is a little higher: too little to bet on it, but enough to tell."""
    rare = np.arange(600) % 10 == 0
    x = np.random.default_rng(0).normal(size=(600, 6, 1)) + 0.3 * rare[:, None, None]
    data = dataset(x, rare.astype("int32"), Goal("class", classes=("no", "yes")))
    training = Training(epochs=15, batch_size=50, learning_rate=0.01)
    blind = Experiment(layers=(RNN,), training=training)
    finding = the(blind, data, "imbalance")
    assert finding.fix_label == "Weigh the classes equally"
    assert codes(finding.fix, data) == []

    def recall(experiment):
        model, _ = keras_fit(experiment, data)
        answers = np.asarray(model(data.x)).argmax(axis=1)
        return answers[rare].mean()

    assert recall(blind) < 0.1
    assert recall(finding.fix) > 0.4


def test_class_weights_mean_nothing_to_values():
    weighted = Training(class_weight="balanced")
    experiment = Experiment(layers=(RNN,))
    assert codes(experiment.model_copy(update={"training": weighted}), VALUES) == codes(
        experiment, VALUES
    )


def test_a_class_that_is_never_trained_is_named():
    y = np.r_[np.arange(90) % 2, np.full(30, 2)].astype("int32")
    data = dataset(CLASSES.x, y, Goal("class", classes=("a", "b", "c")))
    assert "'c'" in the(Experiment(layers=(RNN,)), data, "class_not_trained").message


def test_a_constant_target_is_named():
    flat = replace(VALUES, **{"y": VALUES.y * 0})
    experiment = Experiment(layers=(RNN,))
    assert codes(experiment, flat) == ["constant_target"]
    assert "constant_target" not in codes(experiment, VALUES)
    # A head that is shut is perfect: what the network reads does not matter.
    model = build(plan(experiment, flat.frame))
    model.get_layer("head").kernel.assign(np.zeros((3, 1)))
    assert float(keras.losses.MeanSquaredError()(flat.y, model(flat.x))) == 0


def test_a_window_longer_than_the_series_has_a_fix():
    experiment = Experiment(data=Data(window=900))
    with pytest.raises(DataError) as caught:
        load(experiment)
    finding = explain(caught.value, experiment)
    assert (finding.level, finding.code) == ("error", "window_too_long")
    assert len(load(finding.fix).train) >= 1
    model = build(plan(experiment, Frame(900)))
    model.compile("sgd", "mse", run_eagerly=True)
    with pytest.warns(UserWarning, match="Your input ran out of data; interrupting training"):
        model.fit(np.zeros((0, 900, 1)), np.zeros((0, 1)), verbose=0)
    assert "Your input ran out of data; interrupting training" in finding.keras


@pytest.mark.parametrize(
    "data", [VALUES, noise(outputs=3), CLASSES, STEPS, TARGETS], ids=lambda d: str(d.goal)[:40]
)
def test_what_is_offered_has_no_finding_and_what_is_not_has_one(data):
    frame = data.frame
    for head in heads_for(frame):
        first = diagnose(network(LSTM, head=head), data)
        mended = first[0].fix if first else network(LSTM, head=head)
        assert mended.network.head == head
        assert errors(mended, data) == []
        assert np.isfinite(keras_step(mended, data))
    assert errors(network(SEQUENCES, head="teacher_forcing"), VALUES) == ["head_mismatch"]
    targets = {"loss_mismatch", "metric_mismatch", "accuracy_on_values"}
    for loss in Loss.__args__:
        found = set(codes(Experiment(training=Training(loss=loss)), data)) & targets
        assert bool(found) == (loss not in ("auto", *losses_for(frame)))
    for metric in ("accuracy", "mean_absolute_error", "root_mean_squared_error", "r2_score"):
        found = set(codes(Experiment(training=Training(metrics=(metric,))), data)) & targets
        assert bool(found) == (metric not in metrics_for(frame))
    wrong = {"softmax_for_values", "head_activation_for_classes"}
    for activation in HeadActivation.__args__:
        found = set(codes(network(LSTM, head_activation=activation), data)) & wrong
        assert bool(found) == (activation not in activations_for(frame))


def test_r2_of_keras_reads_no_target_with_steps():
    data = load(Experiment(data=Data(source="echo", samples=60)))
    assert data.y.ndim == 3
    with pytest.raises(ValueError, match="shape"):
        keras.metrics.R2Score().update_state(data.y[:2], data.y[:2])
    experiment = Experiment(layers=(DECODER,), training=Training(metrics=("r2_score",)))
    finding = the(experiment, data, "metric_mismatch")
    assert finding.level == "error"
    assert finding.fix.training.metrics == ()
