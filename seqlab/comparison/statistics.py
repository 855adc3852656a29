"""What seeds say about networks: a robust mean with its interval, and who beat whom how often.

One seed proves nothing (Reimers & Gurevych 2017), so results are told as the interquartile mean
with a bootstrap interval (Agarwal et al. 2021), and two variants are compared seed by seed, as the
share of seeds with which one is better (Bouthillier et al. 2021). A run without a result, because
it diverged, is worse than any other: it is not left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.95
TRIMMED = 0.25  # of the seeds on each side, by the interquartile mean
RESAMPLES = 9999
FEWEST = 5  # seeds for an interval: of three, one in four would miss (tests/comparison)
LUCK = 0.05  # probability of such a result, or a clearer one, if both were alike


def interquartile_mean(values: ArrayLike) -> float:
    """Mean of the middle half of some results, (n,).

    The quarter on each side is rounded down to whole values, as in `scipy.stats.trim_mean`: of
    five seeds the best and the worst are left out, of three none.

    Returns:
        Infinity or NaN if one of the middle values is not finite; NaN without values.
    """
    results = np.asarray(values, np.float64)
    return float(stats.trim_mean(results, TRIMMED)) if len(results) else float("nan")


def interval(values: ArrayLike, level: float = LEVEL, seed: int = 0) -> tuple[float, float]:
    """Where the interquartile mean of very many seeds would lie, by the bootstrap.

    A percentile interval of a few values is too narrow. It is widened as Hesterberg (2015, "What
    Teachers Should Know About the Bootstrap", section 5) does: the normal quantile of the level is
    replaced by that of Student's t with n - 1 degrees of freedom, times sqrt(n / (n - 1)).

    Args:
        values: one result a seed, (n,).
        level: of the interval.
        seed: of the resampling.

    Returns:
        Low and high; NaN of fewer than five values, or where one is not finite.
    """
    results = np.asarray(values, np.float64)
    n = len(results)
    if n < FEWEST or not np.isfinite(results).all():
        return float("nan"), float("nan")
    if np.ptp(results) == 0:
        return float(results[0]), float(results[0])
    reach = np.sqrt(n / (n - 1)) * stats.t.ppf((1 + level) / 2, n - 1)
    found = stats.bootstrap(
        (results,),
        lambda sample, axis: stats.trim_mean(sample, TRIMMED, axis=axis),
        confidence_level=1 - 2 * stats.norm.sf(reach),
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


@dataclass(frozen=True)
class Pair:
    """Two variants, seed by seed; smaller results are better.

    Attributes:
        n: seeds that both have.
        a_better, b_better: with how many of them each was the better one; the rest were equal.
        probability: that A is better with another seed, equal ones counted half; NaN without
            seeds.
        low, high: its 95 % interval (Wilson 1927), of the seeds that were not equal.
        luck: the probability of a result at least as clear if both were alike: the exact sign
            test, two-sided.
    """

    n: int
    a_better: int
    b_better: int
    probability: float
    low: float
    high: float
    luck: float


def pair(a: ArrayLike, b: ArrayLike) -> Pair:
    """Compares two variants by their results with the same seeds.

    Args:
        a: (n,) results of A; NaN or infinity, for a run that diverged, is worse than any number.
        b: (n,) results of B, of the same seeds in the same order.

    Raises:
        ValueError: if their lengths differ.
    """
    one, other = _as_ranks(a), _as_ranks(b)
    if one.shape != other.shape:
        raise ValueError(
            f"Received results of {len(one)} seeds for A and of {len(other)} for B, expected the "
            "same seeds."
        )
    n, wins, losses = len(one), int((one < other).sum()), int((one > other).sum())
    low, high, luck = 0.0, 1.0, 1.0
    if decided := wins + losses:
        test = stats.binomtest(wins, decided)
        luck = float(test.pvalue)
        ci = test.proportion_ci(LEVEL, method="wilson")
        low, high = float(ci.low), float(ci.high)
    share = (wins + (n - decided) / 2) / n if n else float("nan")
    return Pair(n, wins, losses, share, low, high, luck)


def words(a: str, b: str, result: Pair) -> str:
    """One sentence on a pair: who was better with how many seeds, and whether that can be luck.

    Args:
        a, b: names of the variants.
        result: of `pair`.
    """
    if result.n == 0:
        return f"{a} and {b} have no seed in common."
    if result.a_better == result.b_better == 0:
        return f"{a} and {b} gave the same with {_seeds(result.n)}."
    if result.a_better == result.b_better:
        return f"Each of {a} and {b} was better with {result.a_better} of {_seeds(result.n)}."
    first = result.a_better > result.b_better
    winner, wins = (a, result.a_better) if first else (b, result.b_better)
    start = f"{winner} was better with {wins} of {_seeds(result.n)}"
    if result.luck > LUCK:
        return f"{start}; that can be luck: add seeds."
    times = round(1 / result.luck)
    return f"{start}; by luck alone that happens once in {times:,} times."


def _seeds(n: int) -> str:
    return f"{n} seed" if n == 1 else f"{n} seeds"


def _as_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Results in which what is not finite is worse than any number."""
    results = np.asarray(values, np.float64)
    return np.where(np.isfinite(results), results, np.inf)
