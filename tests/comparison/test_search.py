"""Searches: what is proposed, what is given up, and the honest check; in this process and led."""

import time

import numpy as np
import optuna
import pytest

import seqlab
from seqlab.comparison import conductor, honest, stored_search
from seqlab.comparison.entrants import Entrant
from seqlab.comparison.found import Found
from seqlab.comparison.honest import Check, part_for
from seqlab.comparison.knobs import knobs_of, space_of, with_values
from seqlab.comparison.proposals import FEWEST, Trial, best_of, hopeless, importance, propose
from seqlab.data.load import load
from seqlab.data.upload import UploadError
from seqlab.experiment import Data, Experiment, ExperimentError, Recurrent, Training
from seqlab.runs.pool import Pool
from seqlab.runs.storage import StoreError
from seqlab.runs.studies import PlannedRun, Studies

SMALL = Experiment(layers=(Recurrent(units=2),), training=Training(epochs=3))
KNOBS = knobs_of(SMALL, {"units": (2, 64), "learning_rate": (1e-4, 1e-1)})


def dataset_of(data):
    return load(Experiment(data=data))


def trial(number, units, rate, curve, status="finished"):
    return Trial(number, {"units": units, "learning_rate": rate}, curve, status)


def test_ranges_and_values_are_told_apart_and_checked():
    units, rate = KNOBS
    assert (units.whole, units.logarithmic) == (True, False)
    assert (rate.whole, rate.logarithmic) == (False, True)
    assert space_of("learning_rate", "0.001 to 0.1") == (0.001, 0.1)
    assert space_of("units", "8, 16") == [8, 16]
    for space, words in (
        ({}, "no settings to search"),
        ({"units": (8, 8)}, "invalid range for `units`"),
        ({"units": (64, 8)}, "smaller one first, got 64 to 8"),
        ({"units": (0, 8)}, "`units`, expected an integer from 1 to 512, got 0"),
        ({"units": [8]}, "Received 1 values for `units`"),
        ({"momentum": (0.1, 0.9)}, "makes no difference to this network"),
        ({"loss": ["huber", "log_cosh"]}, "changes what the val_loss is"),
        ({"series_scaling": ["none", "standard"]}, "changes what the val_loss is"),
        ({"horse": [1, 2]}, "expected the name of a setting, got horse"),
    ):
        with pytest.raises(ExperimentError, match=words):
            knobs_of(SMALL, space)


def test_proposals_lie_within_their_ranges_and_follow_from_trials_and_seed():
    rng, first, late, early = np.random.default_rng(0), set(), [], []
    for seed in range(4):
        past = []
        for number in range(25):
            values = propose(KNOBS, past, seed)
            assert 2 <= values["units"] <= 64
            assert 1e-4 <= values["learning_rate"] <= 1e-1
            assert number % 8 or propose(KNOBS, past, seed) == values
            loss = abs(np.log10(values["learning_rate"]) + 2) + 0.01 * rng.random()
            past.append(Trial(number, values, [loss], "finished"))
        first |= {each.values["learning_rate"] for each in past[:8]}
        early += [each.best for each in past[:8]]
        late += [each.best for each in past[-8:]]
        shares = importance(KNOBS, past)
        assert max(shares, key=shares.get) == "learning_rate"
        assert sum(shares.values()) == pytest.approx(1)
    assert np.median(late) < np.median(early), "the sampler learns from what came out"
    assert len(first) == 32, "no search draws what another one drew"


def test_importance_says_nothing_of_few_trials():
    assert importance(KNOBS, [trial(i, 4, 0.01, [0.1 * i]) for i in range(FEWEST - 1)]) == {}


