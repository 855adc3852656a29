"""Studies in the store, and in turns with others on a real pool."""

import os
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlab.experiment import Experiment, Training
from seqlab.runs.pool import Pool
from seqlab.runs.store import Store
from seqlab.runs.studies import PlannedRun, Studies, StudyError, TooManyWaitError
from seqlab.runs.turns import order
from seqlab.runs.workers import Workers
from tests.runs.helpers import JOB, ended, pid_of, submit, wait_for


def planned(count, epochs=5, part="count", variant="A", program=None):
    """Runs that play a part of `tests.runs.jobs`."""
    return [
        PlannedRun(
            variant, seed, Experiment(training=Training(epochs=epochs, seed=seed)), part, program
        )
        for seed in range(count)
    ]


@pytest.fixture
def idle(tmp_path):
    """A store and a pool that is never started: what is queued stays queued."""
    store = Store(tmp_path)
    yield store, Pool(store, job=JOB, warm_up=None)
    store.close()


def test_a_study_is_in_the_store_with_all_its_runs(idle):
    store, pool = idle
    studies = Studies(store, pool)
    study = studies.begin("race", {"seeds": [0, 1]}, planned(2), "anna")
    record = Studies(Store(store.home), pool).get(study)  # as another process reads it
    assert (record.kind, record.settings, record.owner) == ("race", {"seeds": [0, 1]}, "anna")
    assert (record.total, record.waiting, record.status) == (2, 2, "running")
    runs = studies.runs(study)
    assert [(run.variant, run.place, run.owner) for run in runs] == [
        ("A", 0, "anna"),
        ("A", 1, "anna"),
    ]
    assert [run.experiment.training.seed for run in runs] == [0, 1]
    studies.set_settings(study, {"seeds": [0, 1, 2]})
    assert studies.get(study).settings == {"seeds": [0, 1, 2]}
    assert [one.id for one in studies.newest(owner="anna")] == [study]
    assert studies.newest(owner="ben") == []


def test_a_visitor_may_have_so_many_study_runs_and_no_more(idle):
    store, pool = idle
    studies = Studies(store, pool, most=5)
    study = studies.begin("race", {}, planned(4), "anna")
    with pytest.raises(TooManyWaitError, match="would be 2 runs, and 4 wait or train already; one"):
        studies.begin("race", {}, planned(2), "anna")
    with pytest.raises(StudyError, match="may have 5") as never:
        studies.add(study, planned(6))
    assert not isinstance(never.value, TooManyWaitError)
    assert len(studies.newest()) == 1, "nothing of a refused one is left"
    other = studies.begin("grid", {}, planned(5), "ben")
    assert [each.id for each in studies.of_ids({study, other, "gone"})] == [other, study]
    assert len(studies.add(study, planned(1, variant="B"))) == 1


def test_after_a_restart_it_says_so_and_goes_on(idle):
    store, pool = idle
    studies = Studies(store, pool)
    study = studies.begin("race", {}, planned(3), None)
    first = studies.runs(study)[0].id
    store.add_metrics(first, [1, 2], [0.5, 0.4], [0.6, 0.5])
    store.set_status(first, "finished")
    store.write("UPDATE runs SET server = ?, server_born = ?", (os.getpid(), 1.0))
    store.interrupt_orphans()
    assert studies.get(study).status == "interrupted"
    assert studies.go_on(study, lambda run: PlannedRun("A", run.place, run.experiment)) == 2
    assert studies.get(study).counts == {"finished": 1, "queued": 2}
    assert store.curves(study)[first].val_loss.tolist() == [0.6, 0.5]


def test_it_is_deleted_with_its_runs_and_goes_with_its_last_run(idle):
    store, pool = idle
    studies = Studies(store, pool)
    study, other = (studies.begin("race", {}, planned(2), None) for _ in range(2))
    assert not studies.delete(study), "it is active"
    for run in (*studies.runs(study), *studies.runs(other)):
        store.set_status(run.id, "finished")
    assert studies.delete(study)
    assert studies.get(study) is None
    first, last = studies.runs(other)
    store.delete(first.id)
    assert studies.get(other).total == 1
    store.delete(last.id)
    assert studies.get(other) is None


