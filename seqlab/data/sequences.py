"""Sequences of their own length: padding, parts, scaling over real steps, classes, baselines.

A sequence is never cut in two by the split: all its steps, and all sequences of one group, lie in
the same part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqlab.data import memory_budget
from seqlab.data.dataset import VALIDATION_SHARE, DataError, Dataset, Goal
from seqlab.data.scaling import Scaling
from seqlab.data.sequence_baselines import majority, mean, nearest
from seqlab.experiment import Data, ScalingKind

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]
Classes = NDArray[Any]  # int32


def pad(sequences: Sequence[Doubles]) -> tuple[Doubles, Ints]:
    """(T_i, features) each -> (n, longest T, features) with zeros on the right, and the lengths.

    Raises:
        DataError: if that would take too much memory.
    """
    lengths = np.array([len(sequence) for sequence in sequences], np.int64)
    memory_budget.check_padding(lengths, sequences[0].shape[1])
    x = np.zeros((len(sequences), int(lengths.max()), sequences[0].shape[1]))
    for i, sequence in enumerate(sequences):
        x[i, : len(sequence)] = sequence
    return x, lengths


class Parts(NamedTuple):
    """Which sequences are for what, as indices, and a sentence about the draw."""

    train: Ints
    validation: Ints
    test: Ints
    note: str = ""


def parts(
    groups: Iterable[object],
    data: Data,
    classes: NDArray[np.integer] | None = None,
) -> Parts:
    """A fifth of the groups, drawn with `data.data_seed`, is held out for validation.

    With `classes` the draw is stratified: each class keeps its share, to one sequence, and a class
    of a single group stays in training. That needs groups of one class each. With `data.split` =
    "random" the classes do not matter.

    Args:
        groups: (n,) what must stay together; all different if every sequence stands alone.
        data: seed, split, and the share of the test part.
        classes: (n,) the class of each sequence.

    Raises:
        DataError: if there is only one group.
    """
    of = numbered(groups)
    count = int(of.max(initial=-1)) + 1
    if count < 2:
        raise DataError(
            f"There {'is one sequence' if count else 'are no sequences'}: at least two are needed, "
            "one to learn from and one to check with."
        )
    order = np.random.default_rng(data.data_seed).permutation(count)
    note = ""
    own = np.zeros(count, np.int64)
    if classes is not None:
        own[of] = classes
        classes = classes if (own[of] == classes).all() else None
    stratified = classes is not None and data.split != "random"
    if stratified:
        order = order[np.argsort(own[order], kind="stable")]
        note = "Held out so that each class keeps its share (stratified)."
        alone = np.bincount(own)[own[order]] < 2
        order = order[~alone] if (~alone).sum() > 1 else order
    elif classes is not None:
        note = (
            "Held out at random: by chance a class may be frequent in one part and rare in the "
            "other, and the accuracy is then easy to misread."
        )
    number = max(1, round(len(order) * VALIDATION_SHARE))
    tested = min(len(order) - number - 1, round(len(order) * data.test_share))
    # Evenly from the first class to the last one, or simply the first of the draw.
    held_out = _evenly(order, number + tested) if stratified else order[: number + tested]
    last = _evenly(held_out, tested) if stratified else held_out[number:]
    part = np.zeros(count, np.int8)
    part[held_out] = 1
    part[last] = 2
    mine = part[of]
    train, validation, test = (np.flatnonzero(mine == which) for which in range(3))
    return Parts(train, validation, test, note)


def numbered(groups: Iterable[object]) -> Ints:
    """The number of each one's group, (n,), counted by first appearance."""
    place: dict[object, int] = {}
    return np.array([place.setdefault(group, len(place)) for group in groups], np.int64)


def _evenly(order: Ints, number: int) -> Ints:
    """So many of `order`, evenly from its beginning to its end."""
    return order[np.floor((np.arange(number) + 0.5) * len(order) / max(1, number)).astype(int)]


def fit_scaling(x: Doubles, lengths: Ints, train: Ints, kind: ScalingKind = "standard") -> Scaling:
    """The scaling of x (n, timesteps, features), over the real steps of the training part.

    Args:
        x: (n, timesteps, features).
        lengths: (n,) the real steps of each.
        train: the sequences of the training part.
        kind: of scaling.
    """
    real = np.arange(x.shape[1]) < lengths[train, None]
    return Scaling.fit(x[train][real], kind)


def classes_of(labels: Sequence[str]) -> tuple[tuple[str, ...], Classes]:
    """The names of the classes, numbers in the order of numbers, and the class of each label."""
    names = sorted(dict.fromkeys(labels), key=_as_number)
    place = {name: i for i, name in enumerate(names)}
    return tuple(names), np.array([place[label] for label in labels], np.int32)


def _as_number(name: str) -> tuple[bool, float, str]:
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name


