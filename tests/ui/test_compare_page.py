"""The Compare page without a browser and without training: what is asked and what is said."""

import threading
import time

import numpy as np
import pytest

from seqlab.comparison import on_pool
from seqlab.comparison.entrants import Entrant
from seqlab.comparison.honest import FRESH
from seqlab.experiment import Experiment, Recurrent, Training
from seqlab.runs.studies import PlannedRun, Studies
from seqlab.ui import services, visitor
from seqlab.ui.playground import steering


@pytest.fixture
def compare(app, store):
    """The Compare page in a tab of its own."""

    def opened(**query):
        app.query_params.update(query)
        app.run()
        app.switch_page("../../pages/compare.py").run()
        assert not app.exception
        return app

    return opened


def text(app):
    parts = (*app.caption, *app.markdown, *app.error, *app.warning, *app.info)
    return " ".join(part.value.replace("\\", "") for part in parts)


def variants(app):
    return [block.proto.body for block in app.get("html") if "■" in block.proto.body]


def studies():
    return Studies(services.store(), services.pool())


def finish(store, study, losses):
    """All runs of a study end, with those losses by variant and seed."""
    for run in studies().runs(study):
        values = losses(run.variant, run.place)
        store.set_status(run.id, "running")
        store.add_metrics(run.id, range(1, len(values) + 1), values, values)
        store.set_status(run.id, "finished" if np.isfinite(values[-1]) else "diverged")


def test_it_opens_with_three_cells_and_says_how_many_runs_that_is(compare):
    app = compare()
    assert [body.split("<b>")[1].split("</b>")[0] for body in variants(app)] == [
        "SimpleRNN",
        "LSTM",
        "GRU",
    ]
    assert "3 variants × 5 seeds = 15 runs: about" in text(app)
    app.number_input(key="compare_seeds").set_value(2).run()
    assert "3 variants × 2 seeds = 6 runs: about" in text(app)
    assert not app.button(key="compare_start").disabled


def test_typed_values_become_variants_and_wrong_ones_a_sentence(compare):
    app = compare()
    app.selectbox(key="compare_vary").set_value("units").run()
    field = app.text_input(key="compare_values_units")
    field.set_value("8, many").run()
    app.button(key="compare_add").click().run()
    assert "argument `units`, expected an integer, got many" in text(app)
    app.text_input(key="compare_values_units").set_value("8, 600").run()
    app.button(key="compare_add").click().run()
    assert "expected an integer from 1 to 512, got 600" in text(app)
    assert len(variants(app)) == 3
    app.text_input(key="compare_values_units").set_value("8, 32").run()
    app.button(key="compare_add").click().run()
    assert [("units 8" in variants(app)[0]), ("units 32" in variants(app)[1])] == [True, True]
    assert len(variants(app)) == 2
    app.text_input(key="compare_values_units").set_value("1, 2, 3, 4, 5").run()
    app.button(key="compare_add").click().run()
    assert "That would be 7 variants; a race has at most 6" in text(app)
    app.button(key="compare_remove_0").click().run()
    assert len(variants(app)) == 1
    app.button(key="compare_clear").click().run()
    assert app.button(key="compare_start").disabled


def test_a_variant_that_cannot_train_says_why_and_the_others_start(compare, store):
    app = compare()
    app.selectbox(key="compare_vary").set_value("return_sequences").run()
    app.button(key="compare_add").click().run()
    assert "return_sequences" in text(app)
    assert "1 variant × 5 seeds = 5 runs" in text(app)
    app.number_input(key="compare_seeds").set_value(2).run()
    app.button(key="compare_start").click().run()
    (record,) = studies().newest()
    assert record.total == 2
    finish(store, record.id, lambda variant, seed: [0.5, 0.4])
    app.run()
    reached = app.table[0].value["best val_loss"]
    assert [cell.replace("\\", "") for cell in reached] == ["0.4", "no result"]


