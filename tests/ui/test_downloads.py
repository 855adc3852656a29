"""Downloads of a run, and the Keras code with its changed lines marked."""

import csv
import io
import json
import zipfile

import numpy as np
import pytest

from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.lens import snapshot
from seqlab.runs.keras_process import ModelError, NetworkFiles
from seqlab.ui.draft import dataset_of
from seqlab.ui.playground import downloads
from tests.ui.test_pages import captions, opened

EXPERIMENT = Experiment(
    data=Data(source="adding", window=6, samples=30),
    layers=(Recurrent(units=2),),
    training=Training(epochs=3),
)


@pytest.fixture
def run(store):
    run = store.create(EXPERIMENT)
    store.add_metrics(run, [1, 2, 3], [0.9, None, 0.5], [1.1, 0.8, 0.6])
    store.add_snapshot(run, 3, snapshot.pack({"kernel": np.ones((2, 2), np.float32)}))
    store.set_status(run, "finished")
    return run


def test_nothing_is_made_before_somebody_looks(app, run, offered):
    opened(app, run=run)
    assert not offered


def test_metrics_data_and_zip_are_those_of_the_run(app, run, offered):
    app.session_state["take_away"] = True
    opened(app, run=run)
    rows = list(csv.reader(io.StringIO(offered["metrics.csv"])))
    assert rows[0] == ["epoch", "loss", "val_loss"]
    assert rows[1:] == [["1", "0.9", "1.1"], ["2", "", "0.8"], ["3", "0.5", "0.6"]]
    dataset = dataset_of(EXPERIMENT.data)
    with np.load(io.BytesIO(offered["data.npz"])) as arrays:
        np.testing.assert_array_equal(arrays["x_train"], dataset.x[dataset.train])
    with zipfile.ZipFile(io.BytesIO(offered["seqlab_run.zip"])) as archive:
        assert archive.read("metrics.csv").decode() == offered["metrics.csv"]
        assert json.loads(archive.read("experiment.json")) == json.loads(EXPERIMENT.to_json())
        assert "model.keras" not in archive.namelist()
    assert "model.keras" not in offered


def test_predictions_are_offered_in_original_units(app, store, run, offered):
    dataset = dataset_of(EXPERIMENT.data)
    raw = np.zeros((len(dataset.validation), 1), np.float32)
    store.add_snapshot(run, 3, snapshot.pack({"prediction": raw}))
    app.session_state["take_away"] = True
    opened(app, run=run)
    rows = list(csv.DictReader(io.StringIO(offered["predictions.csv"])))
    assert len(rows) == len(dataset.validation)
    mean = dataset.target_scaling.invert(raw)[0, 0]
    assert all(float(row["prediction"]) == pytest.approx(mean) for row in rows)
    truth = dataset.truth(dataset.validation)[:, 0]
    np.testing.assert_allclose([float(row["truth"]) for row in rows], truth, rtol=1e-6)
    with zipfile.ZipFile(io.BytesIO(offered["seqlab_run.zip"])) as archive:
        assert archive.read("predictions.csv").decode() == offered["predictions.csv"]


def test_the_network_of_the_best_epoch_is_offered_too(app, store, run, offered, monkeypatch):
    store.add_metrics(run, [2], [0.8], [0.4])
    app.session_state["take_away"] = True
    opened(app, run=run)
    assert not app.get("button_group"), "the weights of epoch 2 are not kept"
    store.add_snapshot(run, 2, snapshot.pack({"kernel": np.zeros((2, 2), np.float32)}))
    weights = lambda _, frame, weights: NetworkFiles(weights["kernel"].tobytes())  # noqa: E731
    monkeypatch.setattr(downloads, "network_files", weights)
    opened(app, run=run)
    assert app.segmented_control(key="take_epoch").options == [
        "last, epoch 3",
        "best val_loss, epoch 2",
    ]
    app.button(key="prepare_model").click().run()
    assert offered["model.keras"] == np.ones((2, 2), np.float32).tobytes()
    app.segmented_control(key="take_epoch").set_value(2).run()
    app.button(key="prepare_model").click().run()
    assert offered["model.keras"] == np.zeros((2, 2), np.float32).tobytes()


