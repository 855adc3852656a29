"""The first minute: what it is about, ways to begin, a look round; and earlier runs in sight."""

import time

import numpy as np
import pytest

from seqlab.experiment import Experiment
from seqlab.figures.learning import Ghost, loss
from seqlab.ui.playground import live, tour
from tests.ui.test_pages import captions, finished_run, opened, popovers


def units(count: int) -> Experiment:
    return Experiment.from_query({"units_0": str(count), "epochs": "2"})


def shown(app, store, *runs):
    """A tab that began these runs, with the last one in sight."""
    app.session_state["_own_runs"] = list(runs)
    return opened(app, run=runs[-1])


def test_the_title_says_what_it_is_and_what_the_network_is_asked(app):
    opened(app)
    assert [title.value for title in app.title] == ["Recurrent network playground"]
    assert "From 22 years of sunspots, forecast the next one." in captions(app)
    app.selectbox(key="data").set_value("adding").run()
    assert "Add the two marked numbers of a sequence." in captions(app)


def test_show_me_trains_the_default_and_points_at_five_things(app, store):
    opened(app, units_0="3")
    app.button(key="show_me").click().run()
    (run,) = store.runs()
    assert run.experiment == Experiment()
    for i, stop in enumerate(tour.STOPS, 1):
        assert any(f"{i} of 5. {stop.title}" in text.value for text in app.markdown)
        app.button(key="tour_next").click().run()
    assert not any(button.key == "tour_next" for button in app.button)
    assert not app.exception


def test_a_look_round_can_be_skipped(app):
    opened(app)
    app.button(key="show_me").click().run()
    app.button(key="tour_skip").click().run()
    assert not any(button.key == "tour_next" for button in app.button)


def test_my_data_asks_for_a_file(app):
    opened(app)
    app.button(key="my_data").click().run()
    assert app.session_state["data"] == "upload"
    assert not app.exception


def test_who_has_a_run_is_not_asked_how_to_begin(app, store):
    opened(app, run=finished_run(store))
    assert not any(button.key == "show_me" for button in app.button)


def test_earlier_runs_stay_in_sight_and_the_change_is_judged(app, store):
    a, b = finished_run(store, units(8)), finished_run(store, units(16))
    shown(app, store, a, b)
    assert "1 earlier" in popovers(app)
    assert "units 8 → 16: best val_loss 0.6 → 0.6 with one seed each; that can be luck." in (
        captions(app)
    )
    app.button(key=f"drop_{a}").click().run()
    assert "1 earlier" not in popovers(app)
    assert store.get(a) is not None  # dropped from the picture, not from the store


def test_an_earlier_run_is_opened_with_its_settings(app, store):
    a, b = finished_run(store, units(8)), finished_run(store, units(16))
    shown(app, store, a, b)
    app.button(key=f"open_{a}").click().run()
    assert app.session_state["units_0"] == 8
    assert app.session_state["run"] == a


def test_a_run_without_an_epoch_has_no_curve(app, store):
    nothing = store.create(units(4))
    store.set_status(nothing, "stopped")
    shown(app, store, nothing, finished_run(store, units(16)))
    assert not any("earlier" in label for label in popovers(app))


def test_runs_on_other_data_do_not_stand_beside(app, store):
    other = finished_run(store, Experiment.from_query({"data": "nile", "epochs": "2"}))
    shown(app, store, other, finished_run(store, units(16)))
    assert not any("earlier" in label for label in popovers(app))
    assert "can be luck" not in captions(app)


def test_pinned_curves_stay_however_many_come(app, store):
    runs = [finished_run(store, units(count)) for count in range(2, 10)]
    shown(app, store, *runs)
    assert "5 earlier" in popovers(app)
    app.session_state["_pinned_curves"] = {runs[0]}
    app.run()
    assert "6 earlier" in popovers(app)


def test_a_ghost_is_thin_grey_and_named_and_the_axis_holds_it():
    epoch = np.arange(1, 4)
    ghost = Ghost("units 8", epoch, np.array([9.0, 8.0, 7.0]))
    figure = loss(epoch, np.ones(3), np.ones(3), None, 3, ghosts=[ghost])
    (drawn,) = [trace for trace in figure.data if trace.name == "units 8"]
    assert drawn.line.width == 1
    assert list(drawn.y) == [9, 8, 7]
    assert not drawn.showlegend
    assert drawn.zorder < 0
    assert figure.data[0].name == "loss"
    long = Ghost("x", np.arange(1, 5001), np.linspace(9, 1, 5000))
    (line,) = [t for t in loss(epoch, epoch, epoch, None, 3, ghosts=[long]).data if t.name == "x"]
    assert len(line.x) <= 402
    assert line.y[-1] == 1


def test_live_trains_anew_after_a_change_that_is_left_alone(app, store, monkeypatch):
    shown(app, store, finished_run(store, units(8)))
    app.toggle(key="live").set_value(True).run()
    assert len(store.runs()) == 1  # nothing was changed
    app.number_input(key="units_0").set_value(5).run()
    assert len(store.runs()) == 1  # one may go on typing
    time.sleep(live.QUIET)
    app.run()
    newest, _ = store.runs()
    assert newest.experiment.layers[0].units == 5
    app.run()
    assert len(store.runs()) == 2


@pytest.mark.parametrize("hinder", ["off", "wrong", "others"])
def test_live_waits_where_it_must(app, store, monkeypatch, hinder):
    from seqlab.ui import services

    shown(app, store, finished_run(store, units(8)))
    app.toggle(key="live").set_value(hinder != "off").run()
    if hinder == "others":
        monkeypatch.setattr(services.pool(), "others_wait", lambda owner: True)
    app.number_input(key="units_0").set_value(0 if hinder == "wrong" else 5).run()
    time.sleep(live.QUIET)
    app.run()
    assert len(store.runs()) == 1
    assert not app.exception
