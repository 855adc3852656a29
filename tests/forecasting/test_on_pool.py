"""A walk-forward on the training pool: stopped, gone on with, and the same as in this process."""

import time

import pandas as pd
import pytest

import seqlab
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.forecasting import on_pool
from seqlab.forecasting.folds import planned_folds
from seqlab.forecasting.walk_forward import forecast_fold, summed_up
from seqlab.runs.pool import Pool
from seqlab.runs.store import Store
from seqlab.runs.studies import Studies

SMALL = Experiment(
    data=Data(window=6), layers=(Recurrent(cell="GRU", units=3),), training=Training(epochs=2)
)


def load(data):
    return seqlab.load(Experiment(data=data))


def until(studies, study, wanted):
    end = time.monotonic() + 240
    while not wanted(record := studies.get(study)):
        assert time.monotonic() < end, record
        time.sleep(0.05)
    return record


@pytest.mark.alone
def test_folds_on_the_pool_are_those_of_backtest_also_after_a_stop(tmp_path, monkeypatch):
    monkeypatch.setenv("SEQLAB_NICE", "0")  # on a busy machine, what is left may be nothing
    whole, store = seqlab.load(SMALL), Store(tmp_path)
    pool = Pool(store, workers=1)
    studies = Studies(store, pool)
    run = store.get(store.create(SMALL))
    days = planned_folds(whole, SMALL.data, 3, 5)
    study = on_pool.begin(studies, run, days, load, None, "anna")
    studies.stop(study)  # before the workers are there: nothing of it has trained
    pool.start()
    try:
        record = until(studies, study, lambda each: not each.active)
        assert (record.status, record.counts) == ("stopped", {"stopped": 3})
        planned = {each.place: each for each in on_pool.planned_runs(SMALL, days, whole, None)}
        studies.go_on(study, lambda each: planned[each.place])
        record = until(studies, study, lambda each: not each.active)
        assert record.counts == {"finished": 3}
    finally:
        pool.close()
        store.close()
    store = Store(tmp_path)  # as another server finds it
    studies = Studies(store, pool)
    record = studies.about(on_pool.KIND, run.id, "anna")
    assert record.id == study
    parts = [
        forecast_fold(
            on_pool.result_of(fold, store, load), whole, on_pool.days_of(record)[fold.place], 0.8
        )
        for fold in studies.runs(record.id)
    ]
    store.close()
    found = summed_up(parts, whole.target)
    tested = seqlab.backtest(SMALL, folds=3, steps=5, level=0.8, progress=False)
    pd.testing.assert_frame_equal(found, tested, rtol=1e-4)
    pd.testing.assert_frame_equal(found.by_step, tested.by_step, rtol=1e-4)
    assert found.words == tested.words


def test_all_folds_share_one_compiled_program(tmp_path):
    days = planned_folds(seqlab.load(SMALL), SMALL.data)
    planned = on_pool.planned_runs(SMALL, days, seqlab.load(SMALL), None)
    assert [each.experiment.data.rows for each in planned] == [279, 285, 291, 297, 303]
    assert len({each.program for each in planned}) == 1
    of_each = {on_pool.program_of(each.experiment, load(each.experiment.data)) for each in planned}
    assert of_each == {planned[0].program}


def test_the_study_of_a_run_is_the_newest_one_and_the_visitors_own_first(tmp_path):
    store = Store(tmp_path)
    studies = Studies(store, Pool(store))
    run = store.get(store.create(SMALL))
    days = planned_folds(seqlab.load(SMALL), SMALL.data, 2)
    first, second = (on_pool.begin(studies, run, days, load, None, who) for who in ("anna", "ben"))
    assert studies.about(on_pool.KIND, run.id, "anna").id == first
    assert studies.about(on_pool.KIND, run.id, "carl").id == second
    assert studies.about(on_pool.KIND, "other", "anna") is None
    assert studies.about("race", run.id, "anna") is None
    store.close()
