"""A forecast that repeats the last known value."""

from __future__ import annotations

import numpy as np

from seqlab.experiment import Finding
from seqlab.network.doctor.run_findings.facts import RunFacts

ECHO = 0.5  # of the error: a forecast nearer than this to the last value repeats it


def find(facts: RunFacts) -> list[Finding]:
    """A forecast that is the last known value, shifted by one (keras-team/keras#3874)."""
    dataset, prediction = facts.dataset, facts.prediction
    rule = dataset.baselines.get("persistence")
    if prediction is None or rule is None or rule.prediction is None:
        return []
    if dataset.goal.kind == "class":
        return []
    truth = dataset.truth(dataset.validation)
    if np.shape(prediction) != truth.shape:
        return []
    forecasts = dataset.target_scaling_of(dataset.validation).invert(np.asarray(prediction))
    if forecasts.shape != rule.prediction.shape:
        return []
    off = float(np.sqrt(np.mean((forecasts - truth) ** 2)))
    from_last = float(np.sqrt(np.mean((forecasts - rule.prediction) ** 2)))
    if from_last >= ECHO * off:
        return []
    return [
        Finding(
            "warning",
            "echo",
            f"The forecast is nearly the last known value: it differs from that by an RMSE of "
            f"{from_last:.4g}, and from the truth by {off:.4g}. In the picture it follows the "
            "series one step late.",
        )
    ]
