"""A training that ended too early."""

from __future__ import annotations

from seqlab.experiment import LIMITS, Finding
from seqlab.network.doctor.fixes import with_training
from seqlab.network.doctor.run_findings.facts import RunFacts

FALLING = 0.02  # share of the loss that the last tenth of the epochs still took away
SOLVED = 0.999  # share of right answers with which more training is no advice


def find(facts: RunFacts) -> list[Finding]:
    """Both losses still fall at the end, and there is something left to win."""
    experiment, loss, val_loss, reads = facts.experiment, facts.loss, facts.val_loss, facts.reads
    if len(loss) < 10 or (reads is not None and reads.accuracy >= SOLVED):
        return []
    before = -1 - max(len(loss) // 10, 1)
    falls = [curve[-1] < (1 - FALLING) * curve[before] for curve in (loss, val_loss) if len(curve)]
    at_best = not len(val_loss) or val_loss.argmin() >= len(val_loss) + before
    epochs = min(2 * experiment.training.epochs, int(LIMITS["epochs"][1]))
    if not all(falls) or not at_best or epochs <= experiment.training.epochs:
        return []
    gained = 1 - loss[-1] / loss[before]
    last = "epoch" if before == -2 else f"{-1 - before} epochs"
    return [
        Finding(
            "hint",
            "still_learning",
            f"The loss still falls: by {gained:.0%} in the last {last}.",
            with_training(experiment, epochs=epochs),
            f"Set epochs to {epochs:,}",
        )
    ]