def test_a_race_is_started_seen_and_ends_in_a_table_of_what_differs(compare, store):
    app = compare()
    app.number_input(key="compare_seeds").set_value(2).run()
    app.button(key="compare_start").click().run()
    (record,) = studies().newest()
    assert (record.total, record.kind) == (6, "race")
    assert app.query_params["study"] == record.id
    assert "The table comes with the first run that ends." in text(app)
    order = {"SimpleRNN": 0.5, "LSTM": 0.4, "GRU": 0.3}
    finish(store, record.id, lambda variant, seed: [1.0, order[variant] + seed / 100])
    app.run()
    table = app.table[0].value
    assert list(table.index) == ["SimpleRNN", "LSTM", "GRU"]
    assert table["cell"].tolist() == ["SimpleRNN", "LSTM", "GRU"]
    assert table["n"].tolist() == ["2", "2", "2"]
    assert "units" not in table
    said = text(app)
    assert "LSTM and GRU: GRU was better with 2 of 2 seeds; that can be luck: add seeds (in" in said
    assert "From fewer than 5 seeds no interval" in said
    assert "GRU with 0.305 (n = 2)" in said
    app.button(key="compare_more").click().run()
    assert studies().get(record.id).total == 21
    assert sorted({run.place for run in studies().runs(record.id)}) == list(range(7))


def test_a_link_opens_a_race_and_only_its_owner_may_stop_it(compare, store):
    known = {"A": Entrant("A", Experiment(training=Training(epochs=3)))}
    study = on_pool.begin(studies(), known, [0], lambda data: None, "somebody else")
    app = compare(study=study)
    assert "Another visitor's comparison: you can watch it." in text(app)
    assert not [button for button in app.button if button.key == "compare_stop"]
    assert app.query_params["study"] == study


def test_a_run_of_a_race_is_not_steered_on_the_playground(app, store, monkeypatch):
    known = {"A": Entrant("A", Experiment())}
    monkeypatch.setattr(visitor, "owner", lambda: "me")
    study = on_pool.begin(studies(), known, [0], lambda data: None, "me")
    (run,) = studies().runs(study)
    store.set_status(run.id, "running")
    told = []
    monkeypatch.setattr(services.pool(), "tell", lambda *about: told.append(about))
    monkeypatch.setattr(services.pool(), "stop", lambda *about: told.append(about))
    app.query_params["run"] = run.id
    app.run()
    assert not app.exception
    assert "it cannot be paused, stepped, given another rate or trained further" in text(app)
    buttons = {button.key: button for button in app.button}
    assert buttons["pause"].disabled
    assert buttons["stop"].disabled
    assert "step" not in buttons
    assert "new_rate" not in [box.key for box in app.number_input]
    steering.tell(run.id, "step")
    assert not told, "also of somebody who asks without a button"


