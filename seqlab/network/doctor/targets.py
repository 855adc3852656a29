"""What the targets can teach.

Labels out of range (`labels_out_of_range`) have no Fix: `seqlab.load` numbers the classes itself.
Only arrays made by hand can have them, and no setting of an experiment changes those.
"""

from __future__ import annotations

import numpy as np

from seqlab.data.dataset import Dataset
from seqlab.data.sequences import parts
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.fixes import with_data, with_training

MAJORITY = 0.8  # share of one class from which on accuracy misleads
SHOWN = 3  # class names in a message
KEEP_SHARES = "Give each part its share of every class"


def find(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """Findings about classes, and about a target that never changes."""
    if dataset.goal.kind == "class":
        return _classes(experiment, dataset)
    return [finding for view in dataset.views for finding in _constant(experiment, view)]


def _constant(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    if not dataset.constant:
        return []
    fix, label = _another_target(experiment, dataset)
    advice = "" if fix else " Take another column, or a part of the data in which it changes."
    return [
        Finding(
            "warning",
            "constant_target",
            f"The target {dataset.target!r} is constant in the training part: "
            f"there is nothing to learn from it.{advice}",
            fix,
            label,
            "Keras trains it towards a loss of 0: the bias of the head alone does it.",
        )
    ]


def _another_target(experiment: Experiment, dataset: Dataset) -> tuple[Experiment | None, str]:
    """The experiment with a target that varies, and what its button says."""
    if dataset.joint is not None:
        left = [name for name in dataset.joint.targets if name != dataset.target]
        fix = with_data(experiment, target=left[0], targets=tuple(left[1:]))
        return fix, f"Forecast without {dataset.target!r}"
    other = dataset.other_target
    if other is None:
        return None, ""
    return with_data(experiment, target=other), f"Predict {other!r} instead"


def _classes(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """Labels out of range, a single class, a class that is never trained, and imbalance."""
    names = dataset.goal.classes
    labels = dataset.y[dataset.train]
    if not labels.size:
        return []
    lowest, highest = int(dataset.y.min()), int(dataset.y.max())
    if lowest < 0 or highest >= len(names):
        return [
            Finding(
                "error",
                "labels_out_of_range",
                f"The labels run from {lowest} to {highest}, but {len(names)} classes are counted "
                f"from 0 to {len(names) - 1}. {_how_to_count(lowest, highest, len(names))} "
                "`seqlab.load` does it for the labels of a file.",
                keras="Keras: Received a label value which is outside the valid range of "
                f"[0, {len(names)}).",
            )
        ]
    counts = np.bincount(_counted(dataset, dataset.train), minlength=len(names))
    present = np.flatnonzero(counts)
    if len(present) == 1:
        fix, label = _stratified(experiment, dataset), KEEP_SHARES
        if fix is None:
            fix, label = _another_target(experiment, dataset)
        return [
            Finding(
                "error" if len(names) == 1 else "warning",
                "one_class",
                f"All training targets are {names[present[0]]!r}: there is nothing to tell apart."
                + _advice(dataset, fix),
                fix,
                label,
                "Keras trains it to an accuracy of 1.0, which means nothing.",
            )
        ]
    findings = []
    elsewhere = np.unique(_counted(dataset, np.r_[dataset.validation, dataset.test].astype(int)))
    unseen = [names[k] for k in elsewhere if not counts[k]]
    if unseen and dataset.goal.at == "end":
        listed = ", ".join(repr(name) for name in unseen[:SHOWN])
        fix = _stratified(experiment, dataset)
        findings.append(
            Finding(
                "warning",
                "class_not_trained",
                f"{len(unseen)} of the classes to be told apart never occur in the training part: "
                f"{listed}. The network cannot know them.{_advice(dataset, fix)}",
                fix,
                KEEP_SHARES,
                "Keras counts the units of the head, not the classes that occur.",
            )
        )
    share = float(counts.max() / counts.sum())
    weighed = experiment.training.class_weight == "balanced"
    if share >= MAJORITY and dataset.goal.at == "end" and not weighed:
        findings.append(
            Finding(
                "warning",
                "imbalance",
                f"{share:.0%} of the training targets are {names[int(counts.argmax())]!r}. Always "
                f"giving that answer is {share:.0%} right: compare with that, not with "
                f"{1 / len(names):.0%}. A network may never give another answer.",
                with_training(experiment, class_weight="balanced"),
                "Weigh the classes equally",
                "Keras shows the accuracy alone; `fit` takes a `class_weight`.",
            )
        )
    return findings


def _how_to_count(lowest: int, highest: int, classes: int) -> str:
    if highest - lowest >= classes:
        return "Number them anew:"
    change = f"Subtract {lowest} from" if lowest > 0 else f"Add {-lowest} to"
    return f"{change} every label:"


def _stratified(experiment: Experiment, dataset: Dataset) -> Experiment | None:
    """The experiment with parts in which each class keeps its share, if all are then trained.

    Nothing else is an honest way. In a series a class is missing because it comes late; windows
    dealt out at random would show it to the network, but in windows that overlap those which it is
    asked about, so that it looks known and a forecast is no better. And parts that come with the
    data are not to be mixed.
    """
    if dataset.groups is None or experiment.data.split != "random":
        return None
    fix = with_data(experiment, split="time")
    tested = experiment.data.test_share if len(dataset.test) else 0.0
    drawn = parts(dataset.groups, fix.data.model_copy(update={"test_share": tested}), dataset.y)
    trained = np.isin(np.unique(dataset.y), dataset.y[drawn.train])
    return fix if trained.all() else None


def _advice(dataset: Dataset, fix: Experiment | None) -> str:
    """What to do about a class that is not trained where no click does it."""
    if fix is not None:
        return ""
    if dataset.starts is not None:
        return " It takes a series in which the others come earlier, too."
    return " Each class needs a sequence in the training part."


def _counted(dataset: Dataset, indices: np.ndarray) -> np.ndarray:
    """The labels that count, flat: without the steps whose weight is 0."""
    labels = dataset.y[indices].reshape(len(indices), -1)
    if dataset.y_weights is not None and labels.shape == dataset.y_weights[indices].shape:
        return labels[dataset.y_weights[indices] > 0].astype(int)
    if dataset.goal.at == "every step":
        real = np.arange(labels.shape[1]) < dataset.lengths[indices][:, None]
        return labels[real].astype(int)
    return labels.ravel().astype(int)
