"""A training loss that jumps: steps are too long for it to settle."""

from __future__ import annotations

import numpy as np

from seqlab.experiment import LIMITS, Finding
from seqlab.network.doctor.fixes import with_training
from seqlab.network.doctor.run_findings.facts import RunFacts

RISEN = 2.5  # times its lowest value so far
LOST = 0.5  # of the chance line: by then most of what was learned is gone


def find(facts: RunFacts) -> list[Finding]:
    """A loss of the training part that has come down, and jumps up towards the chance line."""
    loss, chance = facts.loss, facts.chance
    if not len(loss) or not chance:
        return []
    lowest = np.minimum.accumulate(loss)
    jumps = np.flatnonzero((loss > RISEN * lowest) & (loss > LOST * chance))
    if not len(jumps):
        return []
    highest = jumps[loss[jumps].argmax()]
    message = (
        f"The training loss jumps: it had come down to {lowest[highest]:.3g} and was "
        f"{loss[highest]:.3g} in epoch {highest + 1}. The steps are too long for it to settle."
    )
    rate, least = facts.experiment.training.learning_rate, LIMITS["learning_rate"][0]
    if rate <= least:
        return [Finding("warning", "jumping_loss", message)]
    smaller = max(rate / 10, least)
    fix = with_training(facts.experiment, learning_rate=smaller)
    return [Finding("warning", "jumping_loss", message, fix, f"Use a rate of {smaller:g}")]
