"""Numbers in words: when a snapshot was, and how one number stands to another."""

from __future__ import annotations

import numpy as np

from seqlab.data.dataset import Dataset

OPENED = -1  # the "epoch" of a model from a file


def when(epoch: int | None) -> str:
    """The moment that a snapshot shows, to begin a sentence with."""
    if epoch == OPENED:
        return "As it is"
    return f"After epoch {epoch}" if epoch else "Before training"


def beside(ratio: float, under: str, over: str) -> str:
    """How one number stands to another: "71% below", "30% above", "14 times"; then its name.

    Args:
        ratio: the one divided by the other.
        under, over: the words for less and for more, as "below" and "above".
    """
    if abs(ratio - 1) < 0.005:
        return "as good as"
    if ratio < 1:
        return f"{1 - ratio:.0%} {under}"
    return f"{ratio - 1:.0%} {over}" if ratio < 3 else f"{ratio:.3g} times"


def in_units(dataset: Dataset, loss: float | None, baseline: tuple[str, float] | None) -> str:
    """A sentence that says losses of scaled values as errors in the target's own units, or "".

    RMSE = scale sqrt(MSE), if all values of the target have one scale.

    Args:
        dataset: whose target.
        loss: a mean squared error of scaled values; `None` before there is one.
        baseline: name and loss of a rule.
    """
    unit = dataset.target_unit
    if dataset.goal.kind != "value" or unit is None:
        return ""
    losses = [value for value in (loss, (baseline or ("", None))[1]) if value]
    if not losses or not np.isfinite(losses).all():
        return ""
    errors = " against ".join(f"{unit * np.sqrt(value):.4g}" for value in losses)
    return f" In units of {dataset.target} that is an RMSE of {errors}."
