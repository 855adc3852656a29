"""What rules without a network reach: forecasts of a series, guesses of a class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Baseline, Floats, Goal, Scaling, rmse
from seqlab.data.sequences import majority

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]

MOST_COEFFICIENTS = 240  # of the linear autoregression: more cost seconds
MOST_WINDOWS = 20_000  # that it is fitted on
WEAK = 0.2  # an autocorrelation below this is no season
NEARLY = 0.9  # of the highest peak: high enough


def forecast(prediction: Reals, truth: Reals, scaling: Scaling, rule: str) -> Baseline:
    """The errors of a forecast, both (n, outputs) in original units.

    A truth that is NaN (a gap) is passed over.
    """
    known = np.isfinite(truth) & np.isfinite(prediction)
    error = rmse(prediction[known], truth[known]) if known.any() else float("nan")
    return Baseline((error / float(scaling.scale[0])) ** 2, error, rule, prediction)


def for_series(
    series: Reals,
    goals: Indices,
    horizon: int,
    known: int,
    scaling: Scaling,
    period: int = 0,
) -> dict[str, Baseline]:
    """Persistence, seasonal naive, drift and mean for the given targets of a series.

    The definitions are those of Hyndman & Athanasopoulos, Forecasting: Principles and Practice,
    3rd edition, section 5.2. All of them forecast from the last row of the window.

    Args:
        series: (rows,) the target's column in original units.
        goals: (n, steps) the rows to forecast; the first one lies `horizon` rows behind the window.
        horizon: at least 1.
        known: the first `known` rows are the training part: mean and period come from them.
        scaling: of the target.
        period: of the season in rows; 0 to look for one, 1 for none.
    """
    truth = series[goals]
    origin = goals[:, :1] - horizon  # (n, 1) the last row of each window
    ahead = goals - origin
    last = np.broadcast_to(series[origin], goals.shape)
    found = {
        "persistence": forecast(last, truth, scaling, "the last known value is the forecast"),
    }
    season = period or find_period(series[:known])
    if season > 1:  # with a season of one row it is persistence
        # The newest row of the same season that is known at the origin.
        back = goals - season * -(-ahead // season)
        if back.min() >= 0:
            found["seasonal naive"] = forecast(
                series[back], truth, scaling, f"the value {season} rows earlier is the forecast"
            )
    start = series[:known][np.isfinite(series[:known])]
    if len(start):
        slope = (series[origin] - start[0]) / np.maximum(origin, 1)
        found["drift"] = forecast(
            series[origin] + slope * ahead,
            truth,
            scaling,
            "the straight line from the first row through the last known one goes on",
        )
        mean = np.full(goals.shape, start.mean())
        found["mean"] = forecast(mean, truth, scaling, "always the mean of the training part")
    return found


def find_period(series: Reals) -> int:
    """The season of a series by its autocorrelation, in rows; 0 if it has none.

    A straight line is taken off first. The period is the first high peak of the autocorrelation
    behind the lag where it falls below 0, if that is above `WEAK`: up to there a smooth series
    merely resembles its own neighbourhood.
    """
    rows = len(series)
    if rows < 8:
        return 0
    if not np.isfinite(series).any():
        return 0
    correlation = autocorrelation(detrended(series), rows // 2)
    below = np.flatnonzero(correlation < 0)
    valley = int(below[0]) if len(below) else int(np.argmin(correlation))
    inner = correlation[valley + 1 : -1]
    if not len(inner) or inner.max() < WEAK:
        return 0
    # Several years resemble this one as well as the last one does: the first high place counts,
    # and noise may put its top a little further on.
    first = valley + 1 + int(np.argmax(inner >= NEARLY * inner.max()))
    return first + int(np.argmax(correlation[first : first + first // 4 + 1]))


def detrended(series: Reals) -> Reals:
    """A series (rows,) without its straight line; gaps are bridged by straight lines first.

    It needs at least two rows, and one value that is known.
    """
    time = np.arange(len(series))
    known = np.isfinite(series)
    filled = np.interp(time, time[known], series[known])
    return filled - np.polyval(np.polyfit(time, filled, 1), time)


def autocorrelation(series: Reals, lags: int) -> Reals:
    """Sample autocorrelation at the lags 0 to `lags`, (lags + 1,); zeros for a constant series."""
    centred = series - series.mean()
    size = 2 ** int(np.ceil(np.log2(2 * len(series))))
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    covariance = np.fft.irfft(power, size)[: lags + 1]
    if covariance[0] <= 1e-12 * max(1.0, float(np.square(series).sum())):
        return np.zeros(lags + 1)
    return covariance / covariance[0]


@dataclass(frozen=True, eq=False)
class Autoregression:
    """A linear autoregression of a window.

    Attributes:
        steps: of the window that it reads, the last ones.
        coefficients: (steps * features + 1, outputs), the last row for the intercept.
    """

    steps: int
    coefficients: Reals

    def __call__(self, x: Floats) -> Reals:
        """Windows (n, timesteps, features), scaled -> forecasts (n, outputs), scaled."""
        return _design(x, self.steps) @ self.coefficients

    def ahead(self, x: Floats, steps: int) -> Reals:
        """Forecasts of one series that read the ones before, (n, steps), scaled.

        Args:
            x: windows (n, timesteps, 1), scaled.
            steps: how far.
        """
        window, made = x, []
        for _ in range(steps):
            step = self(window)
            made.append(step)
            window = np.concatenate([window[:, 1:], step[:, :, np.newaxis]], axis=1)
        return np.concatenate(made, axis=1)


def _design(x: Floats, steps: int) -> Reals:
    """Rows (n, steps * features + 1) of windows, the last column for the intercept."""
    rows = x[:, -steps:].reshape(len(x), -1).astype(np.float64)
    return np.concatenate([rows, np.ones((len(rows), 1))], axis=1)


def fitted(x: Floats, y: Floats, train: Indices) -> Autoregression | None:
    """The linear autoregression of the window, fitted on the training part by least squares.

    Args:
        x: (n, timesteps, features) scaled.
        y: (n, outputs) scaled.
        train: indices.

    Returns:
        `None` if there are too few training windows for its coefficients.
    """
    _, timesteps, features = x.shape
    steps = min(timesteps, MOST_COEFFICIENTS // features)
    if steps < 1 or len(train) <= steps * features + 1:
        return None
    chosen = train[:: -(-len(train) // MOST_WINDOWS)]
    rows = _design(x[chosen], steps)
    # By the normal equations: a tenth of the time of a QR of all the windows. The tiny ridge keeps
    # them solvable where columns depend on each other.
    square = rows.T @ rows
    square[np.diag_indices_from(square)] += 1e-10 * np.trace(square) / len(square)
    coefficients = np.asarray(np.linalg.solve(square, rows.T @ y[chosen]), np.float64)
    return Autoregression(steps, coefficients)


def linear(
    x: Floats, y: Floats, train: Indices, validation: Indices, scaling: Scaling
) -> Baseline | None:
    """What the linear autoregression of `fitted` reaches; arguments as there.

    Args:
        x, y, train: as for `fitted`.
        validation: indices.
        scaling: of the target.
    """
    regression = fitted(x, y, train)
    if regression is None:
        return None
    prediction = scaling.invert(regression(x[validation]))
    whole = regression.steps == x.shape[1]
    window = "the window" if whole else f"the window's last {regression.steps} steps"
    rule = f"fitted to {window} by least squares"
    return forecast(prediction, scaling.invert(y[validation]), scaling, rule)


def class_frequencies(
    y: NDArray[np.integer],
    classes: tuple[str, ...],
    train: Indices,
    validation: Indices,
    weights: Floats | None = None,
) -> Baseline:
    """The class frequencies of the training part as the prediction, whatever the input.

    Args:
        y: (n,) or (n, steps) class indices.
        classes: their names.
        train, validation: indices.
        weights: (n, steps), 0 where a step does not count; or `None`.
    """
    if weights is None:
        return majority(y[train].ravel(), y[validation].ravel(), classes)
    return majority(y[train][weights[train] > 0], y[validation][weights[validation] > 0], classes)


def chance(loss: float, rule: str, accuracy: float) -> Baseline:
    """A line by a formula, for classes."""
    return Baseline(loss, float("nan"), rule, None, accuracy)


def bag_of_words(
    x: NDArray[np.integer], goal: Goal, y: NDArray[np.integer], train: Indices, validation: Indices
) -> Baseline:
    """Multinomial naive Bayes on the counts of the tokens: it knows words, but not their order.

    Args:
        x: tokens (n, timesteps), 0 for padding.
        goal: names of the classes.
        y: (n,) class indices.
        train, validation: indices.
    """
    size, classes = int(x.max()) + 1, len(goal.classes)
    counts = np.ones((classes, size))  # Laplace smoothing
    np.add.at(counts, (np.repeat(y[train], x.shape[1]), x[train].ravel()), 1)
    words = counts[:, 1:]  # padding says nothing
    prior = np.log(np.bincount(y[train], minlength=classes) + 1)
    likelihood = np.zeros(counts.shape)
    likelihood[:, 1:] = np.log(words / words.sum(axis=1, keepdims=True))
    score = prior + likelihood[:, x[validation]].sum(axis=2).T  # (validation, classes)
    score -= np.logaddexp.reduce(score, axis=1, keepdims=True)
    truth = y[validation]
    loss = -float(score[np.arange(len(truth)), truth].mean())
    right = float(np.mean(score.argmax(axis=1) == truth))
    return Baseline(loss, float("nan"), "naive Bayes on a bag of words, without order", None, right)
