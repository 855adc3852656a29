"""A page waits a moment for what a run is about to say, and no longer."""

import threading
import time

import pytest

from seqlab.experiment import Experiment
from seqlab.runs import soon


def later(act) -> None:
    threading.Timer(0.05, act).start()


def test_it_waits_until_a_worker_has_taken_the_run(store):
    run = store.create(Experiment())
    assert not soon.until_begun(store, run, 0.02)
    later(lambda: store.set_status(run, "running"))
    assert soon.until_begun(store, run, 60)


def test_it_waits_for_the_first_loss_but_not_for_one_that_is_there(store):
    run = store.create(Experiment())
    store.set_status(run, "running")
    assert not soon.until_loss(store, run, 0.02)
    later(lambda: store.add_metrics(run, [1], [0.5], [0.6]))
    assert soon.until_loss(store, run, 60)
    assert soon.until_loss(store, run, 0)


@pytest.mark.parametrize("status", ["paused", "stopped", "failed"])
def test_a_run_that_does_not_train_is_not_waited_for(store, status):
    run = store.create(Experiment())
    store.set_status(run, status)
    assert soon.until_loss(store, run, 60)
    assert soon.until_loss(store, "unknown", 60)
    assert soon.until_begun(store, "unknown", 60)


def test_what_happens_in_between_can_end_the_wait(store):
    run = store.create(Experiment())
    store.set_status(run, "running")

    def click():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        soon.until_loss(store, run, 60, click)


def test_a_wait_has_an_end(store):
    run = store.create(Experiment())
    begin = time.monotonic()
    assert not soon.until_begun(store, run, 0.1)
    assert time.monotonic() - begin >= 0.1
