"""Sequences in the order and the buffers in which a program takes them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.training import build
from seqlab.training.program import Buffer, Floats, Program

CALL_SECONDS = 0.05  # how long one call of a program may take, so that a command acts at once
GUESSED_FLOPS = 5e9  # a cautious speed for the first call; afterwards the time is measured


class Batches:
    """A part of a dataset in the buffers of a program.

    Attributes:
        sequences: how many there are.
        sizes: (batches,) how many sequences each batch has.
    """

    def __init__(self, program: Program, dataset: Dataset, indices: NDArray[np.int64]) -> None:
        self._capacity, batch = program.capacity, program.batch
        self._seconds = 6.0 * batch * dataset.timesteps * program.model.count_params()
        self._seconds /= GUESSED_FLOPS
        self.sequences = len(indices)
        count = math.ceil(len(indices) / batch)
        self.sizes = np.full(count, batch, np.int32)
        self.sizes[-1:] -= count * batch - len(indices)
        calls = max(1, math.ceil(count / self._capacity))

        def pad(array: NDArray[Any], shape: tuple[int, ...]) -> list[tf.Tensor]:
            """Array (n, ...) -> a tensor (C, ...) for each call."""
            room = np.zeros((calls * math.prod(shape), *array.shape[1:]), array.dtype)
            room[: len(array)] = array
            room = room.reshape(calls, *shape, *array.shape[1:])
            return [tf.constant(part) for part in room]

        rows = (self._capacity, batch)
        inputs = [pad(array[indices], rows) for array in inputs_of(program.model, dataset)]
        y, weights = dataset.y[indices], weights_of(dataset)[indices]
        self._buffers = [
            Buffer(list(inputs), y, weights, sizes)
            for *inputs, y, weights, sizes in zip(
                *inputs,
                pad(y, rows),
                pad(weights, rows),
                pad(self.sizes, rows[:1]),
                strict=True,
            )
        ]

    @property
    def any(self) -> Buffer:
        """One of the buffers."""
        return self._buffers[0]

    def each(self) -> Iterator[tuple[Buffer, int]]:
        """Buffer and index of every batch."""
        for batch in range(len(self.sizes)):
            call, i = divmod(batch, self._capacity)
            yield self._buffers[call], i

    def calls(self) -> Iterator[tuple[Buffer, int, int]]:
        """Buffer, first and one past the last batch of each call, as `took` says what fits."""
        batch = 0
        while batch < len(self.sizes):
            call, first = divmod(batch, self._capacity)
            fitting = max(1, int(CALL_SECONDS / self._seconds))
            last = min(first + fitting, self._capacity, len(self.sizes) - call * self._capacity)
            yield self._buffers[call], first, last
            batch += last - first

    def took(self, seconds: float, batches: int) -> None:
        """Notes how long a call took, so that the next ones take `CALL_SECONDS`."""
        self._seconds = seconds / batches

    def mean(self, losses: list[Floats]) -> float:
        """The mean over all sequences of the batches' losses (batches,), as Keras reports it."""
        return float(np.concatenate(losses).astype(np.float64) @ self.sizes / self.sequences)


def inputs_of(model: keras.Model, dataset: Dataset) -> list[NDArray[Any]]:
    """What the model reads, each (n, ...).

    That is x, and the target (n, steps) one step late if the model has a second input.
    """
    if len(model.inputs) == 1:
        return [dataset.x]
    return [dataset.x, build.late(dataset.y.astype(np.int32))]


def weights_of(dataset: Dataset) -> Floats:
    """How much each sequence (n,), or each step of a target (n, S), counts in loss and metrics."""
    if dataset.goal.at == "end":
        return np.ones(len(dataset.y), np.float32)
    if dataset.y_weights is not None:
        return dataset.y_weights
    return np.ones(dataset.y.shape[:2], np.float32)


@lru_cache(maxsize=4)  # a pipeline takes longer than a short epoch; 8 bytes a sequence are kept
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
    places: NDArray[np.int64] = next(indices.as_numpy_iterator())
    return places
