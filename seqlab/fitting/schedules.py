"""The schedules of the learning rate. A new one is a record in `SCHEDULES`.

All rates of a training are worked out from these records and enter its compiled program as numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Schedule:
    """How the learning rate changes while training, after a warm-up.

    Attributes:
        name: what it is called.
        settings: the settings that it uses, by their names in an experiment.
        share: (the part of the decay that is over, from 0 on, (batches,); the rate of decay) ->
            the share of the first rate that is left, (batches,). `None`: all of it.
        keras: its class in `keras.optimizers.schedules`, which a script takes without a warm-up.
        arguments: (the first rate, the rate of decay) -> what that class wants besides
            `initial_learning_rate` and `decay_steps`.
        expression: `share` in the Keras code of a script, of `after` and the {rate} of decay.
        on_plateau: the rate is reduced where the validation loss stays
            (keras.callbacks.ReduceLROnPlateau).
    """

    name: str
    settings: tuple[str, ...] = ()
    share: Callable[[Reals, float], Reals] | None = None
    keras: str = ""
    arguments: Callable[[float, float], dict[str, float]] | None = None
    expression: str = "1.0"
    on_plateau: bool = False

    def in_script(self, rate: float) -> str:
        """`expression` with the rate of decay filled in.

        Example:
            >>> SCHEDULES["exponential"].in_script(0.1)
            '0.1 ** after'
        """
        return self.expression.format(rate=repr(rate), rest=repr(1 - rate))


def _cosine(after: Reals, rate: float) -> Reals:
    cosine: Reals = (1 + np.cos(np.pi * np.minimum(after, 1))) / 2
    return rate + (1 - rate) * cosine


SCHEDULES = {
    schedule.name: schedule
    for schedule in (
        Schedule("constant"),
        Schedule(
            "cosine",
            ("decay_rate",),
            _cosine,
            "CosineDecay",
            lambda first, rate: {"alpha": rate},
            "{rate} + {rest} * (1 + keras.ops.cos(np.pi * after)) / 2",
        ),
        Schedule(
            "linear",
            ("decay_rate",),
            lambda after, rate: 1 - (1 - rate) * np.minimum(after, 1),
            "PolynomialDecay",
            lambda first, rate: {"end_learning_rate": first * rate},
            "1 - {rest} * after",
        ),
        Schedule(
            "exponential",
            ("decay_rate",),
            lambda after, rate: rate**after,
            "ExponentialDecay",
            lambda first, rate: {"decay_rate": rate},
            "{rate} ** after",
        ),
        Schedule("plateau", ("decay_rate", "plateau_patience"), on_plateau=True),
    )
}
