"""The pages without a browser: what a visitor enters, and what the page says to it."""

import random
import re
from contextlib import suppress

import pytest

from seqlab import environment
from seqlab.data.catalogue import ENTRIES
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.runs.pool import Pool
from seqlab.runs.recorder import Recorder
from seqlab.runs.storage import StoreError
from seqlab.runs.store import Store
from seqlab.runs.studies import PlannedRun, Studies
from seqlab.ui import services


def opened(app, **query):
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def messages(app):
    """What the findings say: errors in boxes, the others in lines that begin with an icon."""
    lines = [text for text in app.markdown if text.value.startswith((":orange[", ":blue["))]
    return [box.value.replace("\\", "") for box in (*app.error, *app.info, *lines)]


def train_is_possible(app):
    return not app.button(key="train").disabled


def captions(app):
    return " ".join(caption.value.replace("\\", "") for caption in app.caption)


def popovers(app):
    """What the buttons say that open more settings."""
    return [block.proto.popover.label for block in app.main if block.type == "popover"]


def picture(app):
    """The shape chain as plain text."""
    drawn = next(b.proto.body for b in app.get("html") if "seqlab-chain" in b.proto.body)
    return re.sub("<[^>]*>", "", drawn)


def test_the_page_opens_with_the_default_experiment(app):
    opened(app)
    assert messages(app) == []
    assert train_is_possible(app)
    assert "(None, 22, 1)" in picture(app)
    assert "LSTM(16)" in picture(app)


def test_units_change_shapes_and_the_parameter_count(app):
    opened(app)
    app.number_input(key="units_0").set_value(32).run()
    assert "(None, 32)" in picture(app)
    # Keras: LSTM(32) on one feature 4 x (32 x 33 + 32) = 4352, Dense(1) 33
    assert "4,385 parameters" in picture(app)


@pytest.mark.parametrize(
    ("key", "wrong", "mended"),
    [
        ("units_0", 0, 1),
        ("units_0", 513, 512),
        ("window", 0, 1),
        ("window", 5000, 1000),
        ("horizon", -1, 1),
        ("epochs", 0, 1),
        ("batch_size", 0, 1),
        ("learning_rate", 0.0, 1e-6),
        ("learning_rate", -1.0, 1e-6),
        ("seed", -5, 0),
        ("clipnorm", 0.0, 1e-6),
    ],
)
def test_a_number_out_of_range_gets_a_sentence_and_a_fix(app, key, wrong, mended):
    opened(app)
    app.number_input(key=key).set_value(wrong).run()
    name = key.removesuffix("_0")
    assert any(f"argument `{name}`, expected" in message for message in messages(app))
    assert not train_is_possible(app)
    app.button(key="fix_0").click().run()
    assert app.number_input(key=key).value == mended


def test_a_window_longer_than_the_series_is_cut_to_what_fits(app):
    opened(app)
    app.number_input(key="window").set_value(300).run()
    (message,) = messages(app)
    assert "the first 247 of 309 rows" in message
    assert not train_is_possible(app)
    app.button(key="fix_0").click().run()
    assert messages(app) == []
    assert app.number_input(key="window").value == 61
    assert train_is_possible(app)


def test_the_second_layer_needs_return_sequences_below_it(app):
    opened(app)
    app.button(key="add_layer").click().run()
    assert any("Turn on return_sequences in layer 1" in message for message in messages(app))
    assert not train_is_possible(app)
    app.button(key="fix_0").click().run()
    assert app.toggle(key="return_sequences_0").value is True
    assert "(None, 22, 16)" in picture(app)
    assert train_is_possible(app)


def test_return_sequences_before_the_head_is_mended(app):
    opened(app)
    app.toggle(key="return_sequences_0").set_value(True).run()
    assert not train_is_possible(app)
    app.button(key="fix_0").click().run()
    assert app.toggle(key="return_sequences_0").value is False
    assert train_is_possible(app)


