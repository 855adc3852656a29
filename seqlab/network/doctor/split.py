"""Whether the validation part says anything about data that the network has not seen.

A scaling that leaks (`scaler_leak`) has no Fix: `seqlab.load` fits it on the training part alone.
Only arrays made by hand can be scaled so, and no setting of an experiment changes those.
"""

from __future__ import annotations

import math
import weakref
from typing import NamedTuple

import numpy as np

from seqlab.data.dataset import VALIDATION_SHARE, Dataset
from seqlab.data.duplicates import held_out, keys
from seqlab.data.scaling import Scaling
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.fixes import with_data

FEW = 20  # sequences below which the validation loss is mostly luck
DUPLICATES = 0.01  # share of the validation part

_looked_at: dict[int, Repeats] = {}  # by the id of a dataset that is still there


def find(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """Findings about leaks between the parts, and about place and size of the validation part."""
    return [
        *_order(experiment, dataset),
        *_scaler(experiment, dataset),
        *_size(experiment, dataset),
        *_duplicates(experiment, dataset),
    ]


def _order(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """A forecast is tested on what comes after the training part, not in between or before it."""
    if dataset.starts is None or not len(dataset.validation) or not len(dataset.train):
        return []
    starts, steps = dataset.starts, dataset.timesteps
    train, validation = np.sort(starts[dataset.train]), starts[dataset.validation]
    fix = with_data(experiment, split="time") if experiment.data.split != "time" else None
    label = "Split by time"
    if validation.max() < train.min():
        return [
            Finding(
                "warning",
                "validation_before_training",
                "The validation part lies before the training part: the network is asked about a "
                "past whose future it knows.",
                fix,
                label,
                "Keras: `validation_split` takes the last part of the arrays, before shuffling.",
            )
        ]
    # A later training window that holds the validation target gives it away.
    goals = validation + steps + dataset.horizon - 1
    after = np.searchsorted(train, goals - steps, side="right")
    before = np.searchsorted(train, goals, side="right")
    known = float(np.mean(before > after))
    if not known:
        return []
    return [
        Finding(
            "warning",
            "shuffled_split",
            f"{known:.0%} of the validation targets also lie inside a training window: the windows "
            "were dealt out at random, so the network has seen its neighbours. The validation "
            "loss is flattered.",
            fix,
            label,
            "scikit-learn's `train_test_split` shuffles by default; Keras' `validation_split` "
            "does not.",
        )
    ]


def _scaler(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """Offset and scale must come from the training rows alone."""
    if dataset.values is None or dataset.splits is None:
        return []
    kind, rows = experiment.data.scaling, dataset.learned[:, :1]
    if kind == "none" or not len(dataset.train) or not len(dataset.validation):
        return []
    if dataset.goal.kind == "class" or dataset.transform.memory:  # targets have their own scaling
        return []
    last = dataset.splits[0]
    used = dataset.target_scaling.offset[0], dataset.target_scaling.scale[0]

    def same(part: np.ndarray) -> bool:
        fitted = Scaling.fit(part, kind)
        return np.allclose(used, (fitted.offset[0], fitted.scale[0]), rtol=1e-6, atol=1e-12)

    if not same(rows) or same(rows[:last]):
        return []
    honest = Scaling.fit(rows[:last], kind)
    return [
        Finding(
            "warning",
            "scaler_leak",
            f"The scaling was fitted on all rows (offset {used[0]:.4g}, scale {used[1]:.4g}), so "
            "the training part knows the level of the validation part. The training rows alone "
            f"give {honest.offset[0]:.4g} and {honest.scale[0]:.4g}. Fit it on those; "
            "`seqlab.load` does.",
            keras="Keras sees the scaled arrays only: it cannot tell.",
        )
    ]


def _size(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    count = len(dataset.validation)
    if count >= FEW:
        return []
    fix, label = None, "Fix"
    drawn = dataset.values is None and experiment.data.source != "upload"
    if drawn:
        samples = math.ceil(FEW / VALIDATION_SHARE)
        fix, label = with_data(experiment, samples=samples), f"Draw {samples} sequences"
    elif experiment.data.stride > 1:
        fix, label = with_data(experiment, stride=1), "Cut a window at every row"
    if not count:
        message = (
            "There is no validation part: nothing shows whether the network memorises (overfits)."
        )
    else:
        message = (
            f"The validation part has only {count} sequences. Its loss is uncertain by about "
            f"{math.sqrt(2 / count):.0%}: do not read small differences."
        )
    keras = "Keras prints val_loss however few sequences it comes from, and none without any."
    return [Finding("warning", "small_validation", message, fix, label, keras)]


def _duplicates(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """Sequences of the validation part that stand in the training part with the same target."""
    repeats, count = _repeats(dataset), len(dataset.validation)
    if dataset.constant or not count or repeats.known < DUPLICATES * count:
        return []  # of a constant target there is more to be said than that it comes twice
    message = (
        f"{repeats.known:,} of {count:,} validation sequences ({repeats.known / count:.0%}) stand "
        "in the training part as well, with the same target. A network that memorises gets "
        f"these right. Of all {len(dataset.x):,} sequences {repeats.different:,} are different."
    )
    fix = None
    if repeats.left:
        fix = with_data(experiment, duplicates="drop")
    else:
        message += " Without them no training sequence would be left: take other data."
    return [
        Finding(
            "warning",
            "duplicates",
            message,
            fix,
            "Leave them out of training",
            "Keras does not compare the two parts.",
        )
    ]


class Repeats(NamedTuple):
    """What a comparison of the parts shows.

    Attributes:
        known: validation sequences that also stand in the training part.
        left: training sequences that stand neither in the validation nor in the test part.
        different: sequences of the whole dataset that are different.
    """

    known: int
    left: int
    different: int


def _repeats(dataset: Dataset) -> Repeats:
    """The comparison of the parts, once for each dataset: it reads all of its numbers."""
    place = id(dataset)
    if place not in _looked_at:
        weakref.finalize(dataset, _looked_at.pop, place, None)
        contents = keys(dataset)
        train, validation = contents[dataset.train], contents[dataset.validation]
        _looked_at[place] = Repeats(
            known=int(np.isin(validation, train).sum()),
            left=int((~np.isin(train, contents[held_out(dataset)])).sum()),
            different=len(np.unique(contents)),
        )
    return _looked_at[place]