def test_studies_of_one_visitor_take_turns_and_nobody_but_others_makes_one_wait(idle):
    store, pool = idle
    studies = Studies(store, pool)
    race = studies.begin("race", {}, planned(3), "anna")
    search = studies.begin("search", {}, planned(2), "anna")
    single = store.create(Experiment(), owner="anna")
    pool.submit(single, Experiment(), "count")
    while not pool._inbox.empty():  # its thread was never started
        pool._inbox.get()()
    line = [job.study for job in pool._jobs.in_line()]
    assert line == [None, race, search, race, search, race]
    assert not pool.others_wait("anna")
    assert pool.others_wait("ben")
    studies.stop(race)
    pool._inbox.get()()
    assert studies.get(race).counts == {"stopped": 3}
    assert studies.get(search).counts == {"queued": 2}


def test_workers_take_what_they_have_compiled_and_then_what_nobody_has():
    workers = Workers(None)
    workers._warm = {"one", "two"}
    assert workers.suit("aab", {}) == 0
    workers.took("one", "a")
    assert workers.suit("abb", {"one"}) == 1  # one compiles a: two begins with b
    workers.took("two", "b")
    assert workers.suit("aab", {"one"}) == 2
    assert workers.suit("aaa", {"one"}) == 0  # better than to stand idle


@given(
    st.integers(1, 3),
    st.integers(0, 30),
    st.lists(st.integers(1, 9), min_size=40, max_size=40),
)
def test_a_study_of_many_runs_delays_anothers_single_run_by_one_run_at_most(
    workers, arrival, lengths
):
    """A clock of whole steps; `lengths` are those of the runs of a's study."""
    waiting, running, served, clock = ["a"] * len(lengths), [], {}, 0
    lengths, arrived, begun_since = list(lengths), False, 0
    while True:
        if clock == arrival:
            waiting.append("b")
            arrived = True
        running = [(owner, end) for owner, end in running if end > clock]
        while waiting and len(running) < workers:
            first = order(waiting, [owner for owner, _ in running], served)[0]
            owner = waiting.pop(first)
            served[owner] = clock
            if owner == "b":
                assert begun_since <= 1
                return
            running.append((owner, clock + lengths.pop()))
            begun_since += arrived
        clock += 1


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("studies"))
    pool = Pool(store, job=JOB, warm_up=None)
    pool.start()
    wait_for(lambda: pool.ready)
    yield pool, store, Studies(store, pool)
    pool.close()
    store.close()


def test_a_single_run_passes_a_study_and_stop_keeps_what_is_there(running):
    pool, store, studies = running
    study = studies.begin("race", {}, planned(30, epochs=20), "anna")
    wait_for(lambda: studies.get(study).counts.get("finished", 0) >= 2)
    own = submit(pool, store, epochs=20, owner="anna")
    other = submit(pool, store, epochs=20, owner="ben")
    wait_for(lambda: ended(store, own) and ended(store, other))
    assert studies.get(study).waiting > 15, "both came before most of the study"
    studies.stop(study)
    wait_for(lambda: not studies.get(study).active)
    record = studies.get(study)
    assert record.status == "stopped"
    assert record.counts["finished"] >= 2
    assert record.counts["stopped"] >= 15
    assert len(store.curves(study)) >= record.counts["finished"]


def test_a_worker_that_dies_in_mid_study_costs_one_beginning_only(running):
    _, store, studies = running
    study = studies.begin("race", {}, planned(2, epochs=150, part="announce_pid"), None)
    victim, other = (run.id for run in studies.runs(study))
    os.kill(pid_of(store, victim), signal.SIGKILL)
    wait_for(lambda: not studies.get(study).active)
    assert studies.get(study).counts == {"finished": 2}
    assert store.metrics(victim).epoch.tolist() == list(range(1, 151))
    lines = [line for _, line in store.log(victim)]
    assert any("begins anew" in line for line in lines)
    assert not any("begins anew" in line for _, line in store.log(other))


def test_nobody_leads_a_search_after_a_restart_and_that_is_noted(idle):
    store, pool = idle
    studies = Studies(store, pool)
    led = studies.begin("search", {}, [], None, conducted=True)
    race = studies.begin("race", {}, planned(1), None)
    assert studies.get(led).status == "running", "without a run yet"
    studies.interrupt()
    assert studies.get(led).status == "stopped"
    assert "The server stopped" in studies.get(led).message
    assert studies.get(race).status == "running"
    studies.set_state(led, "running")
    assert studies.get(led).active
