"""The Runs page: found, chosen, laid beside each other, noted on, raced, deleted."""

from seqlab.experiment import Data, Experiment, Recurrent
from seqlab.runs.studies import PlannedRun
from seqlab.ui import services, visitor


def run(store, units, owner=None):
    made = store.create(Experiment(layers=(Recurrent(units=units),)), owner=owner)
    store.set_status(made, "running")
    store.add_metrics(made, [1, 2], [0.5, 0.4], [0.6, 0.5 + units / 100])
    store.set_status(made, "finished")
    return made


def opened(app):
    app.run()
    app.switch_page("../../pages/runs.py").run()
    assert not app.exception
    return app


def choose(app, *rows):
    """What a visitor does with boxes of a table, which AppTest cannot."""
    app.session_state["runs"] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}


def networks(app):
    return app.dataframe[0].value["network"].tolist()


def text(app):
    return " ".join(part.value.replace("\\", "") for part in (*app.caption, *app.markdown))


def test_words_and_choices_leave_the_runs_that_fit(app, store):
    run(store, 4)
    store.create(Experiment(layers=(Recurrent(cell="GRU", units=8),)))
    opened(app)
    assert networks(app) == ["GRU(8)", "LSTM(4)"]
    app.text_input(key="runs_text").set_value("lstm finished").run()
    assert networks(app) == ["LSTM(4)"]
    app.text_input(key="runs_text").set_value("nobody").run()
    assert "No run is like that." in [box.value for box in app.info]
    app.text_input(key="runs_text").set_value("").run()
    app.multiselect(key="runs_cells").set_value(["GRU"]).run()
    assert networks(app) == ["GRU(8)"]


def test_a_choice_belongs_to_runs_and_not_to_rows(app, store):
    kept, other = run(store, 4), run(store, 8)
    opened(app)
    choose(app, 1)
    app.run()
    assert "1 run chosen" in text(app)
    newer = run(store, 16)  # another row stands first from now on
    app.run()
    assert "1 run chosen" in text(app)
    app.button(key="run_delete_for_good").click().run()
    assert {each.id for each in store.runs()} == {other, newer}
    assert store.get(kept) is None
    app.run()
    assert "chosen" not in text(app)  # nor is what moved into its row


def test_what_a_filter_hides_is_not_chosen(app, store):
    run(store, 4)
    run(store, 8)
    opened(app)
    choose(app, 0, 1)
    app.run()
    assert "2 runs chosen" in text(app)
    app.text_input(key="runs_text").set_value("LSTM(4)").run()
    assert "1 run chosen" in text(app)
    app.text_input(key="runs_text").set_value("").run()
    assert "1 run chosen" in text(app)


def test_a_study_is_named_by_what_differs_in_it(app, store):
    studies = services.studies()
    each = [PlannedRun(name, 0, Experiment()) for name in ("LSTM", "GRU")]
    named = {"entrants": [{"name": "LSTM"}, {"name": "GRU"}]}
    race = studies.begin("race", named, each, None)
    walk = studies.begin("backtest", {"run": "a", "days": []}, each, None)
    opened(app)
    wanted = app.selectbox(key="runs_study")
    assert wanted.options[0] == "single runs"
    assert wanted.options[1].endswith(" · Walk-forward: 2 folds")
    assert wanted.options[2].endswith(" · Race: LSTM, GRU")
    wanted.set_value(race).run()
    assert app.dataframe[0].value["study"].tolist() == ["GRU", "LSTM"]
    assert studies.get(walk).total == 2


def test_several_are_laid_beside_each_other_with_only_what_differs(app, store):
    run(store, 4)
    run(store, 8)
    opened(app)
    choose(app, 0, 1)
    app.run()
    assert not app.exception
    (table,) = app.table
    assert list(table.value.columns) == ["units"]
    assert sorted(table.value["units"]) == ["4", "8"]
    assert "Best val_loss: LSTM(8)" in text(app)
    app.session_state["run_scripts"] = True
    choose(app, 0, 1)
    app.run()
    left, right = (block.value for block in app.code)
    assert "8" in left
    assert "4" in right
    assert len(left.splitlines()) == len(right.splitlines()) < 20


def test_best_losses_of_other_data_are_not_laid_beside_each_other(app, store):
    run(store, 4)
    other = store.create(Experiment(data=Data(window=11)))
    store.set_status(other, "finished")
    opened(app)
    choose(app, 0, 1)
    app.run()
    assert "need not measure the same" in text(app)
    assert "Best val_loss" not in text(app)


def test_chosen_runs_are_raced(app, store):
    run(store, 4)
    run(store, 8)
    opened(app)
    choose(app, 0, 1)
    app.run()
    choose(app, 0, 1)
    app.button(key="run_race").click().run()
    assert not app.exception
    assert "2 variants × 5 seeds = 10 runs" in text(app)


def test_only_own_runs_are_noted_on_pinned_and_deleted(app, store, monkeypatch):
    mine, other = run(store, 4, "me"), run(store, 8, "you")
    monkeypatch.setattr(visitor, "owner", lambda: "me")
    opened(app)
    choose(app, 1)
    app.run()
    choose(app, 1)
    app.text_input(key=f"run_note_{mine}").set_value("keep this").run()
    assert store.get(mine).note == "keep this"
    choose(app, 0, 1)
    app.run()
    choose(app, 0, 1)
    app.button(key="run_pin").click().run()
    assert (store.get(mine).pinned, store.get(other).pinned) == (True, False)
    choose(app, 0, 1)
    app.button(key="run_delete_for_good").click().run()
    assert store.get(mine) is None
    assert store.get(other) is not None
