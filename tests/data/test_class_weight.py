"""Balanced class weights: every class counts alike in the training part, the mean weight is 1."""

import numpy as np
import pytest

from seqlab.data.class_weight import balanced
from seqlab.data.dataset import Goal
from tests.network.data import dataset

GOAL = Goal("class", classes=("a", "b", "c"))


def test_the_weights_of_scikit_learn():
    """Its documented formula, n_samples / (n_classes * np.bincount(y)), for 12, 4 and 2."""
    y = np.repeat([0, 1, 2], [12, 4, 2])
    data = dataset(np.zeros((24, 3, 1)), np.r_[y, np.full(6, 2)], GOAL)  # 18 are for training
    assert balanced(data) == pytest.approx([18 / 36, 18 / 12, 18 / 6])


@pytest.mark.parametrize("seed", range(5))
def test_all_classes_that_occur_count_alike(seed):
    draw = np.random.default_rng(seed)
    y = draw.choice(3, (40, 5), p=[0.8, 0.15, 0.05])
    weights = draw.integers(0, 2, y.shape).astype("float32")
    goal = Goal("class", "every step", GOAL.classes)
    data = dataset(np.zeros((40, 5, 1)), y, goal, y_weights=weights)
    counted = y[data.train][weights[data.train] > 0]
    each = balanced(data)[counted]
    assert each.mean() == pytest.approx(1)
    sums = [each[counted == k].sum() for k in np.unique(counted)]
    assert sums == pytest.approx([sums[0]] * len(sums))


def test_a_class_that_is_never_trained_takes_nothing_from_the_others():
    data = dataset(np.zeros((24, 3, 1)), np.repeat([0, 2, 1], [9, 9, 6]), GOAL)
    assert balanced(data) == pytest.approx([1, 1, 1])
