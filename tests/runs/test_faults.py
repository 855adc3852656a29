"""What may go wrong under the pool: workers that die or eat, a full disk, a lost cluster."""

import os
import resource
import signal
import time
from contextlib import contextmanager

import psutil
import pytest

from seqlab.experiment import Experiment
from seqlab.runs import at_work
from seqlab.runs import pool as pools
from seqlab.runs.pool import Pool
from seqlab.runs.records import NewRun
from seqlab.runs.store import Store
from tests.clock import Skipping
from tests.runs.cluster import Cluster
from tests.runs.helpers import JOB, ended, pid_of, submit, wait_for


def skipping(monkeypatch):
    """The clock of the pool's thread, which can jump."""
    clock = Skipping()
    for module in (pools, at_work):
        monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "home")
    yield store
    store.close()


@pytest.fixture
def start(store):
    started = []

    def begin(**options):
        pool = Pool(store, job=JOB, warm_up=None, **options)
        pool.start()
        started.append(pool)
        wait_for(lambda: pool.ready)
        return pool

    yield begin
    for pool in started:
        for run in store.runs():  # a cluster that trains takes seconds to close
            if run.active:
                pool.stop(run.id)
        pool.close()


@pytest.fixture
def turns(start, monkeypatch):
    """A pool with turns of 10 minutes and its clock. A run that is stopped can end by itself.

    Otherwise a busy machine decides: after half a second a run without weights loses its worker.
    """
    clock = skipping(monkeypatch)
    monkeypatch.setattr(at_work, "FIRST_GRACE", 30.0)
    return lambda workers: start(workers=workers, turn=600, grace=30.0), clock


def test_a_killed_worker_fails_its_run_alone_and_the_pool_heals(start, store):
    pool = start(workers=2)
    victim, other = (submit(pool, store, 10_000, "announce_pid") for _ in range(2))
    os.kill(pid_of(store, victim), signal.SIGKILL)
    wait_for(lambda: ended(store, victim))
    assert store.get(victim).status == "failed"
    assert "worker process died" in store.get(victim).message
    assert store.get(other).status == "running"
    after = submit(pool, store, epochs=3)
    wait_for(lambda: ended(store, after))
    assert store.get(after).status == "finished"
    assert store.get(other).status == "running"


def test_a_run_that_eats_memory_is_stopped_at_its_limit(start, store, monkeypatch):
    monkeypatch.setenv("SEQLAB_WORKER_MEMORY", "0.5")
    pool = start(workers=2)
    other = submit(pool, store, 10_000)
    run = submit(pool, store, part="hungry")
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "failed"
    assert "more memory than a worker has (0.5 GB)" in store.get(run).message
    assert store.get(other).status == "running"


def test_a_run_that_nobody_looks_at_is_stopped(start, store, monkeypatch):
    clock = skipping(monkeypatch)
    pool = start(workers=1, unwatched=600)
    run, waiting = submit(pool, store, 10_000), submit(pool, store, 10_000)
    (of_a_study,) = store.create_all([NewRun(Experiment(), study="a race")])
    pool.submit(of_a_study, Experiment(), "count")
    wait_for(lambda: store.get(run).status == "running")
    store.add_snapshot(run, 0, b"weights to lose")  # so it gets time to stop
    clock.skipped = 400
    pool.look(run)
    clock.skipped = 800
    wait_for(lambda: ended(store, waiting))
    assert store.get(waiting).status == "stopped"
    assert store.get(of_a_study).status == "queued", "a study needs nobody who looks"
    assert store.get(run).status == "running"
    clock.skipped = 1200
    wait_for(lambda: ended(store, run))
    wait_for(lambda: store.get(of_a_study).status == "finished")
    assert store.get(run).status == "stopped"
    assert "Nobody had looked at it for 10 minutes" in store.get(run).message


def test_a_run_that_stays_paused_gives_its_worker_to_others(start, store):
    pool = start(workers=1, unwatched=1.0)
    run = submit(pool, store, 10_000)
    wait_for(lambda: store.get(run).status == "running")
    pool.tell(run, {"kind": "pause"})
    wait_for(lambda: pool.look(run) or store.get(run).status == "paused")
    wait_for(lambda: pool.look(run) or ended(store, run))
    assert store.get(run).status == "stopped"
    assert "paused for" in store.get(run).message
    assert store.has_state(run)  # one can go on from there


