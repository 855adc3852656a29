"""The metrics. A new one is a record in `METRICS`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """A metric of Keras.

    Attributes:
        name: as it stands in a history.
        keras: its class in `keras.metrics`.
        fits: the targets that it can measure.
        steps: whether it can measure targets with steps.
        script: how a script asks for it.
    """

    name: str
    keras: str
    fits: Literal["value", "class"]
    steps: bool = True
    script: str = ""


METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "SparseCategoricalAccuracy", "class", script='"accuracy"'),
        Metric(
            "mean_absolute_error",
            "MeanAbsoluteError",
            "value",
            script='keras.metrics.MeanAbsoluteError(name="mean_absolute_error")',
        ),
        Metric(
            "root_mean_squared_error",
            "RootMeanSquaredError",
            "value",
            script="keras.metrics.RootMeanSquaredError()",
        ),
        # It reads one row of values a sequence.
        Metric("r2_score", "R2Score", "value", False, script="keras.metrics.R2Score()"),
    )
}


def metrics_of(kind: str, steps: bool) -> tuple[str, ...]:
    """The metrics for targets of a kind, "value" or "class", with steps or without.

    Example:
        >>> metrics_of("class", steps=True)
        ('accuracy',)
    """
    return tuple(
        metric.name
        for metric in METRICS.values()
        if metric.fits == kind and (metric.steps or not steps)
    )
