"""Sequences that stand in more than one part: found by their bits, and left out of training."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from seqlab.data import baselines, sequence_baselines, sequences, text
from seqlab.data.dataset import Baseline, DataError, Dataset
from seqlab.data.scaling import Scaling
from seqlab.data.tasks import language
from seqlab.experiment import ScalingKind


def keys(dataset: Dataset) -> NDArray[np.uint64]:
    """One number for each sequence with its target, equal for equal ones, (n,).

    Their bits as 32-bit words, each times a random 64-bit number, summed up modulo 2^64
    (multilinear hashing): different sequences meet with a probability far below 1e-9.
    """
    draw = np.random.default_rng(0)
    hashes = np.zeros(len(dataset.x), np.uint64)
    for array in (dataset.x, dataset.y, dataset.lengths):
        rows = np.ascontiguousarray(array).reshape(len(hashes), math.prod(array.shape[1:]))
        words = rows.view(np.uint32) if rows.dtype.itemsize % 4 == 0 else rows.astype(np.uint32)
        factors = draw.integers(1, 2**63, words.shape[1], np.uint64)
        for column, factor in zip(words.T, factors, strict=True):
            hashes += column * factor
    return hashes


def held_out(dataset: Dataset) -> NDArray[np.int64]:
    """The sequences of the validation and of the test part, (sequences,)."""
    return np.concatenate([dataset.validation, dataset.test]).astype(np.int64)


def dropped(dataset: Dataset, scaling: ScalingKind) -> Dataset:
    """Without the training sequences that also stand in the validation or in the test part.

    What was fitted on the training part is fitted again: scaling and baselines. (A series is
    scaled by its training rows, and they are all still there.)

    Args:
        dataset: as it was loaded.
        scaling: how its features were scaled.

    Raises:
        DataError: if nothing would be left to train with.
    """
    hashes = keys(dataset)
    train = dataset.train[~np.isin(hashes[dataset.train], hashes[held_out(dataset)])]
    gone = len(dataset.train) - len(train)
    if not gone:
        return dataset
    if not len(train):
        raise DataError(
            f"All {gone:,} training sequences also stand in the validation or in the test part: "
            "without them nothing is left to learn from. Keep them, or take more data.",
            "duplicates",
            "keep",
        )
    what = "sequence that also stands" if gone == 1 else "sequences that also stand"
    note = f"{gone:,} training {what} in the validation or in the test part: left out of training."
    left = _scaled_again(replace(dataset, train=train), scaling)
    left = replace(left, notes=(*dataset.notes, note))
    return baselines.judged(left, {one.target: fitted_again(one) for one in left.views})


def _scaled_again(dataset: Dataset, kind: ScalingKind) -> Dataset:
    """Sequences of numbers scaled by the training part; drawn ones are not scaled at all."""
    before, lengths, train = dataset.input_scaling, dataset.lengths, dataset.train
    as_it_was = bool((before.offset == 0).all() and (before.scale == 1).all())
    if dataset.values is not None or as_it_was:
        return dataset
    raw = before.invert(dataset.x)
    inputs = sequences.fit_scaling(raw, lengths, train, kind)
    x = sequences.zero_padding(inputs.apply(raw), lengths).astype(np.float32)
    scaled = replace(dataset, x=x, input_scaling=inputs)
    if dataset.goal.kind == "class":
        return scaled
    values = dataset.target_scaling.invert(dataset.y)
    targets = Scaling.fit(sequence_baselines.known_targets(dataset, train), kind)
    y = targets.apply(values)
    if dataset.goal.at == "every step":
        y = sequences.zero_padding(y, lengths)
    return replace(scaled, y=y.astype(np.float32), target_scaling=targets)


def fitted_again(dataset: Dataset) -> dict[str, Baseline]:
    """The baselines, those anew that are fitted on the training sequences.

    The others follow from a formula, or from the rows of a series.
    """
    x, y, goal, weights = dataset.x, dataset.y, dataset.goal, dataset.y_weights
    train, validation, symbols = dataset.train, dataset.validation, len(dataset.vocabulary)
    counts = np.ones(y.shape, np.float32) if weights is None else weights
    rules: dict[str, Callable[[], Baseline | None]] = {
        "majority class": lambda: baselines.class_frequencies(
            y, goal.classes, train, validation, weights
        ),
        "nearest neighbour": lambda: sequence_baselines.nearest(
            x.reshape(len(x), -1), y, train, validation
        ),
        "linear autoregression": lambda: baselines.linear(
            x, y, train, validation, dataset.target_scaling_of(validation)
        ),
        "bag of words": lambda: baselines.bag_of_words(x, goal, y, train, validation),
        "symbol frequencies": lambda: text.frequencies(
            y, counts, train, validation, len(goal.classes)
        ),
        "pairs of characters": lambda: text.bigrams(x, y, train, validation, symbols),
        "pairs of symbols": lambda: language.pairs(x, y, counts, train, validation, symbols),
    }
    if dataset.values is None:
        rules["mean"] = lambda: sequence_baselines.mean(dataset)
    again = {
        name: rules[name]() if name in rules else before
        for name, before in dataset.baselines.items()
    }
    return {name: baseline for name, baseline in again.items() if baseline is not None}
