"""What the result of a training says: whether it learned, when it stopped, and against what.

Each rule is a file with a function from the facts of the run (`facts.RunFacts`) to findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.run_findings import (
    against_rules,
    divergence,
    drift,
    echo,
    inner,
    jumping,
    not_learning,
    overfitting,
    resembling_errors,
    unfinished,
    unseen_level,
)
from seqlab.network.doctor.run_findings.facts import RunFacts, facts_of

Floats = NDArray[np.floating]
RULES = (against_rules, echo, unseen_level, drift)


def read_result(
    experiment: Experiment,
    dataset: Dataset,
    history: Mapping[str, Sequence[float | None]],
    prediction: ArrayLike | None = None,
    hidden: Mapping[str, Floats] | None = None,
    gradients: Mapping[str, Floats] | None = None,
) -> list[Finding]:
    """Findings about a finished training, the gravest first.

    Args:
        experiment: what was trained.
        dataset: its data.
        history: "loss" and "val_loss", one value an epoch; `None` or NaN where it was not finite.
            Without a validation part the val_loss is not looked at.
        prediction: for the validation part, as the network gives it (scaled, or logits).
        hidden: the hidden states of each recurrent layer, (batch, timesteps, units) by name, as in
            `seqlab.gates`; for dead units.
        gradients: the norm of the loss' gradient by the states, (batch, timesteps) by layer, as
            `cell_norm` (LSTM) or `hidden_norm` in `seqlab.gradients`; for vanishing and exploding
            gradients.

    Example:
        >>> from seqlab.data.load import load
        >>> e = Experiment()
        >>> curves = {"loss": [1.0, 0.5, float("nan")], "val_loss": [1.2, 0.9, float("nan")]}
        >>> [finding.code for finding in read_result(e, load(e), curves)][0]
        'diverged'
    """
    facts = facts_of(experiment, dataset, history, prediction, hidden, gradients)
    flow = list(facts.flow)
    diverged = divergence.find(facts)
    findings = diverged or not_learning.find(facts)
    if diverged or (not findings and facts.beats_rule):
        # Weights that ran away are at the ends of all gates. And what a network cannot learn from
        # the beginning of a sequence, it does not need if it beats the best rule.
        flow = [finding for finding in flow if finding.code != "vanishing_gradients"]
    if not findings:
        training = jumping.find(facts) or [*overfitting.find(facts), *unfinished.find(facts)]
        findings = [finding for rule in RULES for finding in _of_each(facts, rule.find)] + training
        if not training:  # else there is nearer advice than to look for what it does not use
            findings += _of_each(facts, resembling_errors.find)
    findings = [*findings, *flow, *inner.dead_units(experiment, facts.hidden)]
    order = {"error": 0, "warning": 1, "hint": 2}
    return sorted(findings, key=lambda finding: order[finding.level])


def _of_each(facts: RunFacts, find: Callable[[RunFacts], list[Finding]]) -> Iterator[Finding]:
    """What a rule says; of several targets it is asked of each, and says of which."""
    if not facts.dataset.further:
        yield from find(facts)
        return
    for one in facts.dataset.views:
        own, losses, rule = None, np.full(len(facts.val_loss), np.nan), None
        if facts.prediction is not None and len(losses):
            own = np.asarray(facts.prediction)[:, one.answered]
            truth = one.y[one.validation][: len(own)]
            losses[-1] = np.mean((own.astype(np.float64) - truth) ** 2)
            rule = one.best_baseline() if facts.rule is not None else None
        alone = replace(facts, dataset=one, prediction=own, val_loss=losses, rule=rule)
        for finding in find(alone):
            yield replace(finding, message=f"{one.target}: {finding.message}")
