"""Runs as a table: who is found, and what a file of them holds."""

import pytest

from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.runs.listing import Wanted, everything, table, wanted_runs
from seqlab.runs.records import NewRun
from seqlab.runs.store import Store

NAMES = {"sunspots": "Sunspots", "sine": "A sine", "f1": "my.csv"}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    store.create_all(
        [
            NewRun(Experiment(), owner="ada"),
            NewRun(Experiment(data=Data(source="sine")), owner="bob"),
            NewRun(
                Experiment(
                    layers=(Recurrent(cell="GRU", units=3),), training=Training(optimizer="SGD")
                ),
                owner="ada",
                study="s1",
                variant="GRU",
                place=4,
            ),
        ]
    )
    yield store
    store.close()


def found(store, **wanted):
    runs = wanted_runs(store.runs(), Wanted(**wanted), NAMES)
    return [f"{run.owner} {run.experiment.layers[0].cell}" for run in runs]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["ada GRU", "bob LSTM", "ada LSTM"]),
        ({"owner": "ada"}, ["ada GRU", "ada LSTM"]),
        ({"text": "sgd GRU(3)"}, ["ada GRU"]),
        ({"text": "a sine"}, ["bob LSTM"]),
        ({"sequences": ["A sine"]}, ["bob LSTM"]),
        ({"cells": ["GRU"]}, ["ada GRU"]),
        ({"statuses": ["finished"]}, []),
        ({"study": "s1"}, ["ada GRU"]),
        ({"study": ""}, ["bob LSTM", "ada LSTM"]),
    ],
)
def test_runs_are_found_by_each_of_their_sides(store, wanted, expected):
    assert found(store, **wanted) == expected


def test_a_note_is_kept_and_found(store):
    run = store.runs()[-1].id
    store.set_note(run, "Odd at the end")
    assert store.get(run).note == "Odd at the end"
    assert found(store, text="odd") == ["ada LSTM"]


def test_the_tables_hold_each_run_and_the_file_all_its_settings(store):
    runs = store.runs()
    standings = store.standing(*(run.id for run in runs))
    shown = table(runs, standings, NAMES, {runs[0].id})
    assert shown["yours"].tolist() == ["yes", "", ""]
    assert shown["sequences"].tolist() == ["Sunspots", "A sine", "Sunspots"]
    assert shown["study"].tolist() == ["GRU", "", ""]
    whole = everything(runs, standings, NAMES)
    assert whole["optimizer"].tolist() == ["SGD", "Adam", "Adam"]
    assert whole["units_0"].tolist() == [3, 16, 16]
    assert whole["run"].tolist() == [run.id for run in runs]
    assert len(everything([], {}, NAMES)) == 0


def test_a_page_of_runs_asks_the_store_a_few_times_however_many_there_are(store):
    def questions(count):
        asked = []
        store._db.set_trace_callback(asked.append)
        runs = store.runs(count)
        table(runs, store.standing(*(run.id for run in runs)), store.upload_names(), ())
        store._db.set_trace_callback(None)
        return len(asked)

    few = questions(1)
    store.create_all([NewRun(Experiment())] * 200)
    assert questions(200) == few <= 5


def test_runs_that_differ_in_what_they_learn_look_different(store):
    data = Data(source="upload", file="f1", window=9, target="sales", inputs=("sales", "promo"))
    run = store.create(Experiment(data=data))
    rows = table(store.runs(), store.standing(*(run.id for run in store.runs())), NAMES, ())
    row = rows.set_index("run").loc[run]
    assert (row["window"], row["columns"]) == (9, "sales, promo → sales")
    assert rows["columns"].tolist()[1:] == [""] * 3
