"""The training loop: what `keras.Model.fit` does, with many batches in each call of a program."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.training.program import Floats, Program, program_for

Status = Literal["finished", "stopped", "diverged"]

CALL_SECONDS = 0.3  # how long one call of a program may take, so that Stop acts at once
GUESSED_FLOPS = 5e9  # a cautious speed for the first call; afterwards the time is measured


@dataclass(frozen=True)
class Epoch:
    """What one epoch gave.

    Attributes:
        number: 1 for the first; 0 is the network before training.
        loss: mean over the epoch's sequences while the weights change; `None` for epoch 0.
        val_loss: after the epoch; `None` without a validation part.
        prediction: (validation, outputs), scaled, after the epoch.
    """

    number: int
    loss: float | None
    val_loss: float | None
    prediction: Floats

    @property
    def finite(self) -> bool:
        """Whether no loss is NaN or infinite."""
        return all(math.isfinite(loss or 0) for loss in (self.loss, self.val_loss))


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        status: "diverged" when a loss became NaN or infinite.
        epochs: whole epochs behind the weights that are left in the program.
        message: a sentence for the user, or "".
    """

    status: Status
    epochs: int
    message: str = ""


class Batches:
    """Sequences in the buffers that a program takes: (calls, C, B, ...), the rest padded.

    Attributes:
        sequences: how many there are.
        sizes: (batches,) how many sequences each batch has.
    """

    def __init__(self, program: Program, x: Floats, y: Floats) -> None:
        self._program = program
        self._seconds = 6.0 * program.batch * x.shape[1] * program.model.count_params()
        self._seconds /= GUESSED_FLOPS
        self.sequences = len(x)
        count = math.ceil(len(x) / program.batch)
        self.sizes = np.full(count, program.batch)
        self.sizes[-1:] -= count * program.batch - len(x)
        calls = max(1, math.ceil(count / program.capacity))

        def pad(array: Floats) -> Floats:
            """Array (n, ...) -> (calls, C, B, ...)."""
            rows = calls * program.capacity * program.batch
            room = np.zeros((rows, *array.shape[1:]), np.float32)
            room[: len(array)] = array
            return room.reshape(calls, program.capacity, program.batch, *array.shape[1:])

        self.buffers = pad(x), pad(y), pad(np.repeat(1 / self.sizes, self.sizes).astype("float32"))

    def calls(self) -> Iterator[tuple[Floats, Floats, Floats, int, int]]:
        """Arguments for `Program.train`, as many batches a call as fit into `CALL_SECONDS`."""
        capacity = self._program.capacity
        batch = 0
        while batch < len(self.sizes):
            call, first = divmod(batch, capacity)
            fitting = max(1, int(CALL_SECONDS / self._seconds))
            last = min(first + fitting, capacity, len(self.sizes) - call * capacity)
            x, y, weight = (buffer[call] for buffer in self.buffers)
            start = time.perf_counter()
            yield x, y, weight, first, last
            self._seconds = (time.perf_counter() - start) / (last - first)
            batch += last - first

    def mean(self, losses: list[Floats]) -> float:
        """The mean over all sequences of the batches' losses."""
        return float(np.concatenate(losses).astype(np.float64) @ self.sizes / self.sequences)


def order(sequences: int, seed: int) -> NDArray[np.int64]:
    """The order in which `keras.Model.fit(shuffle=True)` takes the sequences, (sequences,).

    That is after `keras.utils.set_random_seed(seed)`, and it is the same in every epoch: Keras
    starts its input pipeline anew for each epoch, and with it the generator. The exported script
    gives the same numbers only if this draws from the same place.
    """
    seeds = (seed, 0) if seed else (0, 2**31 - 1)  # what TensorFlow makes of the global seed
    indices = tf.data.Dataset.range(1).map(
        lambda _: tf.raw_ops.RandomShuffle(
            value=tf.range(sequences, dtype=tf.int64), seed=seeds[0], seed2=seeds[1]
        )
    )
    return next(indices.as_numpy_iterator())


