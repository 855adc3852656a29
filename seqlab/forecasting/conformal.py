"""Split conformal prediction: bands from the errors of forecasts that were not trained on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.experiment import ExperimentError

Reals = NDArray[np.float64]
LOWEST, HIGHEST = 0.5, 0.99  # levels of a band


@dataclass(frozen=True)
class Coverage:
    """How often bands held that were drawn from the errors before them alone.

    Attributes:
        forecasts: how many values were forecast, with a band and a truth.
        inside: how many of them lay in their band.
        origins: from how many places of the series they were forecast.
        level: of the bands.
    """

    forecasts: int
    inside: int
    origins: int
    level: float

    @property
    def share(self) -> float:
        """The measured coverage; NaN without a forecast."""
        return self.inside / self.forecasts if self.forecasts else float("nan")


def check_level(level: float) -> float:
    """The level of a band. Raises `ExperimentError` if it is out of range."""
    if not LOWEST <= level <= HIGHEST:
        raise ExperimentError(
            [
                "Received an invalid value for argument `level`, expected a number from "
                f"{LOWEST:g} to {HIGHEST:g}, got {level}."
            ]
        )
    return level


def rank(count: int, level: float) -> int:
    """Which of `count` sorted errors is the half-width of a band, counted from 1.

    ceil((n + 1) level): with it a new error, exchangeable with the n, is at most as large with a
    probability of at least `level` (Vovk, Gammerman & Shafer 2005; Lei et al. 2018, Distribution-
    free predictive inference for regression, theorem 2.1). Above `count` there is no such error,
    and the band would have no end.

    Example:
        >>> rank(9, 0.9), rank(8, 0.9)
        (9, 9)
    """
    return math.ceil(round((count + 1) * level, 9))  # 10 x 0.9 is 9, and not a little more


def fewest(level: float) -> int:
    """How many errors a band of that level needs.

    Example:
        >>> fewest(0.9), fewest(0.95)
        (9, 19)
    """
    count = 1
    while rank(count, level) > count:
        count += 1
    return count


def half_widths(residuals: Reals, level: float) -> Reals:
    """The half-width of the band at each step of the horizon.

    Args:
        residuals: (origins, steps) of forecasts that were not trained on; NaN where the truth is
            not known.
        level: the share that a band is to hold.

    Returns:
        (steps,); NaN where there are too few errors for a band of that level.

    Example:
        >>> errors = np.arange(1.0, 20.0)[:, np.newaxis] * [1, -1]
        >>> half_widths(errors, 0.9).tolist()
        [18.0, 18.0]
    """
    widths = np.full(residuals.shape[1], np.nan)
    for step, column in enumerate(residuals.T):
        known = np.sort(np.abs(column[np.isfinite(column)]))
        place = rank(len(known), level)
        if place <= len(known):
            widths[step] = known[place - 1]
    return widths


def measured(
    residuals: Reals,
    made: NDArray[np.int64],
    due: NDArray[np.int64],
    level: float,
    series: NDArray[np.int64] | None = None,
) -> Coverage:
    """The coverage of bands that know nothing of what came after them.

    Each of the forecasts gets the band that the errors known at its origin would have given: those
    of its own step whose truth had come by then. (Left out one by one, the errors would always hold
    the level, whatever they are: that measures nothing.)

    Args:
        residuals: (n, steps), as for `half_widths`.
        made: (n,) the time of the last value that each forecast knew, as a whole number.
        due: (n, steps) the time of each truth.
        level: of the bands.
        series: (n,) for series that do not share a time: then the errors of all *other* series
            are known, and time does not count.

    Example:
        >>> origins, errors = np.arange(20), np.ones((20, 1))
        >>> measured(errors, origins, origins[:, np.newaxis] + 1, 0.9)
        Coverage(forecasts=11, inside=11, origins=11, level=0.9)
    """
    forecasts, inside = 0, 0
    used = np.zeros(len(residuals), bool)
    for step in range(residuals.shape[1]):
        at = np.flatnonzero(np.isfinite(residuals[:, step]))
        errors = np.abs(residuals[at, step])
        if series is None:
            count, smaller = _come_before(errors, made[at], due[at, step])
        else:
            count, smaller = _of_others(errors, series[at])
        place = np.ceil(np.round((count + 1) * level, 9))  # see `rank`
        # At most as large as the error at that place: fewer than so many are smaller.
        banded = place <= count
        used[at[banded]] = True
        forecasts += int(banded.sum())
        inside += int((banded & (smaller < place)).sum())
    return Coverage(forecasts, inside, int(used.sum()), level)


def _come_before(
    errors: Reals, made: NDArray[np.int64], due: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each of n forecasts: the errors whose truth had come by then, and the smaller of them.

    In the order of their truth, those that had come are the first ones. Any number of first ones is
    cut into blocks of 1, 2, 4, ... errors, which are sorted once for all: not n^2 steps, but
    n log(n)^2.
    """
    n, order = len(errors), np.argsort(due)
    count = np.searchsorted(due, made, "right", sorter=order)
    rank = np.searchsorted(np.sort(errors), errors)  # how many errors are smaller at any time
    smaller = np.zeros(n, np.int64)
    for bit in range(n.bit_length()):
        block = np.arange(n) >> bit
        inside = np.sort(block * n + rank[order])  # block after block, by size within
        last = (count >> bit) - 1  # the block of that size with which the first ones end
        before = np.searchsorted(inside, last * n + rank) - (last << bit)
        smaller += np.where(last % 2 == 0, before, 0)
    return count, smaller


def _of_others(
    errors: Reals, series: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each of n forecasts: the errors of other series, and the smaller ones among them."""
    n = len(errors)
    rank = np.searchsorted(np.sort(errors), errors)
    _, own, sizes = np.unique(series, return_inverse=True, return_counts=True)
    inside = np.sort(own * n + rank)  # series after series, by size within
    first = np.cumsum(sizes) - sizes
    return n - sizes[own], rank - (np.searchsorted(inside, own * n + rank) - first[own])
