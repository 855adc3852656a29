"""A Keras model of the visitor's own on the Inside page: a real file, and what can go wrong."""

import dataclasses

import numpy as np
import pytest

from seqlab.lens.architecture import Architecture
from seqlab.lens.backward import gradients
from seqlab.lens.occlusion import saliency
from seqlab.lens.stack import stack
from seqlab.lens.trace import trace
from seqlab.runs.keras_process import BusyError, KerasTraces, ModelError, ModelInput, OpenedModel
from seqlab.ui.inspect import VIEWS, my_model
from tests.ui.conftest import ROOT
from tests.ui.test_lens_page import words

draw = np.random.default_rng(0)
WEIGHTS = {
    "gru/kernel": draw.normal(size=(2, 9)).astype(np.float32),
    "gru/recurrent_kernel": draw.normal(size=(3, 9)).astype(np.float32),
    "gru/bias": draw.normal(size=(2, 9)).astype(np.float32),
    "out/kernel": draw.normal(size=(3, 1)).astype(np.float32),
    "out/bias": np.zeros(1, np.float32),
}
LAYERS = [{"name": "gru", "kind": "GRU", "parameters": 63, "output": [None, 3]}]
OPENED = OpenedModel(
    weights=WEIGHTS,
    architecture=Architecture({"gru": {"cell": "GRU"}}, masked=False),
    layers=LAYERS,
    inputs=(ModelInput("numbers", None, 2),),
    recurrent={"gru": {"cell": "GRU", "units": 3}},
)


@pytest.fixture
def page(app, monkeypatch):
    my_model._opened.clear()
    my_model._looked.clear()
    app.session_state["lens_mine"] = True
    app.switch_page(str(ROOT / "pages/lens.py"))
    app.run()
    assert not app.exception
    yield app
    my_model._opened.clear()
    my_model._looked.clear()


def upload(page, monkeypatch, found):
    def open_model(data):
        assert data == b"the file"
        if isinstance(found, str):
            raise ModelError(found)
        return found

    monkeypatch.setattr(my_model, "open_model", open_model)
    page.file_uploader(key="my_model").upload("mine.keras", b"the file").run()
    assert not page.exception
    return page


def test_the_page_without_a_run_offers_it(app):
    app.switch_page(str(ROOT / "pages/lens.py"))
    app.run()
    assert "Train a network first" in words(app)
    app.toggle(key="lens_mine").set_value(True).run()
    assert not app.exception
    assert app.file_uploader(key="my_model")


def test_gates_of_a_real_file_are_those_of_keras(page, tmp_path):
    """No stub: another process opens the file, and the page says what Keras computes."""
    import keras  # not at the top: the other tests here need none

    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((None, 2)), layers.GRU(3, bias_initializer="normal"), layers.Dense(1)]
    )
    model.save(tmp_path / "mine.keras")
    page.file_uploader(key="my_model").upload(
        "mine.keras", (tmp_path / "mine.keras").read_bytes()
    ).run(timeout=90)
    assert not page.exception
    assert f"{model.layers[0].name}: 20 steps, 3 units" in words(page)
    assert "The lens shows it: checked against Keras" in words(page)
    page.text_area[0].set_value("0.5, -1\n2, 0.25\n1, 1").run()
    assert not page.exception
    x = np.array([[[0.5, -1], [2, 0.25], [1, 1]]], np.float32)
    assert f"the model gives {float(model(x)[0, 0]):.4g}." in words(page)
    model.layers[0].return_sequences = True
    hidden = np.asarray(model.layers[0](x))[0]
    step, unit = np.unravel_index(np.abs(hidden).argmax(), hidden.shape)
    assert f"unit {unit + 1} at step {step + 1}: {hidden[step, unit]:.3g}" in words(page)


def test_what_the_lens_does_not_follow_is_shown_by_keras_and_the_page_says_so(page, monkeypatch):
    def by_keras(_, *x):
        hidden = np.linspace(0, 1, 3 * len(x[0])).reshape(-1, 3)
        gates = dict.fromkeys(("update_gate", "reset_gate", "candidate", "hidden"), hidden)
        return KerasTraces({"gru": gates}, {"gru": np.arange(len(x[0]))}, np.array([0.125]))

    monkeypatch.setattr(OpenedModel, "gates", by_keras)
    upload(page, monkeypatch, dataclasses.replace(OPENED, differs="It is no chain of layers."))
    assert "Keras itself shows it, in a process of its own. It is no chain" in words(page)
    assert "the model gives 0.125." in words(page)
    assert "from step 2 to 20, at most 19 at step 20" in words(page)


def choose_view(page, name):
    (choice,) = [box for box in page.segmented_control if box.key.startswith("my_model_view")]
    choice.set_value(name).run()
    assert not page.exception
    assert not page.warning


