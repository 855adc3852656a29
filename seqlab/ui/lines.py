"""The lines to beat in a loss chart."""

from __future__ import annotations

import math

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment
from seqlab.network.plan import measured_alike


def lines(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """The loss of each baseline by name, the best first; empty if losses differ in kind."""
    if not measured_alike(experiment, Frame.of(dataset)):
        return {}
    losses = {name: rule.loss for name, rule in dataset.baselines.items()}
    finite = {name: loss for name, loss in losses.items() if math.isfinite(loss)}
    return dict(sorted(finite.items(), key=lambda item: item[1]))
