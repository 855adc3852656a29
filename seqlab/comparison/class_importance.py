"""Which settings mattered in the runs of a class: measured as in a search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from seqlab.comparison.knobs import DECADES, Knob
from seqlab.comparison.proposals import Trial, importance
from seqlab.workshop.class_runs import varied

RESULT = "best_val_loss"
LEAST_RUNS = 20  # of which the best tenth are two


def class_importance(runs: pd.DataFrame) -> dict[str, float]:
    """The share of each setting in what sets the best tenth of the runs apart (PED-ANOVA).

    It also sees a setting that is best in the middle, as a learning rate. It tells of these runs:
    settings that were changed together cannot be told apart, and none of it is a cause. A word with
    nearly as many values as runs would explain anything, so it is left out.

    Args:
        runs: as `seqlab.workshop.class_runs.table` gives them, of runs that can be compared; those
            that diverged count as the worst.

    Returns:
        Shares that add up to 1, the largest first; nothing with fewer than `LEAST_RUNS` runs.
    """
    ended = runs[runs[RESULT].notna() | (runs["status"] == "diverged")]
    if len(ended) < LEAST_RUNS:
        return {}
    worst = ended[RESULT].max()
    knobs, columns = [], {}
    for name in varied(ended):
        knob, values = _knob(name, ended[name].tolist())
        if knob is not None:
            knobs.append(knob)
            columns[name] = values
    trials = [
        Trial(i, {name: values[i] for name, values in columns.items()}, (loss,), "finished")
        for i, loss in enumerate(ended[RESULT].fillna(worst))
    ]
    shares = importance(knobs, trials) if knobs and np.isfinite(worst) else {}
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _knob(name: str, values: list[Any]) -> tuple[Knob | None, list[Any]]:
    """A setting as a knob over all its values, and these; `None` for one that says nothing."""
    if all(type(value) in (int, float) for value in values):
        numbers = [float(value) for value in values]
        low, high = min(numbers), max(numbers)
        is_wide = low > 0 and np.log10(high / low) >= DECADES
        return Knob(name, low=low, high=high, logarithmic=bool(is_wide)), numbers
    words = [repr(value) for value in values]
    kinds = tuple(sorted(set(words)))
    return (None if len(kinds) > len(words) / 2 else Knob(name, kinds)), words
