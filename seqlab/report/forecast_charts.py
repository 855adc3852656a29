"""A forecast and a walk-forward behind as much of their series as is worth seeing."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from seqlab.data.dataset import Dataset
from seqlab.figures import future as future_figures
from seqlab.figures import walk_forward as folds_figures
from seqlab.forecasting.future import Future
from seqlab.forecasting.walk_forward import Backtest

PAST = 3  # times as many rows of the series as of a forecast are drawn
FEWEST = 60  # rows of the series in front, at least


def future_chart(dataset: Dataset, future: Future, series: str | None) -> go.Figure:
    """The rows that come, behind the series that they continue.

    Args:
        dataset: the series, of values.
        future: the forecast.
        series: which of several series; `None` for the only one.
    """
    assert dataset.values is not None
    assert dataset.labels is not None
    table = future.table if series is None else future.table[future.table["series"] == series]
    stretch = next(one for one in dataset.stretches if series in (None, one.name))
    times = table["time"].to_numpy()
    first = max(stretch.first, stretch.end - max(PAST * future.steps, FEWEST))
    rows = np.arange(first, stretch.end)
    rows = rows[~np.isin(dataset.labels[rows], times)]  # those without a target
    forecast, low, high = (table[column].to_numpy() for column in ("forecast", "low", "high"))
    labels, known = dataset.labels[rows], dataset.values[rows, 0]
    return future_figures.future(
        labels, known, times, forecast, low, high, dataset.target, future.level
    )


def folds_chart(dataset: Dataset, found: Backtest, level: float) -> go.Figure:
    """The folds of a walk-forward and the best rule, with the series before and behind them.

    Args:
        dataset: the whole series.
        found: what the folds forecast.
        level: of their bands.
    """
    assert dataset.values is not None
    assert dataset.labels is not None
    first = int(np.flatnonzero(dataset.labels == found["time"].iloc[0])[0])
    rows = slice(max(0, first - max(FEWEST, len(found) // 2)), None)
    return folds_figures.folds(
        dataset.labels[rows], dataset.values[rows, 0], found, found.baseline, dataset.target, level
    )
