"""What the result of a training says: whether it learned, when it stopped, and against what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.data.class_weight import counts
from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import LIMITS, Experiment, Finding
from seqlab.network.doctor import inner, tails
from seqlab.network.doctor.answers import Answers, answers
from seqlab.network.doctor.fixes import with_data, with_layer, with_layers, with_training
from seqlab.network.doctor.learning import UNBOUNDED
from seqlab.network.plan import measured_alike

Floats = NDArray[np.floating]
Curve = NDArray[np.float64]

CHANCE = 0.98  # of the chance line: a loss above this has learned nothing
RISEN = 1.1  # of its minimum: a validation loss above this has risen
FALLING = 0.02  # share of the loss that the last tenth of the epochs still took away
ECHO = 0.5  # of the error: a forecast nearer than this to the last value repeats it
SOLVED = 0.999  # share of right answers with which more training is no advice


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
    """
    loss = _curve(history.get("loss"))
    val_loss = _curve(history.get("val_loss") if len(dataset.validation) else None)
    reads = answers(experiment, dataset, prediction)
    through_time = inner.gradients(experiment, gradients or {})
    flow = {finding.code for finding in through_time}
    found = _diverged(experiment, loss, val_loss)
    if not found:
        found = _not_learning(experiment, dataset, loss, flow)
    if not found:
        worse = _baseline(experiment, dataset, val_loss, reads)
        found = [
            *worse,
            *_echo(dataset, prediction),
            *_overfitting(experiment, val_loss),
            *_unfinished(experiment, loss, val_loss, reads),
        ]
        if _beats(experiment, dataset, val_loss):
            # What it cannot learn from the beginning of a sequence, it does not need.
            through_time = [f for f in through_time if f.code != "vanishing_gradients"]
    found += through_time
    found += inner.dead_units(experiment, hidden or {})
    order = {"error": 0, "warning": 1, "hint": 2}
    return sorted(found, key=lambda finding: order[finding.level])


def chance_loss(experiment: Experiment, dataset: Dataset) -> float | None:
    """The training loss of the best answer that ignores the input.

    `None` for other losses, and for those with a penalty on the weights.

    For values that is the mean, whose mean squared error is the variance of the scaled targets;
    for classes their shares, whose cross-entropy is the entropy in nats. With balanced class
    weights all classes that occur have the same share.
    """
    targets = dataset.y[dataset.train]
    if not targets.size or not measured_alike(experiment, Frame.of(dataset)):
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


def _diverged(experiment: Experiment, loss: Curve, val_loss: Curve) -> list[Finding]:
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
    (first, fix, label), *others = _shorter_steps(experiment)
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


def _not_learning(
    experiment: Experiment, dataset: Dataset, loss: Curve, flow: Set[str]
) -> list[Finding]:
    """A training loss on the chance line: the network answers the same whatever it reads.

    Where the gradient vanishes, more of the same training is no advice; where it explodes, longer
    steps are none. `flow` has the codes of what was found of it.
    """
    chance = chance_loss(experiment, dataset)
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
    elif "exploding_gradients" in flow:
        fix = None
    elif falls and "vanishing_gradients" not in flow:
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


def _beats(experiment: Experiment, dataset: Dataset, val_loss: Curve) -> bool:
    """Whether the last validation loss is below that of the best rule without a network."""
    known = dataset.best_baseline()
    if known is None or not len(val_loss) or not measured_alike(experiment, Frame.of(dataset)):
        return False
    return bool(val_loss[-1] < known[1].loss)


def _baseline(
    experiment: Experiment, dataset: Dataset, val_loss: Curve, reads: Answers | None
) -> list[Finding]:
    known = dataset.best_baseline()
    if known is None or not len(val_loss):
        return []
    if not measured_alike(experiment, Frame.of(dataset)):
        return []
    name, baseline = known
    last = float(val_loss[-1])
    if last <= baseline.loss:
        return []
    if reads is not None and (surer := _overconfident(experiment, dataset, val_loss, reads)):
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


def _overconfident(
    experiment: Experiment, dataset: Dataset, val_loss: Curve, reads: Answers
) -> Finding | None:
    """Right more often than any rule, and yet with a loss worse than theirs."""
    rule = dataset.best_baseline("accuracy")
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
        with_training(experiment, epochs=best) if earlier else None,
        f"Set epochs to {best}",
        "Keras' cross-entropy is minus the logarithm of the probability of the right class.",
    )


def _echo(dataset: Dataset, prediction: ArrayLike | None) -> list[Finding]:
    """A forecast that is the last known value, shifted by one (keras-team/keras#3874)."""
    rule = dataset.baselines.get("persistence")
    if prediction is None or rule is None or rule.prediction is None:
        return []
    if dataset.goal.kind == "class":
        return []
    made = dataset.target_scaling.invert(np.asarray(prediction))
    truth = dataset.truth(dataset.validation)
    if made.shape != truth.shape or made.shape != rule.prediction.shape:
        return []
    off = float(np.sqrt(np.mean((made - truth) ** 2)))
    from_last = float(np.sqrt(np.mean((made - rule.prediction) ** 2)))
    if from_last >= ECHO * off:
        return []
    return [
        Finding(
            "warning",
            "echo",
            f"The forecast is nearly the last known value: it differs from that by an RMSE of "
            f"{from_last:.4g}, and from the truth by {off:.4g}. In the picture it follows the "
            "series one step late.",
        )
    ]


def _overfitting(experiment: Experiment, val_loss: Curve) -> list[Finding]:
    if len(val_loss) < 3:
        return []
    best = int(val_loss.argmin())
    if val_loss[-1] <= RISEN * val_loss[best] or best == len(val_loss) - 1:
        return []
    return [
        Finding(
            "warning",
            "overfitting",
            f"Overfitting since epoch {best + 1}: there the validation loss was "
            f"{val_loss[best]:.4g}, at the end it is {val_loss[-1]:.4g}. What was learned since "
            "holds for the training part alone.",
            with_training(experiment, epochs=best + 1),
            f"Set epochs to {best + 1}",
            "keras.callbacks.EarlyStopping(restore_best_weights=True) does it while training.",
        )
    ]


def _unfinished(
    experiment: Experiment, loss: Curve, val_loss: Curve, reads: Answers | None
) -> list[Finding]:
    """Both losses still fall at the end, and there is something left to win."""
    if len(loss) < 10 or (reads is not None and reads.accuracy >= SOLVED):
        return []
    before = -1 - max(len(loss) // 10, 1)
    falls = [curve[-1] < (1 - FALLING) * curve[before] for curve in (loss, val_loss) if len(curve)]
    at_best = not len(val_loss) or val_loss.argmin() >= len(val_loss) + before
    epochs = min(2 * experiment.training.epochs, int(LIMITS["epochs"][1]))
    if not all(falls) or not at_best or epochs <= experiment.training.epochs:
        return []
    gained = 1 - loss[-1] / loss[before]
    last = "epoch" if before == -2 else f"{-1 - before} epochs"
    return [
        Finding(
            "hint",
            "still_learning",
            f"The loss still falls: by {gained:.0%} in the last {last}.",
            with_training(experiment, epochs=epochs),
            f"Set epochs to {epochs:,}",
        )
    ]
