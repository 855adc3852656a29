"""Sequences of their own length: padding, parts, scaling over real steps, classes, baselines.

A sequence is never cut in two by the split: all its steps, and all sequences of one group, lie in
the same part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import (
    VALIDATION_SHARE,
    Baseline,
    DataError,
    Dataset,
    Goal,
    Scaling,
    rmse,
)
from seqlab.experiment import ScalingKind

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]
Classes = NDArray[Any]  # int32
MOST_COMPARISONS = 500_000_000  # multiplications that a nearest neighbour may cost: about 0.3 s


def pad(sequences: Sequence[Doubles]) -> tuple[Doubles, Ints]:
    """(T_i, features) each -> (n, longest T, features) with zeros on the right, and the lengths."""
    lengths = np.array([len(sequence) for sequence in sequences], np.int64)
    x = np.zeros((len(sequences), int(lengths.max()), sequences[0].shape[1]))
    for i, sequence in enumerate(sequences):
        x[i, : len(sequence)] = sequence
    return x, lengths


def parts(groups: Sequence[object], seed: int) -> tuple[Ints, Ints]:
    """Training and validation indices: a fifth of the groups, drawn with `seed`, is held out.

    Args:
        groups: (n,) what must stay together; all different if every sequence stands alone.
        seed: of the draw.

    Raises:
        DataError: if there is only one group.
    """
    place = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    count = len(place)
    if count < 2:
        raise DataError(
            f"There {'is one sequence' if count else 'are no sequences'}: at least two are needed, "
            "one to learn from and one to check with."
        )
    held_out = np.zeros(count, bool)
    chosen = np.random.default_rng(seed).permutation(count)
    held_out[chosen[: max(1, round(count * VALIDATION_SHARE))]] = True
    mine = held_out[[place[group] for group in groups]]
    return np.flatnonzero(~mine), np.flatnonzero(mine)


def fit_scaling(x: Doubles, lengths: Ints, train: Ints, kind: ScalingKind = "standard") -> Scaling:
    """The scaling of x (n, timesteps, features), over the real steps of the training part."""
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
    seed: int,
    notes: tuple[str, ...] = (),
    split: tuple[Ints, Ints] | None = None,
    scaling_kind: ScalingKind = "standard",
) -> Dataset:
    """One class a sequence.

    Args:
        sequences: (T_i, features) each, without NaN.
        labels: the class of each.
        names: the features' names.
        target: the name of what the labels say.
        seed: draws the validation part.
        notes: kept as the dataset's notes.
        split: training and validation indices, if they are given with the data.
        scaling_kind: as in `Scaling.fit`.

    Raises:
        DataError: if there are fewer than two sequences or classes.
    """
    names_of_classes, y = classes_of(labels)
    if len(names_of_classes) < 2:
        raise DataError(f"All sequences have the same {target}: there is nothing to tell apart.")
    x, lengths = pad(sequences)
    train, validation = split or parts(range(len(sequences)), seed)
    scaling = fit_scaling(x, lengths, train, scaling_kind)
    scaled = _zero_padding(scaling.apply(x), lengths).astype(np.float32)
    baselines = {"majority class": majority(y[train], y[validation], names_of_classes)}
    flat = scaled.reshape(len(scaled), -1)
    if len(train) * len(validation) * flat.shape[1] <= MOST_COMPARISONS:
        baselines["nearest neighbour"] = nearest(flat, y, train, validation)
    return Dataset(
        x=scaled,
        y=y,
        lengths=lengths,
        train=train,
        validation=validation,
        test=np.empty(0, np.int64),
        names=names,
        target=target,
        input_scaling=scaling,
        target_scaling=Scaling.identity(1),
        baselines=baselines,
        notes=notes,
        goal=Goal("class", "end", names_of_classes),
    )


def classified_steps(
    sequences: Sequence[Doubles],
    labels: Sequence[Sequence[str]],
    names: tuple[str, ...],
    target: str,
    seed: int,
    notes: tuple[str, ...] = (),
    scaling_kind: ScalingKind = "standard",
) -> Dataset:
    """One class for every step of each sequence; steps of padding have weight 0.

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
    train, validation = parts(range(len(sequences)), seed)
    scaling = fit_scaling(x, lengths, train, scaling_kind)
    chosen = weights > 0
    return Dataset(
        x=_zero_padding(scaling.apply(x), lengths).astype(np.float32),
        y=y,
        lengths=lengths,
        train=train,
        validation=validation,
        test=np.empty(0, np.int64),
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
    seed: int,
    notes: tuple[str, ...] = (),
    scaling_kind: ScalingKind = "standard",
) -> Dataset:
    """Numbers for each sequence: `values` is (n, outputs), or (n, timesteps, outputs) for each
    step, then zero where a sequence is padded.

    Raises:
        DataError: if there are fewer than two sequences.
    """
    x, lengths = pad(sequences)
    train, validation = parts(range(len(sequences)), seed)
    scaling = fit_scaling(x, lengths, train, scaling_kind)
    stepwise = values.ndim == 3
    chosen = np.arange(x.shape[1]) < lengths[:, None]

    def rows(indices: Ints) -> Doubles:
        return values[indices][chosen[indices]] if stepwise else values[indices]

    target_scaling = Scaling.fit(rows(train), scaling_kind)
    truth = rows(validation)
    mean = np.broadcast_to(rows(train).mean(axis=0), truth.shape)
    y = target_scaling.apply(values)
    return Dataset(
        x=_zero_padding(scaling.apply(x), lengths).astype(np.float32),
        y=(_zero_padding(y, lengths) if stepwise else y).astype(np.float32),
        lengths=lengths,
        train=train,
        validation=validation,
        test=np.empty(0, np.int64),
        names=names,
        target=target,
        input_scaling=scaling,
        target_scaling=target_scaling,
        baselines={
            "mean": Baseline(
                loss=float(np.mean(np.square((truth - mean) / target_scaling.scale))),
                rmse=rmse(mean, truth),
                rule="always the mean of the training part",
                prediction=None if stepwise else mean,
            )
        },
        notes=notes,
        goal=Goal("value", "every step" if stepwise else "end"),
        y_weights=chosen.astype(np.float32) if stepwise else None,
    )


