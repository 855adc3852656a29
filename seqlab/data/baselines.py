"""What rules without a network reach: forecasts of a series, guesses of a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from seqlab.data.autoregression import fitted
from seqlab.data.dataset import Baseline, Dataset, Floats, Goal, rmse
from seqlab.data.scaling import Scaling
from seqlab.data.seasons import find_period
from seqlab.data.sequence_baselines import majority

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]


def forecast(prediction: Reals, truth: Reals, scaling: Scaling, rule: str) -> Baseline:
    """The errors of a forecast.

    Args:
        prediction: (n, outputs), in original units.
        truth: (n, outputs); where it is NaN (a gap) it is passed over.
        scaling: one for all, or one for each target.
        rule: how the prediction is made, in words.
    """
    known = np.isfinite(truth) & np.isfinite(prediction)
    if not known.any():
        return Baseline(float("nan"), float("nan"), rule, prediction)
    error = rmse(prediction[known], truth[known])
    if scaling.scale.size == 1 and scaling.logarithm == "none":
        return Baseline((error / float(scaling.scale[0])) ** 2, error, rule, prediction)
    squares = np.square(scaling.apply(prediction) - scaling.apply(truth))
    return Baseline(float(squares[known].mean()), error, rule, prediction)


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
    rules = {
        "persistence": forecast(last, truth, scaling, "the last known value is the forecast"),
    }
    season = period or find_period(series[:known])
    if season > 1:  # with a season of one row it is persistence
        back = same_season(goals, origin, season)
        if back.min() >= 0:
            rules["seasonal naive"] = forecast(
                series[back], truth, scaling, f"the value {season} rows earlier is the forecast"
            )
    start = series[:known][np.isfinite(series[:known])]
    if len(start):
        slope = (series[origin] - start[0]) / np.maximum(origin, 1)
        rules["drift"] = forecast(
            series[origin] + slope * ahead,
            truth,
            scaling,
            "the line from the first row to the last known one goes on",
        )
        mean = np.full(goals.shape, start.mean())
        rules["mean"] = forecast(mean, truth, scaling, "always the mean of the training part")
    return rules


def same_season(goals: Indices, origin: Indices | int, season: int) -> Indices:
    """The newest row of the same season that is known at the origin, for each row to forecast.

    Args:
        goals: the rows to forecast.
        origin: the last known row of each, in a shape that fits.
        season: in rows.

    Example:
        >>> same_season(np.arange(10, 15), 9, 3).tolist()
        [7, 8, 9, 7, 8]
    """
    return goals - season * -(-(goals - origin) // season)


def linear(
    x: Floats, y: Floats, train: Indices, validation: Indices, scaling: Scaling
) -> Baseline | None:
    """What the linear autoregression of `fitted` reaches.

    Args:
        x, y, train: as for `fitted`.
        validation: (n,) indices.
        scaling: of the target, one for all or one for each of the validation part.
    """
    regression = fitted(x, y, train)
    if regression is None:
        return None
    prediction = scaling.invert(regression(x[validation]))
    whole = regression.steps == x.shape[1]
    window = "the window" if whole else f"the window's last {regression.steps} steps"
    rule = f"fitted to {window} by least squares"
    return forecast(prediction, scaling.invert(y[validation]), scaling, rule)


def beside(
    dataset: Dataset,
    seasons: Sequence[int],
    rules_of: Callable[[Dataset, Scaling], dict[str, Baseline]],
) -> Dataset:
    """A dataset of values with what rules reach for each of its targets.

    Args:
        dataset: without baselines.
        seasons: of each target, in rows.
        rules_of: what rules reach for the validation part of one target, with its scaling; the
            linear autoregression is added to that.
    """
    own = dict(zip(dataset.targets, seasons, strict=True))
    dataset = replace(dataset, season=seasons[0], seasons=own if dataset.further else {})
    of_target = {}
    for one in dataset.views:
        scaling = one.target_scaling_of(one.validation)
        rules = rules_of(one, scaling)
        regression = linear(one.x, one.y, one.train, one.validation, scaling)
        if regression is not None:
            rules["linear autoregression"] = regression
        of_target[one.target] = rules
    return judged(dataset, of_target)


def judged(dataset: Dataset, rules: Mapping[str, Mapping[str, Baseline]]) -> Dataset:
    """A dataset with its baselines.

    Args:
        dataset: of one target or several.
        rules: what rules reach, by target and by name.
    """
    if not dataset.further:
        return replace(dataset, baselines=dict(rules[dataset.target]))
    return replace(dataset, baselines=of_all(rules), rules=rules)


def of_all(rules: Mapping[str, Mapping[str, Baseline]]) -> dict[str, Baseline]:
    """Rules for several targets at once: the loss is the mean of those of each, as for a network.

    Args:
        rules: by target, and by name.

    Returns:
        Those that there are for each target, and the best one of each: the one to beat. An RMSE
        they have not: targets have units of their own.
    """
    nan, first = float("nan"), next(iter(rules.values()))
    shared = [name for name in first if all(name in own for own in rules.values())]
    together = {}
    for name in shared:
        loss = float(np.mean([own[name].loss for own in rules.values()]))
        together[name] = Baseline(loss, nan, first[name].rule, None)
    best = {
        target: min(own, key=lambda name: np.nan_to_num(own[name].loss, nan=np.inf))
        for target, own in rules.items()
    }
    if len({*best.values()}) > 1:
        words = ", ".join(f"{name} for {target}" for target, name in best.items())
        loss = float(np.mean([rules[target][name].loss for target, name in best.items()]))
        together["the best rule of each target"] = Baseline(loss, nan, words, None)
    return together


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
    """A line by a formula, for classes.

    Args:
        loss: what the formula gives.
        rule: how, in words.
        accuracy: the share of answers that are right by chance, 0 to 1.
    """
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
