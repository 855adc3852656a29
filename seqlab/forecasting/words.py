"""What a forecast and its bands say, in sentences."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.describe import time
from seqlab.forecasting.conformal import Coverage
from seqlab.forecasting.forecaster import carried_columns
from seqlab.forecasting.future import Future
from seqlab.forecasting.scores import NETWORK
from seqlab.forecasting.walk_forward import Backtest, held

FAR = 0.05  # from the level, and more than luck: then a band does not hold what it promises


def about_future(future: Future, series: str | None = None) -> str:
    """When, how far and within what the values lie; of one series where there are several."""
    table = future.table
    if series is not None:
        table = table[table["series"] == series]
    first, last = table.iloc[0], table.iloc[-1]
    times = [time(moment) for moment in table["time"].to_numpy()[[0, -1]]]
    when = times[0] if len(table) == 1 else f"{times[0]} to {times[1]}"
    rows = "The next row" if len(table) == 1 else f"The next {len(table):,} rows"
    whose = f" of {series}" if series is not None else ""
    if "probability" in table:
        return (
            f"{rows}{whose}, {when}: {first['target']} is {first['forecast']} with a probability "
            f"of {first['probability']:.0%}."
        )
    text = f"{rows}{whose}, {when}: {first['target']} {first['forecast']:.4g}"
    if np.isfinite(first["low"]):
        text += f" ({first['low']:.4g} to {first['high']:.4g})"
    if len(table) > 1:
        text += f" first, {last['forecast']:.4g}"
        if np.isfinite(last["low"]):
            text += f" ({last['low']:.4g} to {last['high']:.4g})"
        text += " at the end"
    return f"{text}."


def about_way(future: Future) -> str:
    """Which rows are forecast directly, and which by a network that reads its own forecasts."""
    direct, steps = future.direct, future.steps
    if direct >= steps:
        return "The network answers for all of these rows from known values alone."
    if direct == 1:
        return "The network forecasts one row, and reads its own forecasts from the second on."
    return (
        f"The first {direct:,} rows are forecast from known values alone; behind them the network "
        "reads its own forecasts."
    )


def about_carried(future: Future) -> str:
    """How columns go on that the network reads and does not forecast; "" without one."""
    if not future.carried or future.direct >= future.steps:
        return ""
    by_rule: dict[str, list[str]] = {}
    for name, rule in future.carried.items():
        by_rule.setdefault(rule, []).append(name)
    parts = [f"{', '.join(names)}: {rule}" for rule, names in by_rule.items()]
    return f"Columns that it reads and does not forecast go on so: {'; '.join(parts)}."


def about_given(dataset: Dataset) -> str:
    """For which forecasts a value counts that somebody gives for a row that comes."""
    carried = {*carried_columns(dataset)}
    ahead = dict.fromkeys(base for base, _ in dataset.ahead.values() if base in carried)
    if ahead.keys() >= carried:
        return "A value counts for the forecast of its own row, which the network reads ahead."
    behind = (
        "A value counts for the forecasts behind its own row: the network reads rows before the "
        "one that it forecasts, and not that row itself."
    )
    return f"{behind} But {', '.join(ahead)}: read ahead, for its own row." if ahead else behind


def about_coverage(coverage: Coverage, steps: int) -> str:
    """How often the band held, and whether that is what it promises; "" without a measurement.

    Example:
        >>> about_coverage(Coverage(62, 57, 62, 0.9), 1)[:51]
        'On 62 earlier forecasts the 90 % band held 57 (92 %'
    """
    if not coverage.forecasts:
        return ""
    what = f"{coverage.forecasts:,} earlier forecasts"
    if steps > 1:
        what += (
            f" (1 to {steps:,} rows ahead from {coverage.origins:,} earlier rows, where the truth "
            "and enough errors before it are known)"
        )
    text = (
        f"On {what} the {100 * coverage.level:.0f} % band held {coverage.inside:,} "
        f"({100 * coverage.share:.0f} %)"
    )
    short = coverage.level - coverage.share
    luck = _luck(coverage.level, coverage.origins)
    if short > max(FAR, luck):
        return (
            f"{text}: less often than promised. Errors were larger than those that bands "
            "were drawn from, so expect the future to leave the band more often, too."
        )
    if short < -max(FAR, luck):
        return f"{text}: more often than promised, the band is rather wide."
    if round(100 * coverage.share) == round(100 * coverage.level):
        return f"{text}: as promised."
    if abs(short) <= FAR:
        return f"{text}: about as promised."
    return f"{text}: chance may do that where so few rows are forecast from."


def _luck(level: float, origins: int) -> float:
    """How far chance may take a coverage from its level: two standard deviations.

    Forecasts from one row resemble each other, so that only the rows that they start from count.
    """
    return 2 * math.sqrt(level * (1 - level) / origins)


def about_sign(future: Future, known: NDArray[np.float64]) -> str:
    """Whether a forecast falls below 0 where the series never did; else "".

    Args:
        future: the forecast.
        known: (rows,) the known values of its target.
    """
    table = future.table
    if "low" not in table or not np.isfinite(known).any() or np.nanmin(known) < 0:
        return ""
    if not (table[["forecast", "low"]].to_numpy(np.float64) < 0).any():
        return ""
    return (
        f"No known value of {table['target'].iloc[0]} is below 0; network and band do not know "
        "that. Trained on its logarithm (Data settings) they would."
    )


def about_answers(table: pd.DataFrame, dataset: Dataset) -> list[str]:
    """What answers to a new file came to, in sentences.

    Args:
        table: see `predict`.
        dataset: what the network was trained on.
    """
    notes = []
    if dataset.stretches:
        read = dataset.timesteps + dataset.horizon - 1
        notes.append(
            f"The first {read:,} rows of a series are only read: an answer needs so many before it."
        )
    if "truth" not in table or "answer" not in table:
        return notes
    known = table[table["truth"].notna()]
    if not len(known):
        return notes
    if dataset.goal.kind == "class":
        right = int((known["answer"].astype(str) == known["truth"].astype(str)).sum())
        return [*notes, f"{right:,} of {len(known):,} answers with a known truth are right."]
    errors = known["answer"].to_numpy(np.float64) - known["truth"].to_numpy(np.float64)
    rmse = math.sqrt(float(np.nanmean(errors**2))) if np.isfinite(errors).any() else math.nan
    text = f"RMSE {rmse:.4g} over {int(np.isfinite(errors).sum()):,} answers with a known truth."
    return [*notes, text] if math.isfinite(rmse) else notes


def about_folds(found: Backtest, planned: int, level: float) -> str:
    """How many folds there are, when they begin and end, and what their bands held.

    Args:
        found: the folds that have ended.
        planned: how many there are to be.
        level: of the bands.
    """
    there = found["fold"].nunique()
    count = f"{planned} folds" if there == planned else f"{there} of {planned} folds so far"
    times = [time(moment) for moment in found["time"].to_numpy()[[0, -1]]]
    steps = int(found["step"].max())
    rows = "1 row" if steps == 1 else f"{steps:,} rows"
    text = f"{count}, {rows} each, {times[0]} to {times[1]}."
    inside = held(found)
    if not len(inside):
        return f"{text} Too few earlier errors for a band of {level:.0%}."
    text += (
        f" The bands of {level:.0%} held {inside.sum():,} of {len(inside):,} values "
        f"({found.coverage:.0%})."
    )
    fold_of = found["fold"][inside.index]
    folds = fold_of.nunique()
    if level - found.coverage <= FAR or folds < 2:
        return text
    missed = sorted(fold_of[~inside].unique())
    which = f"fold {missed[0]}" if len(missed) == 1 else f"folds {', '.join(map(str, missed))}"
    text += f" The others lie in {which} of {folds}"
    if level - found.coverage <= _luck(level, folds):
        return (
            f"{text}: values of one fold miss together, so that {folds} folds do not tell this "
            f"from {level:.0%}."
        )
    return f"{text}: less often than promised, by more than chance does to {folds} folds."


def about_errors(by_step: pd.DataFrame, measure: str) -> str:
    """The errors of the network at both ends of the horizon, beside the best rule there.

    Args:
        by_step: see `Backtest.by_step`.
        measure: "rmse", "mae" or "mase".
    """
    parts = []
    for step in dict.fromkeys([by_step["step"].min(), by_step["step"].max()]):
        own = by_step[by_step["step"] == step].set_index("method")[measure]
        rules = own.drop(NETWORK, errors="ignore")
        if NETWORK in own and len(rules):
            ahead = "1 row" if step == 1 else f"{step} rows"
            best = f"{rules.idxmin()} {rules.min():.4g}"
            parts.append(f"{own[NETWORK]:.4g} at {ahead} ahead ({best})")
    text = f"{measure.upper()} of the network: {', '.join(parts)}."
    if by_step["n"].max() > 1:
        which = "scaled errors" if measure == "mase" else "absolute errors"
        text += f" Strokes: the standard deviation of its {which} over the folds."
    if measure == "mase":
        text += " Below 1 it errs less than a naive forecast does one season ahead in the training."
    return text