def _zero_padding(x: Doubles, lengths: Ints) -> Doubles:
    """Zeros behind the last real step of x (n, timesteps, ...); scaling had moved them."""
    x[np.arange(x.shape[1]) >= lengths[:, None]] = 0
    return x


def majority(
    train: NDArray[np.integer], truth: NDArray[np.integer], names: Sequence[str]
) -> Baseline:
    """Always the most frequent class of `train`; its loss is that of the class frequencies.

    A class that `train` does not have would cost infinitely much: then each counts once more.
    """
    counts = np.bincount(train, minlength=len(names)).astype(np.float64)
    likeliest = int(counts.argmax())
    if (counts == 0).any():
        counts += 1
    share = counts / counts.sum()
    return Baseline(
        loss=float(-np.log(share[truth]).mean()),
        rmse=float("nan"),
        rule=f"always {names[likeliest]!r}, the most frequent class of the training part",
        prediction=None,
        accuracy=float((truth == likeliest).mean()),
    )


def nearest(flat: NDArray[np.float32], y: Classes, train: Ints, validation: Ints) -> Baseline:
    """The class of the training sequence at the smallest Euclidean distance.

    Args:
        flat: (n, timesteps * features), scaled, padding zero.
        y: (n,) classes.
        train, validation: indices.
    """
    known, asked = flat[train].astype(np.float64), flat[validation].astype(np.float64)
    distance = np.square(known).sum(axis=1) - 2 * asked @ known.T  # + |asked|², the same for all
    found = y[train][distance.argmin(axis=1)]
    return Baseline(
        loss=float("nan"),  # it names one class and gives no probabilities
        rmse=float("nan"),
        rule="the class of the most similar training sequence",
        prediction=None,
        accuracy=float((found == y[validation]).mean()),
    )
