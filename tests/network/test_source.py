"""The script: run by a plain Python, it gives the losses of the playground."""

import ast
import io
import json
import subprocess
import sys
import zipfile

import nbformat
import numpy as np
import pytest

import seqlab
from seqlab.data.load import load
from seqlab.data.windows import windows
from seqlab.experiment import Data, Experiment, Network, Recurrent, Training
from seqlab.network.source import changed_lines, files, notebook, package, source
from seqlab.network.source.data import prepare
from seqlab.training.train import train
from tests.network.data import classes, noise
from tests.network.random_networks import random_network

# All scripts run in one Python, while the first test waits.
pytestmark = pytest.mark.timeout(900)

RUNNER = """
import json, os, runpy, sys
for folder in sys.argv[1:]:
    os.chdir(folder)
    history = runpy.run_path("script.py")["history"]
    json.dump(history.history, open("history.json", "w"))
"""


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
TRANSLATION = Experiment(
    layers=(layer(bidirectional=True), layer(units=8, return_sequences=True)),
    network=Network(head="teacher_forcing", embedding=3),
    training=Training(epochs=2),
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
    return type(data)(**vars(data) | changes | {"names": ("token",)})


CASES = {
    "gru": (GRU, load(GRU)),
    "steps": (STEPS, load(STEPS)),
    "stateful": (STATEFUL, noise()),
    "every step": (EVERY_STEP, tokens("every step")),
    "translation": (TRANSLATION, tokens("sequence")),
}


@pytest.fixture(scope="module")
def histories(tmp_path_factory):
    """What the scripts of all cases give, run one after the other in a Python of their own."""
    root = tmp_path_factory.mktemp("scripts")
    folders = []
    for name, (experiment, data) in CASES.items():
        folder = root / name.replace(" ", "_")
        folder.mkdir()
        (folder / "script.py").write_text(source(experiment, data), encoding="utf-8")
        for file, content in files(experiment, data).items():
            (folder / file).write_bytes(content)
        folders.append(folder)
    (root / "run.py").write_text(RUNNER)
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", root / "run.py", *folders],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    texts = [(folder / "history.json").read_text() for folder in folders]
    return dict(zip(CASES, map(json.loads, texts), strict=True)), done.stdout


@pytest.mark.parametrize("name", CASES)
def test_the_script_gives_the_losses_of_the_playground(histories, name):
    experiment, data = CASES[name]
    mine, theirs = train(experiment, data).history, histories[0][name]
    assert len(mine["loss"]) == experiment.training.epochs
    for curve in ("loss", "val_loss"):
        np.testing.assert_allclose(mine[curve], theirs[curve], rtol=1e-3, err_msg=curve)
    if "val_accuracy" in mine:
        found = next(theirs[k] for k in theirs if k.startswith("val_") and "accuracy" in k)
        np.testing.assert_allclose(mine["val_accuracy"], found, atol=0.02)


def test_the_scripts_say_what_was_reached(histories):
    printed = histories[1]
    assert printed.count("RMSE on the validation part") == 3
    assert "of the validation steps are right" in printed
    assert "written without a mistake" in printed


def test_the_default_script_is_what_a_keras_user_writes():
    script = seqlab.source(Experiment())
    model = script[script.index("# Model") : script.index("# Training")]
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


@pytest.mark.parametrize("name", ["gru", "steps"])
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
    data = windows(rows, np.arange(60), [0], (name,), name, e.data)
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
    data = type(noise())(**vars(noise()) | {"validation": np.arange(0)})
    script = source(Experiment(), data)
    ast.parse(script)
    assert "validation_data" not in script
