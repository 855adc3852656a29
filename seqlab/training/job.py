"""What a worker runs: one training, told as a stream of plain events."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from seqlab.data.dataset import Dataset
from seqlab.data.scaling import Scaling
from seqlab.experiment import Experiment, Training
from seqlab.lens import snapshot
from seqlab.lens.architecture import Architecture
from seqlab.training.control import Control
from seqlab.training.fit import fit
from seqlab.training.listener import Best, Epoch, Listener, Outcome
from seqlab.training.program import Floats, Program
from seqlab.training.state import TrainingState

Event = dict[str, Any]
Report = Callable[[Event], None]

INTERVAL = 0.2  # seconds between two reports of one kind: at most 5 a second
SPREAD = 10  # a snapshot after each further tenth: 45 in 300 epochs, 80 in 10,000
SNAPSHOT_INTERVAL = 0.02  # seconds between two: few in all, so they may come quicker
STATE_INTERVAL = 1.0  # seconds between two states, at least: what a crash may cost
STATE_SHARE = 0.01  # of the time may be spent on states, which grow with the network
BESTS = 2  # snapshots of best epochs that are kept: a page may still read the one before
PREDICTED = 2**18  # numbers of predictions that a snapshot keeps if each sequence has many


def run(
    experiment: Experiment,
    dataset: Dataset,
    report: Report,
    control: Control | Callable[[], bool],
    state: bytes | None = None,
    epochs: int | None = None,
) -> dict[str, Any]:
    """Trains and reports events of str, int, float, bytes and lists.

    - started: epoch, where it starts: 0, or that of `state`
    - metrics: lists `epoch`, `loss`, `val_loss`, `accuracy`, `val_accuracy`, `gradient_norm`,
      `clipped`, `learning_rate` and what else is measured, one entry an epoch; `None` for what is
      not finite or not there. See `seqlab.training.listener.Epoch`.
    - snapshot: epoch, data (`seqlab.lens.snapshot`: weights by name, and "prediction": of the
      first `PREDICTED` numbers' worth of sequences where these are classes or have steps). One
      that is there only because its epoch is the best so far has `instead_of` too: the epoch of
      an earlier one of its kind that is not needed any more, or `None`
    - state: epoch, data, from which the training can go on; only the last one is needed
    - paused, resumed: epoch, how many are done; learning_rate: epoch, value
    - timing: epoch, median seconds of one; sent at the end
    - log: message

    Args:
        experiment: what to train.
        dataset: with what.
        report: takes the events.
        control: where commands come from (`seqlab.training.control`), or a function that says
            whether to stop.
        state: the data of an earlier state event, to go on from there.
        epochs: the last epoch, counted from the very start; by default the experiment's.

    Returns:
        status "finished", "stopped" or "diverged"; epochs, the whole epochs behind the weights at
        the end, of which there is a snapshot; trained, the epochs behind the last state (more than
        that if early stopping has put back the best weights); message, a sentence or ""; layer,
        where the numbers overflowed first, or `None`.

    Raises:
        ValueError: if `state` is not a state, or that of another network.
    """
    start = None if state is None else TrainingState.unpack(state)
    reporter = Reporter(report, epochs or experiment.training.epochs)
    outcome, program = fit(experiment, dataset, reporter, control, start, epochs)
    reporter.finish(outcome, program)
    return {
        "status": outcome.status,
        "epochs": outcome.epochs,
        "trained": outcome.state.epoch,
        "message": outcome.message,
        "layer": outcome.layer,
    }


class Reporter(Listener):
    """Turns what happens in a training into events, seldom enough for a page."""

    def __init__(self, report: Report, epochs: int) -> None:
        self._report = report
        self._epochs = epochs
        self._started = False
        self._architecture: Architecture | None = None
        self._waiting: list[Epoch] = []
        self._metrics_at = self._snapshot_at = -math.inf
        self._state_due = time.monotonic() + STATE_INTERVAL
        self._good: Epoch | None = None  # the last epoch with finite losses
        self._kept = -1  # the epoch of the last snapshot
        self._snapshots: set[int] = set()  # the epochs of all
        self._bests: list[int] = []  # of those that are there for being the best only
        self._seconds: list[float] = []  # of each epoch

    def epoch(self, epoch: Epoch, program: Program) -> None:
        """Reports a start, metrics now and then, and a snapshot if one is due."""
        if not self._started:
            self._architecture = program.plan.architecture
            self._start(epoch.number)
        else:
            self._waiting.append(epoch)
            self._seconds.append(epoch.seconds)
            if time.monotonic() - self._metrics_at >= INTERVAL:
                self._metrics()
        if not epoch.finite and epoch.loss is not None:
            return
        self._good = epoch
        late_enough = time.monotonic() - self._snapshot_at >= SNAPSHOT_INTERVAL
        if due(epoch.number, self._kept, self._epochs) and late_enough:
            self._kept = epoch.number
            self._snapshot(epoch.number, program.weights(), epoch.prediction)

    def checkpoint(
        self, state: Callable[[], TrainingState], best: Best | None, program: Program
    ) -> None:
        """Reports a state now and then, right after the metrics, and the best weights before it.

        What goes on from a state shall find no hole in the curve before it.

        Args:
            state: makes what the training needs to go on.
            best: the best epoch so far.
            program: holds the weights.
        """
        begin = time.monotonic()
        if begin >= self._state_due and not self._waiting:
            self._snapshot_of_best(best, program)
            self._state(state())
            end = time.monotonic()
            self._state_due = end + max(STATE_INTERVAL, (end - begin) / STATE_SHARE)

    def paused(self, epoch: int, weights: dict[str, Floats]) -> None:
        """Reports all there is, the weights in the shapes of Keras, so that a page can show it."""
        self._metrics()
        if self._good and epoch not in self._snapshots:
            self._kept = epoch
            self._snapshot(epoch, weights, self._good.prediction)
        self._report({"kind": "paused", "epoch": epoch})

    def resumed(self, epoch: int) -> None:
        """Reports it."""
        self._report({"kind": "resumed", "epoch": epoch})

    def learning_rate(self, epoch: int, value: float) -> None:
        """Reports it."""
        self._report({"kind": "learning_rate", "epoch": epoch, "value": value})

    def log(self, message: str) -> None:
        """Reports it."""
        self._report({"kind": "log", "message": message})

    def finish(self, outcome: Outcome, program: Program) -> None:
        """Reports what is left: the last metrics, the best and the last weights, the state."""
        self._metrics()
        self._snapshot_of_best(outcome.best, program)
        if outcome.epochs not in self._snapshots:
            self._snapshot(outcome.epochs, program.weights(), outcome.prediction)
        self._state(outcome.state)
        if self._seconds:
            self._report({"kind": "timing", "epoch": statistics.median(self._seconds)})

    def _start(self, epoch: int) -> None:
        self._started = True
        self._report({"kind": "started", "epoch": epoch})

    def _metrics(self) -> None:
        if not self._waiting:
            return
        names = ["loss", "val_loss", "accuracy", "val_accuracy", "gradient_norm", "clipped"]
        names += ["learning_rate"]
        columns = {name: [getattr(epoch, name) for epoch in self._waiting] for name in names}
        for name in sorted({name for epoch in self._waiting for name in epoch.metrics}):
            columns[name] = [epoch.metrics.get(name) for epoch in self._waiting]
        self._report(
            {"kind": "metrics", "epoch": [epoch.number for epoch in self._waiting]}
            | {name: [_finite(value) for value in values] for name, values in columns.items()}
        )
        self._waiting = []
        self._metrics_at = time.monotonic()

    def _snapshot(
        self, epoch: int, weights: dict[str, Floats], prediction: Floats, **more: int | None
    ) -> None:
        arrays = weights | {"prediction": shown(prediction)}
        data = snapshot.pack(arrays, self._architecture)
        self._report({"kind": "snapshot", "epoch": epoch, "data": data} | more)
        self._snapshots.add(epoch)
        self._snapshot_at = time.monotonic()

    def _snapshot_of_best(self, best: Best | None, program: Program) -> None:
        """Reports the best weights so far, unless they are among the snapshots already."""
        if best is None or best.prediction is None or best.epoch in self._snapshots:
            return
        instead_of = self._bests.pop(0) if len(self._bests) == BESTS else None
        weights = program.weights(best.variables)
        self._snapshot(best.epoch, weights, best.prediction, instead_of=instead_of)
        self._bests.append(best.epoch)

    def _state(self, state: TrainingState) -> None:
        self._report({"kind": "state", "epoch": state.epoch, "data": state.pack()})


def due(epoch: int, kept: int, epochs: int) -> bool:
    """Whether an epoch leaves a snapshot: the first, the last, and each a tenth after the one kept.

    Early epochs change the most, and a long run shall show its gates from its beginning.

    Args:
        epoch: the one that has just ended.
        kept: the newest one that left a snapshot.
        epochs: how many are planned.
    """
    return epoch >= kept + max(1, kept // SPREAD) or epoch == epochs


def shown(prediction: Floats) -> Floats:
    """The predictions (sequences, ...) that a snapshot keeps: `PREDICTED`, or all single values."""
    each = math.prod(prediction.shape[1:])
    return prediction if each <= 1 else prediction[: max(1, PREDICTED // each)]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def warm_up() -> None:
    """Starts TensorFlow and compiles the program of the default experiment, in this process."""
    experiment = Experiment(training=Training(epochs=1))
    window = experiment.data.window
    fit(experiment, _blank(sequences=2 * experiment.training.batch_size, window=window))


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
