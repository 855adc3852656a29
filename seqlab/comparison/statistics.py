"""What seeds say about networks: a robust mean with its interval, and who beat whom how often.

One seed proves nothing (Reimers & Gurevych 2017), so results are told as the interquartile mean
with a bootstrap interval (Agarwal et al. 2021), and two variants are compared seed by seed, as the
share of seeds with which one is better (Bouthillier et al. 2021). A run without a result, because
it diverged, is worse than any other: it is not left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

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
    if len(results) < FEWEST or not np.isfinite(results).all():
        return float("nan"), float("nan")
    if np.ptp(results) == 0:
        return float(results[0]), float(results[0])
    return _bootstrap(tuple(results.tolist()), level, seed, RESAMPLES)


@lru_cache(maxsize=512)  # a page that looks on asks again and again
def _bootstrap(
    results: tuple[float, ...], level: float, seed: int, resamples: int
) -> tuple[float, float]:
    n = len(results)
    reach = np.sqrt(n / (n - 1)) * stats.t.ppf((1 + level) / 2, n - 1)
    bootstrapped = stats.bootstrap(
        (results,),
        lambda sample, axis: stats.trim_mean(sample, TRIMMED, axis=axis),
        confidence_level=1 - 2 * stats.norm.sf(reach),
        n_resamples=resamples,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return float(bootstrapped.confidence_interval.low), float(bootstrapped.confidence_interval.high)


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
            test, two-sided. `holm` corrects it where many pairs are looked at.
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


def holm(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs with `luck` corrected for how many they are.

    Of many pairs of variants that are alike, some look clear. Holm (1979, "A Simple Sequentially
    Rejective Multiple Test Procedure"): the smallest of m probabilities is multiplied by m, the
    next one by m - 1, and so on; none becomes smaller than the one before, or larger than 1. Pairs
    without a seed in common are not counted.

    Example:
        >>> alone = pair([1.0] * 8, [2.0] * 8)
        >>> [round(one.luck, 4) for one in (alone, *holm([alone, alone, alone]))]
        [0.0078, 0.0234, 0.0234, 0.0234]
    """
    compared = sorted((i for i, one in enumerate(pairs) if one.n), key=lambda i: pairs[i].luck)
    corrected, least = list(pairs), 0.0
    for place, i in enumerate(compared):
        least = max(least, min(1.0, (len(compared) - place) * pairs[i].luck))
        corrected[i] = replace(pairs[i], luck=least)
    return corrected


def words(a: str, b: str, result: Pair, compared: int = 1, advice: str = ": add seeds") -> str:
    """One sentence on a pair: who was better with how many seeds, and whether that can be luck.

    Args:
        a, b: names of the variants.
        result: of `pair`, and of `holm` where many are looked at.
        compared: how many pairs are looked at.
        advice: what to do where it can be luck.

    Example:
        >>> words("GRU", "LSTM", pair([1.0] * 5, [2.0] * 5))
        'GRU was better with 5 of 5 seeds; that can be luck: add seeds (in 6.2 % of comparisons \
between equals it looks as clear).'
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
        what = "it" if compared == 1 else f"one of {compared} pairs"
        often = f"{100 * result.luck:.2g}" if result.luck < 1 else "100"
        clear = f"in {often} % of comparisons between equals {what} looks as clear"
        return f"{start}; that can be luck{advice} ({clear})."
    times = round(1 / result.luck)
    among = f" among {compared} pairs" if compared > 1 else ""
    return f"{start}; by luck alone{among} that happens once in {times:,} times."


def _seeds(n: int) -> str:
    return f"{n} seed" if n == 1 else f"{n} seeds"


def _as_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Results in which what is not finite is worse than any number."""
    results = np.asarray(values, np.float64)
    return np.where(np.isfinite(results), results, np.inf)
