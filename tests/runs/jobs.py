"""Jobs for the pool's tests, run in its real workers, without Keras."""

import os
import time


def count(experiment, dataset, report, should_stop):
    """Reports an epoch every 10 ms until all are done or it is told to stop."""
    for epoch in range(1, experiment.training.epochs + 1):
        if should_stop():
            return {"status": "stopped", "epochs": epoch - 1, "message": ""}
        time.sleep(0.01)
        report({"kind": "metrics", "epoch": [epoch], "loss": [1 / epoch], "val_loss": [None]})
    report({"kind": "log", "message": f"pid {os.getpid()}"})
    return {"status": "finished", "epochs": experiment.training.epochs, "message": ""}


def announce_pid(experiment, dataset, report, should_stop):
    """Says who it is and counts for long, so that a test can kill it."""
    report({"kind": "log", "message": f"pid {os.getpid()}"})
    return count(experiment, dataset, report, should_stop)


def deaf(experiment, dataset, report, should_stop):
    """Never looks whether it should stop."""
    time.sleep(60)


def broken(experiment, dataset, report, should_stop):
    raise RuntimeError("the kernel has no shape")
