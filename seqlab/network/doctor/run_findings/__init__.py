"""What the result of a training says: whether it learned, when it stopped, and against what.

Each rule is a file with a function from the facts of the run (`facts.RunFacts`) to findings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.run_findings import (
    against_rules,
    divergence,
    echo,
    inner,
    not_learning,
    overfitting,
    unfinished,
)
from seqlab.network.doctor.run_findings.facts import facts_of

Floats = NDArray[np.floating]


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
    found = divergence.find(facts) or not_learning.find(facts)
    if not found:
        rules = (against_rules.find, echo.find, overfitting.find, unfinished.find)
        found = [finding for rule in rules for finding in rule(facts)]
        if facts.beats_rule:
            # What it cannot learn from the beginning of a sequence, it does not need.
            flow = [finding for finding in flow if finding.code != "vanishing_gradients"]
    found = [*found, *flow, *inner.dead_units(experiment, facts.hidden)]
    order = {"error": 0, "warning": 1, "hint": 2}
    return sorted(found, key=lambda finding: order[finding.level])
