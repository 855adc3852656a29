"""Forecasts of several steps beside a run, and what its states and gradients say."""

import numpy as np
import pytest

from seqlab.experiment import Data, Experiment, Network, Recurrent
from seqlab.inspection.networks import network_of
from seqlab.lens import snapshot
from seqlab.network import horizon
from seqlab.network.horizon import running_free
from seqlab.ui.draft import dataset_of
from seqlab.ui.playground import forecast_horizon
from tests.ui.conftest import new_tab
from tests.ui.test_lens_page import weights
from tests.ui.test_pages import captions, messages, opened

SINE = Experiment(data=Data(source="sine", samples=150, window=8), layers=(Recurrent(units=3),))


def finished(store, experiment, change=None):
    """A run with drawn weights, which `change` may change."""
    dataset = dataset_of(experiment.data)
    arrays = weights(experiment, dataset, 1)
    if change is not None:
        change(arrays)
    run = store.create(experiment)
    said = {}
    if dataset.goal.kind == "value":
        said["prediction"] = np.zeros(dataset.y[dataset.validation].shape, np.float32)
    store.add_snapshot(run, 4, snapshot.pack(arrays | said))
    store.set_status(run, "finished")
    return run, arrays, dataset


def titles(app):
    """Of what can be unfolded below the charts."""
    return [part.label for part in app.expander]


def test_a_free_run_says_its_error_at_both_ends(app, store):
    run, arrays, dataset = finished(store, SINE)
    opened(app, run=run)
    assert "reading its own forecasts" not in captions(app)  # made for those who look
    app.session_state["ahead"] = True
    app.run()
    app.slider(key="ahead_steps").set_value(5)
    app.session_state["ahead"] = True
    app.run()
    assert not app.exception
    assert titles(app) == ["Recursive forecast: it reads its own forecasts"]
    found = running_free(SINE, dataset, network_of(arrays, SINE, dataset), 5)
    said = f"RMSE {found.errors[0]:.4g} one step ahead, {found.errors[4]:.4g} at step 5"
    assert said in captions(app)
    assert f"Forecast 1 of {len(found.rows)}" in captions(app)


def test_a_costly_free_run_is_bounded_and_worked_out_once(app, store, monkeypatch):
    run, arrays, dataset = finished(store, SINE)
    network = network_of(arrays, SINE, dataset)
    each, beside, _ = horizon._work(dataset, network)
    monkeypatch.setattr(horizon, "MOST_WORK", 4 * (10 * each + beside))
    app.session_state["ahead"] = True
    opened(app, run=run)
    assert app.slider(key="ahead_steps").max == 4
    assert "Further than 4 steps ahead" in captions(app)
    assert "forecasts from 10 of 27 windows" in captions(app)
    assert len(running_free(SINE, dataset, network, 4).rows) == 10
    monkeypatch.setattr(horizon, "MOST_NUMBERS", 3 * 8 * sum(a.shape[-1] for a in arrays.values()))
    assert len(running_free(SINE, dataset, network, 4).rows) == 3
    monkeypatch.setattr(forecast_horizon, "running_free", None)
    app.session_state["ahead"] = True
    app.run()
    assert not app.exception
    assert "forecasts from 10 of 27 windows" in captions(app)


def test_several_steps_at_once_have_their_error_by_horizon(app, store):
    data = Data(source="elnino", window=8, steps=6)
    run, *_ = finished(store, Experiment(data=data, layers=(Recurrent(units=2),)))
    app.session_state["ahead"] = True
    opened(app, run=run)
    assert titles(app) == ["Error by horizon"]
    assert "all steps at once" in captions(app)
    assert "at step 6" in captions(app)


def test_a_network_for_classes_has_no_horizon(app, store):
    data = Data(source="reviews", samples=60)
    run, *_ = finished(store, Experiment(data=data, layers=(Recurrent(units=2),)))
    app.session_state["ahead"] = True
    opened(app, run=run)
    assert titles(app) == []


def dead(arrays):
    arrays["simplernn_0/bias"][:2] = -1e3


def forgetful(arrays):
    units = arrays["lstm_0/recurrent_kernel"].shape[0]
    arrays["lstm_0/bias"][units : 2 * units] = -9
    arrays["lstm_0/recurrent_kernel"] *= 0.01


def faithful(arrays):
    forgetful(arrays)
    arrays["lstm_0/bias"][4:8] = 5


def wild(arrays):
    arrays["simplernn_0/recurrent_kernel"][:] = 3 * np.eye(4)


@pytest.mark.parametrize(
    ("layer", "change", "says"),
    [
        (Recurrent(cell="SimpleRNN", units=4, activation="relu"), dead, "2 of 4 units"),
        (Recurrent(units=4), forgetful, "The gradient vanishes in lstm_0"),
        (Recurrent(cell="SimpleRNN", units=4, activation="linear"), wild, "The gradient explodes"),
    ],
    ids=["dead units", "vanishing", "exploding"],
)
def test_states_and_gradients_of_the_trained_network_are_read(app, store, layer, change, says):
    experiment = Experiment(data=Data(source="sine", samples=150, window=20), layers=(layer,))
    run, *_ = finished(store, experiment, change)
    opened(app, run=run)
    assert any(says in message for message in messages(app))
    usual, *_ = finished(store, experiment, faithful if layer.cell == "LSTM" else None)
    other = opened(new_tab(), run=usual)
    assert not any(says in message for message in messages(other))


def test_an_encoders_states_are_read_and_a_forced_decoder_is_named(app, store):
    layers = (
        Recurrent(cell="SimpleRNN", units=4, activation="relu"),
        Recurrent(cell="SimpleRNN", units=4, return_sequences=True),
    )
    experiment = Experiment(
        data=Data(source="dates", samples=40),
        layers=layers,
        network=Network(head="teacher_forcing"),
    )
    run, *_ = finished(store, experiment, dead)
    opened(app, run=run)
    assert any("2 of 4 units of simplernn_0" in message for message in messages(app))
    assert "The decoder has read the truth before each symbol" in captions(app)
