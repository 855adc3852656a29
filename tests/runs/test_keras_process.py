"""Keras files: plain Keras loads ours, and strangers' are opened only if they are harmless."""

import contextlib
import io
import json
import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest

from seqlab.data.frame import Frame
from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Network, Recurrent
from seqlab.lens.forward import answer, run
from seqlab.lens.stack import stack
from seqlab.network.plan import plan
from seqlab.runs import keras_process
from seqlab.runs.keras_process import (
    BusyError,
    ModelError,
    network_files,
    open_model,
)
from seqlab.training import keras_file as program
from seqlab.training import lite
from seqlab.training.build import build, weights
from seqlab.training.inspect import gates


def saved(model, path):
    model.save(path)
    return path.read_bytes()


def test_our_file_loads_in_plain_keras_and_predicts_the_same(tmp_path):
    layers = (Recurrent(units=4, bidirectional=True, forget_bias=2.0, layer_normalization=True),)
    experiment, frame = Experiment(layers=layers), Frame(6, 2)
    model = build(plan(experiment, frame))
    rng = np.random.default_rng(0)
    trained = {name: rng.normal(size=v.shape).astype("float32") for name, v in weights(model)}
    for name, variable in weights(model):
        variable.assign(trained[name])
    path = tmp_path / "mine.keras"
    files = network_files(experiment, frame, trained | {"prediction": np.zeros((2, 1))})
    path.write_bytes(files.keras)
    loaded = keras.saving.load_model(path)
    x = rng.normal(size=(3, 6, 2)).astype("float32")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model(x), rtol=1e-6)
    assert loaded.optimizer.name == "adam"
    assert files.why == ""
    for sequence in x:
        said = lite.answers(files.lite, [sequence[np.newaxis]])
        np.testing.assert_allclose(said, model(sequence[np.newaxis]), atol=1e-5)


def test_a_network_that_litert_cannot_hold_says_so():
    experiment = Experiment(layers=(Recurrent(units=2, stateful=True),))
    with pytest.raises(lite.LiteError, match="stateful network is made for batches of one size"):
        lite.lite_file(build(plan(experiment, Frame(6, 2))))


def test_a_strangers_model_is_looked_into_with_the_lens(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((None, 3)),
            keras.layers.Bidirectional(keras.layers.GRU(4, return_sequences=True), name="two"),
            keras.layers.Dropout(0.3),
            keras.layers.LSTM(5, activation="relu", go_backwards=True, name="one"),
            keras.layers.Dense(2, activation="softmax", name="out"),
        ]
    )
    opened = open_model(saved(model, tmp_path / "theirs.keras"))
    assert [layer["kind"] for layer in opened.layers] == [
        "Bidirectional",
        "Dropout",
        "LSTM",
        "Dense",
    ]
    (read,) = opened.inputs
    assert (read.timesteps, read.features, read.vocabulary, read.rank) == (None, 3, 0, 3)
    assert opened.differs == ""
    network = stack(opened.weights, opened.architecture)
    x = np.random.default_rng(0).normal(size=(2, 7, 3)).astype("float32")
    np.testing.assert_allclose(answer(network, x), model(x), atol=1e-5)
    theirs, mine = gates(model, x), run(network, x)
    np.testing.assert_allclose(mine["one"]["forget_gate"], theirs["one"].forget_gate, atol=1e-5)


def refused(path, match):
    with pytest.raises(program.ModelError, match=match):
        program.check(path)


def with_config(model, path, change):
    """The file of a model with its configuration changed by hand."""
    content = saved(model, path)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()).encode() if name == "config.json" else data)
    path.write_bytes(out.getvalue())
    return path


@keras.saving.register_keras_serializable(package="strange")
class Odd(keras.layers.Layer):
    def call(self, x):
        return x


