"""Text for the page."""

import numpy as np

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment


def plain(text: str) -> str:
    """Text that may hold a stranger's words (a header, a file name), as it stands: no Markdown."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|~$:" else c for c in text)


OPENED = -1  # the "epoch" of a model from a file


def when(epoch: int | None) -> str:
    """The moment that a snapshot shows, to begin a sentence with."""
    if epoch == OPENED:
        return "As it is"
    return f"After epoch {epoch}" if epoch else "Before training"


def duration(seconds: float) -> str:
    """A time as one would say it: "0.4 s", "12 s", "3 min", "2 h"."""
    if seconds < 1:
        return f"{max(seconds, 0.1):.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"


def network(experiment: Experiment) -> str:
    """The recurrent layers from input to output: "Bidirectional(LSTM(16)) → GRU(8)"."""
    return " → ".join(layer.title for layer in experiment.layers)


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
    scale = np.ravel(dataset.target_scaling.scale)
    if dataset.goal.kind != "value" or np.ptp(scale) > 0:
        return ""
    losses = [value for value in (loss, (baseline or ("", None))[1]) if value]
    if not losses or not np.isfinite(losses).all():
        return ""
    errors = " against ".join(f"{scale[0] * np.sqrt(value):.4g}" for value in losses)
    return f" In units of {dataset.target} that is an RMSE of {errors}."
