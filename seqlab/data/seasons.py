"""How many rows a season of a series has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

Reals = NDArray[np.float64]

WEAK = 0.2  # an autocorrelation below this is no season
NEARLY = 0.9  # of the highest peak: high enough
ROUNDING = 1e-12  # of the values: what is smaller is an error of arithmetic
CHANCE = 0.05  # that noise alone makes a longer season look better than a part of it


def find_period(series: Reals) -> int:
    """The season of a series by its autocorrelation, in rows; 0 if it has none.

    A straight line is taken off first. The period is the first high peak of the autocorrelation
    behind the lag where it falls below 0, if that is above `WEAK`: up to there a smooth series
    merely resembles its own neighbourhood. Noise, or a level that wanders, may put that peak at a
    multiple of the season: see `shortest_season`.

    Example:
        >>> find_period(np.tile([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0], 20))
        7
    """
    rows = len(series)
    if rows < 8:
        return 0
    if not np.isfinite(series).any():
        return 0
    straight = detrended(series)
    correlation = autocorrelation(straight, rows // 2)
    below = np.flatnonzero(correlation < 0)
    valley = int(below[0]) if len(below) else int(np.argmin(correlation))
    inner = correlation[valley + 1 : -1]
    if not len(inner) or inner.max() < WEAK:
        return 0
    # Several years resemble this one as well as the last one does: the first high place counts,
    # and noise may put its top a little further on.
    first = valley + 1 + int(np.argmax(inner >= NEARLY * inner.max()))
    season = first + int(np.argmax(correlation[first : first + first // 4 + 1]))
    return shortest_season(straight, season)


def shortest_season(series: Reals, season: int) -> int:
    """The shortest part of a season that tells as much of a series as the whole of it does.

    With means for each place in a season of p rows, a season of d rows (d divides p) is one whose
    p means repeat. The F test of nested models (Draper & Smith, Applied Regression Analysis,
    section 6.2) says whether the other p - d means are worth anything.

    Args:
        series: (rows,) without a trend.
        season: in rows, no more than there are.

    Example:
        >>> shortest_season(np.tile([0.0, 1.0, 3.0], 20), 6)
        3
    """
    rows, centred, place = len(series), series - series.mean(), np.arange(len(series)) % season
    sums, counts = np.bincount(place, centred), np.bincount(place)

    def explained(part: int) -> float:
        """The sum of squares that the means of the places in a part of the season explain."""
        folded, of = sums.reshape(-1, part).sum(axis=0), counts.reshape(-1, part).sum(axis=0)
        return float(np.sum(folded**2 / of))

    total, whole = float(np.square(centred).sum()), explained(season)
    # Of a season without noise nothing is left but errors of arithmetic.
    left = max(total - whole, ROUNDING * total)
    for part in range(2, season // 2 + 1):
        if season % part:
            continue
        less = explained(part)
        more = _f_test(whole - less, season - part, left, rows - season)
        if more > CHANCE >= _f_test(less, part - 1, max(total - less, left), rows - part):
            return part
    return season


def _f_test(gained: float, means: int, left: float, freedom: int) -> float:
    """How likely noise alone explains so much with so many more means."""
    if left == 0:
        return 1.0  # of a constant series: there is nothing to explain
    return float(fdtrc(means, freedom, max((gained / means) / (left / freedom), 0.0)))


def bridged(series: Reals) -> Reals:
    """A series (rows,) whose gaps are bridged by straight lines; it needs one known value."""
    known = np.flatnonzero(np.isfinite(series))
    return np.interp(np.arange(len(series)), known, series[known])


def detrended(series: Reals) -> Reals:
    """A series (rows,) without its straight line; gaps are bridged by straight lines first.

    It needs at least two rows, and one value that is known. Of a straight line zeros are left.
    """
    time, filled = np.arange(len(series)), bridged(series)
    rest = filled - np.polyval(np.polyfit(time, filled, 1), time)
    only_rounding = np.abs(rest).max() <= ROUNDING * np.abs(filled).max()
    return np.zeros(len(rest)) if only_rounding else rest


def autocorrelation(series: Reals, lags: int) -> Reals:
    """Sample autocorrelation at the lags 0 to `lags`, (lags + 1,); zeros for a constant series."""
    centred = series - series.mean()
    size = 2 ** int(np.ceil(np.log2(2 * len(series))))
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    covariance = np.fft.irfft(power, size)[: lags + 1]
    if covariance[0] <= ROUNDING**2 * float(np.square(series).sum()):
        return np.zeros(lags + 1)
    return covariance / covariance[0]