def fit(
    experiment: Experiment,
    dataset: Dataset,
    on_epoch: Callable[[Epoch, Program], None],
    should_stop: Callable[[], bool] = lambda: False,
    log: Callable[[str], None] = lambda _: None,
    shuffle: bool = True,
) -> tuple[Outcome, Program]:
    """Trains, from the initial weights of the experiment's seed.

    An epoch counts only as a whole: after Stop, and after a loss that is not finite, the weights
    are those after the last good epoch, so that the same experiment with that number of epochs
    gives the same network.

    Args:
        experiment: layers and training.
        dataset: training and validation part.
        on_epoch: called before the first epoch (as epoch 0) and after each one, with the program
            that holds the weights.
        should_stop: asked several times a second.
        log: takes a line about something notable.
        shuffle: take the sequences in the order of `order` instead of their own.

    Returns:
        How it ended, and the program with the weights.
    """
    train = dataset.train
    program, kept = program_for(
        experiment, dataset.timesteps, dataset.features, dataset.outputs, len(train)
    )
    if shuffle:
        train = train[order(len(train), experiment.training.seed)]
    training = Batches(program, dataset.x[train], dataset.y[train])
    validation = Batches(program, dataset.x[dataset.validation], dataset.y[dataset.validation])
    if not kept:
        _compile(program, training, log)

    prediction, val_loss = _validate(program, validation)
    on_epoch(Epoch(0, None, val_loss, prediction), program)
    for number in range(1, experiment.training.epochs + 1):
        before = program.state()
        loss = _train(program, training, should_stop)
        if loss is None:
            program.restore(before)
            return Outcome("stopped", number - 1), program
        prediction, val_loss = _validate(program, validation)
        epoch = Epoch(number, loss, val_loss, prediction)
        on_epoch(epoch, program)
        if not epoch.finite:
            program.restore(before)
            return Outcome("diverged", number - 1, _diverged(number, experiment)), program
    return Outcome("finished", experiment.training.epochs), program


def _compile(program: Program, batches: Batches, log: Callable[[str], None]) -> None:
    log("Compiling the network.")
    start = time.perf_counter()
    problem = program.compile(*next(batches.calls())[:3])
    if problem:
        log(f"This network trains without XLA, which could not compile it: {problem}")
    else:
        log(f"Compiled the network in {time.perf_counter() - start:.1f} s.")


def _train(program: Program, batches: Batches, should_stop: Callable[[], bool]) -> float | None:
    """One epoch. Returns its loss (NaN as soon as one is not finite), or `None` when stopped."""
    losses: list[Floats] = []
    for call in batches.calls():
        if should_stop():
            return None
        losses.append(program.train(*call))
        if not np.isfinite(losses[-1]).all():
            return math.nan
    return batches.mean(losses)


def _validate(program: Program, batches: Batches) -> tuple[Floats, float | None]:
    """Predictions (sequences, outputs) and their mean loss, `None` without sequences."""
    if not batches.sequences:
        return np.empty((0, *program.model.output_shape[1:]), np.float32), None
    losses, predictions = zip(*(program.forward(*call) for call in batches.calls()), strict=True)
    flat = np.concatenate(predictions).reshape(-1, *program.model.output_shape[1:])
    return flat[: batches.sequences], batches.mean(list(losses))


def _diverged(number: int, experiment: Experiment) -> str:
    """What happened and what to do, for the user."""
    rate = experiment.training.learning_rate
    remedy = f"Try a smaller learning rate than {rate:g}"
    if experiment.training.clipnorm is None:
        remedy += ", or clip the gradients (clipnorm 1)"
    kept = f"The weights of epoch {number - 1} are kept" if number > 1 else "Nothing was learned"
    return f"The loss became infinite or NaN in epoch {number}. {kept}. {remedy}."
