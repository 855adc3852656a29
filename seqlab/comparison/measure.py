"""In what the results of several variants are told, so that they can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.comparison.entrants import Entrant

VAL_LOSS, ERROR = "val_loss", "RMSE"
OF_LOSSES = (
    "These variants are trained with different losses ({losses}), so their numbers cannot be "
    "compared. Only the share of seeds that beats the baseline can."
)
OF_SCALES = (
    "These variants scale the target differently, and their losses cannot be told in its own "
    "units, so their numbers cannot be compared."
)


@dataclass(frozen=True)
class Measure:
    """What a result is. Smaller is better.

    Attributes:
        name: "val_loss"; or "RMSE", in units of the target, where variants scale it differently.
        problem: why the results of the variants cannot be compared, in a sentence; or "".
        units: by variant, what an error of 1 is in units of the target; for "RMSE".
    """

    name: str = VAL_LOSS
    problem: str = ""
    units: Mapping[str, float] = field(default_factory=dict)

    def of(self, variant: str, losses: ArrayLike) -> NDArray[np.float64]:
        """Losses of a variant, of any shape, as results: unchanged, or an RMSE, unit sqrt(loss)."""
        values = np.asarray(losses, np.float64)
        return self.units[variant] * np.sqrt(values) if variant in self.units else values


def measure_of(entrants: Mapping[str, Entrant]) -> Measure:
    """The measure that suits variants which can be trained.

    Example:
        >>> from seqlab import Experiment
        >>> one = Entrant("a", Experiment(), loss="mean_squared_error", unit=1.0)
        >>> other = Entrant("b", Experiment(), loss="mean_squared_error", unit=60.0)
        >>> measure_of({"a": one, "b": other}).of("b", [0.25]).tolist()
        [30.0]
    """
    able = {name: each for name, each in entrants.items() if not each.problem and each.loss}
    losses = sorted({each.loss for each in able.values()})
    if len(losses) > 1:
        return Measure(problem=OF_LOSSES.format(losses=", ".join(losses).replace("_", " ")))
    if len({each.unit for each in able.values()}) < 2:
        return Measure()
    units = {name: each.unit for name, each in able.items() if each.unit is not None}
    if losses == ["mean_squared_error"] and len(units) == len(able):
        return Measure(ERROR, units=units)
    return Measure(problem=OF_SCALES)
