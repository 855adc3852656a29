"""The rules without a network, as losses to beat and as a table."""

from __future__ import annotations

import math

import pandas as pd

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.network.plan import plan


def losses_to_beat(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """The loss of each baseline by name, the best first; empty if losses differ in kind."""
    if not plan(experiment, dataset.frame).measured_alike:
        return {}
    losses = {name: rule.loss for name, rule in dataset.baselines.items()}
    finite = {name: loss for name, loss in losses.items() if math.isfinite(loss)}
    return dict(sorted(finite.items(), key=lambda item: item[1]))


def baselines_table(dataset: Dataset) -> pd.DataFrame:
    """What each rule reaches on the validation part, the best first, and what it does.

    Columns: rule, accuracy, RMSE of the target, loss, in words; only those with a value.
    """
    rows = [
        {
            "rule": name,
            "accuracy": found.accuracy,
            f"RMSE of {dataset.target}": found.rmse,
            "loss": found.loss,
            "in words": found.rule,  # last: where there is little room, the numbers are seen
        }
        for name, found in dataset.baselines.items()
    ]
    ranked = pd.DataFrame(rows).sort_values(["accuracy", "loss"], ascending=[False, True])
    return ranked.dropna(axis="columns", how="all")
