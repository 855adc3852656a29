"""Frequencies, trends and brackets: independent solvers find the class."""

import math

import numpy as np
import pytest

from seqlab.data.tasks import classification
from tests.data.tasks.helpers import dataset

PAIRS = {")": "(", "]": "[", "}": "{"}


def balanced(text):
    stack = []
    for symbol in text:
        if symbol in PAIRS:
            if not stack or stack.pop() != PAIRS[symbol]:
                return False
        else:
            stack.append(symbol)
    return not stack


@pytest.mark.parametrize("classes", [2, 5, 10])
def test_the_strongest_frequency_of_the_spectrum_is_the_class(classes):
    d = dataset("frequency", difficulty=classes, window=40, samples=300, noise=0.2)
    spectrum = np.abs(np.fft.rfft(d.x[:, :, 0], axis=1))
    np.testing.assert_array_equal(spectrum[:, 1:].argmax(axis=1), d.y)
    assert d.baselines["chance"].loss == pytest.approx(math.log(classes))


def test_the_slope_of_the_line_is_the_trend():
    d = dataset("trend", window=30, samples=300, noise=0.1)
    slope = np.polyfit(np.linspace(0, 1, 30), d.x[:, :, 0].T, 1)[0]
    np.testing.assert_array_equal(np.rint(slope).clip(-1, 1) + 1, d.y)


@pytest.mark.parametrize("kinds", [1, 2, 3])
@pytest.mark.parametrize("steps", [4, 9, 22])
def test_brackets_are_balanced_exactly_where_the_class_says_so(kinds, steps):
    d = dataset("brackets", difficulty=kinds, window=steps, samples=400)
    assert d.x.shape == (400, steps // 2 * 2)
    for tokens, label in zip(d.x, d.y, strict=True):
        assert balanced(d.vocabulary[t] for t in tokens) == (d.goal.classes[label] == "balanced")


def test_counting_the_brackets_does_not_tell_the_class():
    d = dataset("brackets", difficulty=3, window=12, samples=2000)
    counts = np.stack([(d.x == k).sum(1) for k in range(1, 7)], axis=1)
    np.testing.assert_array_equal(counts[:, ::2], counts[:, 1::2])


def test_all_shapes_of_balanced_brackets_are_equally_likely():
    drawn = classification.dyck(14_000, 4, 1, np.random.default_rng(0))
    words, counts = np.unique(drawn, axis=0, return_counts=True)
    assert len(words) == 14  # the Catalan number of 4
    np.testing.assert_allclose(counts, 1000, rtol=0.15)
