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
from seqlab.experiment import Experiment, Recurrent
from seqlab.lens.forward import answer, run
from seqlab.lens.stack import stack
from seqlab.runs import keras_process
from seqlab.runs.keras_process import BusyError, ModelError, keras_file, open_model
from seqlab.training import keras_file as program
from seqlab.training.build import build, weights
from seqlab.training.inspect import gates


def saved(model, path):
    model.save(path)
    return path.read_bytes()


def test_our_file_loads_in_plain_keras_and_predicts_the_same(tmp_path):
    layers = (Recurrent(units=4, bidirectional=True, forget_bias=2.0, layer_normalization=True),)
    experiment, frame = Experiment(layers=layers), Frame(6, 2)
    model = build(experiment, frame)
    rng = np.random.default_rng(0)
    trained = {name: rng.normal(size=v.shape).astype("float32") for name, v in weights(model)}
    for name, variable in weights(model):
        variable.assign(trained[name])
    path = tmp_path / "mine.keras"
    path.write_bytes(keras_file(experiment, frame, trained | {"prediction": np.zeros((2, 1))}))
    loaded = keras.saving.load_model(path)
    x = rng.normal(size=(3, 6, 2)).astype("float32")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model(x), rtol=1e-6)
    assert loaded.optimizer.name == "adam"


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
    assert (opened.timesteps, opened.features, opened.vocabulary) == (None, 3, 0)
    network = stack(opened.weights, opened.options, opened.sequences)
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
    saved(keras.Sequential([*start, keras.layers.Reshape((2, 1)), keras.layers.Conv1D(1, 1)]), path)
    refused(path, "a layer 'Reshape'")
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
    assert program.described(path)[1]["features"] == 1


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_what_is_no_keras_file_is_refused(content, tmp_path):
    path = tmp_path / "x.keras"
    path.write_bytes(content)
    refused(path, "not a .keras file")


def test_a_zip_bomb_is_refused(tmp_path):
    path = tmp_path / "x.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("metadata.json", "{}")
        file.writestr("model.weights.h5", "")
        file.writestr("config.json", json.dumps({"x": " " * 2**21}))
    refused(path, "too large")


def test_branches_and_networks_without_memory_are_refused(tmp_path):
    path = tmp_path / "x.keras"
    source = keras.Input((4, 1))
    hidden = keras.layers.LSTM(2)(source)
    other = keras.layers.GRU(2)(source)
    saved(keras.Model(source, [hidden, other]), path)
    with pytest.raises(program.ModelError, match="chain"):
        program.described(path)
    saved(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]), path)
    with pytest.raises(program.ModelError, match="no SimpleRNN"):
        program.described(path)


def test_a_large_file_is_refused_at_once():
    with pytest.raises(ModelError, match="at most 50 MB"):
        open_model(b"x" * (50 * 2**20 + 1))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"timesteps": 10**9}, "reads 1,000,000,000 steps of 2 numbers"),
        ({"timesteps": None, "features": 10**6}, "reads 20 steps of 1,000,000 numbers"),
        ({"timesteps": 0}, "reads 0 steps"),
        ({}, "weights of this model take 0 MB"),
    ],
)
def test_what_would_fill_the_web_process_is_refused(monkeypatch, told, sentence):
    """The file itself may be small: a hand-edited shape, a large array of zeros."""
    whole = {"options": {}, "sequences": False, "layers": [], "timesteps": 4, "features": 2}

    def child(_, folder):
        (folder / "model.json").write_text(json.dumps(whole | told | {"vocabulary": 0}))
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
