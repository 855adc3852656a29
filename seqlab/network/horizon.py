"""How the error of a forecast grows with its distance: at once, or running free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.data import autoregression, baselines
from seqlab.data.dataset import Dataset
from seqlab.data.running import Reader, running
from seqlab.data.windows import NO_SEASON
from seqlab.experiment import Experiment
from seqlab.lens.generate import quick_predict
from seqlab.lens.stack import LensError, Stack

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]
FREE_RUN = (
    "Only a network that reads one series and forecasts its very next value can read its own "
    "forecasts."
)
MOST_WINDOWS = 200  # that a free run begins from
FEWEST_WINDOWS = 10  # that the longest run offered begins from
MOST_WORK = 25 * 10**9  # multiplications of a free run: some 2.5 s
OVERHEAD = 200_000  # multiplications in the time in which NumPy is asked for one step of a layer
MOST_NUMBERS = 3 * 10**7  # that gates and states of all windows may hold at once


@dataclass(frozen=True, eq=False)
class Horizon:
    """Forecasts of some steps, each from a window of the validation part, in original units.

    Attributes:
        forecast: (n, steps), what the network says.
        truth: (n, steps).
        rows: (n,), the row of the series that each forecast begins with.
        rules: the forecasts of rules without a network by name, each (n, steps).
        windows: how many windows of the validation part have so many steps behind them.
    """

    forecast: Reals
    truth: Reals
    rows: NDArray[np.int64]
    rules: dict[str, Reals]
    windows: int

    @property
    def steps(self) -> int:
        """How far the forecasts go."""
        return self.forecast.shape[1]

    @property
    def errors(self) -> Reals:
        """RMSE of the network by step, (steps,)."""
        return _by_step(self.forecast, self.truth)

    @property
    def rule_errors(self) -> dict[str, Reals]:
        """RMSE of the rules by step, each (steps,)."""
        return {name: _by_step(values, self.truth) for name, values in self.rules.items()}


def runs_free(experiment: Experiment, dataset: Dataset) -> bool:
    """Whether a network reads nothing but the series whose next value it forecasts."""
    frame = dataset.frame
    return (
        (frame.kind, frame.at, frame.features, frame.outputs) == ("value", "end", 1, 1)
        and not frame.vocabulary
        and experiment.data.horizon == 1
        and dataset.values is not None
        and dataset.starts is not None
        and dataset.splits is not None
        and dataset.names == (dataset.target,)
        and bool(np.isfinite(dataset.values[:, 0]).all())
    )


def longest_run(dataset: Dataset) -> int:
    """How many steps the validation part has, at most, to compare a free run with."""
    return 0 if dataset.splits is None else int(dataset.splits[1] - dataset.splits[0])


def furthest(dataset: Dataset, network: Stack) -> int:
    """How many steps a free run may have without a long wait; at least one."""
    each, beside, _ = _work(dataset, network)
    return max(1, int(MOST_WORK // (FEWEST_WINDOWS * each + beside)))


def affordable(dataset: Dataset, network: Stack, steps: int, work: float | None = None) -> int:
    """From how many windows a run of so many steps may begin without a long wait; at least one.

    Args:
        dataset: whose windows.
        network: that reads them.
        steps: how often it reads.
        work: how many multiplications it may take; `MOST_WORK` by default.
    """
    each, beside, held = _work(dataset, network)
    quick = ((work or MOST_WORK) / steps - beside) // each
    small = MOST_NUMBERS // held
    return max(1, int(min(quick, small)))


def _work(dataset: Dataset, network: Stack) -> tuple[int, int, int]:
    """What one step of a free run costs, which is a pass through the whole window.

    Returns:
        Multiplications for each window, the same for all of them together, and the numbers that
        are held for each window.
    """
    arrays, layers = network.arrays, len(network.layers)
    # At each timestep every weight is used once; the last axis is what comes of it.
    return (
        dataset.timesteps * sum(array.size for array in arrays),
        dataset.timesteps * layers * OVERHEAD,
        dataset.timesteps * sum(array.shape[-1] for array in arrays),
    )


def running_free(experiment: Experiment, dataset: Dataset, network: Stack, steps: int) -> Horizon:
    """The network goes on with its own forecasts, from windows whose next steps are known.

    It begins from as many windows as can be worked out without a long wait, evenly spread.

    Args:
        experiment: see `runs_free`.
        dataset: its data.
        network: its weights.
        steps: how far to go, at most `longest_run` and `furthest`.

    Raises:
        LensError: if the network cannot run free, or the validation part is too short.
    """
    if not runs_free(experiment, dataset):
        raise LensError(FREE_RUN)
    assert dataset.values is not None  # see `runs_free`
    assert dataset.starts is not None
    assert dataset.splits is not None
    series, end = dataset.values[:, 0], dataset.splits[1]
    first = dataset.starts[dataset.validation] + dataset.timesteps  # the row to begin with
    chosen = dataset.validation[first + steps <= end]
    if not len(chosen):
        raise LensError(f"The validation part has fewer than {steps} steps to compare with.")
    possible = len(chosen)
    count = min(possible, affordable(dataset, network, steps), MOST_WINDOWS)
    chosen = chosen[np.linspace(0, possible - 1, count).astype(int)]
    rows = dataset.starts[chosen] + dataset.timesteps
    forecasts = _running(dataset, lambda x: quick_predict(network, x), chosen, steps)
    goals = rows[:, np.newaxis] + np.arange(steps)
    rules = _rules(dataset, goals, chosen)
    return Horizon(forecasts, series[goals], rows, rules, possible)


def _running(dataset: Dataset, reader: Reader, chosen: Indices, steps: int) -> Reals:
    """What follows these windows if each forecast is read in turn, (n, steps)."""
    assert dataset.values is not None
    assert dataset.starts is not None
    change, window = dataset.transform.of(0), dataset.timesteps
    back = dataset.starts[chosen, np.newaxis] + np.arange(-change.reach, window)
    known, scaling = dataset.values[back, 0], dataset.input_scaling
    return running(reader, scaling, change, known, window, steps, dataset.target_scaling)


def _rules(dataset: Dataset, goals: Indices, chosen: Indices) -> dict[str, Reals]:
    """What rules without a network forecast from the same windows, each (n, steps), best first.

    Args:
        dataset: with one series.
        goals: (n, steps), rows of the series.
        chosen: (n,), the windows that they are forecast from.
    """
    assert dataset.values is not None
    assert dataset.splits is not None
    series, steps = dataset.values[:, 0], goals.shape[1]
    scaling, known = dataset.target_scaling_of(chosen), dataset.splits[0]
    season = dataset.season or NO_SEASON
    rules = baselines.for_series(series, goals, 1, known, scaling, season)
    forecasts = {
        name: rule.prediction for name, rule in rules.items() if rule.prediction is not None
    }
    regression = autoregression.fitted(dataset.x, dataset.y, dataset.train)
    if regression is not None:
        forecasts["linear autoregression"] = _running(dataset, regression, chosen, steps)
    errors = {
        name: np.nanmean(np.square(values - series[goals])) for name, values in forecasts.items()
    }
    return {name: forecasts[name] for name in sorted(forecasts, key=lambda name: errors[name])}


def at_once(dataset: Dataset, prediction: NDArray[np.floating]) -> Horizon:
    """A forecast of several steps at once, with the rules of the data beside it.

    Args:
        dataset: of values, several for each sequence.
        prediction: for the validation part, scaled, (n, steps).
    """
    part = dataset.validation
    starts = part if dataset.starts is None else dataset.starts[part]
    return Horizon(
        dataset.target_scaling_of(part).invert(prediction),
        dataset.truth(part),
        starts + dataset.timesteps + dataset.horizon - 1,
        {
            name: rule.prediction
            for name, rule in sorted(dataset.baselines.items(), key=lambda item: item[1].rmse)
            if rule.prediction is not None
        },
        len(part),
    )


def _by_step(forecast: Reals, truth: Reals) -> Reals:
    return np.sqrt(np.nanmean(np.square(forecast - truth), axis=0))
