"""`seqlab.backtest`: trained anew on each of several earlier days, in this process."""

from __future__ import annotations

import pandas as pd
from tqdm.auto import tqdm

from seqlab.data.load import load
from seqlab.data.upload import Table
from seqlab.experiment import Experiment
from seqlab.forecasting.conformal import check_level
from seqlab.forecasting.folds import on_day, planned_folds
from seqlab.forecasting.walk_forward import Backtest, forecast_fold, of_all, summed_up


def backtest(
    experiment: Experiment,
    table: Table | None = None,
    folds: int = 5,
    level: float = 0.9,
    steps: int | None = None,
    progress: bool = True,
) -> Backtest:
    """Trains the network anew on each of several earlier days, and forecasts what came next.

    On each day only the rows before it are known: split, scaling, season, weights and bands come
    from them. The last stretches of the series are forecast one after the other, beside
    persistence, the seasonal naive forecast and a linear autoregression.

    Args:
        experiment: what is trained, on values of one series.
        table: the uploaded table, for the source "upload".
        folds: how many days, 2 to 20.
        level: of the bands.
        steps: rows that are forecast in each fold; by default a window, at most 24, and so many
            that half of the series lies before the first day.
        progress: shows a bar.

    Returns:
        A DataFrame with `.coverage`, `.rmse`, `.baseline_rmse`, `.by_step`, `.by_fold`, `.words`.
        Of several targets one below the other, with a column target; what each came to is in
        `.each`, by name.

    Raises:
        DataError: if the data are no single series of values, or too few rows are left.
        ExperimentError: if an argument is out of range.

    Example:
        >>> from seqlab.experiment import Data, Training
        >>> e = Experiment(data=Data(window=11), training=Training(epochs=1))
        >>> tested = backtest(e, folds=2, steps=5, progress=False)
        >>> len(tested), sorted(tested["fold"].unique().tolist()), int(tested["time"].iloc[-1])
        (10, [1, 2], 2008)
    """
    from seqlab.training.train import train  # Keras, and only here

    check_level(level)
    dataset = load(experiment, table)
    days = planned_folds(dataset, experiment.data, folds, steps)
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in dataset.targets}
    diverged = []
    for day in tqdm(days, unit="fold", disable=not progress):
        then = on_day(experiment, day)
        result = train(then, load(then, table))
        for one in dataset.views:
            parts[one.target].append(forecast_fold(result, one, day, level))
        if result.status == "diverged":
            diverged.append(day.number)
    return of_all({name: summed_up(own, name, diverged) for name, own in parts.items()})
