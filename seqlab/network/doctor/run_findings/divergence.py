"""A loss that is no longer finite."""

from __future__ import annotations

import numpy as np

from seqlab.experiment import LIMITS, Experiment, Finding
from seqlab.network.doctor.fixes import with_data, with_layers, with_training
from seqlab.network.doctor.learning import UNBOUNDED
from seqlab.network.doctor.run_findings.facts import RunFacts


def find(facts: RunFacts) -> list[Finding]:
    """The epoch in which a loss was no longer finite, and ways out."""
    loss, val_loss = facts.loss, facts.val_loss
    bad = ~np.isfinite(loss)
    if len(val_loss) == len(loss):
        bad |= ~np.isfinite(val_loss)
    if not bad.any():
        return []
    epoch = int(np.flatnonzero(bad)[0]) + 1
    message = (
        f"The loss became infinite or NaN in epoch {epoch}: one step was too long, and every one "
        "after it worse."
    )
    (first, fix, label), *others = _shorter_steps(facts.experiment)
    keras = "Keras goes on with nan; the callback TerminateOnNaN stops it."
    return [
        Finding("error", "diverged", f"{message} {first}", fix, label, keras),
        *(Finding("hint", "shorter_steps", words, fix, label) for words, fix, label in others),
    ]


def _shorter_steps(experiment: Experiment) -> list[tuple[str, Experiment, str]]:
    """Ways out of a divergence, the likeliest first: a sentence, the fix, its label."""
    training, ways = experiment.training, []
    if training.clipnorm is None and training.clipvalue is None:
        ways.append(
            (
                "Clipping bounds the length of every step.",
                with_training(experiment, clipnorm=1.0),
                "Clip gradients to norm 1",
            )
        )
    rate = max(training.learning_rate / 10, LIMITS["learning_rate"][0])
    ways.append(
        (
            "A smaller rate makes every step shorter.",
            with_training(experiment, learning_rate=rate),
            f"Use a rate of {rate:g}",
        )
    )
    if experiment.data.scaling == "none":
        ways.append(
            (
                "Large inputs and targets make large gradients.",
                with_data(experiment, scaling="standard"),
                "Scale to mean 0 and deviation 1",
            )
        )
    if any(each.has("activation") and each.activation in UNBOUNDED for each in experiment.layers):
        ways.append(
            (
                "An activation without an upper bound lets the states grow from step to step.",
                with_layers(experiment, activation="tanh"),
                "Use tanh",
            )
        )
    return ways