def test_a_link_sets_the_widgets(app):
    opened(app, data="adding", window="40", cell_0="GRU", units_0="24", optimizer="Nadam")
    assert app.selectbox(key="data").value == "adding"
    assert app.number_input(key="window").value == 40
    assert "GRU(24)" in picture(app)
    assert app.selectbox(key="optimizer").value == "Nadam"


def test_a_number_out_of_range_in_a_link_is_shown_with_its_fix(app):
    opened(app, units_0="9999", epochs="7")
    assert app.number_input(key="units_0").value == 9999
    assert app.number_input(key="epochs").value == 7
    assert any("got 9999" in message for message in messages(app))
    app.button(key="fix_0").click().run()
    assert app.number_input(key="units_0").value == 512
    assert app.number_input(key="epochs").value == 7


@pytest.mark.parametrize(
    "query",
    [
        {"cell_0": "Transformer"},
        {"units_0": "many"},
        {"units_0": "3.5"},
        {"units_0": "1e400"},
        {"epochs": "NaN"},
        {"layers": "900"},
        {"return_sequences_0": "[1]"},
        {"data": "<b>"},
        {"inputs": "7"},
        {"seed": "[" * 3000},
    ],
)
def test_nonsense_in_a_link_is_said_and_the_rest_is_taken(app, query):
    opened(app, batch_size="16", **query)
    assert any("The link was not understood in full." in message for message in messages(app))
    assert app.number_input(key="batch_size").value == 16
    assert train_is_possible(app)


def test_an_unknown_run_in_a_link_shows_the_playground(app):
    opened(app, run="nobody", units_0="8")
    assert "LSTM(8)" in picture(app)


CSV = "year,flow,rain\n" + "\n".join(f"{1900 + i},{i % 11 + 0.5},{i % 7}" for i in range(90))


def upload(app, name, content):
    opened(app)
    app.selectbox(key="data").set_value("upload").run()
    app.file_uploader(key="upload").upload(name, content).run()
    assert not app.exception
    return app


