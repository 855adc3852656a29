"""The errors of a forecast in the order of time, for the rules that look at them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.seasons import autocorrelation
from seqlab.network.doctor.run_findings.facts import RunFacts

Reals = NDArray[np.float64]
FEWEST = 20  # errors: fewer say nothing of their order


def residuals(facts: RunFacts) -> Reals | None:
    """Truth - forecast of the validation part of one series, first step, in original units, (n,).

    `None` where rows do not follow each other, or where the errors are too few or all alike.
    """
    dataset, prediction = facts.dataset, facts.prediction
    value = dataset.goal.kind == "value" and dataset.goal.at == "end"
    if prediction is None or not value or len(dataset.stretches) != 1 or dataset.starts is None:
        return None
    if dataset.splits is None or (np.diff(dataset.starts[dataset.validation]) != 1).any():
        return None
    forecasts = dataset.target_scaling_of(dataset.validation).invert(np.asarray(prediction))
    truth = dataset.truth(dataset.validation)
    if forecasts.shape != truth.shape or len(truth) < FEWEST:
        return None
    errors = (truth - forecasts)[:, 0]
    return errors if float(errors.std()) > 1e-6 * float(np.abs(truth).max() + 1e-300) else None


def slope_test(errors: Reals) -> tuple[float, float]:
    """How far the errors move from the first to the last, and how many standard errors that is.

    A straight line by least squares. The standard error takes neighbours that resemble each other
    into account: n (1 - r) / (1 + r) of n errors count, with r their autocorrelation at lag 1
    (Bayley & Hammersley 1946, The effective number of independent observations).

    Example:
        >>> moved, sure = slope_test(np.arange(40.0) + np.tile([1.0, -1.0], 20))
        >>> round(moved), sure > 10
        (39, True)
    """
    count = len(errors)
    time = np.arange(count) - (count - 1) / 2
    slope = float(time @ errors / (time @ time))
    rest = errors - errors.mean() - slope * time
    spread = float(rest.std(ddof=2)) or 1e-300
    alike = max(0.0, float(rest[1:] @ rest[:-1] / (rest @ rest))) if rest.any() else 0.0
    error = spread / float(np.sqrt(time @ time)) * float(np.sqrt((1 + alike) / (1 - alike)))
    return slope * (count - 1), slope / error


def ljung_box(errors: Reals, lags: int) -> tuple[float, float]:
    """Whether errors resemble those before them: Q of the test, and how probable that is by luck.

    Q = n (n + 2) sum_k r_k^2 / (n - k), chi-squared with as many degrees of freedom as there are
    lags (Ljung & Box 1978, On a measure of lack of fit in time series models).

    Example:
        >>> ljung_box(np.tile([1.0, -1.0], 20), 5)[1] < 1e-9
        True
    """
    from scipy.special import chdtrc  # not above: it takes a moment to import

    count, correlations = len(errors), autocorrelation(errors, lags)[1:]
    q = count * (count + 2) * float((correlations**2 / (count - np.arange(1, lags + 1))).sum())
    return q, float(chdtrc(lags, q))