def test_a_run_is_given_up_as_optunas_median_pruner_would():
    rng = np.random.default_rng(1)
    past = [trial(i, 4, 0.01, np.sort(rng.random(8))[::-1]) for i in range(7)]
    study = optuna.create_study(pruner=optuna.pruners.MedianPruner(FEWEST, n_warmup_steps=2))
    for each in past:
        study.add_trial(
            optuna.trial.create_trial(
                value=min(each.curve), intermediate_values=dict(enumerate(each.curve, 1))
            )
        )
    answers = []
    for _ in range(40):
        curve = np.sort(rng.random(rng.integers(1, 9)))[::-1]
        frozen = optuna.trial.create_trial(
            state=optuna.trial.TrialState.RUNNING, intermediate_values=dict(enumerate(curve, 1))
        )
        expected = study.pruner.prune(study, frozen)
        answers.append(expected)
        assert hopeless(past, trial(9, 4, 0.01, curve, "running"), epochs=8) == expected
    assert {True, False} == set(answers)
    assert not hopeless(past, trial(0, 4, 0.01, np.ones(8), "running"), epochs=8)
    assert not hopeless(past[:4], trial(9, 4, 0.01, np.ones(8), "running"), epochs=8)


def test_what_a_trial_that_was_given_up_reached_is_not_the_best():
    history = [
        trial(0, 16, 0.01, [0.5, 0.4]),
        trial(1, 8, 0.01, [0.3], "stopped"),
        trial(2, 4, 0.01, [0.1, np.inf], "diverged"),
        trial(3, 2, 0.02, [0.6, 0.35]),
    ]
    assert best_of(history).number == 3
    found = Found(SMALL, KNOBS, history)
    assert found.best == with_values(SMALL, {"units": 2, "learning_rate": 0.02})
    assert found.trials.best_so_far.tolist() == [0.4, 0.4, 0.4, 0.35]
    assert np.isnan(found.trials.val_loss[2])


def test_a_starting_point_that_wins_stays_as_it_is():
    layers = (Recurrent(units=32, return_sequences=True), Recurrent(units=16))
    two = SMALL.model_copy(update={"layers": layers})
    history = [trial(0, 32, 0.001, [0.5, 0.1]), trial(1, 8, 0.001, [0.5, 0.4])]
    assert Found(two, KNOBS, history).best == two


def test_the_check_is_on_what_the_search_has_not_seen():
    with_test = Experiment(data=Data(test_share=0.2))
    part = part_for(with_test, dataset_of)
    assert (part.name, part.experiment) == ("the test part", with_test)
    without = part_for(Experiment(), dataset_of)
    assert without.experiment.data.test_share == 0.1
    assert len(without.index) >= 10
    assert not set(without.index) & {*without.dataset.train, *without.dataset.validation}
    dealt = part_for(Experiment(data=Data(split="random")), dataset_of)
    assert (dealt.name, dealt.unseen) == ("a tenth kept out", False), "its windows overlap"
    drawn = part_for(Experiment(data=Data(source="adding", window=10, samples=50)), dataset_of)
    assert drawn.name == "newly drawn sequences"
    assert drawn.unseen
    assert drawn.dataset.x.shape[1:] == (10, 2)
    bundled = part_for(Experiment(data=Data(source="vowels")), dataset_of)
    assert bundled.unseen == bool(len(load(Experiment(data=Data(source="vowels"))).test))


def test_both_numbers_are_told_with_whether_it_can_be_luck():
    check = Check("the test part", [0.5] * 5, [0.4, 0.4, 0.4, 0.4, 0.6], 0.33, 0.25)
    assert check.words == (
        "The search said 0.25 against 0.33 at the starting point, the best of many with one seed. "
        "Trained with 5 fresh seeds, on the test part: 0.4 against 0.5 (medians); the best was "
        "better with 4 of 5 seeds; that can be luck (in 38 % of comparisons between equals it "
        "looks as clear)."
    )
    assert check.summary.n.tolist() == [5, 5]
    assert len(check.runs) == 10
    assert "can still flatter" in Check("it", [1.0], [1.0], 1, 1, unseen=False).words
    assert "no result" in Check("it", [np.inf], [1.0], 1, 1).words


def test_a_search_in_this_process_tries_and_checks():
    found = seqlab.search(
        SMALL, {"units": [2, 4], "learning_rate": (0.001, 0.1)}, trials=3, progress=False
    )
    assert found.trials.number.tolist() == [0, 1, 2]
    assert found.trials.units[0] == 2
    assert found.trials.learning_rate[0] == SMALL.training.learning_rate
    assert found.best.data == SMALL.data
    assert len(found.check.start) == len(found.check.best) == 5
    # The same number by Keras: the starting point with the first fresh seed, on the last tenth.
    part = part_for(SMALL, dataset_of)
    training = part.experiment.training.model_copy(update={"seed": honest.FRESH[0]})
    again = seqlab.train(part.experiment.model_copy(update={"training": training}))
    assert again.best_epoch == 3, "the model has the weights that were measured"
    again.model.compile(loss="mean_squared_error")
    data = again.dataset
    loss = again.model.evaluate(data.x[data.test], data.y[data.test], verbose=0)
    assert found.check.start[0] == pytest.approx(np.ravel(loss)[0], rel=1e-4)


