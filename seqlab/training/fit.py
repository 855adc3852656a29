"""The training loop: what `keras.Model.fit` does, with many batches in each call of a program."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import tensorflow as tf

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.fitting.schedules import SCHEDULES
from seqlab.training.batches import Batches, order
from seqlab.training.control import Control, Steering, control_of
from seqlab.training.divergence import first_nonfinite_layer
from seqlab.training.kept_programs import program_for
from seqlab.training.listener import Best, Epoch, Listener, Outcome, Status
from seqlab.training.program import Buffer, Floats, Program, State
from seqlab.training.schedule import Rates, Watch
from seqlab.training.state import TrainingState


def fit(
    experiment: Experiment,
    dataset: Dataset,
    listener: Listener | None = None,
    control: Control | Callable[[], bool] | None = None,
    start: TrainingState | None = None,
    epochs: int | None = None,
) -> tuple[Outcome, Program]:
    """Trains, from the initial weights of the experiment's seed or from where `start` left off.

    An epoch counts only as a whole: after Stop, and after a loss that is not finite, the weights
    are those after the last good epoch, so that the same experiment with that number of epochs
    gives the same network.

    Args:
        experiment: layers and training.
        dataset: training and validation part.
        listener: is told of every epoch, with the program that holds the weights.
        control: where commands come from, or a function that says whether to stop.
        start: the state of an earlier training of the same experiment and data. What follows is
            then what would have followed without a break.
        epochs: the last epoch, counted from the very start; by default the experiment's.

    Returns:
        How it ended, and the program with the weights.

    Raises:
        ValueError: if `start` belongs to another network.
    """
    run = _Run(experiment, dataset, listener or Listener(), control_of(control))
    run.begin(start)
    return run.train(epochs or experiment.training.epochs), run.program


def prepare(experiment: Experiment, dataset: Dataset) -> None:
    """Does all that a first `fit` of a program does once, and keeps nothing; arguments as there."""
    run = _Run(experiment, dataset, Listener(), control_of(None))
    run.begin(None)
    program, rates = run.program, np.zeros(run.program.capacity, np.float32)
    program.results(program.train(run.batches.any, rates, 0, 1, program.start_metrics())[1])


class _Stopped(Exception):  # noqa: N818 - no error
    """A stop command came in the middle of an epoch."""


class _Run:
    """One training on its way; `batches` are those of the training part."""

    def __init__(
        self,
        experiment: Experiment,
        dataset: Dataset,
        listener: Listener,
        control: Control,
    ) -> None:
        train, training = dataset.train, experiment.training
        self.program, reused = program_for(experiment, dataset)
        if training.shuffle:
            train = train[order(len(train), training.seed)]
        self.batches = Batches(self.program, dataset, train)
        self._validation = Batches(self.program, dataset, dataset.validation)
        self._experiment, self._listener = experiment, listener
        self._steering = Steering(control)
        self._rates = Rates.of(training, len(self.batches.sizes))
        self._plateau = Watch(training.plateau_patience, min_delta=1e-4)
        self._stopping = Watch(training.patience or 0)
        self._best: Best | None = None
        self._epoch = 0
        if not reused:
            self._compile()

    def _compile(self) -> None:
        self._listener.log("Compiling the network.")
        start = time.perf_counter()
        problem = self.program.compile(self.batches.any)
        if problem:
            self._listener.log(
                f"This network trains without XLA, which could not compile it: {problem}"
            )
        else:
            self._listener.log(f"Compiled the network in {time.perf_counter() - start:.1f} s.")
        for name in self.program.slow_layers:
            self._listener.log(
                f"Layer {name} runs Keras' own loop over time, which is slower: its settings are "
                "outside of what the quick one knows."
            )

    def begin(self, start: TrainingState | None) -> None:
        """Takes up an earlier training, and reports the network as it is before the next epoch."""
        if start is not None:
            self.program.restore(start.variables)
            self._epoch, self._rates = start.epoch, start.rates
            self._plateau, self._stopping = start.plateau, start.stopping
            if start.best is not None:
                best = self.program.part_of_model([tf.constant(value) for value in start.best])
                self._best = Best(start.best_epoch, best, None)
            if self._stopping.over:  # asked to go on all the same: patience starts anew
                self._stopping.wait = 0
        self._steering.epoch = self._epoch
        self._state = self.program.state()
        self._last = self._epoch_of(self._epoch, None)
        self.program.restore(self._state)  # that look has moved on the generators of dropout
        self._listener.epoch(self._last, self.program)
        if start is not None:
            rate = self._rates.of_batches(self._epoch * len(self.batches.sizes), 1)[0]
            self._listener.log(
                f"Goes on after epoch {self._epoch}, with a learning rate of {rate:g}."
            )

    def train(self, epochs: int) -> Outcome:
        """Trains until that epoch is done or something ends it earlier."""
        while self._epoch < epochs:
            try:
                epoch = self._train()
            except _Stopped:
                self.program.restore(self._state)
                return self._outcome("stopped")
            self._listener.epoch(epoch, self.program)
            if not epoch.finite:
                return self._diverge(epoch)
            self._epoch, self._last, self._state = epoch.number, epoch, self.program.state()
            patient = self._watch(epoch)
            self._steering.epoch_over(epoch.number)
            self._listener.checkpoint(self.state, self._best, self.program)
            if not patient:
                return self._restore_best(
                    f"The loss has not improved for {self._stopping.wait} epochs"
                )
        return self._restore_best()

    def _train(self) -> Epoch:
        """One epoch, with a NaN loss as soon as one is not finite. Raises `_Stopped`."""
        program, batches = self.program, self.batches
        program.reset_states()
        losses: list[Floats] = []
        others: list[Floats] = []
        sums, seconds = program.start_metrics(), 0.0
        self._calls: list[tuple[Buffer, Floats, int, int]] = []
        first_batch = self._epoch * len(batches.sizes)
        for buffer, first, last in batches.calls():
            self._obey(first_batch)
            rates = np.zeros(program.capacity, np.float32)
            rates[first:last] = self._rates.of_batches(first_batch, last - first)
            self._calls.append((buffer, rates, first, last))
            start = time.perf_counter()
            figures, sums = program.train(buffer, rates, first, last, sums)
            call_seconds = time.perf_counter() - start
            batches.took(call_seconds, last - first)
            seconds += call_seconds
            first_batch += last - first
            losses.append(figures[:, 0])
            others.append(figures[:, 1:])
            if not np.isfinite(losses[-1]).all():
                break
        finite = bool(np.isfinite(losses[-1]).all())
        norm, clipped = np.concatenate(others).astype(np.float64).mean(axis=0)
        return self._epoch_of(
            self._epoch + 1,
            batches.mean(losses) if finite else math.nan,
            program.results(sums),
            obey=lambda: self._obey(first_batch),
            gradient_norm=float(norm),
            clipped=float(clipped),
            learning_rate=float(rates[last - 1]),
            seconds=seconds,
        )

    def _epoch_of(
        self,
        number: int,
        loss: float | None,
        metrics: dict[str, float] | None = None,
        obey: Callable[[], None] | None = None,
        **figures: float,
    ) -> Epoch:
        """An epoch with what the validation part says about the weights as they are."""
        start = time.perf_counter()
        prediction, val_loss, validation = self._validate(obey)
        figures["seconds"] = figures.get("seconds", 0) + time.perf_counter() - start
        both = (metrics or {}) | {f"val_{name}": value for name, value in validation.items()}
        return Epoch(number, loss, val_loss, prediction, both, **figures)

    def _validate(
        self, obey: Callable[[], None] | None = None
    ) -> tuple[Floats, float | None, dict[str, float]]:
        """Predictions (sequences, ...), their mean loss and metrics; nothing without sequences.

        `obey` is called before each call of the program.
        """
        program, batches = self.program, self._validation
        shape = tuple(program.model.output_shape[1:])
        if not batches.sequences:
            return np.empty((0, *shape), np.float32), None, {}
        program.reset_states()
        losses, predictions, sums = [], [], program.start_metrics()
        for buffer, first, last in batches.calls():
            if obey is not None:
                obey()
            start = time.perf_counter()
            loss, prediction, sums = program.forward(buffer, first, last, sums)
            batches.took(time.perf_counter() - start, last - first)
            losses.append(loss)
            predictions.append(prediction.reshape(-1, *shape))
        flat = np.concatenate(predictions)[: batches.sequences]
        return flat, batches.mean(losses), program.results(sums)

    def _obey(self, batch: int) -> None:
        """Does what was commanded since the last call. Raises `_Stopped`."""
        steering, listener = self._steering, self._listener

        def on_pause(waits: bool) -> None:
            if waits:
                listener.paused(self._epoch, self.program.weights(self._state))
            else:
                listener.resumed(self._epoch)

        steering.between_batches(on_pause)
        if steering.stopped:
            raise _Stopped
        if steering.rate is not None:
            self._rates.change(steering.rate, batch)
            listener.learning_rate(self._epoch, steering.rate)
            steering.rate = None

    def _watch(self, epoch: Epoch) -> bool:
        """Keras' ReduceLROnPlateau and EarlyStopping; whether patience lasts."""
        training = self._experiment.training
        loss = epoch.loss if epoch.val_loss is None else epoch.val_loss
        assert loss is not None
        if SCHEDULES[training.schedule].on_plateau:
            self._plateau.improved(loss)
            if self._plateau.over:
                self._rates.base *= training.decay_rate
                self._plateau.wait = 0
        if self._stopping.improved(loss):
            variables = self.program.part_of_model(self._state)
            self._best = Best(epoch.number, variables, epoch.prediction)
        return training.patience is None or not self._stopping.over

    def state(self) -> TrainingState:
        """What is needed to go on from here."""
        return TrainingState(
            epoch=self._epoch,
            variables=arrays_of(self._state),
            rates=replace(self._rates),
            plateau=replace(self._plateau),
            stopping=replace(self._stopping),
            best_epoch=self._best.epoch if self._best else 0,
            best=arrays_of(self._best.variables) if self._best else None,
        )

    def _diverge(self, epoch: Epoch) -> Outcome:
        """The end after a loss that is not finite: looks for its origin by doing it again."""
        program, sums = self.program, self.program.start_metrics()
        program.restore(self._state)
        batches = self._validation.each()
        for buffer, rates, first, last in self._calls:
            for i in range(first, last):
                here = program.state()
                figures, _ = program.train(buffer, rates, i, i + 1, sums)
                if not np.isfinite(figures[0, 0]):
                    program.restore(here)
                    batches = iter([(buffer, i)])
                    break
        layer = first_nonfinite_layer(program, batches)
        program.restore(self._state)
        message = _diverged(epoch.number, self._experiment, layer)
        return replace(self._outcome("diverged", message), layer=layer)

    def _outcome(self, status: Status, message: str = "") -> Outcome:
        prediction = self._last.prediction
        return Outcome(status, self._epoch, message, self.state(), prediction, self._best)

    def _restore_best(self, reason: str = "") -> Outcome:
        """The end of a whole training: with early stopping, the best weights are put back."""
        ended, best = self._outcome("finished"), self._best
        if self._experiment.training.patience is None or best is None or best.epoch == self._epoch:
            return ended
        self.program.restore([*best.variables, *self._state[len(best.variables) :]])
        message = f"The weights of epoch {best.epoch}, the best, are kept."
        if reason:
            message = f"{reason}, so training ended after epoch {self._epoch}. {message}"
        prediction = self._validate()[0] if best.prediction is None else best.prediction
        return replace(ended, epochs=best.epoch, message=message, prediction=prediction)


def arrays_of(state: State) -> list[np.ndarray]:
    """A program's state as arrays, each in the shape of its tensor."""
    return [np.array(value) for value in state]


def _diverged(number: int, experiment: Experiment, layer: str | None) -> str:
    """What happened and what to do, for the user."""
    training = experiment.training
    remedy = f"Try a smaller learning rate than {training.learning_rate:g}"
    if training.clipnorm is None and training.clipvalue is None:
        remedy += ", or clip the gradients (clipnorm 1)"
    weights = f"The weights of epoch {number - 1} are kept" if number > 1 else "Nothing was learned"
    where = f", first in layer {layer}" if layer else ""
    return f"The loss became infinite or NaN in epoch {number}{where}. {weights}. {remedy}."
