"""The losses. A new one is a record in `LOSSES`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Loss:
    """A loss of Keras.

    Attributes:
        name: Keras' own, as `keras.losses.get` knows it.
        keras: its class in `keras.losses`.
        fits: the targets that it is offered for; "" for classes as rows of zeros and a one, which
            no source has: the doctor says what to take instead.
        entropy: it compares probabilities, and takes `from_logits`.
        one_hot: it wants classes as rows of zeros and a one.
    """

    name: str
    keras: str
    fits: Literal["value", "class", ""]
    entropy: bool = False
    one_hot: bool = False


LOSSES = {
    loss.name: loss
    for loss in (  # the usual one of its targets first
        Loss("mean_squared_error", "MeanSquaredError", "value"),
        Loss("mean_absolute_error", "MeanAbsoluteError", "value"),
        Loss("huber", "Huber", "value"),
        Loss("log_cosh", "LogCosh", "value"),
        Loss("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", "class", True),
        Loss("categorical_crossentropy", "CategoricalCrossentropy", "", True, one_hot=True),
        Loss("binary_crossentropy", "BinaryCrossentropy", "", True, one_hot=True),
    )
}


def losses_of(kind: str) -> tuple[str, ...]:
    """The losses for targets of a kind, "value" or "class", the usual one first.

    Example:
        >>> losses_of("class")
        ('sparse_categorical_crossentropy',)
    """
    return tuple(loss.name for loss in LOSSES.values() if loss.fits == kind)
