import random
import subprocess
import sys
import threading

import keras
import numpy as np
import pytest

from seqlab.cells import CELLS
from seqlab.data.frame import Frame
from seqlab.data.load import load
from seqlab.experiment import Experiment, Network, Recurrent, Training
from seqlab.fitting.optimizers import KNOBS
from seqlab.network.plan import plan
from seqlab.network.source.script import sections
from seqlab.training.build import OPTIMIZERS, build, late, loss, optimizer, weights
from tests.training.helpers import experiment


def test_the_weights_are_those_of_a_plain_script():
    layers = (Recurrent(cell="GRU", units=6, return_sequences=True), Recurrent(units=5))
    model = build(plan(experiment(*layers, seed=7), Frame(12, 2)))

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
    first = build(plan(experiment(seed=3), Frame(12))).get_weights()
    drawn = random.random()
    random.seed(1)
    assert random.random() == drawn, "building must not draw from the caller's generator"
    again = build(plan(experiment(seed=3), Frame(12))).get_weights()
    other = build(plan(experiment(seed=4), Frame(12))).get_weights()
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("draw_once", [random.random, keras.random.SeedGenerator])
def test_the_weights_are_the_same_while_another_thread_draws_from_the_global_random(draw_once):
    """As `dask.sizeof` does in a worker, or as somebody's own network does in a notebook."""

    def bytes_of_weights() -> bytes:
        layers = (Recurrent(units=4, return_sequences=True, dropout=0.1), Recurrent(units=3))
        return b"".join(
            w.tobytes() for w in build(plan(experiment(*layers), Frame(12))).get_weights()
        )

    ended = threading.Event()

    def draw():
        while not ended.wait(1e-4):
            draw_once()

    alone = bytes_of_weights()
    thread = threading.Thread(target=draw)
    thread.start()
    try:
        beside = {bytes_of_weights() for _ in range(10)}
    finally:
        ended.set()
        thread.join()
    assert beside == {alone}


def test_names():
    layers = (Recurrent(cell="SimpleRNN", units=3, return_sequences=True), Recurrent(units=4))
    model = build(plan(experiment(*layers), Frame(12, 2)))
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


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_knobs_reach_the_optimizer(name):
    values = {knob: not v if isinstance(v, bool) else 0.5 for knob, v in KNOBS[name].items()}
    made = optimizer(Training(optimizer=name, **values))
    assert {knob: getattr(made, knob) for knob in values} == values


def test_settings_of_a_layer_reach_keras():
    layer = Recurrent(
        units=3,
        bidirectional=True,
        activation="relu",
        recurrent_activation="hard_sigmoid",
        dropout=0.25,
        recurrent_dropout=0.5,
        stateful=True,
        kernel_initializer="he_normal",
        recurrent_initializer="identity",
        bias_initializer="ones",
        unit_forget_bias=False,
        l2=0.125,
        layer_normalization=True,
    )
    model = build(plan(Experiment(layers=(layer,), training=Training(batch_size=4)), Frame(5)))
    assert model.input_shape == (4, 5, 1)
    assert [type(part).__name__ for part in model.layers] == [
        *("Bidirectional", "LayerNormalization", "Dense")
    ]
    for part in (model.layers[0].forward_layer, model.layers[0].backward_layer):
        assert part.activation is keras.activations.relu
        assert part.recurrent_activation is keras.activations.hard_sigmoid
        assert (part.dropout, part.recurrent_dropout, part.stateful) == (0.25, 0.5, True)
        assert isinstance(part.kernel_initializer, keras.initializers.HeNormal)
        assert float(part.kernel_regularizer.l2) == float(part.recurrent_regularizer.l2) == 0.125
        np.testing.assert_array_equal(part.cell.bias, np.ones(12))
        np.testing.assert_array_equal(part.cell.recurrent_kernel, np.eye(3, 12))


def test_names_of_a_bidirectional_layer():
    model = build(plan(Experiment(layers=(Recurrent(units=3, bidirectional=True),)), Frame(5)))
    names = ["kernel", "recurrent_kernel", "bias"]
    assert [name for name, _ in weights(model)] == [
        *(f"lstm_0/forward/{name}" for name in names),
        *(f"lstm_0/backward/{name}" for name in names),
        *("head/kernel", "head/bias"),
    ]