def classified(
    sequences: Sequence[Doubles],
    labels: Sequence[str],
    names: tuple[str, ...],
    target: str,
    data: Data,
    notes: tuple[str, ...] = (),
    split: Parts | None = None,
    groups: Sequence[object] | None = None,
) -> Dataset:
    """One class a sequence.

    Args:
        sequences: (T_i, features) each, without NaN.
        labels: the class of each.
        names: the features' names.
        target: the name of what the labels say.
        data: how the parts are drawn and how x is scaled.
        notes: kept as the dataset's notes.
        split: the parts, if they are given with the data.
        groups: (n,) what must stay together in one part; `None` if all stand alone.

    Raises:
        DataError: if there are fewer than two sequences or classes.
    """
    names_of_classes, y = classes_of(labels)
    if len(names_of_classes) < 2:
        raise DataError(f"All sequences have the same {target}: there is nothing to tell apart.")
    x, lengths = pad(sequences)
    together = numbered(groups or range(len(sequences)))
    drawn = split or parts(together, data, y)
    train, validation = drawn.train, drawn.validation
    scaling = fit_scaling(x, lengths, train, data.scaling)
    scaled = zero_padding(scaling.apply(x), lengths).astype(np.float32)
    baselines = {"majority class": majority(y[train], y[validation], names_of_classes)}
    if similar := nearest(scaled.reshape(len(scaled), -1), y, train, validation):
        baselines["nearest neighbour"] = similar
    return Dataset(
        x=scaled,
        y=y,
        lengths=lengths,
        train=train,
        validation=validation,
        test=drawn.test,
        names=names,
        target=target,
        input_scaling=scaling,
        target_scaling=Scaling.identity(1),
        baselines=baselines,
        notes=(*notes, drawn.note) if drawn.note else notes,
        goal=Goal("class", "end", names_of_classes),
        groups=None if split else together,
    )


def classified_steps(
    sequences: Sequence[Doubles],
    labels: Sequence[Sequence[str]],
    names: tuple[str, ...],
    target: str,
    data: Data,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """One class for every step of each sequence; steps of padding have weight 0.

    Args:
        sequences: (its steps, features) each.
        labels: one for each step of each.
        names: of the features.
        target: what the classes are.
        data: split, scaling.
        notes: what was done so far, in sentences.

    Raises:
        DataError: if there are fewer than two sequences or classes.
    """
    flat, codes = classes_of([label for sequence in labels for label in sequence])
    if len(flat) < 2:
        raise DataError(f"All steps have the same {target}: there is nothing to tell apart.")
    x, lengths = pad(sequences)
    weights = (np.arange(x.shape[1]) < lengths[:, None]).astype(np.float32)
    y: Classes = np.zeros(weights.shape, np.int32)
    y[weights > 0] = codes
    drawn = parts(range(len(sequences)), data)
    train, validation = drawn.train, drawn.validation
    scaling = fit_scaling(x, lengths, train, data.scaling)
    chosen = weights > 0
    return Dataset(
        x=zero_padding(scaling.apply(x), lengths).astype(np.float32),
        y=y,
        lengths=lengths,
        train=train,
        validation=validation,
        test=drawn.test,
        names=names,
        target=target,
        input_scaling=scaling,
        target_scaling=Scaling.identity(1),
        baselines={
            "majority class": majority(
                y[train][chosen[train]], y[validation][chosen[validation]], flat
            )
        },
        notes=notes,
        goal=Goal("class", "every step", flat),
        y_weights=weights,
    )


def valued(
    sequences: Sequence[Doubles],
    values: Doubles,
    names: tuple[str, ...],
    target: str,
    data: Data,
    notes: tuple[str, ...] = (),
    groups: Sequence[object] | None = None,
    split: Parts | None = None,
) -> Dataset:
    """Numbers for each sequence, or for each of its steps.

    Args:
        sequences: (its steps, features) each.
        values: (n, outputs), or (n, timesteps, outputs) for each step, then zero where a sequence
            is padded.
        names: of the features.
        target: what the values are.
        data: split, scaling.
        notes: what was done so far, in sentences.
        groups: of each sequence; those of one group stay in one part.
        split: the parts, if they are given.

    Raises:
        DataError: if there are fewer than two sequences.
    """
    x, lengths = pad(sequences)
    drawn = split or parts(groups or range(len(sequences)), data)
    train = drawn.train
    scaling = fit_scaling(x, lengths, train, data.scaling)
    stepwise = values.ndim == 3
    chosen = np.arange(x.shape[1]) < lengths[:, None]
    known = values[train][chosen[train]] if stepwise else values[train]
    target_scaling = Scaling.fit(known, data.scaling)
    y = target_scaling.apply(values)
    made = Dataset(
        x=zero_padding(scaling.apply(x), lengths).astype(np.float32),
        y=(zero_padding(y, lengths) if stepwise else y).astype(np.float32),
        lengths=lengths,
        train=train,
        validation=drawn.validation,
        test=drawn.test,
        names=names,
        target=target,
        input_scaling=scaling,
        target_scaling=target_scaling,
        notes=(*notes, drawn.note) if drawn.note else notes,
        goal=Goal("value", "every step" if stepwise else "end"),
        y_weights=chosen.astype(np.float32) if stepwise else None,
    )
    return replace(made, baselines={"mean": mean(made)})


def zero_padding(x: Doubles, lengths: Ints) -> Doubles:
    """Zeros behind the last real step of x (n, timesteps, ...); scaling had moved them."""
    x[np.arange(x.shape[1]) >= lengths[:, None]] = 0
    return x
