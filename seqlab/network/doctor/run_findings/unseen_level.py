"""Values that training never saw."""

from __future__ import annotations

from seqlab.experiment import Finding
from seqlab.network.doctor.run_findings.facts import RunFacts
from seqlab.network.doctor.trend import outside, proposed


def find(facts: RunFacts) -> list[Finding]:
    """A validation part that lies above, or below, everything in the training part."""
    dataset = facts.dataset
    left = outside(dataset)
    if left is None:
        return []
    fix, _, label = proposed(facts.experiment, dataset) or (None, "", "Fix")
    return [
        Finding(
            "warning",
            "unseen_level",
            f"{left} of {dataset.target} in the training part: a level that training never saw. A "
            "network of tanh units bends there, and its errors grow as the series moves on.",
            fix,
            label,
        )
    ]
