"""Jobs for the pool's tests, run in its real workers, without Keras."""

import os
import time


def act(experiment, part, report, control, *more):
    """The job of all tests: plays the part that stands in the place of the data."""
    return PARTS[part](experiment, part, report, control, *more)


def count(experiment, dataset, report, control, state=None, epochs=None):
    """Reports an epoch every 10 ms until all are done or it is told to stop. It can be paused."""
    first = int(state or 0) + 1
    last = epochs or experiment.training.epochs
    kinds = []
    for epoch in range(first, last + 1):
        kinds = [command["kind"] for command in control.commands()]
        if "pause" in kinds:
            report({"kind": "paused", "epoch": epoch - 1})
            while not kinds or kinds == ["pause"]:
                kinds = [command["kind"] for command in control.commands()]
                time.sleep(0.01)
            report({"kind": "resumed", "epoch": epoch - 1})
        if "stop" in kinds:
            last = epoch - 1
            break
        time.sleep(0.01)
        report(
            {
                "kind": "metrics",
                "epoch": [epoch],
                "loss": [1 / epoch],
                "val_loss": [None],
                "accuracy": [epoch / 1000],
            }
        )
    report({"kind": "state", "epoch": last, "data": str(last).encode()})
    report({"kind": "log", "message": f"pid {os.getpid()}"})
    return {"status": "stopped" if "stop" in kinds else "finished", "epochs": last, "message": ""}


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
    """Takes more and more memory."""
    eaten = []
    while True:
        eaten.append(b"x" * 2**23)
        time.sleep(0.02)


PARTS = {part.__name__: part for part in (count, announce_pid, deaf, broken, hungry)}