def test_two_who_lead_one_search_at_once_begin_it_once(monkeypatch):
    begun = []

    class Leader:
        study, alive = "one", False

        def start(self):
            time.sleep(0.05)  # in which another one may ask
            self.alive = True
            begun.append(self)

    monkeypatch.setattr(services, "_leaders", {})
    both = [threading.Thread(target=services.lead, args=(Leader(),)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(begun) == 1
    begun[0].alive = False
    services.lead(Leader())
    assert len(begun) == 2, "one that has ended is followed by another"


@pytest.mark.parametrize("view", ["Forecast", "Gates", "Gradient through time"])
def test_damaged_weights_of_a_variant_are_no_end_of_the_page(compare, store, view):
    known = {"A": Entrant("A", Experiment(training=Training(epochs=2)))}
    study = on_pool.begin(studies(), known, [0], lambda data: None, "somebody else")
    finish(store, study, lambda variant, place: [0.4, 0.3])
    for run in studies().runs(study):
        damaged = store.home / "runs" / run.id / "epoch_2.npz"
        damaged.parent.mkdir(parents=True, exist_ok=True)
        damaged.write_bytes(b"no archive")
    app = compare(study=study)
    app.segmented_control(key="compare_view").set_value(view).run()
    assert not app.exception
    assert "On the same sequence" in [header.value for header in app.header]


def test_a_race_that_is_gone_is_told(compare):
    assert "This comparison is not kept here any more." in text(compare(study="0123"))


def test_earlier_runs_become_variants(compare, store):
    first = store.create(Experiment())
    second = store.create(Experiment(layers=(Recurrent(cell="GRU", units=4),)))
    app = compare()
    app.selectbox(key="compare_vary").set_value("earlier runs").run()
    app.multiselect(key="compare_runs").set_value([first, second]).run()
    app.button(key="compare_add").click().run()
    assert len(variants(app)) == 2
    assert "GRU(4)" in variants(app)[1]


def choose_kind(app, kind):
    app.segmented_control(key="compare_kind").set_value(kind).run()
    assert not app.exception


def test_a_search_is_refused_with_a_sentence_until_it_makes_sense(compare, store):
    app = compare()
    choose_kind(app, "Search")
    assert not app.button(key="compare_start").disabled
    app.text_input(key="search_range_units").set_value("64 to 4").run()
    assert "invalid range for `units`" in text(app)
    assert app.button(key="compare_start").disabled
    app.text_input(key="search_range_units").set_value("4, 8").run()
    app.number_input(key="search_seconds").set_value(1).run()
    assert "so 1 s are too few to try anything" in text(app)
    app.multiselect(key="search_knobs").set_value([]).run()
    assert "no settings to search" in text(app)


def test_a_search_shows_its_check_and_puts_the_best_on_the_playground(compare, store, monkeypatch):
    monkeypatch.setattr(services, "lead", lambda study: None)
    app = compare()
    choose_kind(app, "Search")
    app.multiselect(key="search_knobs").set_value(["units"]).run()
    app.text_input(key="search_range_units").set_value("4, 8").run()
    app.button(key="compare_start").click().run()
    (record,) = studies().newest()
    assert (record.kind, record.status) == ("search", "running")
    assert "A dot for each trial appears here when" in text(app)
    runs = []
    for variant, units in (("trial", 16), ("trial", 4), *[("start", 16)] * 5, *[("best", 4)] * 5):
        experiment = Experiment(layers=(Recurrent(units=units),))
        place = len(runs) if variant == "trial" else FRESH[(len(runs) - 2) % 5]
        plan = PlannedRun(variant, place, experiment)
        runs += studies().add(record.id, [plan])
    finish(store, record.id, lambda variant, place: [0.5, 0.3 if place else 0.4])
    losses = {run: 0.45 - place / 100 for place, run in enumerate(runs[2:])}
    studies().set_settings(record.id, {**record.settings, "losses": losses})
    studies().set_state(record.id, "stopped")
    app.run()
    assert "The search said" not in text(app), "a check that was cut short is none"
    assert app.button(key="search_check_now").label == "Go on with the check"
    studies().set_state(record.id, "finished")
    app.run()
    assert "search_check_now" not in [button.key for button in app.button]
    said = text(app)
    assert "The search said 0.3 against 0.4 at the starting point" in said
    assert "on the last tenth, which the search has not seen: 0.38 against 0.43" in said
    assert "the best was better with 5 of 5 seeds; that can be luck" in said
    assert "The best: units 4." in said
    assert "A tenth of the sequences is kept out for the check" in said
    app.button(key="search_race").click().run()
    assert "2 variants × 5 seeds = 10 runs" in text(app)
    start, best = variants(app)
    assert "<b>starting point" in start
    assert "<b>the best" in best
    app.session_state["study"] = record.id
    app.run()
    app.button(key="search_use").click().run()
    assert app.number_input(key="units_0").value == 4
    assert app.number_input(key="window").value == 22


def test_a_grid_is_a_heat_map_with_the_number_in_each_cell(compare, store):
    app = compare()
    choose_kind(app, "Grid")
    app.text_input(key="grid_across_values_units").set_value("4, 8").run()
    app.text_input(key="grid_down_values_learning_rate").set_value("0.01, 99").run()
    assert "`learning_rate`, expected a number from 1e-06 to 10, got 99" in text(app)
    app.text_input(key="grid_down_values_learning_rate").set_value("0.01, 0.1").run()
    app.number_input(key="compare_seeds").set_value(1).run()
    assert "4 cells × 1 seed = 4 runs" in text(app)
    app.button(key="compare_start").click().run()
    (record,) = studies().newest()
    assert record.kind == "grid"
    reached = {"units 4, learning_rate 0.01": 0.2, "units 8, learning_rate 0.1": np.nan}
    finish(store, record.id, lambda variant, seed: [0.5, reached.get(variant, 0.3)])
    app.run()
    assert "0.2 with units 4, learning_rate 0.01 (1 seed). 1 cell gave no result." in text(app)
