"""The lines to beat in a loss chart."""

from __future__ import annotations

import math

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment
from seqlab.network.plan import measured_alike


def lines(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """The loss of each baseline by name, the one to beat first; empty if losses differ in kind."""
    if not measured_alike(experiment, Frame.of(dataset)):
        return {}
    rules = dataset.baselines.items()
    return {name: rule.loss for name, rule in rules if math.isfinite(rule.loss)}
