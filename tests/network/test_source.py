"""The script: run by a plain Python, it gives the losses of the playground."""

import ast
import contextlib
import io
import random
import runpy
import subprocess
import sys
import zipfile
from dataclasses import replace

import keras
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

import seqlab
from seqlab.data.columns import Roles
from seqlab.data.load import load
from seqlab.data.upload import read_table
from seqlab.data.windows import windows
from seqlab.experiment import Data, Experiment, Network, Recurrent, Training
from seqlab.fitting.optimizers import KNOBS
from seqlab.network.doctor.fixes import with_training
from seqlab.network.doctor.objective import activations_for
from seqlab.network.source import changed_lines, files, notebook, package, source
from seqlab.network.source.data import prepare
from seqlab.presets import PRESETS
from seqlab.training.train import train
from tests.network.data import classes, fitting, noise
from tests.network.random_networks import random_network


def layer(**changes):
    return Recurrent(**({"units": 4} | changes))


SUNSPOTS = Experiment()
GRU = Experiment(
    data=Data(window=8, horizon=2, scaling="minmax"),
    layers=(
        layer(cell="GRU", return_sequences=True, layer_normalization=True),
        layer(bidirectional=True, forget_bias=2.0, recurrent_scale=1.25, l2=0.01),
    ),
    training=Training(
        epochs=2,
        optimizer="SGD",
        momentum=0.5,
        nesterov=True,
        clipnorm=0.5,
        schedule="cosine",
        shuffle=False,
        seed=5,
    ),
)
STEPS = Experiment(
    data=Data(window=6, steps=4, stride=2, scaling="robust", test_share=0.1),
    layers=(layer(cell="SimpleRNN", kernel_initializer="he_normal"), layer(return_sequences=True)),
    network=Network(head="repeat_vector"),
    training=Training(epochs=2, warmup=1, schedule="exponential", loss="huber"),
)
EVERY_STEP = Experiment(
    layers=(layer(return_sequences=True),),
    training=Training(epochs=2, schedule="plateau", plateau_patience=1, patience=2),
)
STATEFUL = Experiment(
    layers=(layer(stateful=True, cell="GRU"),),
    training=Training(epochs=2, batch_size=30, shuffle=False),
)


def tokens(at):
    data = classes(at=at, steps=6)
    x = np.random.default_rng(1).integers(1, 5, (len(data.x), 6)).astype("int32")
    lengths = np.where(np.arange(len(x)) % 2, 6, 4)
    x[np.arange(6) >= lengths[:, None]] = 0
    weights = None
    if at == "every step":
        weights = (x > 0).astype("float32")
    changes = {"x": x, "lengths": lengths, "vocabulary": tuple(" abcd"), "y_weights": weights}
    return replace(data, **changes, **{"names": ("token",)})


def from_file(name, content, **data):
    """A small network on an uploaded file."""
    experiment = Experiment(
        data=Data(source="upload", **data), layers=(layer(),), training=Training(epochs=2)
    )
    return experiment, load(experiment, read_table(content, name, experiment.data.reading))


def sequences_twice():
    """An .npz of sequences with a class each, steps first, each of them twice."""
    draw, out = np.random.default_rng(0), io.BytesIO()
    x = draw.normal(size=(40, 9, 2))
    lengths = draw.integers(4, 10, 80)
    np.savez(out, x=np.r_[x, x].swapaxes(0, 1), y=np.arange(80) % 40 % 3, lengths=lengths)
    return out.getvalue()


