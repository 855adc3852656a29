"""What the answers of a classifier come to: how many are right, and how sure it is of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.lens.loss import probabilities


@dataclass(frozen=True)
class Answers:
    """Over the targets of the validation part that count.

    Attributes:
        accuracy: share of right answers.
        confidence: mean probability that the network gives to its own answer.
    """

    accuracy: float
    confidence: float

    @property
    def overconfident(self) -> bool:
        """Whether it is surer of its answers than they are right (Guo et al. 2017)."""
        return self.confidence > self.accuracy + 0.02


def answers(
    experiment: Experiment, dataset: Dataset, prediction: ArrayLike | None
) -> Answers | None:
    """Reads a prediction for the validation part; `None` for values, or if its shape does not fit.

    Args:
        experiment: decides whether the network gives logits or probabilities.
        dataset: its data.
        prediction: (validation, classes) or (validation, steps, classes), maybe of the first
            sequences only.
    """
    if prediction is None or dataset.goal.kind != "class":
        return None
    given = np.asarray(prediction, np.float64)
    places = dataset.validation[: len(given)]
    truth = dataset.y[places]
    if not len(given) or given.shape != (*truth.shape, len(dataset.goal.classes)):
        return None
    odds = probabilities(given, experiment.network.head_activation)
    counts = dataset.target_weights(places)
    total = max(float(counts.sum()), 1.0)
    right = float(((odds.argmax(axis=-1) == truth) * counts).sum()) / total
    return Answers(right, float((odds.max(axis=-1) * counts).sum()) / total)