def test_chosen_metrics_are_columns_of_the_table(app, store, offered):
    training = Training(epochs=2, metrics=("mean_absolute_error",))
    run = store.create(EXPERIMENT.model_copy(update={"training": training}))
    more = {"mean_absolute_error": [0.7, 0.6], "val_mean_absolute_error": [0.8, None]}
    store.add_metrics(run, [1, 2], [0.9, 0.5], [1.1, 0.6], more)
    store.add_snapshot(run, 2, snapshot.pack({"kernel": np.ones((2, 2), np.float32)}))
    store.set_status(run, "finished")
    app.session_state["take_away"] = True
    opened(app, run=run)
    assert list(csv.reader(io.StringIO(offered["metrics.csv"]))) == [
        ["epoch", "loss", "val_loss", *more],
        ["1", "0.9", "1.1", "0.7", "0.8"],
        ["2", "0.5", "0.6", "0.6", ""],
    ]


def test_the_network_is_made_on_a_click_and_joins_the_zip(app, run, offered, monkeypatch):
    asked = []

    def network_files(experiment, frame, weights):
        asked.append((experiment, frame.timesteps, weights["kernel"].tolist()))
        return NetworkFiles(b"the file", b"the small one")

    monkeypatch.setattr(downloads, "network_files", network_files)
    app.session_state["take_away"] = True
    opened(app, run=run)
    assert not asked
    app.session_state["take_away"] = True
    app.button(key="prepare_model").click().run()
    assert not app.exception
    app.session_state["take_away"] = True
    app.run()
    assert asked == [(EXPERIMENT, 6, [[1, 1], [1, 1]])]
    assert offered["model.keras"] == b"the file"
    assert "After epoch 3" in captions(app)
    with zipfile.ZipFile(io.BytesIO(offered["seqlab_run.zip"])) as archive:
        assert archive.read("model.keras") == b"the file"
        assert archive.read("model.tflite") == offered["model.tflite"] == b"the small one"
        assert "LiteRT" in archive.read("README.md").decode()


def test_a_network_that_cannot_be_made_says_why(app, run, offered, monkeypatch):
    def network_files(*_):
        raise ModelError("This model took longer than 60 seconds.")

    monkeypatch.setattr(downloads, "network_files", network_files)
    app.session_state["take_away"] = True
    opened(app, run=run)
    app.session_state["take_away"] = True
    app.button(key="prepare_model").click().run()
    assert not app.exception
    assert "longer than 60 seconds" in app.error[0].value
    assert "seqlab_run.zip" in offered


def marked(app):
    return [block.value for block in app.code if block.language == "diff"]


def test_lines_of_the_code_that_changed_are_marked(app):
    app.session_state["code"] = True
    opened(app)
    assert not marked(app)
    app.session_state["code"] = True
    app.number_input(key="units_0").set_value(5).run()
    (diff,) = marked(app)
    (script,) = [block.value for block in app.code if block.language == "python"]
    number = next(i for i, line in enumerate(script.splitlines(), 1) if "LSTM(5" in line)
    assert diff == f"+ {script.splitlines()[number - 1]}"
    assert f"since you last looked here: line {number}." in captions(app)
    app.session_state["code"] = True
    app.run()  # nothing new: what was new stays marked
    assert marked(app) == [diff]


def test_many_changed_lines_are_counted(app):
    app.session_state["code"] = True
    opened(app, data="adding")
    app.session_state["code"] = True
    app.selectbox(key="data").set_value("sunspots").run()
    (diff,) = marked(app)
    assert len(diff.splitlines()) == 13
    assert "more lines" in diff