@pytest.mark.parametrize("budget", [{}, {"seconds": 0}, {"trials": -1}])
def test_a_budget_that_makes_no_sense_is_refused(budget):
    with pytest.raises(ValueError, match=r"budget|positive number"):
        seqlab.search(SMALL, {"units": [2, 4]}, progress=False, **budget)


def test_a_starting_point_that_cannot_be_trained_is_refused():
    bad = Experiment(layers=(Recurrent(return_sequences=True),))
    with pytest.raises(ValueError, match="starting point cannot be trained"):
        seqlab.search(bad, {"units": [2, 4]}, trials=2, progress=False)


def leader_of(study, studies, store, pool):
    return conductor.Conductor(study, store, pool, studies, dataset_of, lambda data: None, Entrant)


def test_a_led_search_goes_from_trial_to_trial_to_the_check_and_survives_a_new_leader(store):
    """The pool is never started: this test plays the workers."""
    pool = Pool(store, workers=2)
    studies = Studies(store, pool)
    study = stored_search.begin(studies, SMALL, KNOBS, None, 4, dataset_of, "anna")

    def work(losses):
        for run in studies.runs(study):
            if run.active:
                store.set_status(run.id, "running")
                values = losses(run)
                store.add_metrics(run.id, range(1, len(values) + 1), values, values)
                store.set_status(run.id, "finished")

    lead = leader_of(study, studies, store, pool)
    assert [lead.step() for _ in range(3)] == [True] * 3
    assert len(studies.runs(study)) == 2, "two train side by side"
    first = studies.runs(study)[0]
    assert (first.experiment.layers[0].units, first.place, first.variant) == (2, 0, "trial")
    work(lambda run: [1.0, 0.5 + run.place / 100])
    lead = leader_of(study, studies, store, pool)  # another server
    for _ in range(3):
        lead.step()
    assert [run.place for run in studies.runs(study)] == [0, 1, 2, 3]
    work(lambda run: [1.0, 0.3 if run.place == 3 else 0.9])
    lead.step()
    record = studies.get(study)
    checks = [run for run in studies.runs(study) if run.variant != "trial"]
    assert [(run.variant, run.place) for run in checks] == [
        (which, seed) for which in ("start", "best") for seed in honest.FRESH
    ]
    best = studies.runs(study)[3].experiment
    assert checks[5].experiment.layers == best.layers
    assert checks[5].experiment.training.learning_rate == best.training.learning_rate
    work(lambda run: [0.5])
    lead._loss = lambda run: 0.2 if run.variant == "best" else 0.4
    steps = 0
    while lead.step():
        steps += 1
        assert steps < 30
    record = studies.get(study)
    assert record.status == "finished"
    found = stored_search.read(record, studies.runs(study), store.curves(study))
    assert (found.check.best, found.check.start) == ([0.2] * 5, [0.4] * 5)
    assert found.check.search_best == 0.3
    assert found.best.data == SMALL.data


def test_a_led_search_gives_up_and_stops_at_the_end_of_its_time(store, monkeypatch):
    pool = Pool(store, workers=1)
    studies = Studies(store, pool)
    stopped = []
    monkeypatch.setattr(pool, "stop", lambda run, why=None: stopped.append((run, why)))
    study = stored_search.begin(studies, SMALL, KNOBS, 60, None, dataset_of, None)
    lead = leader_of(study, studies, store, pool)
    for loss in (0.5, 0.5, 0.5, 0.5, 0.5):
        lead.step()
        run = studies.runs(study)[-1].id
        store.set_status(run, "running")
        store.add_metrics(run, [1, 2, 3], [loss] * 3, [loss] * 3)
        store.set_status(run, "finished")
    lead.step()
    last = studies.runs(study)[-1].id
    store.set_status(last, "running")
    store.add_metrics(last, [1, 2], [0.9, 0.9], [0.9, 0.8])
    lead.step()
    lead.step()
    assert [run for run, _ in stopped] == [last], "it is told once"
    assert "after 2 epochs it was worse than the median" in stopped[0][1]
    store.set_status(last, "stopped")
    monkeypatch.setattr(time, "time", lambda: 4e9)  # its minute is over
    lead.step()
    assert {run.variant for run in studies.runs(study)} == {"trial", "start", "best"}
    studies.stop(study)
    assert not lead.step()


