"""Whether loss, metrics and the head's activation fit the targets."""

from __future__ import annotations

import numpy as np

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Finding
from seqlab.fitting.losses import LOSSES, losses_of
from seqlab.fitting.metrics import metrics_of
from seqlab.network.doctor.fixes import with_network, with_training
from seqlab.network.plan import plan

RANGES = {
    "tanh": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "relu": (0.0, np.inf),
    "softplus": (0.0, np.inf),
    "softmax": (0.0, 1.0),
}


def losses_for(frame: Frame) -> tuple[str, ...]:
    """The losses that fit a goal, the usual one first."""
    return losses_of(frame.kind)


def metrics_for(frame: Frame) -> tuple[str, ...]:
    """The metrics that fit a goal.

    Keras' R2Score reads one row of values a sequence, so it fits no target with steps.
    """
    return metrics_of(frame.kind, steps=frame.at != "end")


def heads_for(frame: Frame) -> tuple[str, ...]:
    """The heads that fit a goal, the usual one first."""
    if frame.at == "every step":
        return ("time_distributed",)
    if frame.at == "sequence":
        return ("repeat_vector", "teacher_forcing")[: 2 if frame.kind == "class" else 1]
    several = frame.kind == "value" and frame.outputs > frame.targets
    return ("dense", "repeat_vector") if several else ("dense",)


def activations_for(frame: Frame) -> tuple[str, ...]:
    """The activations of the head that fit a goal, the usual one first."""
    if frame.kind == "class":
        return ("linear", "softmax")
    return ("linear", "tanh", "sigmoid", "relu", "softplus")


def find(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    """Findings about loss, metrics and the head's activation.

    Args:
        experiment: what is to be trained.
        frame: the shapes of its data.
        dataset: its data.
    """
    findings = [*_loss(experiment, frame, dataset), *_metrics(experiment, frame)]
    if frame.kind == "class":
        return [*findings, *_class_activation(experiment)]
    return [*findings, *_value_activation(experiment, frame, dataset)]


def _loss(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    loss = plan(experiment, frame).loss
    targets = dataset.y[dataset.train]
    if loss in losses_for(frame):
        return []
    if frame.kind == "class":
        why = f"The targets are classes, one number for each; “{loss}” does not take them so."
        keras = (
            "Keras: Arguments `target` and `output` must have the same rank (ndim)."
            if LOSSES[loss].entropy
            else "Keras stops in the middle of the graph: the shapes cannot be broadcast."
        )
    elif (
        loss == "binary_crossentropy" and targets.size and 0 <= targets.min() <= targets.max() <= 1
    ):
        return []
    else:
        why = f"The targets are values; “{loss}” compares probabilities."
        keras = "Keras trains some of these without a word, towards a loss that means nothing."
    best = losses_for(frame)[0]
    fix = with_training(experiment, loss="auto")
    return [Finding("error", "loss_mismatch", f"{why} Use “{best}”.", fix, f"Use {best}", keras)]


def _metrics(experiment: Experiment, frame: Frame) -> list[Finding]:
    fitting = metrics_for(frame)
    unfit = [name for name in experiment.training.metrics if name not in fitting]
    if not unfit:
        return []
    fix = with_training(
        experiment, metrics=tuple(m for m in experiment.training.metrics if m in fitting)
    )
    if frame.kind == "value" and "accuracy" not in unfit:
        names = " and ".join(f"“{name}”" for name in unfit)
        return [
            Finding(
                "error",
                "metric_mismatch",
                f"The target has steps; {names} of Keras reads one row of values a sequence.",
                fix,
                f"Remove {names}",
                "Keras raises a ValueError: R2Score wants two axes.",
            )
        ]
    if frame.kind == "value":
        return [
            Finding(
                "warning",
                "accuracy_on_values",
                "Accuracy counts exact hits. A forecast is never exactly right, so it shows 0 "
                "however good the network is.",
                fix,
                "Remove accuracy",
                "Keras shows accuracy: 0.0000e+00.",
            )
        ]
    names = " and ".join(f"“{name}”" for name in unfit)
    return [
        Finding(
            "error",
            "metric_mismatch",
            f"The targets are classes; {names} would measure the distance between their numbers, "
            "which means nothing.",
            fix,
            "Use accuracy",
            "Keras stops in the middle of the graph: the shapes cannot be broadcast.",
        )
    ]


def _class_activation(experiment: Experiment) -> list[Finding]:
    activation = experiment.network.head_activation
    if activation in ("linear", "softmax"):
        return []
    return [
        Finding(
            "error",
            "head_activation_for_classes",
            f"The head's activation {activation} gives no probabilities: a cross-entropy needs "
            "logits (no activation) or a softmax.",
            with_network(experiment, head_activation="linear"),
            "Use logits",
            "Keras trains it without a word, with a loss that means nothing.",
        )
    ]


def _value_activation(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    activation = experiment.network.head_activation
    if activation == "linear" or not len(dataset.train):
        return []
    fix, label = with_network(experiment, head_activation="linear"), "Use no activation"
    if activation == "softmax":
        one = frame.outputs == 1
        return [
            Finding(
                "error",
                "softmax_for_values",
                "A softmax over a single unit is always 1, whatever the network does."
                if one
                else "A softmax makes the predicted values add up to 1, which they have no "
                "reason to do.",
                fix,
                label,
                "Keras: You are using a softmax over axis -1 of a tensor of shape (None, 1). This "
                "axis has size 1. The softmax operation will always return the value 1."
                if one
                else "",
            )
        ]
    low, high = RANGES[activation]
    targets = dataset.y[dataset.train].astype(np.float64)
    missed = np.maximum(low - targets, 0) + np.maximum(targets - high, 0)
    if not missed.any():
        return []
    span = f"{low:g} to {high:g}" if np.isfinite(high) else f"{low:g} and above"
    floor = float(np.mean(missed**2))
    return [
        Finding(
            "warning",
            "target_outside_activation",
            f"{np.mean(missed > 0):.0%} of the scaled training targets lie outside {span}, all that"
            f" the head's {activation} can give. The mean squared error cannot fall below "
            f"{floor:.3g}.",
            fix,
            label,
            "Keras trains it without a word (keras-team/keras#1727).",
        )
    ]
