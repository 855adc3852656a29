"""Against scipy, by hand, and by simulation: an interval must hold what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqlab.comparison import statistics
from seqlab.comparison.statistics import holm, interquartile_mean, interval, pair, words


def test_the_interquartile_mean_leaves_out_a_quarter_on_each_side():
    assert interquartile_mean([9.0, 1.0, 2.0, 3.0, -50.0]) == 2.0
    assert interquartile_mean(range(8)) == np.mean([2, 3, 4, 5])
    assert interquartile_mean([1.0, 5.0, 6.0]) == 4.0
    assert np.isnan(interquartile_mean([]))


@pytest.mark.parametrize("n", [5, 10, 20])
@pytest.mark.parametrize("law", [stats.norm(0.3, 0.03), stats.lognorm(0.5)], ids=["normal", "skew"])
def test_a_95_percent_interval_holds_the_truth_about_that_often(n, law, monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 999)
    inner = np.linspace(0.25, 0.75, 100_001)
    truth = law.ppf(inner).mean()  # the interquartile mean of all seeds there could be
    draws = law.rvs(size=(300, n), random_state=np.random.default_rng(0))
    held = [low <= truth <= high for low, high in map(interval, draws)]
    assert 0.90 <= np.mean(held) <= 0.99


def test_few_seeds_or_one_without_a_result_give_no_interval():
    assert np.isnan(interval([1.0, 2.0, 3.0, 4.0])).all()
    assert np.isnan(interval([1.0, 2.0, 3.0, 4.0, np.inf])).all()
    assert interval([2.0] * 5) == (2.0, 2.0)


def test_pairs_are_counted_seed_by_seed():
    found = pair([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 3.0, 4.0, 5.0, 1.0])
    assert (found.n, found.a_better, found.b_better, found.probability) == (5, 4, 1, 0.8)
    assert found.luck == pytest.approx(2 * (5 + 1) / 32)  # at least 4 of 5 heads, two-sided
    assert found.low < 0.5 < found.high
    assert words("GRU", "LSTM", found) == (
        "GRU was better with 4 of 5 seeds; that can be luck: add seeds (in 38 % of comparisons "
        "between equals it looks as clear)."
    )


def test_five_of_five_can_be_luck_and_ten_of_ten_hardly():
    assert "can be luck" in words("A", "B", pair(np.zeros(5), np.ones(5)))  # p = 2/32
    text = words("A", "B", pair(np.ones(10), np.zeros(10)))
    assert text == "B was better with 10 of 10 seeds; by luck alone that happens once in 512 times."


def test_a_run_that_diverged_is_worse_than_any_other():
    found = pair([9.0, 9.0, np.nan], [np.nan, np.inf, np.inf])
    assert (found.a_better, found.b_better, found.probability) == (2, 0, 2.5 / 3)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_pairs_agree_with_the_sign_test_of_scipy_and_are_symmetric(results):
    a, b = ([float(row[i]) for row in results] for i in (0, 1))
    one, other = pair(a, b), pair(b, a)
    assert (one.a_better, one.b_better) == (other.b_better, other.a_better)
    assert one.luck == pytest.approx(other.luck)
    if results:
        assert one.probability == pytest.approx(1 - other.probability)
    if one.a_better + one.b_better:
        expected = stats.binomtest(one.a_better, one.a_better + one.b_better).pvalue
        assert one.luck == pytest.approx(expected)
    assert words("A", "B", one)


@pytest.mark.parametrize(
    ("better", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_pair_is_that_of_newcombes_table(better, of, low, high):
    """Newcombe (1998, Statistics in Medicine 17, 857-872), table I, method 3."""
    found = pair([0.0] * better + [2.0] * (of - better), [1.0] * of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_the_sign_test_of_darwins_maize():
    """Of 15 pairs of plants 13 were higher when cross-fertilised (Fisher 1935, chapter III)."""
    inches = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]  # eighths of one
    found = pair([0.0] * 15, inches)
    assert (found.a_better, found.b_better) == (13, 2)
    assert found.luck == pytest.approx(242 / 2**15)


def lucky(wins, of):
    return pair([0.0] * wins + [2.0] * (of - wins), [1.0] * of)


def test_pairs_are_corrected_for_how_many_they_are():
    """By hand: 2/1024, 2/128, 2/32 and 1 of four; the last is never more than 1."""
    pairs = [lucky(5, 5), lucky(10, 10), pair([], []), lucky(2, 4), lucky(7, 7)]
    assert [one.luck for one in holm(pairs)] == pytest.approx(
        [2 * 2 / 32, 4 * 2 / 1024, 1.0, 1.0, 3 * 2 / 128]
    )
    assert [one.n for one in holm(pairs)] == [5, 10, 0, 4, 7]
    assert "can be luck" not in words("A", "B", lucky(6, 6))
    text = words("A", "B", holm([lucky(6, 6)] * 3)[0], 3)
    assert "that can be luck: add seeds (in 9.4 % of comparisons between equals one of 3" in text
    text = words("A", "B", holm([lucky(10, 10)] * 3)[0], 3)
    assert text.endswith("by luck alone among 3 pairs that happens once in 171 times.")


def test_of_pairs_that_are_all_alike_one_in_twenty_looks_clear_at_most():
    """Six variants without a difference, 15 pairs; without the correction it is every other."""
    rng, alone, corrected = np.random.default_rng(0), 0, 0
    for results in rng.normal(size=(400, 6, 12)):
        pairs = [pair(results[i], results[j]) for i in range(6) for j in range(i)]
        alone += any(one.luck <= statistics.LUCK for one in pairs)
        corrected += any(one.luck <= statistics.LUCK for one in holm(pairs))
    assert corrected / 400 <= 0.07
    assert alone / 400 > 0.2


@pytest.mark.parametrize("n", [5, 10, 20])
@pytest.mark.parametrize("better", [0.5, 0.7, 0.9])
def test_the_interval_of_a_pair_holds_the_truth_about_that_often(n, better):
    """Pairs of runs with a common part for each seed; A is better with that probability."""
    rng = np.random.default_rng(n)
    seeds = rng.normal(size=(2000, n))
    gap = rng.normal(-np.sqrt(2) * stats.norm.ppf(better), np.sqrt(2), size=(2000, n))
    pairs = [pair(one + delta, one) for one, delta in zip(seeds, gap, strict=True)]
    held = np.mean([found.low <= better <= found.high for found in pairs])
    assert 0.90 <= held <= 0.99
    assert np.mean([found.probability for found in pairs]) == pytest.approx(better, abs=0.02)


def test_results_of_other_seeds_are_refused():
    with pytest.raises(ValueError, match="expected the same seeds"):
        pair([1.0], [1.0, 2.0])
