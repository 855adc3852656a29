"""The pool against a real Dask cluster: order, stop, crash, isolation."""

import os
import signal
import time

import numpy as np
import pytest

from seqlab.experiment import Experiment, Training
from seqlab.runs import pool as pools
from seqlab.runs.store import Store


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def start(store):
    started = []

    def begin(job, **options):
        pool = pools.Pool(store, job=f"tests.runs.jobs:{job}", warm_up=None, **options)
        pool.start()
        started.append(pool)
        assert pool.wait_until_ready(60)
        return pool

    yield begin
    for pool in started:
        pool.close()


def submit(pool, store, epochs=5):
    experiment = Experiment(training=Training(epochs=epochs))
    run = store.create(experiment)
    pool.submit(run, experiment, None)
    return run


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def ended(store, run):
    return not store.get(run).active


def pid_of(store, run):
    wait_for(lambda: store.log(run))
    return int(store.log(run)[0][1].removeprefix("pid "))


def test_all_epochs_arrive_before_the_end_is_told(start, store):
    pool = start("count")
    run = submit(pool, store, epochs=300)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "finished"
    assert store.metrics(run).epoch.tolist() == list(range(1, 301))
    metrics = store.metrics(run, "accuracy", "unheard_of")
    assert metrics.loss[99] == pytest.approx(0.01)
    assert metrics.more["accuracy"][99] == pytest.approx(0.1)
    assert np.isnan(metrics.more["unheard_of"]).all()


def test_two_train_at_once_and_the_third_waits_its_turn(start, store):
    pool = start("announce_pid", workers=2)
    runs = [submit(pool, store, epochs=10_000) for _ in range(4)]
    wait_for(lambda: [store.get(run).status for run in runs[:2]] == ["running"] * 2)
    wait_for(lambda: pool.position(runs[3]) == 2)
    assert pool.position(runs[2]) == 1
    assert pool.position(runs[0]) is None
    assert pid_of(store, runs[0]) != pid_of(store, runs[1])
    pool.stop(runs[1])
    wait_for(lambda: store.get(runs[2]).status == "running")
    assert store.get(runs[0]).status == "running"
    assert pool.position(runs[3]) == 1
    pool.stop(runs[3])  # in the queue
    wait_for(lambda: ended(store, runs[3]))
    assert store.get(runs[3]).status == "stopped"
    assert store.get(runs[3]).started is None


def test_stop_within_a_second_keeps_what_was_reported(start, store):
    pool = start("count")
    run = submit(pool, store, epochs=10_000)
    wait_for(lambda: len(store.metrics(run).epoch) > 5)
    asked = time.monotonic()
    pool.stop(run)
    wait_for(lambda: ended(store, run))
    assert time.monotonic() - asked < 1
    assert store.get(run).status == "stopped"
    assert len(store.metrics(run).epoch) > 5


def test_pause_resume_and_what_happened_is_in_the_history(start, store):
    pool = start("count")
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


def test_a_paused_run_can_be_stopped(start, store):
    pool = start("count")
    run = submit(pool, store, epochs=10_000)
    wait_for(lambda: len(store.metrics(run).epoch) > 3)
    pool.tell(run, {"kind": "pause"})
    wait_for(lambda: store.get(run).status == "paused")
    pool.stop(run)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "stopped"


def test_an_ended_run_goes_on_from_its_last_state(start, store):
    pool = start("count")
    run = submit(pool, store, epochs=5)
    wait_for(lambda: ended(store, run))
    assert pool.go_on(run, None, 8)
    assert not pool.go_on(run, None, 8), "a second click"
    assert store.get(run).status in ("queued", "running", "finished")
    wait_for(lambda: len(store.metrics(run).epoch) == 8 and ended(store, run))
    assert store.metrics(run).epoch.tolist() == list(range(1, 9))
    assert store.get(run).planned == 8
    assert store.get(run).experiment.training.epochs == 5


def test_a_run_without_a_state_cannot_go_on(start, store):
    pool = start("count")
    run = store.create(Experiment())
    store.set_status(run, "finished")
    assert not pool.go_on(run, None, 8)
    assert store.get(run).status == "finished"


def test_a_killed_worker_fails_its_run_alone_and_the_pool_heals(start, store):
    pool = start("announce_pid", workers=2)
    victim, other = submit(pool, store, 10_000), submit(pool, store, 10_000)
    os.kill(pid_of(store, victim), signal.SIGKILL)
    wait_for(lambda: ended(store, victim))
    assert store.get(victim).status == "failed"
    assert "worker process died" in store.get(victim).message
    assert store.get(other).status == "running"
    after = submit(pool, store, epochs=3)
    wait_for(lambda: ended(store, after))
    assert store.get(after).status == "finished"
    assert store.get(other).status == "running"


def test_a_job_that_does_not_listen_is_ended_after_the_grace_time(start, store):
    pool = start("deaf", grace=1.0)
    run = submit(pool, store)
    wait_for(lambda: store.get(run).status == "running")
    store.add_snapshot(run, 0, b"weights")  # something to lose: it is waited for
    asked = time.monotonic()
    pool.stop(run)
    wait_for(lambda: ended(store, run))
    assert time.monotonic() - asked > 1
    assert store.get(run).status == "stopped"
    assert "did not answer" in store.get(run).message


def test_a_run_that_still_compiles_is_stopped_at_once(start, store):
    pool = start("deaf", grace=30)
    run = submit(pool, store)
    wait_for(lambda: store.get(run).status == "running")
    pool.stop(run)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "stopped"
    assert "no weights to keep" in store.get(run).message


def test_a_store_that_cannot_write_does_not_hold_up_the_run(start, store, monkeypatch):
    pool = start("count")

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(store, "add_metrics", full)
    run = submit(pool, store, epochs=5)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "finished"
    assert pool.problem is None


def test_an_exception_is_told_in_a_sentence(start, store):
    pool = start("broken")
    run = submit(pool, store)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "failed"
    assert store.get(run).message == "Training failed: the kernel has no shape"


def test_a_lost_cluster_fails_its_runs_and_comes_back(start, store):
    pool = start("count")
    run = submit(pool, store, epochs=10_000)
    wait_for(lambda: store.get(run).status == "running")
    pool._process.kill()
    wait_for(lambda: ended(store, run))
    assert "pool was lost" in store.get(run).message
    after = submit(pool, store, epochs=3)
    wait_for(lambda: ended(store, after), seconds=60)
    assert store.get(after).status == "finished"


def test_closing_interrupts_and_leaves_no_process(start, store):
    pool = start("announce_pid")
    run = submit(pool, store, epochs=10_000)
    pid = pid_of(store, run)
    pool.close()
    assert store.get(run).status == "interrupted"
    wait_for(lambda: not alive(pid))


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return open(f"/proc/{pid}/stat").read().split()[2] != "Z"