THROWS = "\n".join(["throw", *map(str, np.random.default_rng(0).integers(1, 4, 200))]).encode()
FILES = {
    "series": from_file("a.csv", THROWS, window=3, steps=2, test_share=0.1, duplicates="drop"),
    "sequences": from_file("a.npz", sequences_twice(), longest=3, duplicates="drop"),
}
CHANGES = Experiment(
    data=Data(
        source="macro",
        window=6,
        steps=3,
        inputs=("unemp", "cpi", "realint"),
        period=4,
        logarithm="log",
        difference="both",
        transform_inputs=True,
        calendar=("month",),
    ),
    layers=(layer(),),
    training=Training(epochs=2),
)
AHEAD = Experiment(
    data=Data(
        source="macro", window=6, horizon=2, steps=2, inputs=("unemp",), known_ahead=("infl",)
    ),
    layers=(layer(),),
    training=Training(epochs=2),
)
CASES = {
    "known ahead": (AHEAD, load(AHEAD)),
    "changes": (CHANGES, load(CHANGES)),
    "gru": (GRU, load(GRU)),
    "steps": (STEPS, load(STEPS)),
    "stateful": (STATEFUL, noise()),
    "every step": (EVERY_STEP, tokens("every step")),
} | FILES


def shortened(experiment):
    """A ready-made experiment with few sequences and two epochs; the network is the same."""
    samples = min(experiment.data.samples, 60)
    changes = {"samples": samples}
    if experiment.data.source in ("french", "chinese"):
        changes["difficulty"] = 2  # digits: words of 20 letters instead of 47
    data = experiment.data.model_copy(update=changes)
    training = experiment.training.model_copy(update={"epochs": 2})
    return experiment.model_copy(update={"data": data, "training": training})


def random_experiment(seed):
    """Any network with any optimizer, without dropout, whose draws are Keras' own."""
    experiment, frame = random_network(seed, most=2)
    draw = random.Random(seed)
    layers = [
        layer.model_copy(update={"dropout": 0.0, "recurrent_dropout": 0.0})
        for layer in experiment.layers
    ]
    stateful = any(layer.stateful for layer in layers)
    training = Training(
        optimizer=draw.choice(list(KNOBS)),
        learning_rate=draw.choice([0.001, 0.01]),
        schedule=draw.choice(["constant", "cosine", "exponential", "plateau"]),
        warmup=draw.choice([0, 1]),
        clipnorm=draw.choice([None, 0.5]),
        shuffle=not stateful,
        batch_size=4,
        epochs=2,
        seed=seed,
    )
    network = experiment.network.model_copy(
        update={"head_activation": draw.choice(activations_for(frame))}
    )
    changes = {"layers": tuple(layers), "training": training, "network": network}
    return experiment.model_copy(update=changes), fitting(frame, 32, seed)


def ran(experiment, data, folder):
    """What a script gives and what it prints, run beside its files as a user would."""
    (folder / "script.py").write_text(source(experiment, data), encoding="utf-8")
    for file, content in files(experiment, data).items():
        (folder / file).write_bytes(content)
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        made = runpy.run_path("script.py")
    keras.utils.clear_session(free_memory=False)
    return made, printed.getvalue()


def same_losses(experiment, data, folder):
    """Runs script and playground, compares their curves; what the script printed."""
    made, printed = ran(experiment, data, folder)
    mine, theirs = train(experiment, data).history, made["history"].history
    assert len(mine["loss"]) == experiment.training.epochs
    for curve in ("loss", "val_loss"):
        np.testing.assert_allclose(mine[curve], theirs[curve], rtol=1e-3, err_msg=curve)
    if "val_accuracy" in mine:
        found = next(theirs[k] for k in theirs if k.startswith("val_") and "accuracy" in k)
        np.testing.assert_allclose(mine["val_accuracy"], found, atol=0.02)
    return printed


SAYS = {
    "end value": "RMSE on the validation part",
    "end class": "of the validation sequences are right",
    "every step class": "of the validation steps are right",
    "sequence class": "written without a mistake",
}


@pytest.mark.parametrize("name", CASES)
def test_the_script_gives_the_losses_of_the_playground(name, tmp_path, uncompiled):
    experiment, data = CASES[name]
    printed = same_losses(experiment, data, tmp_path)
    assert SAYS[f"{data.goal.at} {data.goal.kind}"] in printed


