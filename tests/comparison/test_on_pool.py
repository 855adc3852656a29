"""A comparison in the run store: begun, read back, and the same as one in this process."""

import numpy as np
import pytest

from seqlab.comparison import on_pool, words
from seqlab.comparison.bands import band
from seqlab.comparison.entrants import Entrant, entrant, seconds_of
from seqlab.comparison.measure import measure_of
from seqlab.comparison.study import SeedRun, study_of
from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.network.doctor import diagnose
from seqlab.runs.pool import Pool
from seqlab.runs.studies import Studies


def entrants(**variants):
    found = {}
    for name, experiment in variants.items():
        dataset = load(experiment)
        found[name] = entrant(name, experiment, dataset, diagnose(experiment, dataset))
    return found


def test_what_is_begun_is_read_back_with_losses_and_without_the_variant_that_cannot_train(store):
    studies = Studies(store, Pool(store))
    bad = Experiment(layers=(Recurrent(return_sequences=True),))
    known = entrants(good=Experiment(), bad=bad)
    assert "return_sequences" in known["bad"].problem
    study = on_pool.begin(studies, known, [3, 7], lambda data: None, "anna")
    runs = studies.runs(study)
    assert [(run.variant, run.place, run.experiment.training.seed) for run in runs] == [
        ("good", 3, 3),
        ("good", 7, 7),
    ]
    store.add_metrics(runs[0].id, [1, 2], [0.5, 0.4], [0.6, None])
    store.set_status(runs[0].id, "diverged", "It became infinite.")
    found = on_pool.read(studies.get(study), studies.runs(study), store.curves(study))
    status = dict(
        zip(zip(found.runs.variant, found.runs.seed, strict=True), found.runs.status, strict=True)
    )
    assert status == {
        ("good", 3): "diverged",
        ("good", 7): "queued",
        ("bad", 3): "failed",
        ("bad", 7): "failed",
    }
    assert found.summary.set_index("variant").n.to_dict() == {"good": 1, "bad": 2}
    assert found.problems["bad"] == known["bad"].problem
    assert words.progress(found) == (0.5, "1 of 2 runs")
    assert found.baselines["good"] == known["good"].baseline


def test_a_run_that_was_stopped_or_lost_its_worker_is_not_counted_and_that_is_said():
    runs = [
        SeedRun("A", 0, "finished", loss=[1.0], val_loss=[0.5]),
        SeedRun("A", 1, "stopped", loss=[1.0], val_loss=[0.1]),
        SeedRun("A", 2, "lost"),
        SeedRun("A", 3, "running", loss=[1.0], val_loss=[0.2]),
    ]
    study = study_of({"A": Entrant("A", Experiment())}, runs)
    row = study.summary.iloc[0]
    assert (row.n, row.iqm) == (1, 0.5)
    assert "2 runs did not come to the end and are not counted." in study.notes


def test_variants_that_scale_the_target_differently_are_told_in_its_own_units():
    known = entrants(
        standard=Experiment(), plain=Experiment(data=Data(scaling="none")),
        other=Experiment(training=Training(loss="mean_absolute_error")),
    )  # fmt: skip
    two = {name: known[name] for name in ("standard", "plain")}
    measure = measure_of(two)
    assert measure.name == "RMSE"
    dataset = load(Experiment())
    scale = dataset.target_scaling.scale[0]
    assert measure.of("standard", [0.25])[0] == pytest.approx(scale * 0.5)
    assert measure.of("plain", [49.0])[0] == pytest.approx(7)
    rule = known["standard"].baseline
    assert measure.of("standard", rule[1]) == pytest.approx(dataset.baselines[rule[0]].rmse)
    assert known["plain"].baseline[0] == rule[0]
    assert "different losses" in measure_of(known).problem
    logs = {name: Experiment(data=Data(source="nile", logarithm=name)) for name in
            ("log", "log1p", "none")}  # fmt: skip
    assert "of log, mean squared error of log1p" in measure_of(entrants(**logs)).problem
    assert measure_of(entrants(log=logs["log"])).problem == ""
    assert words.same_targets(two) == ""
    assert "different targets" in words.same_targets(
        entrants(a=Experiment(), b=Experiment(data=Data(split="random")))
    )


def test_the_band_is_the_median_with_those_that_diverged_as_the_worst():
    runs = [
        SeedRun("A", 0, "finished", loss=[1.0] * 3, val_loss=[3.0, 2.0, 1.0]),
        SeedRun("A", 1, "diverged", loss=[1.0] * 3, val_loss=[5.0, np.inf, np.nan]),
        SeedRun("A", 2, "running", loss=[1.0] * 2, val_loss=[4.0, 4.0]),
    ]
    study = study_of({"A": Entrant("A", Experiment())}, runs)
    found = band(study, "A")
    assert found.middle[:2].tolist() == [4.0, 4.0]
    assert np.isnan(found.middle[2])  # one of two is worse than any number
    assert found.low[:2].tolist() == [3.0, 2.0]
    assert found.high[:2].tolist() == [5.0, 4.0]
    assert np.isnan([found.low[2], found.high[2]]).all(), "no band from one value"
    assert found.seeds.tolist() == [3, 3, 2]
    halves = band(study_of(study_entrants := {"A": Entrant("A", Experiment())}, [
        SeedRun("A", s, "finished", loss=[1.0], val_loss=[float(s)]) for s in range(5)
    ]), "A", "middle half")  # fmt: skip
    assert study_entrants
    assert (halves.low[0], halves.middle[0], halves.high[0]) == (1.0, 2.0, 3.0)


def test_the_time_is_that_of_all_runs_on_all_workers_but_at_least_of_one_run():
    one = Entrant("A", Experiment(), epoch_seconds=0.1, compiling=2.0)
    assert seconds_of([one], 5, 2) == pytest.approx((2 + 5 * 4) / 2)
    assert seconds_of([one], 1, 8, pace=2) == pytest.approx(2 * 6)
    assert seconds_of([Entrant("A", Experiment(), "no")], 5, 2) == 0


def test_the_table_holds_only_what_differs_and_says_n():
    known = entrants(a=Experiment(), b=Experiment(layers=(Recurrent(units=4),)))
    runs = [
        SeedRun(name, seed, "finished", 7, 2.0, [1.0], [0.3 + seed / 10])
        for name in known
        for seed in range(5)
    ]
    study = study_of(known, runs)
    table = words.table(study)
    assert list(table.columns) == [
        "variant",
        "units",
        "best val_loss",
        "95 % interval",
        "beat the baseline",
        "in epoch",
        "n",
        "parameters",
        "seconds a run",
    ]
    assert table.n.tolist() == [5, 5]
    best = known["a"].baseline[1]
    assert table["beat the baseline"][0] == f"{sum(0.3 + s / 10 < best for s in range(5))} of 5"
    assert words.verdict(study) == ["a and b: a and b gave the same with 5 seeds."]
    two_layers = Experiment(layers=(Recurrent(units=4, return_sequences=True), Recurrent(units=4)))
    deep = words.settings(study_of(entrants(a=Experiment(), b=two_layers), []))
    assert deep.loc["b", ["units 1", "units 2"]].tolist() == ["4", "4"]
    assert deep.loc["a", ["units 1", "units 2"]].tolist() == ["16", "–"]
    three = study_of(known | entrants(c=Experiment(layers=(Recurrent(units=8),))), [
        *runs, *(SeedRun("c", seed, "finished", 7, 2.0, [1.0], [0.1]) for seed in range(5))
    ])  # fmt: skip
    *pairs, how_many = words.verdict(three)
    assert len(pairs) == 3
    assert how_many.startswith("3 pairs were compared.")
