"""A network beside the best rule without one."""

from __future__ import annotations

from seqlab.experiment import Finding
from seqlab.network.doctor.fixes import with_training
from seqlab.network.doctor.run_findings.answers import Answers
from seqlab.network.doctor.run_findings.facts import RunFacts


def find(facts: RunFacts) -> list[Finding]:
    """Worse than the best rule, or too sure of answers that are better than its."""
    experiment, dataset, val_loss = facts.experiment, facts.dataset, facts.val_loss
    if facts.rule is None or not len(val_loss):
        return []
    name, baseline = facts.rule
    last = float(val_loss[-1])
    if last <= baseline.loss:
        return []
    if facts.reads is not None and (surer := _overconfident(facts, facts.reads)):
        return [surer]
    detail = f"validation loss {last:.4g} against {baseline.loss:.4g}"
    if dataset.goal.kind == "value" and len(dataset.target_scaling.scale) == 1:
        ours = last**0.5 * float(dataset.target_scaling.scale[0])
        detail = f"RMSE {ours:.4g} against {baseline.rmse:.4g}"
    message = (
        f"The network is worse than a rule without learning: {detail} of {name} ({baseline.rule})."
    )
    if dataset.goal.kind == "class" and experiment.training.class_weight == "balanced":
        message += (
            " That may be the price of the class weights: they make the network give rare classes "
            "more often than they occur, and the validation loss counts every target alike."
        )
    return [Finding("warning", "worse_than_baseline", message)]


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
