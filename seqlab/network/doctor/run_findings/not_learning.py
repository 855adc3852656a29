"""A network that answers the same whatever it reads."""

from __future__ import annotations

from seqlab.data.dataset import Dataset
from seqlab.experiment import LIMITS, Experiment, Finding
from seqlab.network.doctor import tails
from seqlab.network.doctor.fixes import with_layer, with_training
from seqlab.network.doctor.run_findings.facts import RunFacts

CHANCE = 0.98  # of the chance line: a loss above this has learned nothing
FALLING = 0.02  # share of the loss that the epochs since the first one took away


def find(facts: RunFacts) -> list[Finding]:
    """A training loss on the chance line: the network answers the same whatever it reads.

    Where the gradient vanishes, more of the same training is no advice; where it explodes, longer
    steps are none.
    """
    experiment, dataset, loss, chance = facts.experiment, facts.dataset, facts.loss, facts.chance
    if not len(loss) or not chance or loss.min() < CHANCE * chance:
        return []
    rate = experiment.training.learning_rate
    what = "always predicting the mean"
    if dataset.goal.kind == "class":
        what = "always giving the shares of the classes"
        if experiment.training.class_weight == "balanced":
            what = "always giving all classes the same chance"
    best = float(loss.min())
    message = (
        f"The network has not learned: its best training loss is {best:.4g}, and {what} gives "
        f"{chance:.4g}."
    )
    lowest = LIMITS["learning_rate"][0]
    smaller = with_training(experiment, learning_rate=max(rate / 10, lowest))
    fix: Experiment | None
    far = best > 1.5 * chance  # as the first epochs are where one class is rare
    falls = loss[-1] < (1 - FALLING) * loss[0] and loss[-1] <= (1 + FALLING) * best
    if far and not falls:
        fix = smaller if rate > lowest else None
        message += " It is worse than that"
        message += ", so the steps may be too long." if fix else ", at the smallest rate there is."
    elif not far and (filled := tails.tails_of(experiment, dataset)) is not None:
        fix = tails.cut(experiment) or _slow_forgetting(experiment, dataset)
        message += (
            f" The likely cause: it reads {filled.steps} steps that repeat one vector after the "
            f"last one that changes, and has to remember over them.{filled.forgetting}"
        )
    elif facts.flows("exploding_gradients"):
        fix = None
    elif falls and not facts.flows("vanishing_gradients"):
        fix = with_training(
            experiment, epochs=min(10 * experiment.training.epochs, int(LIMITS["epochs"][1]))
        )
        message += f" It has come down from {loss[0]:.4g}: more steps may help."
    elif (slow := _slow_forgetting(experiment, dataset)) is not None:
        fix = slow
        (cell,) = {layer.cell for layer in experiment.layers if layer.has("forget_bias")}
        message += f" The answer may lie further back than the {cell} remembers at the beginning."
    elif rate < 0.05:
        fix = with_training(experiment, learning_rate=min(rate * 5, 0.05))
    else:
        fix = smaller
    if fix is None or fix == experiment:  # at the limit of the epochs
        return [Finding("warning", "not_learning", message)]
    label = f"Use a rate of {fix.training.learning_rate:g}"
    if fix.data != experiment.data:
        label = tails.CUT
    elif fix.training.epochs != experiment.training.epochs:
        label = f"Set epochs to {fix.training.epochs:,}"
    elif fix.layers != experiment.layers:
        label = "Begin with a forget bias of 4"
    return [Finding("warning", "not_learning", message, fix, label)]


def _slow_forgetting(experiment: Experiment, dataset: Dataset) -> Experiment | None:
    """The experiment with forget biases that remember longer, if there are some that could."""
    short = [i for i, layer in enumerate(experiment.layers) if layer.has("forget_bias")]
    short = [i for i in short if experiment.layers[i].forget_bias < 3]
    if not short or dataset.timesteps < 20:
        return None
    for i in short:
        experiment = with_layer(
            experiment, i, use_bias=True, unit_forget_bias=True, forget_bias=4.0
        )
    return experiment