def test_code_in_a_file_is_refused_before_keras_sees_it(tmp_path):
    start = [keras.Input((4, 1)), keras.layers.LSTM(2)]
    path = tmp_path / "a.keras"
    saved(keras.Sequential([*start, keras.layers.Lambda(lambda x: x * 2)]), path)
    refused(path, "code of its own")
    saved(keras.Sequential([*start, Odd()]), path)
    refused(path, "custom class 'Odd'|custom class \\('Odd'\\)")
    words = keras.layers.TextVectorization(vocabulary=["a"])
    saved(keras.Sequential([keras.Input((1,), dtype="string"), words]), path)
    refused(path, "a layer 'TextVectorization', which reads or runs")
    plain = keras.Sequential([*start, keras.layers.Dense(1)])
    for module in ("os", "keras.utils", "builtins"):
        foreign = with_config(
            plain,
            path,
            lambda text, m=module: text.replace('"module": "keras.layers"', f'"module": "{m}"', 1),
        )
        refused(foreign, "custom class")
    lambda_inside = with_config(
        plain,
        path,
        lambda text: text.replace(
            '"activation": "tanh"', '"activation": {"class_name": "__lambda__", "config": {}}'
        ),
    )
    refused(lambda_inside, "code of its own")
    program.check(with_config(plain, path, lambda text: text))
    functional = keras.Model(plain.inputs, plain.outputs)
    saved(functional, path)
    program.check(path)
    assert program.described(program.load(path))[1]["inputs"][0]["features"] == 1


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_what_is_no_keras_file_is_refused(content, tmp_path):
    path = tmp_path / "x.keras"
    path.write_bytes(content)
    refused(path, "neither a .keras nor an .h5 file")


def test_a_zip_bomb_is_refused(tmp_path):
    path = tmp_path / "x.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("metadata.json", "{}")
        file.writestr("model.weights.h5", "")
        file.writestr("config.json", json.dumps({"x": " " * 2**21}))
    refused(path, "too large")


def test_a_network_without_memory_is_refused(tmp_path):
    path = tmp_path / "x.keras"
    saved(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]), path)
    with pytest.raises(program.ModelError, match="no layer to look into"):
        program.described(program.load(path))


def _ends_with(activation):
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((6, 2)), layers.LSTM(3), layers.Dense(4), layers.Activation(activation)]
    )


def test_a_model_that_was_never_built_says_what_to_do(tmp_path, in_process):
    model = keras.Sequential([keras.layers.LSTM(3), keras.layers.Dense(1)])
    with pytest.raises(ModelError, match=r"begin it with keras\.Input"):
        open_model(saved(model, tmp_path / "x.keras"))
    model(np.zeros((1, 6, 2), np.float32))
    assert open_model(saved(model, tmp_path / "x.keras")).inputs[0].features == 2


def _two_inputs():
    one, other = keras.Input((6, 2), name="one"), keras.Input((4,), name="other", dtype="int32")
    words = keras.layers.Embedding(9, 3, mask_zero=True)(other)
    both = keras.layers.Concatenate()([keras.layers.LSTM(3)(one), keras.layers.GRU(2)(words)])
    return keras.Model([one, other], keras.layers.Dense(1)(both))


def _attention():
    read = keras.Input((6, 2))
    filtered = keras.layers.Conv1D(4, 3, padding="same", activation="relu")(read)
    hidden = keras.layers.LSTM(4, return_sequences=True)(filtered)
    mixed = keras.layers.Attention()([hidden, hidden])
    return keras.Model(read, keras.layers.GlobalAveragePooling1D()(mixed))


def _branches():
    read = keras.layers.Masking()(keras.Input((6, 2)))
    hidden = keras.layers.GRU(3, return_sequences=True, reset_after=False, use_bias=False)(read)
    return keras.Model(
        read._keras_history.operation.input[0]
        if isinstance(read._keras_history.operation.input, list)
        else read._keras_history.operation.input,
        [keras.layers.LSTM(2)(hidden), keras.layers.SimpleRNN(2)(hidden)],
    )