@pytest.mark.parametrize("cell", [cell for cell in CELLS.values() if not cell.is_keras])
def test_a_script_that_was_run_here_changes_no_later_network(cell):
    """Its class of the same name is registered with Keras from then on."""
    e = Experiment(layers=(Recurrent(cell=cell.name, units=3, bidirectional=True),))
    ours = cell.layer()
    model_part = next(part for part in sections(e, load(e)) if part.title == "Model")
    exec("\n".join(["import keras", *model_part.lines]), {})
    layer = build(plan(e, Frame(6))).layers[0]
    assert type(layer.forward_layer) is type(layer.backward_layer) is ours


def test_forget_bias_and_recurrent_scale_are_set_at_the_start():
    def start(**changes):
        return dict(
            weights(build(plan(Experiment(layers=(Recurrent(units=2, **changes),)), Frame(5))))
        )

    usual, changed = start(), start(forget_bias=3, recurrent_scale=1.5)
    np.testing.assert_array_equal(changed["lstm_0/bias"], [0, 0, 3, 3, 0, 0, 0, 0])
    name = "lstm_0/recurrent_kernel"
    np.testing.assert_allclose(changed[name], 1.5 * usual[name].numpy())
    np.testing.assert_array_equal(changed["lstm_0/kernel"], usual["lstm_0/kernel"])


def test_padding_and_tokens_are_masked():
    tokens = build(plan(Experiment(), Frame(4, vocabulary=9)))
    x = np.array([[3, 5, 0, 0], [3, 5, 1, 0]])
    np.testing.assert_allclose(tokens(x)[0], tokens(np.array([[3, 5, 0, 0]]))[0], rtol=1e-6)
    short = keras.Sequential(tokens.layers)  # without a fixed number of steps
    np.testing.assert_allclose(tokens(x)[0], short(x[:1, :2])[0], rtol=1e-6)
    padded = build(plan(Experiment(), Frame(4, 1, padded=True)))
    numbers = np.array([[[3.0], [5.0], [0.0], [0.0]]])
    bare = keras.Sequential(padded.layers)
    np.testing.assert_allclose(padded(numbers), bare(numbers[:, :2]), rtol=1e-6)
    kept = build(plan(Experiment(network=Network(masking=False)), Frame(4, 1, padded=True)))
    assert [part.name for part in kept.layers] == ["lstm_0", "head"]


def test_teacher_forcing_hands_over_the_states_and_reads_the_target_one_step_late():
    layers = (Recurrent(units=3, bidirectional=True), Recurrent(units=6, return_sequences=True))
    e = Experiment(layers=layers, network=Network(head="teacher_forcing", embedding=2))
    frame = Frame(5, outputs=4, kind="class", at="sequence", steps=3, vocabulary=7)
    model = build(plan(e, frame))
    assert model.output_shape == (None, 3, 4)
    assert next(name for name, _ in weights(model)) == "embedding/embeddings"
    x, y = np.array([[1, 2, 3, 0, 0]]), np.array([[2, 0, 3]])
    np.testing.assert_array_equal(late(y), [[0, 2, 0]])

    encoder, embedding = model.get_layer("lstm_0"), model.get_layer("embedding")
    source = embedding(x)
    _, fh, fc, bh, bc = encoder(source, mask=embedding.compute_mask(x))
    states = [np.concatenate(pair, axis=1) for pair in ((fh, bh), (fc, bc))]
    target = model.get_layer("decoder_embedding")(late(y))
    hidden = model.get_layer("lstm_1")(target, initial_state=states)
    expected = model.get_layer("head")(hidden)
    np.testing.assert_allclose(model([x, late(y)]), expected, rtol=1e-5)


def test_the_loss_follows_from_the_goal_and_the_head():
    values, classes = Frame(5), Frame(5, outputs=3, kind="class")
    assert isinstance(loss(plan(Experiment(), values)), keras.losses.MeanSquaredError)
    logits = np.array([[1.0, 2.0, 4.0]])
    probabilities = np.exp(logits) / np.exp(logits).sum()
    softmax = Experiment(network=Network(head_activation="softmax"))
    expected = -np.log(probabilities[0, 2])
    assert float(loss(plan(Experiment(), classes))(np.array([2]), logits)) == pytest.approx(
        expected
    )
    assert float(loss(plan(softmax, classes))(np.array([2]), probabilities)) == pytest.approx(
        expected
    )


def test_import_does_not_start_tensorflow():
    """A process that forks after TensorFlow has started hangs."""
    code = (
        "import seqlab.training.job, seqlab.training.train\n"
        "from tensorflow.python.eager import context\n"
        "assert not context.context()._initialized"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
