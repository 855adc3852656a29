"""What a worker runs: one training, told as a stream of plain events."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from seqlab.data.dataset import Dataset, Scaling
from seqlab.experiment import Experiment, Training
from seqlab.lens import snapshot
from seqlab.training.fit import Epoch, fit
from seqlab.training.program import Program

Event = dict[str, Any]
Report = Callable[[Event], None]

INTERVAL = 0.2  # seconds between two reports of one kind: at most 5 a second
SPREAD = 10  # a snapshot after each further tenth: 45 in 300 epochs, 80 in 10,000
SNAPSHOT_INTERVAL = 0.02  # seconds between two: few in all, so they may come quicker
POLL = 0.05  # seconds between two looks at the stop flag, which may be a call over the network


def run(
    experiment: Experiment, dataset: Dataset, report: Report, should_stop: Callable[[], bool]
) -> dict[str, Any]:
    """Trains and reports events of str, int, float, bytes and lists.

    - started: epochs, parameters, weights [[name, shape], ...]
    - metrics: lists `epoch`, `loss`, `val_loss`, one entry an epoch; `None` for what is not finite
    - snapshot: epoch, data (`seqlab.lens.snapshot`: weights by name, and "prediction")
    - log: message

    Returns:
        status "finished", "stopped" or "diverged"; epochs, the whole epochs behind the last
        snapshot; message, a sentence or "".
    """
    reporter = Reporter(report, experiment.training.epochs)
    outcome, program = fit(
        experiment,
        dataset,
        reporter.epoch,
        _polled(should_stop),
        lambda message: report({"kind": "log", "message": message}),
    )
    reporter.finish(program)
    return {"status": outcome.status, "epochs": outcome.epochs, "message": outcome.message}


class Reporter:
    """Turns epochs into events, seldom enough for a page."""

    def __init__(self, report: Report, epochs: int) -> None:
        self._report = report
        self._epochs = epochs
        self._waiting: list[Epoch] = []
        self._metrics_at = self._snapshot_at = -math.inf
        self._good: Epoch | None = None  # the last epoch with finite losses
        self._kept = -1  # the epoch of the last snapshot

    def epoch(self, epoch: Epoch, program: Program) -> None:
        """Takes in one epoch of `fit`."""
        if epoch.number == 0:
            self._started(program)
        else:
            self._waiting.append(epoch)
            if time.monotonic() - self._metrics_at >= INTERVAL:
                self._metrics()
        if epoch.number and not epoch.finite:
            return
        self._good = epoch
        late_enough = time.monotonic() - self._snapshot_at >= SNAPSHOT_INTERVAL
        if due(epoch.number, self._kept, self._epochs) and late_enough:
            self._snapshot(program)

    def finish(self, program: Program) -> None:
        """Reports what is left: the last metrics, and the weights that the training leaves."""
        if self._waiting:
            self._metrics()
        if self._good and self._good.number != self._kept:
            self._snapshot(program)

    def _started(self, program: Program) -> None:
        weights = [
            [name, [int(size) for size in array.shape]] for name, array in program.weights().items()
        ]
        self._report(
            {
                "kind": "started",
                "epochs": self._epochs,
                "parameters": int(program.model.count_params()),
                "weights": weights,
            }
        )

    def _metrics(self) -> None:
        self._report(
            {
                "kind": "metrics",
                "epoch": [epoch.number for epoch in self._waiting],
                "loss": [_finite(epoch.loss) for epoch in self._waiting],
                "val_loss": [_finite(epoch.val_loss) for epoch in self._waiting],
            }
        )
        self._waiting = []
        self._metrics_at = time.monotonic()

    def _snapshot(self, program: Program) -> None:
        assert self._good is not None
        arrays = program.weights() | {"prediction": self._good.prediction}
        self._report(
            {"kind": "snapshot", "epoch": self._good.number, "data": snapshot.pack(arrays)}
        )
        self._kept = self._good.number
        self._snapshot_at = time.monotonic()


def due(epoch: int, kept: int, epochs: int) -> bool:
    """Whether an epoch leaves a snapshot: the first, the last, and each a tenth after the one kept.

    Early epochs change the most, and a long run shall show its gates from its beginning.
    """
    return epoch >= kept + max(1, kept // SPREAD) or epoch == epochs


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _polled(should_stop: Callable[[], bool]) -> Callable[[], bool]:
    """`should_stop`, asked no more often than every `POLL` seconds."""
    asked = -math.inf

    def poll() -> bool:
        nonlocal asked
        if time.monotonic() - asked < POLL:
            return False
        asked = time.monotonic()
        return should_stop()

    return poll


def warm_up() -> None:
    """Starts TensorFlow and compiles the program of the default experiment, in this process."""
    experiment = Experiment(training=Training(epochs=1))
    window = experiment.data.window
    fit(experiment, _blank(sequences=2 * experiment.training.batch_size, window=window), _ignore)


def _ignore(epoch: Epoch, program: Program) -> None:
    pass


def _blank(sequences: int, window: int) -> Dataset:
    """Zeros in the shape of a univariate series, the second half for validation."""
    indices = np.arange(sequences)
    return Dataset(
        x=np.zeros((sequences, window, 1), np.float32),
        y=np.zeros((sequences, 1), np.float32),
        lengths=np.full(sequences, window),
        train=indices[: sequences // 2],
        validation=indices[sequences // 2 :],
        test=indices[:0],
        names=("value",),
        target="value",
        input_scaling=Scaling.identity(1),
        target_scaling=Scaling.identity(1),
    )