def test_the_seconds_of_a_search_count_from_when_its_first_trial_trains(store, monkeypatch):
    studies = Studies(store, pool := Pool(store, workers=1))
    study = stored_search.begin(studies, SMALL, KNOBS, 60, None, dataset_of, None)
    lead = leader_of(study, studies, store, pool)
    lead.step()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1000)  # others had the workers
    (run,) = studies.runs(study)
    assert stored_search.progress(studies.get(study), [run]) == 0
    store.set_status(run.id, "running")
    monkeypatch.setattr(time, "time", lambda: now + 1015)
    assert stored_search.progress(studies.get(study), studies.runs(study)) == pytest.approx(0.25)
    store.add_metrics(run.id, [1], [0.5], [0.5])
    store.set_status(run.id, "finished")
    lead.step()
    assert len(studies.runs(study)) == 2
    studies.stop(study)
    stored_search.go_on(studies, studies.get(study), more=True)
    assert stored_search.progress(studies.get(study), studies.runs(study)) == 0, "once more"


def test_a_search_waits_while_ones_own_race_takes_all_the_room_there_is(store, monkeypatch):
    studies = Studies(store, pool := Pool(store, workers=1), most=10)
    race = studies.begin("race", {}, [PlannedRun("A", s, SMALL) for s in range(10)], "anna")
    study = stored_search.begin(studies, SMALL, KNOBS, None, 1, dataset_of, "anna")
    lead = leader_of(study, studies, store, pool)
    said = []

    def wait(seconds):
        """While it waits, one run of the race ends."""
        said.append(studies.get(study).message)
        done = sum(not run.active for run in studies.runs(race))
        store.set_status(studies.runs(race)[done].id, "finished")
        return len(said) == 3

    monkeypatch.setattr(lead._ended, "wait", wait)
    monkeypatch.setattr(lead._ended, "is_set", lambda: len(said) == 3)
    lead._lead()
    assert said[0].startswith("The search waits for room among your runs. This would be 1 runs")
    assert said[-1] == ""
    assert studies.get(study).status == "running"
    assert [run.variant for run in studies.runs(study)] == ["trial"]


def test_the_losses_of_a_trial_that_has_ended_are_read_once(store, monkeypatch):
    studies = Studies(store, pool := Pool(store, workers=1))
    study = stored_search.begin(studies, SMALL, KNOBS, None, 3, dataset_of, None)
    lead, asked = leader_of(study, studies, store, pool), []
    read = store.losses
    monkeypatch.setattr(store, "losses", lambda runs: asked.append(list(runs)) or read(runs))
    lead.step()
    (first,) = studies.runs(study)
    store.set_status(first.id, "running")
    store.add_metrics(first.id, [1], [0.5], [0.5])
    lead.step()
    store.add_metrics(first.id, [2], [0.4], [0.4])
    store.set_status(first.id, "finished")
    lead.step()
    lead.step()
    second = studies.runs(study)[1]
    assert asked == [[], [first.id], [first.id], [second.id]]
    history = stored_search.trials_of(studies.runs(study), lead._curves(studies.runs(study)), KNOBS)
    assert list(history[0].curve) == [0.5, 0.4]


@pytest.mark.alone
def test_on_workers_a_search_tries_gives_up_and_checks_too(monkeypatch):
    monkeypatch.setenv("SEQLAB_NICE", "0")  # on a busy machine, what is left may be nothing
    found = seqlab.search(SMALL, {"units": [2, 4]}, trials=2, progress=False, workers=1)
    here = seqlab.search(SMALL, {"units": [2, 4]}, trials=2, progress=False)
    assert found.trials.units.tolist() == here.trials.units.tolist()
    np.testing.assert_allclose(found.trials.val_loss, here.trials.val_loss, rtol=1e-5)
    np.testing.assert_allclose(found.check.best, here.check.best, rtol=1e-4)
    assert found.check.part == here.check.part
    with pytest.raises(ValueError, match="`workers`, expected at least 1, got 0"):
        seqlab.search(SMALL, {"units": [2, 4]}, trials=2, workers=0)