def _chain(*layers, features=2):
    return keras.Sequential([keras.Input((6, features)), *layers, keras.layers.Dense(2)])


L = keras.layers
STRANGE = {
    "compiled": (lambda: _compiled(_chain(L.LSTM(3))), True),
    "masked": (lambda: _compiled(_chain(L.Masking(), L.LSTM(3))), True),
    "mask of -1": (lambda: _chain(L.Masking(-1.0), L.LSTM(3)), False),
    "GRU of old": (lambda: _chain(L.GRU(3, reset_after=False, use_bias=False)), None),
    "epsilon": (lambda: _chain(L.LSTM(3), L.LayerNormalization(epsilon=0.1)), False),
    "sum": (lambda: _chain(L.Bidirectional(L.GRU(3), merge_mode="sum")), False),
    "glu": (lambda: _ends_with("glu"), False),
    "convolution": (lambda: _chain(L.Conv1D(3, 2), L.LSTM(3)), False),
    "attention": (_attention, False),
    "two inputs": (_two_inputs, False),
    "branches": (_branches, False),
}


def _compiled(model):
    model.compile("adam", "mse", metrics=["mae"])
    return model


@pytest.mark.parametrize("name", STRANGE)
def test_any_model_of_keras_layers_opens_and_shows_what_keras_computes(name, tmp_path, in_process):
    make, followed = STRANGE[name]
    keras.utils.set_random_seed(0)
    model = make()
    for variable in model.variables:  # zeros of a bias would hide a difference
        if variable.name == "bias":
            variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    opened = open_model(saved(model, tmp_path / "x.keras"))
    if followed is not None:
        assert (opened.differs == "") == followed, opened.differs
    draw = np.random.default_rng(2)
    x = [
        draw.integers(1, read.vocabulary, read.timesteps)
        if read.vocabulary
        else draw.normal(size=(read.timesteps, read.features)).astype(np.float32)
        for read in opened.inputs
    ]
    found = opened.gates(*x)
    batch = [array[np.newaxis] for array in x]
    given = batch if len(batch) > 1 else batch[0]
    answers = model(given)
    answer = answers[0] if isinstance(answers, list) else answers
    np.testing.assert_allclose(found.answer, answer[0], atol=1e-5)
    for layer, trace in gates(model, given).items():
        for gate, array in trace.items():
            np.testing.assert_allclose(found.traces[layer][gate], array[0], atol=1e-5)
    assert bool(found.gradients) == (len(x) == 1 and len(model.outputs) == 1)
    if not opened.differs:
        network = stack(opened.weights, opened.architecture)
        mine = run(network, x[0][np.newaxis])
        for layer, trace in found.traces.items():
            np.testing.assert_allclose(mine[layer]["hidden"][0], trace["hidden"], atol=1e-5)


def test_an_older_h5_file_opens_and_its_code_does_not(tmp_path, in_process):
    model = _chain(keras.layers.LSTM(3, name="memory"))
    path = tmp_path / "old.h5"
    model.save(path)
    opened = open_model(path.read_bytes())
    assert list(opened.recurrent) == ["memory"]
    assert opened.differs == ""
    weights_only = tmp_path / "only.weights.h5"
    model.save_weights(weights_only)
    with pytest.raises(ModelError, match="weights without a model"):
        open_model(weights_only.read_bytes())
    code = keras.layers.Lambda(lambda x: x)
    keras.Sequential([keras.Input((6, 2)), code, keras.layers.LSTM(2)]).save(path)
    with pytest.raises(ModelError, match="code of its own"):
        open_model(path.read_bytes())


OURS = {
    "series": Experiment(),
    "text, masked": Experiment(
        data=Data(source="reviews", samples=60), network=Network(embedding=4, masking=True)
    ),
    "translation": Experiment(
        data=Data(source="dates", samples=40),
        layers=(Recurrent(units=4), Recurrent(units=4, return_sequences=True)),
        network=Network(head="teacher_forcing", embedding=3),
    ),
    "both directions": Experiment(
        data=Data(source="vowels"),
        layers=(Recurrent(cell="GRU", units=4, bidirectional=True, layer_normalization=True),),
    ),
}