def test_visitors_take_turns_and_a_long_run_makes_room_while_another_waits(turns, store):
    start, clock = turns
    pool = start(1)
    first, second, third = (submit(pool, store, 10_000, owner="ada") for _ in range(3))
    wait_for(lambda: store.get(first).status == "running")
    clock.skipped = 700
    wait_for(lambda: pool.position(third) == 2)
    assert store.get(first).status == "running"  # only Ada herself waits
    bobs = submit(pool, store, 3, owner="bob")
    wait_for(lambda: ended(store, bobs))
    assert store.get(bobs).status == "finished"
    assert store.get(first).status == "stopped"
    assert "10 minutes while others were waiting" in store.get(first).message
    assert store.get(third).status == "queued"
    for run in (second, third):
        pool.stop(run)


def test_a_pause_is_no_part_of_the_turn_of_a_run(turns, store):
    start, clock = turns
    pool = start(1)
    adas = submit(pool, store, 10_000, owner="ada")
    wait_for(lambda: store.get(adas).status == "running")
    pool.tell(adas, {"kind": "pause"})
    wait_for(lambda: store.get(adas).status == "paused")
    clock.skipped = 700
    bobs = submit(pool, store, 3, owner="bob")
    wait_for(lambda: pool.position(bobs) == 1)
    time.sleep(0.5)  # some more rounds of the pool
    assert store.get(adas).status == "paused"
    pool.tell(adas, {"kind": "resume"})
    wait_for(lambda: store.get(adas).status == "running")
    time.sleep(0.5)
    assert store.get(adas).status == "running"
    clock.skipped = 1400
    wait_for(lambda: ended(store, bobs))
    assert store.get(bobs).status == "finished"
    assert "while others were waiting" in store.get(adas).message


def test_one_who_waits_costs_the_busiest_visitor_one_run(turns, store):
    start, clock = turns
    pool = start(3)
    cato = submit(pool, store, 10_000, owner="cato")
    adas = [submit(pool, store, 10_000, owner="ada") for _ in range(3)]
    wait_for(lambda: all(store.get(run).status == "running" for run in [cato, *adas[:2]]))
    clock.skipped = 700  # all three have had their time
    bobs = submit(pool, store, 10_000, owner="bob")
    wait_for(lambda: store.get(bobs).status == "running")
    wait_for(lambda: sum(store.get(run).status == "stopped" for run in adas) == 1)
    assert store.get(cato).status == "running"
    assert store.get(adas[2]).status == "queued"
    time.sleep(1)  # the pool looks five times a second
    assert sum(ended(store, run) for run in [cato, *adas]) == 1
    for run in [cato, bobs, *adas]:
        pool.stop(run)


@contextmanager
def full_disk():
    """The operating system refuses this process to write to any file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_a_run_goes_on_and_is_written_down_later(start, store):
    pool = start()
    run = submit(pool, store, 100, "paused")
    wait_for(lambda: store.get(run).status == "paused")
    with full_disk():
        pool.tell(run, {"kind": "resume"})
        wait_for(lambda: pool.problem)
        assert "disk is full" in pool.problem
        wait_for(lambda: not pool._jobs.running)  # it has ended, which cannot be written down
        assert store.get(run).status == "paused"
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "finished"
    assert store.metrics(run).epoch.tolist() == list(range(1, 101))
    assert pool.problem is None
    assert not list(store.home.rglob("*.part"))


def test_a_lost_cluster_fails_its_runs_and_comes_back(start, store):
    pool = start()
    run = submit(pool, store, epochs=10_000)
    wait_for(lambda: store.get(run).status == "running")
    pool._connection._process.kill()
    wait_for(lambda: ended(store, run))
    assert "pool was lost" in store.get(run).message
    after = submit(pool, store, epochs=3)
    wait_for(lambda: ended(store, after))
    assert store.get(after).status == "finished"


def test_closing_interrupts_and_leaves_no_process(start, store):
    pool = start()
    run = submit(pool, store, 10_000, "announce_pid")
    pid = pid_of(store, run)
    pool.close()
    assert store.get(run).status == "interrupted"
    wait_for(lambda: not alive(pid))


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    cluster = Cluster(tmp_path / "cluster")
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)
    cluster.start()
    yield cluster
    cluster.kill()


def test_a_cluster_of_ones_own_trains_and_may_go_and_come_back(cluster, start, store):
    pool = start(scheduler=cluster.address)
    run = submit(pool, store, epochs=5)
    wait_for(lambda: ended(store, run))
    assert store.get(run).status == "finished"
    assert len(store.metrics(run).epoch) == 5
    lost = submit(pool, store, epochs=10_000)
    wait_for(lambda: store.get(lost).status == "running")
    cluster.kill()
    wait_for(lambda: ended(store, lost))
    assert "pool was lost" in store.get(lost).message
    wait_for(lambda: pool.problem)
    assert "cannot be reached" in pool.problem
    waiting = submit(pool, store, epochs=5)
    cluster.start()
    wait_for(lambda: ended(store, waiting))
    assert store.get(waiting).status == "finished"
    assert pool.problem is None
