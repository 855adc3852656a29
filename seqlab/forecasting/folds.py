"""Walk-forward: the same series as it was on earlier days."""

from __future__ import annotations

from dataclasses import dataclass

from seqlab.data.dataset import DataError, Dataset
from seqlab.experiment import Data, Experiment, ExperimentError
from seqlab.forecasting.forecaster import WINDOWS

FEWEST, MOST = 2, 20  # folds
USUAL_STEPS = 24


@dataclass(frozen=True)
class Fold:
    """One day of the past.

    Attributes:
        number: from 1, the earliest first.
        end: the rows that are known on that day.
        steps: how many of the rows behind them are forecast.
    """

    number: int
    end: int
    steps: int


def folds(rows: int, count: int, steps: int) -> list[Fold]:
    """The last stretches of a series, side by side, one for each fold.

    Args:
        rows: of the series.
        count: of the folds.
        steps: rows that are forecast in each.

    Example:
        >>> [fold.end for fold in folds(100, 3, 10)]
        [70, 80, 90]
    """
    return [Fold(i + 1, rows - (count - i) * steps, steps) for i in range(count)]


def planned_folds(
    dataset: Dataset, data: Data, count: int = 5, steps: int | None = None
) -> list[Fold]:
    """The days of a walk-forward.

    Args:
        dataset: the whole series.
        data: how it is cut.
        count: of the folds, 2 to 20.
        steps: rows that are forecast in each; `usual_steps` by default.

    Raises:
        DataError: if the data are no single series of values.
        ExperimentError: if a number is out of range.
    """
    check_folds(dataset, count)
    wanted = usual_steps(dataset, data, count) if steps is None else steps
    most = most_steps(dataset, count)
    if isinstance(wanted, bool) or int(wanted) != wanted or not 1 <= wanted <= most:
        raise ExperimentError(
            [
                "Received an invalid value for argument `steps`, expected an integer from 1 to "
                f"{most:,}, got {wanted}."
            ]
        )
    return folds(dataset.stretches[0].end, count, wanted)


def walk_problem(dataset: Dataset) -> str:
    """Why there is nothing to walk through; empty where there is: for the values of one series."""
    if dataset.goal.kind != "value":
        reason = "the target is no number"
    elif not dataset.stretches:
        reason = "these sequences have no common order in time"
    elif len(dataset.stretches) > 1:
        reason = f"there are {len(dataset.stretches):,} series here"
    else:
        return ""
    return f"Walk-forward is for the values of one series: {reason}."


def check_folds(dataset: Dataset, count: int) -> None:
    """Raises `ExperimentError` or `DataError` where there is nothing to walk through."""
    if isinstance(count, bool) or int(count) != count or not FEWEST <= count <= MOST:
        raise ExperimentError(
            [
                "Received an invalid value for argument `folds`, expected an integer from "
                f"{FEWEST} to {MOST}, got {count}."
            ]
        )
    if problem := walk_problem(dataset):
        raise DataError(problem)


def most_steps(dataset: Dataset, count: int) -> int:
    """The most rows that a fold may forecast: half of the series lies before the first day."""
    room = dataset.stretches[0].end // (2 * count)
    return max(1, min(WINDOWS * dataset.timesteps, room))


def usual_steps(dataset: Dataset, data: Data, count: int) -> int:
    """How many rows each fold forecasts if nobody says it: a window, at most 24.

    Args:
        dataset: the windows of the series.
        data: lead time, and rows that are forecast at once.
        count: of the folds.
    """
    wanted = max(data.horizon + data.steps - 1, min(USUAL_STEPS, dataset.timesteps))
    return min(wanted, most_steps(dataset, count))


def on_day(experiment: Experiment, day: Fold) -> Experiment:
    """The experiment as it would have been made on that day: it knows no later row.

    Example:
        >>> on_day(Experiment(), Fold(1, 200, 22)).data.rows
        200
    """
    data = experiment.data.model_copy(update={"rows": day.end})
    return experiment.model_copy(update={"data": data})
