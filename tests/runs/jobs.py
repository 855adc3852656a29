"""Jobs for the pool's tests, run in its real workers, without Keras."""

import os
import time

import distributed
import psutil

from seqlab.runs import worker

TOGETHER = 20  # epochs that are reported at once


def act(experiment, part, report, control, *more):
    """The job of all tests: plays the part that stands in the place of the data."""
    return PARTS[part](experiment, part, report, control, *more)


def count(experiment, dataset, report, control, state=None, epochs=None):
    """Epochs of 10 ms until all are done or it is told to stop. It can be paused.

    It reports as seldom as a real training: on a busy machine, which has no time for the pool,
    events would pile up otherwise.
    """
    first = int(state or 0) + 1
    last = epochs or experiment.training.epochs
    kinds, done = [], []

    def metrics():
        if done:
            more = {"val_loss": [None] * len(done), "accuracy": [epoch / 1000 for epoch in done]}
            losses = [1 / epoch for epoch in done]
            report({"kind": "metrics", "epoch": list(done), "loss": losses} | more)
            done.clear()

    for epoch in range(first, last + 1):
        kinds = [command["kind"] for command in control.commands()]
        if "pause" in kinds:
            metrics()
            report({"kind": "paused", "epoch": epoch - 1})
            while not kinds or kinds == ["pause"]:
                kinds = [command["kind"] for command in control.commands()]
                time.sleep(0.01)
            report({"kind": "resumed", "epoch": epoch - 1})
        if "stop" in kinds:
            last = epoch - 1
            break
        time.sleep(0.01)
        done.append(epoch)
        if epoch % TOGETHER == 0:
            metrics()
    metrics()
    report({"kind": "state", "epoch": last, "data": str(last).encode()})
    report({"kind": "log", "message": f"pid {os.getpid()}"})
    return {"status": "stopped" if "stop" in kinds else "finished", "epochs": last, "message": ""}


def paused(experiment, dataset, report, control):
    """Counts when it is told to resume."""
    worker.tell(control._key, {"kind": "pause"})
    return count(experiment, dataset, report, control)


def announce_pid(experiment, dataset, report, control):
    """Says who it is and counts for long, so that a test can kill it."""
    report({"kind": "log", "message": f"pid {os.getpid()}"})
    return count(experiment, dataset, report, control)


def deaf(experiment, dataset, report, control):
    """Never looks whether it should stop."""
    time.sleep(60)


def broken(experiment, dataset, report, control):
    raise RuntimeError("the kernel has no shape")


def hungry(experiment, dataset, report, control):
    """Takes more memory than a run may have, but not so much that Dask kills its worker for it."""
    limit = distributed.get_worker().memory_manager.memory_limit
    process, eaten = psutil.Process(), []
    while process.memory_info().rss < 0.87 * limit:
        eaten.append(b"x" * 2**22)
    time.sleep(60)


def killed(experiment, dataset, report, control, state=None, epochs=None):
    """Is killed after epoch 10, with a state of epoch 7; goes on for two epochs, then stops."""
    start = int(state or 0)
    report({"kind": "started", "epoch": start})
    last = start + 2 if state else 10
    for epoch in range(start + 1, last + 1):
        loss = [start + 1 / epoch]
        report({"kind": "metrics", "epoch": [epoch], "loss": loss, "val_loss": loss})
        report({"kind": "snapshot", "epoch": epoch, "data": f"{start}".encode()})
        report({"kind": "learning_rate", "epoch": epoch, "value": start + epoch / 1000})
        if epoch == 7:
            report({"kind": "state", "epoch": epoch, "data": f"{epoch}".encode()})
    report({"kind": "log", "message": f"pid {os.getpid()}"})
    if state is None:
        time.sleep(3600)
    return {"status": "stopped", "epochs": last, "message": ""}


PARTS = {part.__name__: part for part in (count, paused, announce_pid, deaf, broken, hungry)}
PARTS["killed"] = killed


def prepare(experiment, part):
    """Stands for compiling ahead of a run: it says in a file of that name who has done it."""
    with open(part, "w") as file:
        file.write(str(os.getpid()))