def test_each_search_on_gives_the_budget_of_the_beginning_once_more(store):
    studies = Studies(store, Pool(store))
    study = stored_search.begin(studies, SMALL, KNOBS, None, 3, dataset_of, "anna")

    def told(more):
        stored_search.go_on(studies, studies.get(study), more)
        return studies.get(study).settings["trials"]

    def tried(number):
        return PlannedRun(stored_search.TRIAL, number, SMALL)

    studies.add(study, [tried(0), tried(1)])
    assert told(more=True) == 2 + 3
    studies.add(study, [tried(2)])
    assert told(more=True) == 3 + 3
    assert told(more=False) == 3, "the check at once"
    assert told(more=True) == 3 + 3


def test_the_check_compares_seed_by_seed_and_only_runs_that_ended_by_themselves(store):
    studies = Studies(store, pool := Pool(store))
    study = stored_search.begin(studies, SMALL, KNOBS, None, 1, dataset_of, "anna")
    lead = leader_of(study, studies, store, pool)
    lead.step()
    first = studies.runs(study)[0].id
    store.add_metrics(first, [1, 2], [0.5, 0.4], [0.5, 0.4])
    store.set_status(first, "finished")
    lead.step()
    ends = {
        ("start", 101): "failed", ("start", 104): "stopped", ("best", 102): "diverged",
        ("best", 105): "interrupted",
    }  # fmt: skip
    for run in studies.runs(study)[1:]:
        store.set_status(run.id, ends.get((run.variant, run.place), "finished"))
    lead._loss = lambda run: None if (run.variant, run.place) == ("best", 101) else run.place / 100
    while lead.step():
        pass
    record = studies.get(study)
    assert record.message.startswith("1 of 10 runs of the check could not be measured")
    check = stored_search.read(record, studies.runs(study), store.curves(study)).check
    assert (check.seeds, check.start, check.best) == ([102, 103], [1.02, 1.03], [np.inf, 1.03])
    assert check.runs.seed.tolist() == [102, 103] * 2
    stored_search.go_on(studies, record, more=False)
    assert studies.get(study).settings["unmeasured"] == []
    studies.stop(study)
    stored_search.go_on(studies, studies.get(study), more=True)
    assert [run.id for run in studies.runs(study)] == [first], "the check was of another best"
    assert studies.get(study).settings["losses"] == {}
    studies.stop(study)
    studies.finish(study)
    assert studies.get(study).status == "stopped", "who stops it is not overtaken"
    assert studies.add(study, [PlannedRun(stored_search.TRIAL, 1, SMALL)]) == []


def test_why_a_search_stopped_is_noted_as_soon_as_the_store_can_be_written(store, monkeypatch):
    studies = Studies(store, pool := Pool(store))
    study = stored_search.begin(studies, SMALL, KNOBS, None, 1, dataset_of, "anna")
    lead = leader_of(study, studies, store, pool)
    monkeypatch.setattr(lead._ended, "wait", lambda seconds: False)
    write, full = studies.set_state, [True]

    def set_state(*about):
        if full:
            full.pop()
            raise StoreError("The disk is full.")
        write(*about)

    def gone():
        raise UploadError("The file is no longer kept.")

    monkeypatch.setattr(studies, "set_state", set_state)
    monkeypatch.setattr(lead, "step", gone)
    lead._lead()
    record = studies.get(study)
    assert (record.status, record.message) == ("stopped", "The file is no longer kept.")


def test_a_check_that_is_measured_otherwise_says_so():
    layers = (Recurrent(units=2, l2=0.01),)
    assert honest.otherwise(SMALL) == ""
    said = honest.otherwise(SMALL.model_copy(update={"layers": layers}))
    assert said == "The search's numbers hold the L2 penalty; the check's do not."
    assert Check("it", [1.0], [1.0], 1, 1, otherwise=said).words.endswith(f" {said}")
