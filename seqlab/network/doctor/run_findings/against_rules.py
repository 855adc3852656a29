"""A network beside the best rule without one."""

from __future__ import annotations

import numpy as np

from seqlab.experiment import Finding
from seqlab.network.doctor.fixes import with_training
from seqlab.network.doctor.run_findings.answers import Answers
from seqlab.network.doctor.run_findings.facts import RunFacts


def find(facts: RunFacts) -> list[Finding]:
    """Worse than the best rule, right less often, or too sure of answers that are better."""
    experiment, dataset, val_loss = facts.experiment, facts.dataset, facts.val_loss
    if facts.rule is None or not len(val_loss):
        return []
    name, baseline = facts.rule
    last = float(val_loss[-1])
    if last <= baseline.loss:
        return _less_often_right(facts)
    if facts.reads is not None and (surer := _overconfident(facts, facts.reads)):
        return [surer]
    detail = f"validation loss {last:.4g} against {baseline.loss:.4g}"
    if dataset.goal.kind == "value" and (unit := dataset.target_unit) is not None:
        ours = last**0.5 * unit
        detail = f"RMSE {ours:.4g} against {baseline.rmse:.4g}"
    message = (
        f"After its last epoch, {len(val_loss)}, the network is worse than a rule without "
        f"learning: {detail} of {name} ({baseline.rule})."
    )
    best = int(np.nanargmin(val_loss)) if np.isfinite(val_loss).any() else 0
    if val_loss[best] < baseline.loss:
        message += f" After epoch {best + 1} it was better than that rule."
        fix = with_training(experiment, epochs=best + 1)
        return [
            Finding("warning", "worse_than_baseline", message, fix, f"Set epochs to {best + 1}")
        ]
    if dataset.goal.kind == "class" and experiment.training.class_weight == "balanced":
        message += (
            " That may be the price of the class weights: they make the network give rare classes "
            "more often than they occur, and the validation loss counts every target alike."
        )
    return [Finding("warning", "worse_than_baseline", message)]


def _less_often_right(facts: RunFacts) -> list[Finding]:
    """A better loss than any rule's, and yet fewer right answers."""
    rule, reads = facts.dataset.best_baseline("accuracy"), facts.reads
    if reads is None or rule is None or rule[1].accuracy is None:
        return []
    if reads.accuracy >= rule[1].accuracy:
        return []
    return [
        Finding(
            "warning",
            "less_accurate_than_baseline",
            f"The network is right less often than a rule without learning: {reads.accuracy:.1%} "
            f"against {rule[1].accuracy:.1%} of {rule[0]} ({rule[1].rule}).",
        )
    ]


def _overconfident(facts: RunFacts, reads: Answers) -> Finding | None:
    """Right more often than any rule, and yet with a loss worse than theirs."""
    rule, val_loss = facts.dataset.best_baseline("accuracy"), facts.val_loss
    if rule is None or reads.accuracy <= rule[1].accuracy or not reads.overconfident:
        return None
    best = int(val_loss.argmin()) + 1
    earlier = best < len(val_loss)
    return Finding(
        "warning",
        "overconfident",
        f"The network is too sure of its answers: {reads.accuracy:.1%} of them are right (the best "
        f"rule, {rule[0]}: {rule[1].accuracy:.1%}), and it gives them a probability of "
        f"{reads.confidence:.1%} on average. Wrong answers that it is sure of make its validation "
        f"loss {val_loss[-1]:.4g}.",
        with_training(facts.experiment, epochs=best) if earlier else None,
        f"Set epochs to {best}",
        "Keras' cross-entropy is minus the logarithm of the probability of the right class.",
    )
