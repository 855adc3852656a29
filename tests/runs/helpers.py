"""What the pool's tests share: a job without Keras, and waiting."""

import time

from seqlab.experiment import Experiment, Training

JOB = "tests.runs.jobs:act"


def submit(pool, store, epochs=5, part="count", owner=None):
    """A run that plays a part of `tests.runs.jobs`."""
    experiment = Experiment(training=Training(epochs=epochs))
    run = store.create(experiment, owner=owner)
    pool.submit(run, experiment, part)
    return run


def wait_for(condition, seconds=120.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def ended(store, run):
    return not store.get(run).active


def pid_of(store, run):
    wait_for(lambda: store.log(run))
    return int(store.log(run)[0][1].removeprefix("pid "))
