"""What was learned holds for the training part alone."""

from __future__ import annotations

from seqlab.experiment import Finding
from seqlab.network.doctor.fixes import with_training
from seqlab.network.doctor.run_findings.facts import RunFacts

RISEN = 1.1  # of its minimum: a validation loss above this has risen


def find(facts: RunFacts) -> list[Finding]:
    """Since which epoch the validation loss has risen while the training loss fell."""
    val_loss = facts.val_loss
    if len(val_loss) < 3:
        return []
    best = int(val_loss.argmin())
    if val_loss[-1] <= RISEN * val_loss[best] or best == len(val_loss) - 1:
        return []
    if len(loss := facts.loss) == len(val_loss) and loss[-1] >= loss[best]:
        return []  # it has become worse on the training part as well: that is another fault
    return [
        Finding(
            "warning",
            "overfitting",
            f"Overfitting since epoch {best + 1}: there the validation loss was "
            f"{val_loss[best]:.4g}, at the end it is {val_loss[-1]:.4g}. What was learned since "
            "holds for the training part alone.",
            with_training(facts.experiment, epochs=best + 1),
            f"Set epochs to {best + 1}",
            "keras.callbacks.EarlyStopping(restore_best_weights=True) does it while training.",
        )
    ]