# These with class weights: one class a sequence, one at every step, and steps with weights.
WEIGHED = ("reviews", "counting", "dates")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_so_do_the_scripts_of_the_ready_made_experiments(preset, tmp_path, uncompiled):
    experiment = shortened(preset.experiment)
    if preset.key in WEIGHED:
        experiment = with_training(experiment, class_weight="balanced")
    data = load(experiment)
    printed = same_losses(experiment, data, tmp_path)
    assert SAYS[f"{data.goal.at} {data.goal.kind}"] in printed


@pytest.mark.parametrize("seed", range(3))
def test_so_do_random_experiments(seed, tmp_path, uncompiled):
    same_losses(*random_experiment(seed), tmp_path)


def test_with_dropout_the_losses_are_the_same_as_far_as_xla_lets_them(tmp_path, uncompiled):
    """The seeds are the same; XLA draws other numbers from them, so a script promises less."""
    experiment = Experiment(
        data=Data(window=6),
        layers=(layer(units=8, dropout=0.2, recurrent_dropout=0.2),),
        training=Training(epochs=4, learning_rate=0.01),
    )
    data = load(experiment)
    theirs = ran(experiment, data, tmp_path)[0]["history"].history
    mine = train(experiment, data).history
    for curve in ("loss", "val_loss"):
        assert mine[curve] == pytest.approx(theirs[curve], rel=1e-4)


