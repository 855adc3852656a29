"""The pool against a real Dask cluster: order, commands, isolation."""

import os
import signal
import time
from types import SimpleNamespace

import numpy as np
import pytest

from seqlab.experiment import Experiment
from seqlab.runs.jobs import Job
from seqlab.runs.pool import Pool
from seqlab.runs.store import Store
from tests.runs.helpers import JOB, ended, pid_of, submit, wait_for


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One store and one pool for all tests of this file."""
    store = Store(tmp_path_factory.mktemp("pool"))
    pool = Pool(store, job=JOB, warm_up=None)
    pool.start()
    wait_for(lambda: pool.ready)
    yield pool, store
    pool.close()
    store.close()


@pytest.fixture
def store(running):
    return running[1]


@pytest.fixture
def pool(running):
    """Its workers are free again after each test."""
    pool, store = running
    yield pool
    for run in store.runs():
        if run.active:
            pool.stop(run.id)
            wait_for(lambda run=run: ended(store, run.id))


def test_all_epochs_arrive_before_the_end_is_told(pool, store):
    run = submit(pool, store, epochs=100)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "finished"
    assert store.metrics(run).epoch.tolist() == list(range(1, 101))
    metrics = store.metrics(run, "accuracy", "unheard_of")
    assert metrics.loss[99] == pytest.approx(0.01)
    assert metrics.more["accuracy"][99] == pytest.approx(0.1)
    assert np.isnan(metrics.more["unheard_of"]).all()


def test_two_train_at_once_and_the_third_waits_its_turn(pool, store):
    runs = [submit(pool, store, epochs=10_000, part="announce_pid") for _ in range(4)]

    def positions():
        return [pool.position(run) for run in runs]

    wait_for(lambda: [store.get(run).status for run in runs[:2]] == ["running"] * 2)
    wait_for(lambda: positions() == [None, None, 1, 2])
    assert pid_of(store, runs[0]) != pid_of(store, runs[1])
    pool.stop(runs[1])
    wait_for(lambda: store.get(runs[2]).status == "running")
    assert store.get(runs[0]).status == "running"
    wait_for(lambda: positions() == [None, None, None, 1])
    pool.stop(runs[3])  # in the queue
    wait_for(lambda: ended(store, runs[3]))
    assert store.get(runs[3]).status == "stopped"
    assert store.get(runs[3]).started is None


def test_stop_within_a_second_keeps_what_was_reported(pool, store):
    def seconds_to_stop():
        run = submit(pool, store, epochs=10_000)
        wait_for(lambda: len(store.metrics(run).epoch) > 5)
        asked = time.time()
        pool.stop(run)
        wait_for(lambda: ended(store, run))
        assert store.get(run).status == "stopped"
        assert len(store.metrics(run).epoch) > 5
        return store.get(run).ended - asked

    # Two more goes, should another process have taken the machine during the first.
    assert any(seconds_to_stop() < 1 for _ in range(3))


def test_pause_resume_and_what_happened_is_in_the_history(pool, store):
    run = submit(pool, store, epochs=10_000)
    wait_for(lambda: len(store.metrics(run).epoch) > 3)
    pool.tell(run, {"kind": "pause"})
    wait_for(lambda: store.get(run).status == "paused")
    seen = len(store.metrics(run).epoch)
    time.sleep(0.2)
    assert len(store.metrics(run).epoch) == seen
    assert store.get(run).active
    pool.tell(run, {"kind": "resume"})
    wait_for(lambda: len(store.metrics(run).epoch) > seen)
    assert store.get(run).status == "running"
    pool.stop(run)
    wait_for(lambda: ended(store, run))
    lines = [line for _, line in store.log(run)]
    assert f"Paused after epoch {seen}." in lines
    assert f"Resumed after epoch {seen}." in lines


def test_a_paused_run_can_be_stopped(pool, store):
    run = submit(pool, store, epochs=10_000)
    wait_for(lambda: len(store.metrics(run).epoch) > 3)
    pool.tell(run, {"kind": "pause"})
    wait_for(lambda: store.get(run).status == "paused")
    pool.stop(run)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "stopped"


def test_an_ended_run_goes_on_from_its_last_state(pool, store):
    run = submit(pool, store, epochs=5)
    wait_for(lambda: ended(store, run))
    others = [submit(pool, store, epochs=10_000) for _ in range(2)]  # so that it has to wait
    assert pool.go_on(run, "count", 8)
    assert not pool.go_on(run, "count", 8), "a second click"
    assert store.get(run).status == "queued"
    pool.stop(others[0])
    wait_for(lambda: len(store.metrics(run).epoch) == 8 and ended(store, run))
    assert store.metrics(run).epoch.tolist() == list(range(1, 9))
    assert store.get(run).planned == 8
    assert store.get(run).experiment.training.epochs == 5


def test_a_run_whose_worker_was_killed_goes_on_with_one_past(pool, store):
    """From the state of epoch 7; what it had reported of epochs 8 to 10 is gone."""
    run = submit(pool, store, part="killed")
    wait_for(lambda: any("pid" in line for _, line in store.log(run)))
    assert store.metrics(run).epoch.tolist() == list(range(1, 11))
    pid = next(int(line.removeprefix("pid ")) for _, line in store.log(run) if "pid" in line)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "failed"
    assert pool.go_on(run, "killed", 20)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "stopped"
    metrics = store.metrics(run)
    assert metrics.epoch.tolist() == list(range(1, 10))
    np.testing.assert_allclose(metrics.loss[6:], [1 / 7, 7 + 1 / 8, 7 + 1 / 9])
    assert store.standing(run)[run].best_epoch == 7
    assert store.snapshots(run) == list(range(1, 10))
    folder = store.home / "runs" / run
    assert [(folder / f"epoch_{n:06d}.npz").read_bytes() for n in (7, 8)] == [b"0", b"7"]
    rates = [line for _, line in store.log(run) if "Learning rate" in line]
    assert rates[5:] == [
        "Learning rate 0.006 after epoch 6.",
        "Learning rate 7.008 after epoch 8.",
        "Learning rate 7.009 after epoch 9.",
    ]


def test_a_run_without_a_state_cannot_go_on(pool, store):
    run = store.create(Experiment())
    store.set_status(run, "finished")
    assert not pool.go_on(run, "count", 8)
    assert store.get(run).status == "finished"


def test_a_job_that_does_not_listen_is_ended_after_the_grace_time(pool, store, monkeypatch):
    monkeypatch.setattr(pool._at_work, "grace", 1.0)
    run = submit(pool, store, part="deaf")
    wait_for(lambda: store.get(run).status == "running")
    store.add_snapshot(run, 0, b"weights")  # something to lose: it is waited for
    asked = time.monotonic()
    pool.stop(run)
    wait_for(lambda: ended(store, run))
    assert time.monotonic() - asked > 1
    assert store.get(run).status == "stopped"
    assert "did not answer" in store.get(run).message


def test_a_run_that_still_compiles_is_not_given_the_grace_time(pool, store, monkeypatch):
    monkeypatch.setattr(pool._at_work, "grace", 3600.0)
    run = submit(pool, store, part="deaf")
    wait_for(lambda: store.get(run).status == "running")
    pool.stop(run)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "stopped"
    assert "no weights to keep" in store.get(run).message


def test_an_exception_is_told_in_a_sentence(pool, store):
    run = submit(pool, store, part="broken")
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "failed"
    assert store.get(run).message == "Training failed: the kernel has no shape"


class Idle:
    """Workers of which none is ever free."""

    ready = 1

    def look(self, client, running):
        return {"worker"}

    def choose(self, program, busy):
        return None


def test_the_queue_keeps_in_mind_who_came_first(tmp_path):
    store = Store(tmp_path)
    pool = Pool(store, job=JOB)
    pool._workers, pool._connection = Idle(), SimpleNamespace(client=None)
    for owner in "aabba":
        run = store.create(Experiment(), owner=owner)
        pool._jobs.waiting.append(Job(run, (), owner=owner))
    came = list(pool._jobs.waiting)
    pool._jobs.running["worker"] = working = Job("other", (), owner="a", address="worker")
    working.future = Late("pending")
    working.future.done = lambda: False
    pool._tick()
    assert pool._jobs.waiting == came
    assert pool.position(came[2].run) == 1  # b has nothing at work
    working.owner = "b"
    pool._tick()
    assert pool.position(came[0].run) == 1
    store.close()


class Late:
    """A result that is there, but on its way for longer than the pool waits for it once."""

    def __init__(self, status):
        self.status = status
        self.asked = 0

    def result(self, timeout):
        self.asked += 1
        if self.asked == 1:
            raise TimeoutError
        return {"status": "finished", "epochs": 5, "message": ""}

    def release(self):
        pass


# Dask says that it is "finished", or, while the cluster goes away, that it is "pending" or "lost".
@pytest.mark.parametrize("status", ["finished", "pending", "lost"])
def test_a_result_that_is_long_on_its_way_is_asked_for_again(tmp_path, status):
    store = Store(tmp_path)
    pool = Pool(store, job=JOB, warm_up=None)  # never started: its thread's work is done here
    run, late = store.create(Experiment()), Late(status)
    store.set_status(run, "running")
    job = Job(run, (), address="a", future=late)
    pool._jobs.running["a"] = job
    pool._at_work.finish(job)
    assert store.get(run).status == "running"
    pool._inbox.get_nowait()()
    assert late.asked == 2
    assert store.get(run).status == "finished"
    store.close()


def test_what_was_compiled_ahead_is_trained_where_it_was_compiled(pool, store, tmp_path):
    told = tmp_path / "pid"
    pool.prepare(Experiment(), str(told), "looked at")
    wait_for(lambda: pool.compiled("looked at"))
    run = store.create(Experiment())
    pool.submit(run, Experiment(), "announce_pid", "looked at")
    assert pid_of(store, run) == int(told.read_text())


def test_nothing_is_compiled_ahead_while_a_run_waits(pool, store, tmp_path):
    for _ in range(3):
        submit(pool, store, epochs=10_000, part="announce_pid")
    wait_for(lambda: pool.others_wait("somebody"))
    told = tmp_path / "pid"
    pool.prepare(Experiment(), str(told), "not now")
    time.sleep(1)
    assert not told.exists()
    assert not pool.compiled("not now")