def test_an_uploaded_table_offers_its_columns(app):
    upload(app, "rivers.csv", CSV.replace(",", ";").encode())
    assert app.selectbox(key="target").options == ["flow", "rain"]
    assert "(None, 22, 1)" in picture(app)
    app.multiselect(key="inputs").set_value(["flow", "rain"]).run()
    assert "(None, 22, 2)" in picture(app)
    assert train_is_possible(app)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "empty"),
        ("binary.csv", bytes(range(256)) * 8, "binary data"),
        ("words.csv", b"name,city\nAda,London\nAlan,Wilmslow\n", "no column of numbers"),
        ("short.csv", b"year,flow\n1900,1\n1901,2\n1902,3\n", "window of 22"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(app, name, content, sentence):
    upload(app, name, content)
    assert any(sentence in message for message in messages(app))
    assert app.error
    assert not train_is_possible(app)
    app.selectbox(key="data").set_value("sunspots").run()
    assert train_is_possible(app)
    assert not app.error


def test_the_other_reading_of_a_file_is_taken_with_one_click(app):
    draw = random.Random(0)
    rows = [f"{draw.random()},{draw.random()},{draw.random()},{i % 2}" for i in range(60)]
    upload(app, "cases.csv", "\n".join(["a,b,c,died", *rows]).encode())
    assert any("perhaps each row is a case of its own" in message for message in messages(app))
    (button,) = [b for b in app.button if b.label == "Read a sequence a row"]
    button.click().run()
    assert not app.exception
    assert app.session_state["reading"]["kind"] == "wide"
    assert "(None, 3, 1)" in picture(app)
    assert train_is_possible(app)


def test_a_bad_file_does_not_take_away_the_good_one(app):
    upload(app, "rivers.csv", CSV.encode())
    app.file_uploader(key="upload").upload("empty.csv", b"").run()
    assert any("empty" in message for message in messages(app))
    assert app.selectbox(key="target").options == ["flow", "rain"]
    assert train_is_possible(app)


def finished_run(store, experiment=None, **metrics):
    run = store.create(experiment or Experiment(training=Training(epochs=2)))
    store.set_status(run, "running")
    store.add_metrics(run, [1, 2], metrics.get("loss", [0.9, 0.5]), [1.1, 0.6])
    store.set_status(run, metrics.get("status", "finished"), metrics.get("message", ""))
    return run


def test_a_finished_run_says_how_it_went(app, store):
    opened(app, run=finished_run(store))
    assert any("Finished: 2 epochs" in text.value for text in app.markdown)
    assert "Best val_loss 0.6 in epoch 2" in captions(app)


def test_chosen_metrics_stand_beside_the_losses_of_a_run_that_trains(app, store):
    training = Training(epochs=9, metrics=("mean_absolute_error", "r2_score"))
    run = store.create(Experiment(training=training))
    store.set_status(run, "running")
    losses = {"epoch": [1, 2], "loss": [0.9, 0.5], "val_loss": [1.1, 0.6]}
    more = {"mean_absolute_error": [0.8, 0.7], "val_mean_absolute_error": [0.5, 0.25]}
    more |= {"accuracy": [None, None], "val_r2_score": [-0.5, 0.75]}
    Recorder(store).event(run, {"kind": "metrics", **losses, **more})  # as a worker reports them
    opened(app, run=run)
    (bar,) = app.get("progress")
    assert bar.proto.text.startswith("Epoch 2 of 9")
    assert bar.proto.text.endswith(
        "loss 0.5 · val_loss 0.6 · val_mean_absolute_error 0.25 · val_r2_score 0.75"
    )
    store.set_status(run, "finished")
    app.run()
    assert any("val_r2_score 0.75" in text.value.replace("\\", "") for text in app.markdown)


def test_a_run_keeps_its_settings_beside_a_changed_draft(app, store):
    run = finished_run(store, Experiment(layers=(Recurrent(units=7),)))
    opened(app, run=run)
    assert app.number_input(key="units_0").value == 7
    app.number_input(key="units_0").set_value(9).run()
    assert "Settings changed: " in captions(app)


def test_a_run_whose_file_is_gone_still_shows_its_curve(app, store):
    run = finished_run(store, Experiment(data=Data(source="upload", file="gone")))
    opened(app, run=run)
    assert "Best val_loss 0.6" in captions(app)


@pytest.mark.parametrize("status", ["failed", "diverged", "interrupted", "stopped"])
def test_a_run_that_ended_badly_says_why(app, store, status):
    run = finished_run(store, status=status, message="A sentence with $ and *stars*.")
    opened(app, run=run)
    text = " ".join(markdown.value.replace("\\", "") for markdown in app.markdown)
    assert "A sentence with $ and *stars*." in text
    assert train_is_possible(app)


def test_training_queues_the_draft_and_shows_it(app, store):
    opened(app)
    app.number_input(key="units_0").set_value(5).run()
    app.button(key="train").click().run()
    (run,) = store.runs()
    assert run.experiment.layers[0].units == 5
    assert run.id in app.query_params["run"]
    assert not app.button(key="stop").disabled


def test_who_uploads_is_told_who_can_see_it_and_how_long(app, monkeypatch):
    opened(app, data="upload")
    said = "Everybody who uses this server can see runs and their data."
    kept_for = "Kept for 30 days after their last run, shorter if space runs out."
    assert f"{said} {kept_for}" in captions(app)
    monkeypatch.setenv("SEQLAB_KEEP_DAYS", "never")
    environment.current.cache_clear()
    app.run()
    assert said in captions(app)
    assert "kept for" not in captions(app)


def test_a_server_forgets_at_its_start_what_is_too_old(tmp_path, monkeypatch):
    earlier = Store(tmp_path)
    run = finished_run(earlier)
    earlier.write("UPDATE runs SET ended = 0 WHERE id = ?", (run,))
    earlier.close()
    monkeypatch.setenv("SEQLAB_HOME", str(tmp_path))
    monkeypatch.setattr(services, "_store", None)
    for days, kept in (("never", 1), ("1e6", 1), (None, 0)):  # 30 days by default
        environment.current.cache_clear()
        if days is None:
            monkeypatch.delenv("SEQLAB_KEEP_DAYS")
        else:
            monkeypatch.setenv("SEQLAB_KEEP_DAYS", days)
        assert len(services.store().runs()) == kept
        services.close()


def test_what_cannot_be_kept_is_said_in_a_sentence_and_works_again(app, store):
    opened(app)
    app.number_input(key="units_0").set_value(5).run()
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")  # as a disk without room
    with suppress(StoreError):
        while True:
            store.create(Experiment())
    runs = len(store.runs(10_000))
    app.button(key="train").click().run()
    assert not app.exception
    assert any("disk is full" in message for message in messages(app))
    assert len(store.runs(10_000)) == runs
    assert app.number_input(key="units_0").value == 5
    store._db.execute("PRAGMA max_page_count = 1000000")
    app.button(key="train").click().run()
    assert len(store.runs(10_000)) == runs + 1
    assert not any("disk is full" in message for message in messages(app))


def test_the_runs_page_lists_what_was_trained(app, store):
    finished_run(store, Experiment(layers=(Recurrent(cell="GRU", units=3),)))
    opened(app)
    app.switch_page("../../pages/runs.py").run()
    assert not app.exception
    (table,) = app.dataframe
    assert table.value["network"].tolist() == ["GRU(3)"]
    assert table.value["best val_loss"].tolist() == [0.6]


def test_a_click_opens_the_run_that_its_row_showed(app, store):
    first, _ = finished_run(store), finished_run(store)
    opened(app)
    app.switch_page("../../pages/runs.py").run()
    finished_run(store)  # somebody else's, before the click arrives
    app.session_state["runs"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    app.run()
    app.session_state["runs"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    app.button(key="run_open").click().run()
    assert not app.exception
    assert first in app.query_params["run"]


def test_a_run_is_opened_by_its_name_and_not_again_on_coming_back(app, store):
    first, _ = finished_run(store), finished_run(store)
    opened(app)
    app.switch_page("../../pages/runs.py").run()
    (name,) = [option for option in app.selectbox(key="open_run").options if first in option]
    assert "LSTM(16) on Sunspots, 1700 to 2008 · finished · best val_loss 0.6" in name
    app.selectbox(key="open_run").set_value(name).run()
    assert app.session_state["run"] == first
    app.switch_page("../../pages/runs.py").run()
    assert app.selectbox(key="open_run").value is None
    assert not app.exception


def test_the_runs_page_without_runs_says_so(app):
    opened(app)
    app.switch_page("../../pages/runs.py").run()
    assert not app.exception
    assert any("Nothing has been trained" in message for message in messages(app))


def test_layers_change_places_and_go(app):
    opened(app, layers="3", units_0="4", units_1="5", units_2="6", cell_2="GRU", dropout_2="0.5")
    app.button(key="fix_0").click().run()
    assert train_is_possible(app)
    app.button(key="up_2").click().run()
    assert [app.number_input(key=f"units_{i}").value for i in range(3)] == [4, 6, 5]
    assert app.selectbox(key="cell_1").value == "GRU"
    assert app.number_input(key="dropout_1").value == 0.5
    assert train_is_possible(app)  # return_sequences belongs to the place
    app.button(key="remove_layer_2").click().run()
    app.button(key="remove_layer_0").click().run()
    assert "GRU(6)" in picture(app)
    assert "LSTM" not in picture(app)
    assert train_is_possible(app)


def resets(app):
    """What the buttons that reset a value say, by its key."""
    return {b.key.removeprefix("reset_"): b.label for b in app.button if b.key.startswith("reset_")}


def test_a_changed_setting_is_marked_and_reset_by_a_click(app):
    opened(app, dropout_0="0.25", units_0="20", momentum="0.5", optimizer="SGD", clipnorm="2.5")
    assert resets(app) == {
        "units_0": "units 20",
        "dropout_0": "dropout 0.25",
        "optimizer": "optimizer SGD",
        "momentum": "momentum 0.5",
        "clipnorm": "clipnorm 2.5",
    }
    for key in ("dropout_0", "momentum", "clipnorm", "units_0"):
        app.button(key=f"reset_{key}").click().run()
    assert app.number_input(key="dropout_0").value == 0
    assert app.number_input(key="momentum").value is None
    assert app.number_input(key="units_0").value == 16
    assert list(resets(app)) == ["optimizer"]


def test_return_sequences_is_changed_only_where_the_network_does_not_need_it(app):
    opened(app, layers="2", return_sequences_0="true")
    assert resets(app) == {}
    app.toggle(key="return_sequences_0").set_value(False).run()
    app.toggle(key="return_sequences_1").set_value(True).run()
    assert resets(app) == {
        "return_sequences_0": "return_sequences off",
        "return_sequences_1": "return_sequences on",
    }
    for key in resets(app):
        app.button(key=f"reset_{key}").click().run()
    assert train_is_possible(app)


def test_what_fits_the_task_is_offered(app):
    def options(key):
        return app.selectbox(key=key).options

    opened(app)
    assert options("loss") == [
        "automatic",
        "mean_squared_error",
        "mean_absolute_error",
        "huber",
        "log_cosh",
    ]
    assert options("head") == ["automatic", "Dense on the last state"]
    assert "softmax" not in options("head_activation")
    assert "accuracy" not in app.multiselect(key="metrics").options
    app.multiselect(key="metrics").set_value(["r2_score"]).run()
    assert train_is_possible(app)
    assert resets(app)["metrics"] == "metrics r2_score"
    app.selectbox(key="data").set_value("dates").run()
    assert options("loss") == ["automatic", "sparse_categorical_crossentropy"]
    assert [text.split(":")[0] for text in options("head")] == [
        "automatic",
        "encoder-decoder",
        "encoder-decoder",
    ]
    assert options("head_activation") == ["linear", "softmax"]
    assert app.multiselect(key="metrics").options == ["accuracy"]
    assert train_is_possible(app)  # what fitted the series is gone with it


def test_class_weights_are_offered_for_classes_alone(app, store):
    opened(app)
    assert "class_weight" not in [box.key for box in app.selectbox]
    app.selectbox(key="data").set_value("frequency").run()
    box = app.selectbox(key="class_weight")
    assert (box.value, box.options) == ("none", ["all targets alike", "balanced"])
    box.set_value("balanced").run()
    assert train_is_possible(app)
    assert resets(app)["class_weight"] == "class_weight balanced"
    app.button(key="reset_class_weight").click().run()
    assert app.selectbox(key="class_weight").value == "none"
    app.selectbox(key="class_weight").set_value("balanced").run()
    app.button(key="train").click().run()
    assert store.runs()[0].experiment.training.class_weight == "balanced"
    assert "counts all classes alike" in captions(app)


def test_forget_bias_and_recurrent_scale_are_sliders_within_their_limits(app):
    opened(app)
    app.slider(key="forget_bias_0").set_value(3.0).run()
    app.slider(key="recurrent_scale_0").set_value(1.5).run()
    assert not app.exception
    assert resets(app) == {
        "forget_bias_0": "Forget bias 3",
        "recurrent_scale_0": "Recurrent scale 1.5",
    }
    assert (app.slider(key="recurrent_scale_0").min, app.slider(key="recurrent_scale_0").max) == (
        0.5,
        1.5,
    )


def test_a_link_beyond_a_slider_is_shown_and_mended(app):
    opened(app, recurrent_scale_0="7.5")
    assert app.number_input(key="recurrent_scale_0").value == 7.5
    app.button(key="fix_0").click().run()
    assert not app.exception
    assert app.slider(key="recurrent_scale_0").value == 1.5


def test_what_keras_says_stands_beside_a_finding(app):
    opened(app, layers="2")
    (said,) = [text.value for text in app.markdown if "expected ndim" in text.value]
    assert "found ndim=2" in said
    assert "Keras" in popovers(app)


@pytest.mark.parametrize(
    "optimizer",
    ["SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adamax", "Adagrad", "Adadelta", "Lion"],
)
def test_every_optimizer_shows_its_knobs(app, optimizer):
    opened(app, optimizer=optimizer, schedule="plateau")
    assert train_is_possible(app)
    assert app.number_input(key="weight_decay").value is None


def test_a_running_run_can_be_steered(app, store, monkeypatch):
    run = store.create(Experiment())
    store.set_status(run, "running")
    store.add_metrics(run, [1], [0.9], [1.1], {"learning_rate": [0.005]})
    opened(app, run=run)
    told = []
    monkeypatch.setattr(Pool, "tell", lambda _, to, command: told.append((to, command["kind"])))
    monkeypatch.setattr(Pool, "stop", lambda _, to: told.append((to, "stop")))
    for key in ("pause", "step", "stop"):
        assert not app.button(key=key).disabled
        app.button(key=key).click().run()
        assert not app.exception
    app.number_input(key="new_rate").set_value(0.001).run()
    assert not app.exception
    assert told == [(run, "pause"), (run, "step"), (run, "stop"), (run, "learning_rate")]


def test_a_paused_run_can_be_resumed(app, store):
    run = store.create(Experiment())
    store.set_status(run, "running")
    store.set_status(run, "paused")
    opened(app, run=run)
    assert app.button(key="pause").label == "Resume"
    assert not app.button(key="step").disabled


def test_an_ended_run_with_a_state_can_go_on(app, store):
    run = finished_run(store)
    store.add_state(run, b"state")
    opened(app, run=run)
    app.button(key="more_epochs").click().run()
    assert not app.exception
    assert store.get(run).status == "queued"
    assert store.get(run).planned == 22


def test_a_run_of_a_study_is_not_trained_further_on_its_own(app, store):
    study = Studies(store, services.pool())
    (run,) = store.runs_of(study.begin("race", {}, [PlannedRun("A", 0, Experiment())], None))
    store.set_status(run.id, "finished")
    store.add_state(run.id, b"state")
    opened(app, run=run.id)
    assert "more_epochs" not in [button.key for button in app.button]


def test_a_run_that_goes_on_from_an_earlier_epoch_says_so(app, store):
    run = finished_run(store)
    store.add_state(run, b"state", 1)
    store.set_status(run, "failed", "crash")
    opened(app, run=run)
    assert app.button(key="more_epochs").help == "From epoch 1: later ones are trained anew."
    store.add_state(run, b"state", 2)
    assert not opened(app, run=run).button(key="more_epochs").help


@pytest.mark.parametrize("source", list(ENTRIES))
def test_every_source_is_shown_and_can_be_trained_on(app, source):
    opened(app)
    app.selectbox(key="data").set_value(source).run()
    assert not app.exception
    assert train_is_possible(app), messages(app)


def test_train_again_leaves_the_runs_of_others_alone(app, store, monkeypatch):
    stopped = []
    monkeypatch.setattr(Pool, "stop", lambda _, run: stopped.append(run))
    others = store.create(Experiment())
    store.set_status(others, "running")
    opened(app, run=others)
    app.button(key="train").click().run()
    assert stopped == []
    mine = next(run.id for run in store.runs() if run.id != others)
    app.button(key="train").click().run()
    assert stopped == [mine]


def test_a_damaged_snapshot_leaves_curve_and_settings(app, store):
    run = finished_run(store)
    store.add_snapshot(run, 2, b"damaged")
    opened(app, run=run)
    assert "Best val_loss 0.6" in captions(app)


@pytest.mark.parametrize("query", [{"target": "nobody"}, {"inputs": '["nobody"]'}])
def test_columns_that_are_not_there_are_forgotten(app, query):
    opened(app, **query)
    assert train_is_possible(app)
