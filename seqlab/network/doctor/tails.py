"""Constant tails: what a network has to remember over steps that say nothing, and the way out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seqlab.data.dataset import Dataset
from seqlab.data.tails import repeats
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.fixes import with_data, with_network
from seqlab.network.doctor.learning import forget_bias, half_life

LONG = 10  # repeated steps from which on a tail is worth a word
SHARE = 0.1  # of all steps, likewise
GONE = 4  # half-lives: a sixteenth of the state is left
LOOKED_AT = 2000  # sequences
CUT = "Cut the repeated steps"


@dataclass(frozen=True)
class Tails:
    """The constant tails of the training part, where the network reads them last.

    Attributes:
        steps: the median number of repeated steps.
        share: of all steps, how many are repeated ones.
        forgetting: a sentence on how much of a state outlasts them; "" without a forget bias.
        gone: whether it is as good as nothing, at the initial bias.
    """

    steps: int
    share: float
    forgetting: str
    gone: bool


def tails_of(experiment: Experiment, dataset: Dataset) -> Tails | None:
    """The tails, or `None` where there are none or where they do no harm.

    A layer that reads from the end meets the tail first. Windows of a series and targets at every
    step are left alone: there the repeated steps are part of what is asked for.
    """
    backwards = any(layer.bidirectional or layer.go_backwards for layer in experiment.layers)
    whole = dataset.goal.at == "end" and dataset.x.ndim == 3 and dataset.starts is None
    if not whole or backwards or not len(dataset.train):
        return None
    some = dataset.train[:LOOKED_AT]
    lengths = dataset.lengths[some]
    tails = repeats(dataset.x[some], lengths)
    steps, share = int(np.median(tails)), float(tails.sum() / lengths.sum())
    if steps < LONG or share < SHARE:
        return None
    layer = experiment.layers[-1]
    if not layer.has("forget_bias"):
        return Tails(steps, share, "", False)
    bias = forget_bias(layer)
    halvings = steps / half_life(bias)
    return Tails(
        steps,
        share,
        f" A forget gate at its initial bias {bias:g} halves the cell state every "
        f"{half_life(bias):.1f} steps: after {steps} steps {0.5**halvings:.0e} of it is left.",
        halvings >= GONE,
    )


def cut(experiment: Experiment) -> Experiment | None:
    """The experiment without the tails; `None` for arrays that no setting cuts."""
    if experiment.data.source != "upload" or experiment.data.tails == "cut":
        return None
    return with_network(with_data(experiment, tails="cut"), masking=True)


def find(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """What to know of the tails before training."""
    tails = tails_of(experiment, dataset)
    if tails is None:
        return []
    return [
        Finding(
            "warning" if tails.gone else "hint",
            "constant_tails",
            f"Half of the sequences end in {tails.steps} or more steps that repeat one vector; "
            f"{tails.share:.0%} of all steps do. The network reads them after everything else."
            f"{tails.forgetting} If they only fill the sequences up, cut them: masking skips what "
            "is then padding.",
            cut(experiment),
            CUT,
            "Keras' Masking skips a step only where all features equal one `mask_value`; "
            "`keras.utils.pad_sequences` fills with it.",
        )
    ]
