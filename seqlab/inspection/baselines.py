"""The rules without a network, as losses to beat and as a table."""

from __future__ import annotations

import math

import pandas as pd

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection.words import beside, in_units
from seqlab.network.plan import plan

CLEARLY = 1.005  # times the loss of a rule: then the rule is better


def losses_to_beat(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """The loss of each baseline by name, the best first; empty if losses differ in kind."""
    if not plan(experiment, dataset.frame).measured_alike:
        return {}
    losses = {name: rule.loss for name, rule in dataset.baselines.items()}
    finite = {name: loss for name, loss in losses.items() if math.isfinite(loss)}
    return dict(sorted(finite.items(), key=lambda item: item[1]))


def standing(experiment: Experiment, dataset: Dataset, val_loss: float) -> tuple[str, bool]:
    """How a network did on the validation part beside the best rule without one.

    Args:
        experiment: what was trained.
        dataset: its data.
        val_loss: of the weights at hand.

    Returns:
        A sentence, and whether the rule did better; "" where there is nothing to compare.
    """
    rules = losses_to_beat(experiment, dataset)
    if not rules or not math.isfinite(val_loss):
        return "", False
    name, line = next(iter(rules.items()))
    ratio = val_loss / line if line > 0 else math.inf
    verdict = beside(ratio, "below", "above")
    text = f"On the validation part its loss was {val_loss:.3g}, {verdict} {name} ({line:.3g})."
    text += in_units(dataset, val_loss, (name, line))
    if ratio > CLEARLY:
        return f"{text} This rule without a network forecasts better.", True
    return text, False


def baselines_table(dataset: Dataset) -> pd.DataFrame:
    """What each rule reaches on the validation part, the best first, and what it does.

    Columns: rule, accuracy, RMSE of the target, loss, in words; only those with a value.
    """
    rows = [
        {
            "rule": name,
            "accuracy": rule.accuracy,
            f"RMSE of {dataset.target}": rule.rmse,
            "loss": rule.loss,
            "in words": rule.rule,  # last: where there is little room, the numbers are seen
        }
        for name, rule in dataset.baselines.items()
    ]
    ranked = pd.DataFrame(rows).sort_values(["accuracy", "loss"], ascending=[False, True])
    return ranked.dropna(axis="columns", how="all")
