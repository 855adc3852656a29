"""The honest check: the best of many looks better than it is, so it is measured once more.

Best and starting point are trained with fresh seeds, and both are measured on sequences that the
search has never seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.comparison import statistics
from seqlab.data.dataset import DataError, Dataset
from seqlab.experiment import Data, Experiment
from seqlab.field_words import in_words
from seqlab.fitting.losses import losses_of
from seqlab.inspection.losses import loss
from seqlab.inspection.networks import network_of

FRESH = (101, 102, 103, 104, 105)  # seeds that no search uses
KEPT_OUT = 0.1  # of the rows, for data without a test part
ENOUGH = 10  # sequences that can say something
START, BEST = "start", "best"
Load = Callable[[Data], Dataset]


@dataclass(frozen=True, eq=False)
class Part:
    """Sequences that a search never sees.

    Attributes:
        experiment: what is searched and trained; it may keep more rows out than was asked.
        name: of the part, as in "on the test part".
        dataset: where the sequences are.
        index: (n,) which ones.
        unseen: whether the search really has not seen them.
    """

    experiment: Experiment
    name: str
    dataset: Dataset
    index: NDArray[np.int64]
    unseen: bool = True


def part_for(experiment: Experiment, load: Load) -> Part:
    """The sequences for the check of a search.

    The test part; without one the last tenth of the rows, which is then kept out of the search; of
    drawn tasks, sequences that another seed draws; else the validation part, which is told.
    Windows that are dealt out at random share rows with others: that is told too.

    Args:
        experiment: the starting point.
        load: data to datasets.

    Raises:
        DataError: if there are no data.
    """
    dataset = load(experiment.data)
    in_order = experiment.data.split != "random"  # else windows can share rows with those outside
    tenth = "the last tenth, which the search has not seen" if in_order else "a tenth kept out"
    if len(dataset.test) >= ENOUGH:
        return Part(experiment, "the test part", dataset, dataset.test, in_order)
    for name, change in (
        (tenth, {"test_share": KEPT_OUT}),
        ("newly drawn sequences", {"data_seed": experiment.data.data_seed + 1}),
    ):
        data = experiment.data.model_copy(update=change)
        try:
            other = load(data)
        except DataError:
            continue
        if "test_share" in change and len(other.test) >= ENOUGH:
            kept_out = experiment.model_copy(update={"data": data})
            return Part(kept_out, name, other, other.test, in_order)
        if "data_seed" in change and _alike(dataset, other):
            return Part(experiment, name, other, other.validation)
    name = "the validation part, which the search has seen"
    return Part(experiment, name, dataset, dataset.validation, unseen=False)


def _alike(one: Dataset, other: Dataset) -> bool:
    """Whether a network of the one can read the other, which holds other sequences."""
    scales = ((each.input_scaling, each.target_scaling) for each in (one, other))
    (inputs, targets), (inputs_2, targets_2) = scales
    return (
        one.x.shape[1:] == other.x.shape[1:]
        and one.vocabulary == other.vocabulary
        and one.goal == other.goal
        and not np.array_equal(one.x[one.validation], other.x[other.validation])
        and inputs.is_identity
        and inputs_2.is_identity
        and targets.is_identity
        and targets_2.is_identity
    )


def measured(arrays: Mapping[str, NDArray[Any]], experiment: Experiment, load: Load) -> float:
    """The loss of a snapshot on the part that belongs to its own windows.

    Args:
        arrays: the weights by name, in the shapes of Keras.
        experiment: what was trained.
        load: data to datasets.

    Raises:
        LensError: if the network cannot be computed here.
        DataError: if its data are gone.
    """
    part = part_for(experiment, load)
    network = network_of(arrays, experiment, load(experiment.data))
    return loss(network, part.dataset, part.index)


def otherwise(experiment: Experiment) -> str:
    """How the numbers of a search are measured, if not as those of its check; or "".

    Example:
        >>> from seqlab.experiment import Training
        >>> otherwise(Experiment(training=Training(loss="huber")))
        "The search's numbers are huber; the check's are the mean squared error."
    """
    sentences = []
    name = experiment.training.loss
    if name in losses_of("value")[1:]:
        sentences.append(
            f"The search's numbers are {in_words(name)}; the check's are the mean squared error."
        )
    if any(layer.l2 for layer in experiment.layers):
        sentences.append("The search's numbers hold the L2 penalty; the check's do not.")
    return " ".join(sentences)


@dataclass(frozen=True)
class Check:
    """Best against starting point, each with fresh seeds.

    Attributes:
        part: on which sequences, in words.
        start, best: the loss of each seed there; infinite for one that diverged.
        search_start, search_best: what the search had said: their best val_loss, of one seed.
        unseen: whether the search has not seen these sequences.
        seeds: of the losses, in their order; both have the same ones.
        otherwise: how the numbers of the search are measured, if not as these; or "".
    """

    part: str
    start: Sequence[float] = field(default=())
    best: Sequence[float] = field(default=())
    search_start: float = float("nan")
    search_best: float = float("nan")
    unseen: bool = True
    seeds: Sequence[int] = FRESH
    otherwise: str = ""

    @property
    def runs(self) -> pd.DataFrame:
        """A row a run: which ("start" or "best"), seed, loss."""
        rows = [
            (which, seed, value)
            for which, values in ((START, self.start), (BEST, self.best))
            for seed, value in zip(self.seeds, values, strict=False)
        ]
        return pd.DataFrame(rows, columns=["which", "seed", "loss"])

    @property
    def summary(self) -> pd.DataFrame:
        """A row each for start and best: n, search (what the search had said), median, low, high.

        low and high are the 95 % interval of the interquartile mean.
        """
        rows = []
        for which, values, searched in (
            (START, self.start, self.search_start),
            (BEST, self.best, self.search_best),
        ):
            middle = float(np.median(values)) if len(values) else float("nan")
            low, high = statistics.interval(values)
            rows.append((which, len(values), searched, middle, low, high))
        return pd.DataFrame(rows, columns=["which", "n", "search", "median", "low", "high"])

    @property
    def words(self) -> str:
        """Both numbers in a sentence."""
        n = min(len(self.start), len(self.best))
        if not n:
            return "It has not been checked."
        start, best = float(np.median(self.start)), float(np.median(self.best))
        pair = statistics.pair(self.best[:n], self.start[:n])
        verdict = statistics.words("the best", "the starting point", pair, advice="")
        text = (
            f"The search said {_loss(self.search_best)} against {_loss(self.search_start)} at the "
            f"starting point, the best of many with one seed. Trained with {n} fresh seeds, on "
            f"{self.part}: {_loss(best)} against {_loss(start)} (medians); {verdict}"
        )
        if not self.unseen:
            text += " The search has seen these sequences or parts of them: it can still flatter."
        return f"{text} {self.otherwise}".rstrip()


def _loss(value: float) -> str:
    return f"{value:.4g}" if np.isfinite(value) else "no result"
