"""Memory tasks: solvers that read the sequence reach 0; chance lines fit a large sample."""

import math

import numpy as np
import pytest

from seqlab.data.dataset import DataError
from seqlab.data.tasks import memory
from tests.data.tasks.helpers import dataset

LARGE = 20_000


def test_whoever_adds_the_marked_values_has_no_error():
    d = dataset("adding", window=31, samples=400)
    values, marks = d.x[..., 0], d.x[..., 1]
    np.testing.assert_array_equal(marks[:, :15].sum(1), 1)
    np.testing.assert_array_equal(marks[:, 15:].sum(1), 1)
    np.testing.assert_allclose((values * marks).sum(1), d.y[:, 0], atol=1e-6)


def test_the_best_constant_of_adding_is_1_with_an_error_of_a_sixth():
    d = dataset("adding", samples=LARGE)
    assert d.y.mean() == pytest.approx(1, abs=0.01)
    assert np.mean((d.y - 1) ** 2) == pytest.approx(d.baselines["constant 1"].loss, abs=0.003)


@pytest.mark.parametrize(
    ("blanks", "published"),
    [(5, 0.8318), (10, 0.6931), (30, 0.4159), (100, 0.1733), (1000, 0.0204)],
)
def test_the_line_of_the_copying_problem_is_the_published_one(blanks, published):
    assert memory.copying_line(blanks) == pytest.approx(published, abs=6e-5)
    assert memory.copying_line(blanks) == pytest.approx(10 * math.log(8) / (blanks + 20))


def test_copying_by_position_makes_no_mistake_and_without_memory_costs_its_line():
    d = dataset("copying", window=7, samples=LARGE)
    assert d.x.shape == (LARGE, 27)
    marker = d.vocabulary.index("?")
    assert (d.x == marker).sum() == LARGE
    assert (d.x[:, 10 + 7 - 1] == marker).all()
    # The solver repeats the symbol of ten steps after the marker; token k is class k - 1.
    blank = d.goal.classes.index("·")
    solved = np.full(d.y.shape, blank)
    solved[:, -10:] = d.x[:, :10] - 1
    np.testing.assert_array_equal(solved, d.y)
    assert [d.vocabulary[k + 1] for k in range(8)] == list(d.goal.classes[:8])
    # Without memory: sure of the blanks, uniform over eight symbols behind the marker.
    share = np.zeros((27, 9))
    share[:17, blank], share[17:, :8] = 1, 1 / 8
    loss = -np.log(share[np.arange(27), d.y]).mean()
    assert loss == pytest.approx(d.baselines["without memory"].loss)
    guess = share.argmax(axis=1)
    assert (guess == d.y).mean() == pytest.approx(d.baselines["without memory"].accuracy, abs=3e-3)


def test_the_order_of_the_two_letters_is_the_class():
    d = dataset("temporal_order", window=50, samples=500)
    for tokens, label in zip(d.x, d.y, strict=True):
        letters = [d.vocabulary[t] for t in tokens if d.vocabulary[t] in "XY"]
        assert "".join(letters) == d.goal.classes[label]
    places = np.nonzero(d.x >= d.vocabulary.index("X"))[1].reshape(-1, 2)
    assert (places.min(0) == (5, 25)).all()
    assert (places.max(0) == (9, 29)).all()


def test_the_first_step_is_the_bit_and_the_rest_knows_nothing_of_it():
    d = dataset("first_bit", window=10, samples=LARGE, noise=0.5)
    np.testing.assert_array_equal(d.x[:, 0, 0] > 0, d.y == 1)
    assert d.x[:, 1:].std() == pytest.approx(0.5, rel=0.02)
    related = np.corrcoef(np.c_[d.x[:, 1:, 0], d.y], rowvar=False)[-1, :-1]
    assert np.abs(related).max() < 0.03


@pytest.mark.parametrize("lag", [1, 3, 21])
def test_the_echo_is_the_input_shifted_and_zero_is_the_best_constant(lag):
    d = dataset("echo", window=22, lag=lag, samples=4000)
    np.testing.assert_array_equal(d.y[:, lag:], d.x[:, :-lag])
    assert (d.y[:, :lag] == 0).all()
    assert np.mean(d.y.astype(float) ** 2) == pytest.approx(memory.echo_line(22, lag), rel=0.05)
    assert d.baselines["constant 0"].loss == memory.echo_line(22, lag)


def test_a_lag_longer_than_the_sequence_is_told():
    with pytest.raises(DataError, match="longest that fits is 9") as caught:
        dataset("echo", window=10, lag=10)
    assert (caught.value.argument, caught.value.allowed) == ("lag", 9)


def test_parity_is_the_sum_of_the_bits_and_no_part_of_them_tells():
    d = dataset("parity", window=15, samples=LARGE)
    np.testing.assert_array_equal(d.x[:, :, 0].sum(1) % 2, d.y)
    assert len(np.unique(d.x[:, :, 0], axis=0)) == LARGE  # none is drawn twice
    but_one = d.x[:, 1:, 0].sum(1) % 2
    assert np.mean(but_one == d.y) == pytest.approx(0.5, abs=0.02)


def test_parity_so_far_is_asked_at_every_step_and_only_the_first_is_sure():
    d = dataset("parity", window=9, difficulty=1, samples=LARGE)
    odd = np.zeros(LARGE, bool)
    for t in range(9):
        odd ^= d.x[:, t, 0] == 1
        np.testing.assert_array_equal(d.y[:, t], odd)
        same = np.mean(d.y[:, t] == d.x[:, t, 0])  # what the present bit tells
        assert same == 1 if t == 0 else same == pytest.approx(0.5, abs=0.02)
    line = d.baselines["without memory"]
    assert line.loss == pytest.approx(8 / 9 * math.log(2))
    assert line.accuracy == pytest.approx(1 / 9 + 8 / 9 / 2)


@pytest.mark.parametrize(
    ("source", "classes"),
    [("temporal_order", 4), ("first_bit", 2), ("parity", 2), ("trend", 3), ("brackets", 2)],
)
def test_the_classes_are_equally_likely_so_chance_costs_the_logarithm_of_their_number(
    source, classes
):
    d = dataset(source, samples=LARGE)
    share = np.bincount(d.y, minlength=classes) / LARGE
    np.testing.assert_allclose(share, 1 / classes, atol=0.02)
    assert d.baselines["chance"].loss == pytest.approx(math.log(classes))
    assert d.baselines["chance"].accuracy == pytest.approx(1 / classes)
    assert d.baselines["majority class"].loss == pytest.approx(math.log(classes), abs=0.01)


def test_parity_draws_no_sequence_twice_if_there_are_enough():
    d = dataset("parity", window=12, samples=2000)
    assert len(np.unique(d.x[:, :, 0], axis=0)) == 2000
