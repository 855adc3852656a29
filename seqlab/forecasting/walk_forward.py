"""What a walk-forward found: what each fold forecast, beside rules, and all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from seqlab.data.dataset import DataError, Dataset
from seqlab.data.seasons import bridged
from seqlab.forecasting import scores
from seqlab.forecasting.folds import Fold
from seqlab.forecasting.forecaster import Trained, end_of, later_values, newest_network
from seqlab.forecasting.future import look_ahead
from seqlab.forecasting.rules import naive_error, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Backtest(pd.DataFrame):
    """What a walk-forward found: a row for each value that was forecast.

    Columns fold, time, step, truth, forecast, low, high, and one for each rule. A truth that is
    missing in the series is NaN and counts nowhere.

    Attributes:
        coverage: the share of truths inside their bands; NaN without a band.
        rmse: of the network over all folds and steps.
        baseline_rmse: of the best rule, whose name is `baseline`.
        by_step: a row for each method and step of the horizon: n, rmse, mae, mase, spread.
        by_fold: likewise for each fold.
        words: a verdict.
        each: of several targets, by name; then the errors above are NaN, for each target has units
            of its own. Empty for a single one.

    Example:
        >>> tested = Backtest({"fold": [1], "truth": [2.0], "forecast": [3.0]})
        >>> tested.rmse = 1.0
        >>> len(tested), tested.rmse
        (1, 1.0)
    """

    _metadata: ClassVar[list[str]] = [
        "coverage",
        "rmse",
        "baseline_rmse",
        "baseline",
        "by_step",
        "by_fold",
        "words",
        "each",
    ]
    coverage: float
    rmse: float
    baseline_rmse: float
    baseline: str
    by_step: pd.DataFrame
    by_fold: pd.DataFrame
    words: str
    each: Mapping[str, Backtest]

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame


def forecast_fold(result: Trained, dataset: Dataset, day: Fold, level: float) -> pd.DataFrame:
    """What a network that was trained on that day forecast, beside the rules and what came.

    Args:
        result: trained on the rows before that day; the weights are those of its newest epoch.
        dataset: the whole series; of several targets one (`Dataset.only`).
        day: when, and how many rows.
        level: of the band.
    """
    assert dataset.values is not None
    assert dataset.labels is not None
    then = result.dataset.only(dataset.target)
    assert then.values is not None
    steps = day.steps
    rows = np.arange(day.end, day.end + steps)
    truth = dataset.values[rows, 0].copy()
    if dataset.gaps is not None:
        truth[dataset.gaps[rows, 0]] = np.nan
    stretch, series = then.stretches[0], bridged(then.values[:, 0])
    by_rule = rules(series, stretch.unseen, then.timesteps, then.season, steps, then.transform)
    network = newest_network(result)
    # Where the last known rows have no value, they are forecast as well: they come first.
    empty = stretch.end - end_of(then, stretch)
    known = later_values(dataset, day.end - empty, steps + empty)
    ahead = look_ahead(result.experiment, then, network, steps + empty, level, known=known)
    future = ahead.table
    late = {name: future[name].to_numpy()[empty:] for name in ("forecast", "low", "high")}
    frame = pd.DataFrame(
        {"fold": day.number, "time": dataset.labels[rows], "step": rows - day.end + 1}
    )
    scale = naive_error(series[: stretch.unseen], then.season)
    return frame.assign(truth=truth, **late, **by_rule, scale=scale)


def summed_up(parts: Sequence[pd.DataFrame], target: str, diverged: Sequence[int] = ()) -> Backtest:
    """Folds together, with their errors and a verdict.

    Args:
        parts: of each fold, from `forecast_fold`.
        target: what is forecast.
        diverged: the numbers of the folds whose training diverged.

    Raises:
        DataError: if none of the values is known that were to be forecast.
    """
    whole = pd.concat(parts, ignore_index=True)
    plain = ("fold", "time", "step", "truth", "forecast", "low", "high", "scale")
    methods = {scores.NETWORK: "forecast"} | {
        str(name): str(name) for name in whole.columns if name not in plain
    }
    errors = pd.concat(
        [
            pd.DataFrame(
                {
                    "method": method,
                    "fold": whole["fold"],
                    "step": whole["step"],
                    "error": whole["truth"] - whole[column],
                    "scale": whole["scale"],
                }
            )
            for method, column in methods.items()
        ],
        ignore_index=True,
    ).dropna(subset=["error"])
    if not (errors["method"] == scores.NETWORK).any():
        raise DataError("None of the values that were to be forecast is known in the series.")
    total = scores.overall(errors)
    own = total.pop(scores.NETWORK)
    backtest: Any = Backtest(whole.drop(columns="scale"))
    backtest.coverage = float(held(whole).mean())
    backtest.rmse = own
    backtest.baseline, backtest.baseline_rmse = next(iter(total.items()))
    backtest.by_step = scores.scores(errors, "step")
    backtest.by_fold = scores.scores(errors, "fold")
    backtest.each = {}
    backtest.words = scores.verdict(errors, target)
    if diverged:
        which = "fold " if len(diverged) == 1 else "folds "
        which += ", ".join(map(str, diverged))
        backtest.words += f" Training diverged in {which}: the last finite weights forecast there."
    return backtest


def held(forecasts: pd.DataFrame) -> pd.Series:
    """Of the rows with a band and a known truth, whether the band held it.

    Args:
        forecasts: columns truth, low, high.

    Returns:
        By the index of those rows.

    Example:
        >>> held(pd.DataFrame({"truth": [2.0, 5.0, None], "low": 1.0, "high": 3.0})).tolist()
        [True, False]
    """
    known = forecasts[forecasts["truth"].notna() & forecasts["low"].notna()]
    return known["truth"].between(known["low"], known["high"])


def of_all(each: Mapping[str, Backtest]) -> Backtest:
    """The walk-forwards of several targets below each other; the only one itself.

    Args:
        each: by target.
    """
    if len(each) == 1:
        return next(iter(each.values()))

    def below(name: str | None = None) -> pd.DataFrame:
        frames = {
            target: one if name is None else getattr(one, name) for target, one in each.items()
        }
        return pd.concat([frame.assign(target=target) for target, frame in frames.items()])

    whole: Any = Backtest(below().reset_index(drop=True))
    whole.coverage = float(held(whole).mean())
    whole.rmse = whole.baseline_rmse = float("nan")
    whole.baseline = ""
    whole.by_step, whole.by_fold = below("by_step"), below("by_fold")
    whole.words = " ".join(one.words for one in each.values())
    whole.each = dict(each)
    return whole


def by_target(each: Mapping[str, Backtest]) -> pd.DataFrame:
    """What a walk-forward of several targets came to, a row a target, in its own units.

    Args:
        each: by target.

    Returns:
        Columns target, RMSE, best rule, RMSE of the rule, network / rule, and "in the band", the
        share of values that their bands held.
    """
    return pd.DataFrame(
        {
            "target": name,
            "RMSE": one.rmse,
            "best rule": one.baseline,
            "RMSE of the rule": one.baseline_rmse,
            "network / rule": one.rmse / one.baseline_rmse if one.baseline_rmse else float("nan"),
            "in the band": one.coverage,
        }
        for name, one in each.items()
    )
