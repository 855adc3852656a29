"""The ready-made experiments: each one opens on the playground as it is described."""

import pytest

from seqlab.data.catalogue import ENTRIES
from seqlab.experiment import Experiment
from seqlab.presets import PRESETS
from seqlab.ui import state
from tests.ui.conftest import ROOT
from tests.ui.test_pages import finished_run, messages, opened, train_is_possible

PAGE = str(ROOT / "pages/examples.py")


def examples(app):
    opened(app).switch_page(PAGE).run()
    assert not app.exception
    return app


def shown(app):
    layers = Experiment().layers * app.session_state["layers"]
    names = Experiment(layers=layers).to_flat()
    return Experiment.from_flat({key: app.session_state[key] for key in names})


def test_every_experiment_has_a_card(app):
    examples(app)
    text = " ".join(block.value for block in (*app.markdown, *app.caption))
    for preset in PRESETS:
        assert preset.title in text
        assert preset.about in text
    assert "Reached: RMSE 19.46. Best baseline, linear autoregression: RMSE 19.98." in text
    assert "Bidirectional(LSTM(64)) → LSTM(64) · Adam 0.005 · 25 epochs" in text


def test_every_source_has_a_picture_and_opens_with_a_fitting_network(app):
    examples(app)
    assert len(app.get("html")) == len(PRESETS) + len(ENTRIES)
    app.button(key="use_vowels").click().run()
    assert not app.exception
    assert app.session_state["data"] == "vowels"
    assert train_is_possible(app)


def test_the_own_file_comes_first(app):
    examples(app)
    assert app.button[0].key == "use_upload"
    app.button(key="use_upload").click().run()
    assert app.session_state["data"] == "upload"
    assert not app.exception


@pytest.mark.parametrize("key", ["sunspots", "elnino_12", "vowels", "dates"])
def test_a_card_opens_its_experiment(app, key):
    (preset,) = [preset for preset in PRESETS if preset.key == key]
    opened(app, data="adding", units_0="3")
    app.switch_page(PAGE).run()
    app.button(key=f"open_{key}").click().run()
    assert not app.exception
    assert shown(app) == preset.experiment
    assert train_is_possible(app)
    assert app.title[0].value == "Recurrent network playground"
    assert app.query_params == preset.experiment.to_query()
    assert not any("link" in message for message in messages(app))


def test_a_card_leaves_the_run_that_was_shown(app, store):
    opened(app, run=finished_run(store))
    app.switch_page(PAGE).run()
    app.button(key="open_sunspots").click().run()
    assert not app.exception
    assert app.session_state[state.RUN] is None


def test_a_card_opens_again_after_a_number_out_of_range(app):
    examples(app)
    app.button(key="open_elnino").click().run()
    app.number_input(key="units_0").set_value(0).run()
    app.switch_page(PAGE).run()
    app.button(key="open_elnino").click().run()
    assert app.number_input(key="units_0").value == 16