@pytest.mark.parametrize("name", OURS)
def test_every_download_of_the_playground_opens(name, in_process):
    experiment = OURS[name]
    frame = load(experiment).frame
    arrays = {name: v.numpy() for name, v in weights(build(plan(experiment, frame)))}
    opened = open_model(network_files(experiment, frame, arrays).keras)
    assert len(opened.recurrent) == sum(1 + layer.bidirectional for layer in experiment.layers)
    sequences = [
        np.ones(read.timesteps or 7, np.int64)
        if read.vocabulary
        else np.ones((read.timesteps or 7, read.features), np.float32)
        for read in opened.inputs
    ]
    assert all(
        np.isfinite(trace["hidden"]).all() for trace in opened.gates(*sequences).traces.values()
    )
    assert (opened.differs == "") == (name != "translation")


@pytest.fixture
def in_process(monkeypatch):
    """The program runs in this process: TensorFlow is here already, and starting one takes long."""
    orders = {"save": program.save, "read": program.read, "look": program.look}
    monkeypatch.setattr(keras_process, "_run", lambda order, folder: orders[order](folder))


def test_a_process_of_its_own_looks_into_a_model(tmp_path):
    opened = open_model(saved(_attention(), tmp_path / "x.keras"))
    assert "also has 'conv1d" in opened.differs
    found = opened.gates(np.ones((6, 2), np.float32))
    (trace,) = found.traces.values()
    assert trace["forget_gate"].shape == (6, 4)
    assert found.answer.shape == (4,)


def test_a_large_file_is_refused_at_once():
    with pytest.raises(ModelError, match="at most 50 MB"):
        open_model(b"x" * (50 * 2**20 + 1))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"timesteps": 10**9}, "reads 1,000,000,000 steps of 2 numbers"),
        ({"timesteps": None, "features": 10**6}, "reads 20 steps of 1,000,000 numbers"),
        ({"timesteps": 0}, "reads 0 steps"),
        ({"rank": 4}, "has 4 axes"),
        ({}, "weights of this model take 0 MB"),
    ],
)
def test_what_would_fill_the_web_process_is_refused(monkeypatch, told, sentence):
    """The file itself may be small: a hand-edited shape, a large array of zeros."""
    read = {"name": "x", "timesteps": 4, "features": 2} | told
    whole = {"architecture": {}, "layers": [], "recurrent": {}}

    def child(_, folder):
        (folder / "model.json").write_text(json.dumps(whole | {"inputs": [read]}))
        np.savez(folder / "weights.npz", kernel=np.zeros(1000))

    monkeypatch.setattr(keras_process, "_run", child)
    monkeypatch.setattr(keras_process, "MAX_WEIGHTS", 8000)
    with pytest.raises(ModelError, match=sentence):
        open_model(b"small")


def test_only_so_many_processes_run_at_once(monkeypatch):
    said = []
    monkeypatch.setattr(keras_process, "PATIENCE", 0.01)
    monkeypatch.setattr(keras_process.subprocess, "run", lambda *_, **__: said.append("started"))
    with contextlib.ExitStack() as others:
        for _ in range(keras_process.AT_ONCE):
            others.enter_context(keras_process._turns)
        with pytest.raises(BusyError, match="Try again later"):
            open_model(b"mine")
    with pytest.raises(ModelError, match="too odd"):  # that process left nothing
        open_model(b"mine")
    assert said == ["started"]


def test_the_process_limits_itself():
    script = (
        "import os, resource; from seqlab.training.keras_file import limit; limit(); "
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], os.nice(0))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.split() == [str(program.MEMORY), str(min(19, os.nice(0) + program.NICENESS))]
