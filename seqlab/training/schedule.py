"""Learning rates and early stopping: what Keras' schedules and callbacks do, as plain values.

The rates are computed here and enter a compiled program as numbers, so that turning one of these
knobs, or resuming in the middle, compiles nothing. References: keras.optimizers.schedules
(CosineDecay, ExponentialDecay), keras.callbacks (ReduceLROnPlateau, EarlyStopping).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.experiment import Training
from seqlab.fitting.schedules import SCHEDULES


@dataclass
class Rates:
    """The learning rate of every batch.

    Attributes:
        base: the rate that the schedule scales; changed by hand and by "plateau".
        warmup: batches over which the rate rises from 0.
        decay: batches over which "cosine" and "exponential" decay afterwards.
    """

    base: float
    schedule: str
    decay_rate: float
    warmup: int
    decay: int

    @classmethod
    def of(cls, training: Training, batches: int) -> Rates:
        """The rates of a training with that many batches an epoch."""
        warmup = min(training.warmup, training.epochs) * batches
        decay = max(1, training.epochs * batches - warmup)
        return cls(training.learning_rate, training.schedule, training.decay_rate, warmup, decay)

    def share(self, batch: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share of `base` at these batches (n,), counted from 0 at the start: (n,)."""
        after = np.maximum(batch - self.warmup, 0) / self.decay
        share = SCHEDULES[self.schedule].share
        decayed = np.ones(len(batch)) if share is None else share(after, self.decay_rate)
        rising = batch / self.warmup if self.warmup else np.ones(len(batch))
        return np.where(batch < self.warmup, rising, decayed)

    def of_batches(self, first: int, count: int) -> NDArray[np.float32]:
        """The rates of `count` batches from `first` on, (count,)."""
        return (self.base * self.share(np.arange(first, first + count))).astype(np.float32)

    def change(self, rate: float, batch: int) -> None:
        """Lets the rate be `rate` at that batch; the schedule goes on from there."""
        share = float(self.share(np.array([batch]))[0])
        self.base = rate / share if share > 0 else rate


@dataclass
class Watch:
    """Counts the epochs since a loss was lowest, as Keras' callbacks do.

    Attributes:
        patience: how many are too many.
        min_delta: a loss is lower only if it is so by more than this; Keras' default is 0 for
            EarlyStopping and 1e-4 for ReduceLROnPlateau.
        best: the lowest loss so far.
        wait: epochs since then.
    """

    patience: int
    min_delta: float = 0.0
    best: float = math.inf
    wait: int = 0

    def improved(self, loss: float) -> bool:
        """Takes in the loss of one more epoch; whether it is the lowest so far."""
        if loss + self.min_delta < self.best:
            self.best, self.wait = loss, 0
            return True
        self.wait += 1
        return False

    @property
    def over(self) -> bool:
        """Whether patience has run out."""
        return self.wait >= self.patience
