"""Sequences for a network to read: one of a dataset, a sample of them, one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data import describe
from seqlab.data.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Sequence:
    """One sequence as the network reads it.

    Attributes:
        x: (timesteps, features), scaled, or tokens (timesteps,).
        y: its target: (outputs,), (timesteps, outputs), a class or a class for each step; `None`
            for a sequence that somebody made up.
        real: how many of the steps are not padding.
        title: where it comes from.
        weights: how much each step of the target counts; `None` for all alike.
        index: its place in the dataset; `None` for one that somebody made up. A sequence that was
            made of another one keeps its index, and so its scaling.
    """

    x: NDArray[Any]
    y: NDArray[Any] | None
    real: int
    title: str
    weights: NDArray[Any] | None = None
    index: int | None = None

    @property
    def mask(self) -> NDArray[np.bool_] | None:
        """(timesteps,), False where a step is padding; `None` if none is."""
        return None if self.real == len(self.x) else np.arange(len(self.x)) < self.real

    @property
    def batch_mask(self) -> NDArray[np.bool_] | None:
        """The mask of a batch that holds this sequence alone, (1, timesteps)."""
        return None if self.mask is None else self.mask[np.newaxis]

    @property
    def key(self) -> tuple[object, ...]:
        """The same for equal sequences."""
        return self.x.shape, str(self.x.dtype), self.real, self.x.tobytes()


def sequence(dataset: Dataset, index: int, title: str = "") -> Sequence:
    """One of the dataset's sequences, by its index into `x`.

    Args:
        dataset: where it stands.
        index: into `x`.
        title: what it is called.
    """
    weights = None if dataset.y_weights is None else dataset.y_weights[index]
    real = int(dataset.lengths[index])
    return Sequence(dataset.x[index], dataset.y[index], real, title, weights, index)


def title_of(dataset: Dataset, place: int) -> str:
    """A validation sequence by its number, with its time and label where it has them.

    Args:
        dataset: whose.
        place: in the validation part, from 0.

    Example:
        >>> import seqlab
        >>> title_of(seqlab.load(seqlab.Experiment()), 0)
        'validation sequence 1 of 62 (1925 to 1946, then 1947)'
    """
    index = int(dataset.validation[place])
    title = f"validation sequence {place + 1:,} of {len(dataset.validation):,}"
    about = describe.about(dataset, index)
    return f"{title} ({about})" if about else title


def mask_of(dataset: Dataset, index: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """(sequences, timesteps), False where a step is padding; `None` if none is."""
    lengths = dataset.lengths[index]
    if (lengths == dataset.timesteps).all():
        return None
    return np.arange(dataset.timesteps) < lengths[:, np.newaxis]


def sample(dataset: Dataset, most: int, seed: int) -> NDArray[np.int64]:
    """At most so many sequences of the validation part, (n,) ascending, drawn by the run's seed.

    The first ones would not do: a file may be sorted, by speaker for instance. Classes of whole
    sequences have the same shares as in the whole part, as far as whole numbers can.

    Args:
        dataset: whose.
        most: how many are wanted; at least one is taken.
        seed: of the run, so that every look takes the same ones.
    """
    part, count = dataset.validation, max(1, most)
    if len(part) <= count:
        return part
    draw = np.random.default_rng(seed)
    order = draw.permutation(part)
    if dataset.goal.kind == "class" and dataset.y.ndim == 1:
        order = order[np.argsort(dataset.y[order], kind="stable")]
    # one at a random place of each of `count` equal stretches: of each class its share
    step = len(part) / count
    return np.sort(order[((np.arange(count) + draw.random()) * step).astype(np.int64)])


def symbols(dataset: Dataset, shown: Sequence) -> list[str]:
    """A text's symbols, one a step; empty for numbers."""
    return [dataset.vocabulary[token] for token in shown.x] if dataset.vocabulary else []


def stepwise(dataset: Dataset) -> bool:
    """Whether the target is a class for each step: a text, or labels along a sequence."""
    return dataset.goal.kind == "class" and dataset.goal.at != "end"
