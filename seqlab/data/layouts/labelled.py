"""Whole sequences with an answer each, or one for each of their steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import sequences
from seqlab.data.columns import Roles
from seqlab.data.dataset import Dataset
from seqlab.data.layouts.known_parts import as_parts, name_of
from seqlab.data.layouts.whole import left_out
from seqlab.experiment import Data
from seqlab.limits import MAX_CLASSES

Label = TypeVar("Label", bound=Hashable)


def labelled(
    whole: list[NDArray[np.float64]],
    labels: Sequence[str | None],
    asked: Roles,
    data: Data,
    notes: tuple[str, ...],
    given: tuple[str, list[str]] | None = None,
    groups: tuple[str, list[str]] | None = None,
) -> Dataset:
    """A class or, if the labels are many different numbers, a value for each sequence.

    Args:
        whole: each sequence, (its steps, features).
        labels: of each sequence; `None` for none.
        asked: the target and the inputs.
        data: split, scaling, window.
        notes: what was done so far, in sentences.
        given: the column that holds the part of each sequence, and those parts.
        groups: the column that says which sequences must stay together, and its values.
    """
    places = [i for i, label in enumerate(labels) if label is not None]
    notes += left_out(len(labels) - len(places), "sequence", "without a label")
    whole = [whole[i] for i in places]
    chosen = [str(labels[i]) for i in places]
    numbers, names, target = _numbers(chosen), asked.inputs, asked.target
    together = None
    if groups is not None:
        together = [groups[1][i] for i in places]
        notes += (f"All rows with the same “{groups[0]}” lie in the same part.",)
    if numbers is not None:
        return sequences.valued(whole, numbers[:, None], names, target, data, notes, together)
    split = None
    if given is not None:
        split = as_parts(np.array([given[1][i] for i in places]))
        notes += (f"The column “{given[0]}” says which sequences are held out.",)
    return sequences.classified(whole, chosen, names, target, data, notes, split, together)


def labelled_steps(
    whole: list[NDArray[np.float64]],
    labels: list[list[str | None]],
    asked: Roles,
    data: Data,
    notes: tuple[str, ...],
) -> Dataset:
    """A class for each step of each sequence; sequences with an unlabelled step are left out.

    Args:
        whole: each sequence, (its steps, features).
        labels: of each step of each sequence; `None` for none.
        asked: the target and the inputs.
        data: split, scaling.
        notes: what was done so far, in sentences.
    """
    places = [i for i, own in enumerate(labels) if None not in own]
    notes += left_out(len(labels) - len(places), "sequence", "with a step without a label")
    return sequences.classified_steps(
        [whole[i] for i in places],
        [[str(c) for c in labels[i][: len(whole[i])]] for i in places],
        asked.inputs,
        asked.target,
        data,
        notes,
    )


def _numbers(labels: list[str]) -> NDArray[np.float64] | None:
    """The labels as numbers, if there are too many of them, or fractions, for classes."""
    try:
        values = np.array([float(label) for label in labels])
    except ValueError:
        return None
    distinct = len(np.unique(values))
    whole = bool((values == np.round(values)).all())
    if distinct > 2 and (not whole or distinct > min(MAX_CLASSES, len(values) / 2)):
        return values
    return None


def usual_label(labels: Iterable[Label | None]) -> Label | None:
    """The most frequent label of a sequence, the first one of several; `None` without a label."""
    counts = Counter(label for label in labels if label is not None)
    return counts.most_common(1)[0][0] if counts else None


def words_of(column: pd.Series) -> list[str | None]:
    """The cells (rows,) as names of classes; 1.0 is called 1."""
    return [None if pd.isna(cell) or cell == "" else name_of(cell) for cell in column]
