"""What rules without a network forecast from one row: the ones that a network has to beat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data import autoregression, baselines
from seqlab.data.running import running
from seqlab.data.scaling import Scaling
from seqlab.data.transforms import AS_IS, Transform

Reals = NDArray[np.float64]
PERSISTENCE, SEASONAL, LINEAR = "persistence", "seasonal naive", "linear autoregression"


def rules(
    series: Reals,
    seen: int,
    window: int,
    season: int,
    steps: int,
    transform: Transform = AS_IS,
) -> dict[str, Reals]:
    """The next values of a series by each rule, (steps,) each.

    Persistence and the seasonal naive forecast are those of Hyndman & Athanasopoulos, Forecasting:
    Principles and Practice, 3rd edition, section 5.2; the linear autoregression is fitted by least
    squares to windows of the training part, and reads its own forecasts.

    Args:
        series: (rows,) the known rows, in original units, without gaps.
        seen: how many of them are the training part.
        window: how many rows the autoregression reads.
        season: in rows; below 2 for none.
        steps: how many values.
        transform: how the target is learned; by the autoregression as well.

    Example:
        >>> found = rules(np.tile([1.0, 2.0, 4.0], 20), 48, 4, 3, 3)
        >>> {name: values.round(3).tolist() for name, values in found.items()}
        ... # doctest: +NORMALIZE_WHITESPACE
        {'persistence': [4.0, 4.0, 4.0], 'seasonal naive': [1.0, 2.0, 4.0],
         'linear autoregression': [1.0, 2.0, 4.0]}
    """
    forecasts = {PERSISTENCE: np.full(steps, series[-1])}
    if 1 < season <= len(series):
        goals = len(series) + np.arange(steps)
        forecasts[SEASONAL] = series[baselines.same_season(goals, len(series) - 1, season)]
    change = transform.of(0)
    learned = change.forward(series[:, np.newaxis])
    scaling = Scaling.fit(learned[:seen])
    x = scaling.apply(learned[change.reach : seen]).astype(np.float32)
    if len(x) > window + 1:
        windows = np.lib.stride_tricks.sliding_window_view(x[:, 0], window + 1)
        pairs = windows[:, :-1, np.newaxis], windows[:, -1:]
        regression = autoregression.fitted(*pairs, np.arange(len(windows)))
        if regression is not None:
            known = series[np.newaxis]
            forecasts[LINEAR] = running(regression, scaling, change, known, window, steps)[0]
    return forecasts


def naive_error(series: Reals, season: int) -> float:
    """The mean absolute error of the seasonal naive forecast inside a series: the unit of MASE.

    Hyndman & Koehler 2006, Another look at measures of forecast accuracy; without a season that of
    persistence. NaN for a series that never changes.
    """
    back = season if 1 < season < len(series) else 1
    error = float(np.abs(series[back:] - series[:-back]).mean()) if len(series) > back else 0.0
    return error or float("nan")
