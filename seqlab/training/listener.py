"""What a training tells while it goes on, and how it ended."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from seqlab.training.program import Floats, Program, State
from seqlab.training.state import TrainingState

Status = Literal["finished", "stopped", "diverged"]


@dataclass(frozen=True)
class Epoch:
    """What one epoch gave.

    Attributes:
        number: 1 for the first; 0 is the network before training.
        loss: mean over the epoch's sequences while the weights change; `None` for epoch 0.
        val_loss: after the epoch; `None` without a validation part.
        prediction: (validation, ...), scaled values or logits, after the epoch.
        metrics: by Keras' names, as "accuracy" and "val_accuracy" for classes.
        gradient_norm: mean over the batches of the norm of all gradients together, before they
            are clipped; `None` for epoch 0.
        clipped: share of the batches whose gradients were clipped.
        learning_rate: of the epoch's last batch.
        seconds: how long it took, validation included, pauses not.
    """

    number: int
    loss: float | None
    val_loss: float | None
    prediction: Floats
    metrics: dict[str, float] = field(default_factory=dict)
    gradient_norm: float | None = None
    clipped: float | None = None
    learning_rate: float | None = None
    seconds: float = 0.0

    @property
    def accuracy(self) -> float | None:
        """Share of right classes while the weights change; `None` for values and for epoch 0."""
        return self.metrics.get("accuracy")

    @property
    def val_accuracy(self) -> float | None:
        """Share of right classes in the validation part; `None` for values."""
        return self.metrics.get("val_accuracy")

    @property
    def finite(self) -> bool:
        """Whether no loss is NaN or infinite."""
        return all(math.isfinite(loss or 0) for loss in (self.loss, self.val_loss))


@dataclass(frozen=True)
class Best:
    """The epoch with the lowest val_loss so far; without a validation part, the lowest loss.

    Attributes:
        epoch: its number; of equally good ones the first.
        variables: of the model, after it.
        prediction: (validation, ...), after it; `None` if it was before the training went on.
    """

    epoch: int
    variables: State
    prediction: Floats | None


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        status: "diverged" when a loss became NaN or infinite.
        epochs: whole epochs behind the weights that are left in the program.
        message: a sentence for the user, or "".
        layer: after "diverged", the layer where the numbers overflowed first, if it was found.
        state: from which the training can go on.
        prediction: (validation, ...), of the weights that are left.
        best: the best epoch; `None` if none was trained.
    """

    status: Status
    epochs: int
    message: str
    state: TrainingState
    prediction: Floats
    best: Best | None = None
    layer: str | None = None


class Listener:
    """Is told what happens in a training; does nothing by itself."""

    def epoch(self, epoch: Epoch, program: Program) -> None:
        """Before the first epoch (as the epoch that was reached) and after each one."""

    def checkpoint(
        self, state: Callable[[], TrainingState], best: Best | None, program: Program
    ) -> None:
        """After each whole epoch.

        Args:
            state: makes what is needed to go on from there.
            best: the best epoch so far; `None` before there is one.
            program: holds the weights.
        """

    def paused(self, epoch: int, weights: dict[str, Floats]) -> None:
        """The training waits; the weights (Keras' shapes) are those after its last whole epoch."""

    def resumed(self, epoch: int) -> None:
        """It goes on."""

    def learning_rate(self, epoch: int, value: float) -> None:
        """It goes on with this rate, from the middle of the epoch after `epoch`."""

    def log(self, message: str) -> None:
        """Something notable, in a sentence."""
