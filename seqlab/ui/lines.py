"""The lines to beat in a loss chart."""

from __future__ import annotations

import math

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment
from seqlab.network.plan import loss_of

# Baselines are measured as mean squared errors and as cross-entropies: other losses are others.
COMPARABLE = {
    "value": ("mean_squared_error",),
    "class": ("sparse_categorical_crossentropy", "categorical_crossentropy"),
}


def lines(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """The loss of each baseline by name, the one to beat first; empty if losses differ in kind."""
    frame = Frame.of(dataset)
    if loss_of(experiment, frame) not in COMPARABLE[frame.kind]:
        return {}
    rules = dataset.baselines.items()
    return {name: rule.loss for name, rule in rules if math.isfinite(rule.loss)}
