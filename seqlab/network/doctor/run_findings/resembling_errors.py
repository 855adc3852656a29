"""Errors that could be foretold from the errors before them."""

from __future__ import annotations

import numpy as np

from seqlab.data.seasons import autocorrelation, detrended
from seqlab.experiment import Finding
from seqlab.network.doctor.run_findings.facts import RunFacts
from seqlab.network.doctor.run_findings.residuals import ljung_box, residuals

MOST_LAGS = 10
LUCK = 0.001
STRONG = 0.3  # an autocorrelation


def find(facts: RunFacts) -> list[Finding]:
    """Something in the series that the network does not use yet (Ljung-Box)."""
    errors = residuals(facts)
    if errors is None or facts.dataset.horizon > 1:
        return []  # errors of a lead time overlap: they resemble each other without a fault
    errors = detrended(errors)  # a drift is another finding
    lags = min(MOST_LAGS, len(errors) // 5)
    correlation = autocorrelation(errors, lags)[1:]
    strongest = int(np.abs(correlation).argmax())
    if abs(correlation[strongest]) < STRONG:
        return []
    _, luck = ljung_box(errors, lags)
    if luck > LUCK:
        return []
    apart = "neighbouring errors" if strongest == 0 else f"errors {strongest + 1} rows apart"
    advice = "a longer window, more units or more epochs"
    if strongest + 1 > facts.dataset.timesteps:
        advice = f"a window of more than {strongest + 1} rows"
    return [
        Finding(
            "hint",
            "resembling_errors",
            f"The errors are not just noise: {apart} have a correlation of "
            f"{correlation[strongest]:.2f}, which chance alone would hardly bring about (Ljung-Box "
            f"test over {lags} lags: p < {LUCK:g}). The series holds something that "
            f"this network does not use; {advice} may find it.",
        )
    ]