def test_a_script_runs_in_a_plain_python(tmp_path):
    """Without seqlab, its tests and its Streamlit, in a process of its own."""
    experiment = Experiment(layers=(layer(units=2),), training=Training(epochs=1))
    script = source(experiment).replace("# Data", "import sys\n# Data", 1)
    (tmp_path / "script.py").write_text(f"{script}assert 'seqlab' not in sys.modules\n")
    command = [sys.executable, "-W", "error::SyntaxWarning", "script.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "RMSE on the validation part" in done.stdout


def test_the_default_script_is_what_a_keras_user_writes():
    script = seqlab.source(Experiment())
    model = script[script.index("# Model") : script.index("# Data")]
    assert (
        model
        == """\
# Model
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((22, 1)),
        keras.layers.LSTM(16),
        keras.layers.Dense(1),
    ]
)
model.summary()

"""
    )
    assert "model.compile(optimizer=" not in script
    assert 'keras.optimizers.Adam(learning_rate=0.005), loss="mean_squared_error"' in script
    assert "seqlab" not in script.split("\n", 1)[1]  # plain Keras
    assert files(Experiment(), load(Experiment())) == {}


@pytest.mark.parametrize("name", ["gru", "steps", "series"])
def test_the_prepared_arrays_are_those_of_the_experiment(name, tmp_path, monkeypatch):
    experiment, data = CASES[name]
    prepared = prepare(experiment, data)
    monkeypatch.chdir(tmp_path)
    for file, content in prepared.files.items():
        (tmp_path / file).write_bytes(content)
    made = {}
    exec("\n".join([*prepared.imports, *prepared.code]), made)
    for part in ("train", "validation"):
        np.testing.assert_array_equal(made[f"x_{part}"], data.x[getattr(data, part)])
        np.testing.assert_array_equal(made[f"y_{part}"], data.y[getattr(data, part)])


def test_column_names_of_a_stranger_cannot_leave_their_quotes():
    name = 'a"]; print("""x\\\n'
    e = Experiment(data=Data(source="upload", window=4))
    rows = np.random.default_rng(0).normal(size=(60, 1))
    data = windows(rows, np.arange(60), Roles(name, (name,)), e.data)
    script = source(e, data)
    tree = ast.parse(script)
    calls = [
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and hasattr(node.func, "id")
    ]
    assert "print" in calls
    assert calls.count("print") == 1  # the one of the evaluation
    assert "data.csv" in files(e, data)


def test_random_experiments_are_python_in_short_lines():
    for seed in range(40):
        experiment, frame = random_network(seed)
        if frame.at == "end" and frame.kind == "value":
            data = noise(
                n=20, steps=frame.timesteps, features=frame.features, outputs=frame.outputs
            )
        else:
            data = classes(20, frame.timesteps, frame.outputs, frame.at, frame.steps)
        script = source(experiment, data)
        ast.parse(script)
        assert max(map(len, script.splitlines())) <= 88


def test_changed_lines_are_marked():
    before = source(Experiment())
    after = source(Experiment(layers=(Recurrent(units=8),)))
    lines = after.splitlines()
    assert [lines[i].strip() for i in changed_lines(before, after)] == ["keras.layers.LSTM(8),"]
    assert changed_lines(before, before) == []


def test_the_notebook_holds_the_script_and_plots():
    made = nbformat.reads(notebook(SUNSPOTS), as_version=4)
    nbformat.validate(made)
    cells = [cell.source for cell in made.cells if cell.cell_type == "code"]
    script = source(SUNSPOTS)
    assert [text for text in cells if text not in script] == [
        text for text in cells if "plt." in text or "axes" in text
    ]
    for text in cells:
        ast.parse(text)
    assert notebook(SUNSPOTS) == notebook(SUNSPOTS)


@pytest.mark.parametrize("source_name", ["sunspots", "frequency"])
def test_a_notebook_runs_from_top_to_bottom(uncompiled, tmp_path, monkeypatch, source_name):
    training = Training(class_weight="balanced")  # which mean nothing to sunspots
    data = Data(source=source_name, samples=60)
    experiment = shortened(Experiment(data=data, training=training))
    dataset = load(experiment)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    for name, content in files(experiment, dataset).items():
        (tmp_path / name).write_bytes(content)
    made = nbformat.reads(notebook(experiment, dataset), as_version=4)
    names: dict[str, object] = {"__name__": "__main__"}
    plt.close("all")
    for cell in made.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    assert len(plt.get_fignums()) == 2  # the loss, and the answers beside the truth
    plt.close("all")
    expected = train(experiment, dataset).history["loss"]
    np.testing.assert_allclose(names["history"].history["loss"], expected, rtol=1e-3)


def test_a_package_holds_everything_and_says_what_it_is():
    history = {"loss": [1.0, 0.1], "val_loss": [2.0, None], "val_accuracy": [0.5, 0.75]}
    experiment, data = CASES["every step"]
    content = package(experiment, data, history, model=b"the model")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        readme = archive.read("README.md").decode()
        assert archive.read("script.py").decode() == source(experiment, data)
        assert archive.read("model.keras") == b"the model"
        assert Experiment.from_json(archive.read("experiment.json").decode()) == experiment
        table = archive.read("metrics.csv").decode()
        arrays = np.load(io.BytesIO(archive.read("data.npz")))
        np.testing.assert_array_equal(arrays["x_train"], data.x[data.train])
        np.testing.assert_array_equal(arrays["w_validation"], data.y_weights[data.validation])
    assert all(f"`{name}`" in readme for name in names if name != "README.md")
    assert table.splitlines() == [
        "epoch,loss,val_loss,val_accuracy",
        "1,1.0,2.0,0.5",
        "2,0.1,,0.75",
    ]
    assert content == package(experiment, data, history, model=b"the model")


def test_data_with_no_validation_part():
    data = replace(noise(), **{"validation": np.arange(0)})
    script = source(Experiment(), data)
    ast.parse(script)
    assert "validation_data" not in script


def test_a_script_leaves_the_same_windows_out_as_the_experiment():
    experiment, data = FILES["series"]
    every = experiment.data.model_copy(update={"duplicates": "keep"})
    kept = experiment.model_copy(update={"data": every})
    assert "held_out" in source(experiment, data)
    assert "held_out" not in source(kept, data)
    whole = load(kept, read_table(THROWS, "a.csv"))
    assert 0 < len(data.train) < len(whole.train)