TOKENS = {
    "embedding/embeddings": draw.normal(size=(5, 2)).astype(np.float32),
    "lstm/forward/kernel": draw.normal(size=(2, 12)).astype(np.float32),
    "lstm/forward/recurrent_kernel": draw.normal(size=(3, 12)).astype(np.float32),
    "lstm/forward/bias": draw.normal(size=12).astype(np.float32),
    "lstm/backward/kernel": draw.normal(size=(2, 12)).astype(np.float32),
    "lstm/backward/recurrent_kernel": draw.normal(size=(3, 12)).astype(np.float32),
    "lstm/backward/bias": draw.normal(size=12).astype(np.float32),
    "out/kernel": draw.normal(size=(6, 2)).astype(np.float32),
    "out/bias": np.zeros(2, np.float32),
}
OTHERS = {
    "numbers": OPENED,
    "tokens, both ways, every step": dataclasses.replace(
        OPENED,
        weights=TOKENS,
        architecture=Architecture({"lstm": {"cell": "LSTM"}}, sequences=True),
        inputs=(ModelInput("words", None, 1, 5),),
        recurrent={f"lstm/{way}": {"cell": "LSTM", "units": 3} for way in ("forward", "backward")},
    ),
}


SAID = {
    "One cell": "This is the cell of the textbooks",
    "Statistics": "The network reads the sequence",
    "Gradient through time": "As it is, on the way back",
    "Attribution": "are largest at step",
    "State trajectory (PCA)": "The dots are all steps of it",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_the_lens_follows_is_shown_in_all_views(page, monkeypatch, name):
    upload(page, monkeypatch, OTHERS[name])
    for view in (name for name, view in VIEWS.items() if view.of_files):
        choose_view(page, view)
        said = words(page)
        assert SAID[view] in said
        assert "before training" not in said.lower(), view
        assert "training part" not in said, view
        assert "validation" not in said, view


def test_the_views_of_a_model_from_a_file_show_its_own_numbers(page, monkeypatch):
    upload(page, monkeypatch, OPENED)
    page.text_area[0].set_value("0.5, -1\n2, 0.25\n1, 1").run()
    network = stack(WEIGHTS, OPENED.architecture)
    x = np.array([[0.5, -1], [2, 0.25], [1, 1]], np.float32)
    choose_view(page, "Attribution")
    slopes = saliency(network, x, 0)
    first, second = sorted(np.argsort(-slopes)[:2] + 1)
    assert f"The slopes of output are largest at steps {first} and {second}" in words(page)
    choose_view(page, "Gradient through time")
    flow = gradients(network, x[np.newaxis], np.ones((1, 1))).flows["gru"].hidden_norm[0]
    assert "As it is, on the way back, in gru |dL/dh| at step 1" in words(page)
    assert f"{flow[0] / flow[2]:.2g}" in words(page)
    assert "L is the sum of all that the network answers" in words(page)
    choose_view(page, "Statistics")
    update = trace("GRU", list(WEIGHTS.values())[:3], x[np.newaxis]).update_gate
    assert (
        f"the update gate z is wide open (above 0.9) {(update > 0.9).mean():.0%} of the time"
        in words(page)
    )


def test_what_cannot_be_read_gets_a_sentence(page, monkeypatch):
    upload(page, monkeypatch, OPENED)
    for typed, sentence in {
        "1, 2, 3": "Expected 2 numbers for each step, got 3",
        "": "Expected 2 numbers for each step",
        "1, two": "'two', is not a number",
    }.items():
        page.text_area[0].set_value(typed).run()
        assert not page.exception
        assert sentence in page.error[0].value.replace("\\", "")


def test_a_refused_file_says_why_and_is_not_opened_again(page, monkeypatch):
    upload(page, monkeypatch, "This file holds code of its own.")
    assert "code of its own" in page.error[0].value
    monkeypatch.setattr(my_model, "open_model", None)
    page.run()
    assert not page.exception
    assert "code of its own" in page.error[0].value


def test_a_file_that_had_no_turn_is_tried_again(page, monkeypatch):
    def open_model(_):
        raise BusyError("Try again later.")

    monkeypatch.setattr(my_model, "open_model", open_model)
    page.file_uploader(key="my_model").upload("mine.keras", b"the file").run()
    assert "Try again later" in page.error[0].value.replace("\\", "")
    monkeypatch.setattr(my_model, "open_model", lambda _: OPENED)
    page.run()
    assert not page.error
    assert "gru: 20 steps" in words(page)


def test_a_wide_layer_behind_a_small_one_is_not_followed(page, monkeypatch):
    wide = WEIGHTS | {"out/kernel": np.zeros((3, 600_000), np.float32)}
    found = dataclasses.replace(OPENED, weights=wide | {"out/bias": np.zeros(600_000, np.float32)})
    upload(page, monkeypatch, found)
    assert "are too many to follow; at most 8 steps are" in words(page)
    page.text_area[0].set_value("0.5, -1").run()
    assert "gru: 1 steps" in words(page)


def test_tokens_are_whole_numbers_of_the_vocabulary():
    model = ModelInput("tokens", 4, 1, 6, rank=2)
    assert my_model.entered(model, "5, 0 1\n2").tolist() == [5, 0, 1, 2]
    for typed in ("1, 2, 3, 6", "1, 2, 3, -1", "1, 2, 3, 0.5"):
        with pytest.raises(ValueError, match="from 0 to 5"):
            my_model.entered(model, typed)
    with pytest.raises(ValueError, match="Expected 4 numbers"):
        my_model.entered(model, "1, 2")
