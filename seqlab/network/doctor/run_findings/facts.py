"""What the findings about a finished training are made of: one frozen record of facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.data.class_weight import counts
from seqlab.data.dataset import Baseline, Dataset
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.run_findings import inner
from seqlab.network.doctor.run_findings.answers import Answers, answers
from seqlab.network.plan import plan

Floats = NDArray[np.floating]
Curve = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RunFacts:
    """What is known of a finished training.

    Attributes:
        experiment: what was trained.
        dataset: its data.
        loss: of the training part, one value an epoch; NaN where it was not finite.
        val_loss: of the validation part likewise; empty without one.
        prediction: for the validation part, as the network gives it (scaled, or logits).
        reads: what a classifier's answers come to; `None` for values, or if they are not known.
        rule: the best rule without a network, by name, if its loss can stand beside the network's.
        chance: the training loss of the best answer that ignores the input, where it is known.
        hidden: hidden states of each recurrent layer, (batch, timesteps, units) by name.
        flow: what the gradients through time come to, as findings.
    """

    experiment: Experiment
    dataset: Dataset
    loss: Curve
    val_loss: Curve
    prediction: ArrayLike | None = None
    reads: Answers | None = None
    rule: tuple[str, Baseline] | None = None
    chance: float | None = None
    hidden: Mapping[str, Floats] = field(default_factory=dict)
    flow: tuple[Finding, ...] = ()

    @property
    def beats_rule(self) -> bool:
        """Whether the last validation loss is below that of the best rule without a network."""
        return (
            self.rule is not None
            and len(self.val_loss) > 0
            and bool(self.val_loss[-1] < self.rule[1].loss)
        )

    def flows(self, code: str) -> bool:
        """Whether the gradients were found to vanish or to explode."""
        return any(finding.code == code for finding in self.flow)


def facts_of(
    experiment: Experiment,
    dataset: Dataset,
    history: Mapping[str, Sequence[float | None]],
    prediction: ArrayLike | None,
    hidden: Mapping[str, Floats] | None,
    gradients: Mapping[str, Floats] | None,
) -> RunFacts:
    """Puts them together.

    Args:
        experiment: what was trained.
        dataset: on what.
        history: by name, a number for each epoch.
        prediction: of the validation part, (n, ...) as `Dataset.y`.
        hidden: by layer, states (n, timesteps, units).
        gradients: by layer, norms (n, timesteps) of the loss' gradient at each step.
    """
    alike = plan(experiment, dataset.frame).measured_alike
    return RunFacts(
        experiment,
        dataset,
        _curve(history.get("loss")),
        _curve(history.get("val_loss") if len(dataset.validation) else None),
        prediction,
        answers(experiment, dataset, prediction),
        dataset.best_baseline() if alike else None,
        chance_loss(experiment, dataset),
        hidden or {},
        tuple(inner.gradients(experiment, gradients or {})),
    )


def chance_loss(experiment: Experiment, dataset: Dataset) -> float | None:
    """The training loss of the best answer that ignores the input.

    `None` for other losses, and for those with a penalty on the weights.

    For values that is the mean, whose mean squared error is the variance of the scaled targets;
    for classes their shares, whose cross-entropy is the entropy in nats. With balanced class
    weights all classes that occur have the same share.
    """
    targets = dataset.y[dataset.train]
    if not targets.size or not plan(experiment, dataset.frame).measured_alike:
        return None
    if dataset.goal.kind == "class":
        shares = counts(dataset)
        shares = shares[shares > 0] / shares.sum()
        if experiment.training.class_weight == "balanced":
            shares = np.full(len(shares), 1 / len(shares))
        return float(-(shares * np.log(shares)).sum())
    every = dataset.y_weights
    weights = np.ones(targets.shape) if every is None else every[dataset.train]
    if weights.shape != targets.shape:
        return None
    values = targets.astype(np.float64)
    mean = np.average(values, axis=0, weights=weights)
    return float(np.average((values - mean) ** 2, weights=weights))


def _curve(values: Sequence[float | None] | None) -> Curve:
    return np.array([np.nan if v is None else v for v in values or ()], np.float64)
