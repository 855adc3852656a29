"""`seqlab.forecast`: the rows behind the last one, with bands and their measured coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import calendar_columns
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.transforms import from_level, to_level
from seqlab.experiment import Experiment, ExperimentError
from seqlab.forecasting.carry import Carry, check_carry
from seqlab.forecasting.conformal import Coverage, check_level, fewest, half_widths, measured
from seqlab.forecasting.forecaster import (
    WINDOWS,
    Forecaster,
    Row,
    Trained,
    carried_columns,
    forecaster,
    newest_network,
)
from seqlab.forecasting.times import Clock, continued
from seqlab.inspection.networks import output_of
from seqlab.lens.stack import Stack
from seqlab.network.horizon import FEWEST_WINDOWS, affordable

Reals = NDArray[np.float64]
MOST_ORIGINS = 1000  # whose errors make the bands
MOST_WORK = 8 * 10**9  # multiplications: below a second
MOST_ROWS = 200_000  # of a table for many series


@dataclass(frozen=True, eq=False)
class Future:
    """The rows that come.

    Attributes:
        table: a row each: series (where there are several), time, target, forecast, low, high (NaN
            without a band); of classes forecast and probability.
        residuals: (origins, steps) of earlier forecasts of the part that was not trained on, in
            original units: truth - forecast; NaN where the truth is not known.
        coverage: of bands on that part, each drawn from the errors before it.
        level: of the bands.
        steps: how many rows each series goes on.
        notes: what had to be assumed, in sentences.
        carried: by column that the network reads and does not forecast, how it goes on.
        direct: how many of the rows are forecast from known rows alone.
    """

    table: pd.DataFrame
    residuals: Reals
    coverage: Coverage
    level: float
    steps: int
    notes: tuple[str, ...]
    carried: Mapping[str, str]
    direct: int


def forecast(
    result: Trained,
    steps: int = 24,
    level: float = 0.9,
    carry: Carry | Mapping[str, Carry] = "last value",
    known: pd.DataFrame | None = None,
    stepwise: bool = False,
) -> pd.DataFrame:
    """The rows behind the last one of each series, in original units, with bands.

    Rows within the reach of the network (its lead time and `steps`) are forecast directly, those
    behind it by a network that reads its own forecasts. Bands are split conformal (see
    `seqlab.forecasting.conformal`), by step of the horizon, from the errors of forecasts of the
    validation and test part, which training has not seen; NaN where there are too few of them.

    Args:
        result: of `seqlab.train`, on a series or on several.
        steps: how many rows, at most ten windows.
        level: the share of values that a band is to hold, 0.5 to 0.99.
        carry: how columns go on that the network reads and does not forecast: with their "last
            value", or "seasonal naive"; for all of them or by column.
        known: values of such columns in the rows that come, a column each, in their order; where a
            cell is empty the value above it goes on.
        stepwise: for a network that answers for several rows at once: use only the first of them,
            and let it read its own forecasts from the second row on.

    Returns:
        Columns time, target, forecast, low, high, and series in front where there are several; for
        classes time, target, forecast, probability. Several targets stand below each other.
        `.attrs["notes"]` holds what had to be assumed, in sentences, and `.attrs["coverage"]` how
        many of the earlier forecasts bands held that were drawn from the errors before them.

    Raises:
        DataError: if the data are no series, or hold too few rows.
        ExperimentError: if an argument is out of range.

    Example:
        >>> import seqlab
        >>> result = seqlab.train(seqlab.Experiment(training=seqlab.Training(epochs=2)))
        >>> future = forecast(result, steps=3)
        >>> future["time"].tolist(), list(future)
        ([2009, 2010, 2011], ['time', 'target', 'forecast', 'low', 'high'])
    """
    network = newest_network(result)
    futures = [
        look_ahead(result.experiment, one, network, steps, level, carry, known, stepwise)
        for one in result.dataset.views
    ]
    table = pd.concat([future.table for future in futures], ignore_index=True)
    table.attrs["notes"] = list(dict.fromkeys(note for future in futures for note in future.notes))
    forecasts = sum(future.coverage.forecasts for future in futures)
    inside = sum(future.coverage.inside for future in futures)
    share = inside / forecasts if forecasts else futures[0].coverage.share
    table.attrs["coverage"] = {"forecasts": forecasts, "inside": inside, "share": share}
    return table


def can_forecast(dataset: Dataset) -> bool:
    """Whether the data are rows that go on."""
    return dataset.values is not None and bool(dataset.stretches) and dataset.goal.at == "end"


def longest(dataset: Dataset, network: Stack) -> int:
    """How many steps a forecast may have without a long wait, at most ten windows."""
    low, high = 1, WINDOWS * dataset.timesteps
    wanted = len(dataset.stretches) + FEWEST_WINDOWS
    if dataset.goal.kind == "class":
        return high
    while low < high:  # fewer windows are affordable, the longer the run
        middle = (low + high + 1) // 2
        if affordable(dataset, network, middle, MOST_WORK) >= wanted:
            low = middle
        else:
            high = middle - 1
    return max(1, min(low, MOST_ROWS // max(1, len(dataset.stretches))))


def look_ahead(
    experiment: Experiment,
    dataset: Dataset,
    network: Stack,
    steps: int = 24,
    level: float = 0.9,
    carry: Carry | Mapping[str, Carry] = "last value",
    known: pd.DataFrame | None = None,
    stepwise: bool = False,
) -> Future:
    """`forecast` of one target for weights from anywhere; errors as there.

    Args:
        experiment: what was trained.
        dataset: its data; of several targets, one of `Dataset.views`.
        network: with its weights; of several targets it answers for all.
        steps, level, carry, known, stepwise: as for `forecast`.
    """
    check_level(level)
    most = WINDOWS * dataset.timesteps
    if isinstance(steps, bool) or int(steps) != steps or not 1 <= steps <= most:
        raise ExperimentError(
            [
                "Received an invalid value for argument `steps`, expected an integer from 1 to "
                f"{most:,} (ten windows), got {steps}."
            ]
        )
    others = carried_columns(dataset)
    if not isinstance(carry, str):
        strange = [name for name in carry if name not in others]
        if strange:
            raise DataError(
                f"There is no column {strange[0]!r} that the network reads and does not forecast. "
                f"Such columns are: {', '.join(others) or 'none'}."
            )
    rules = {
        name: check_carry(carry if isinstance(carry, str) else carry.get(name, "last value"))
        for name in others
    }
    ready = forecaster(experiment.data, dataset, network, rules, known, stepwise)
    if dataset.goal.kind == "class":
        return _classes(ready, steps, level)
    return _values(ready, experiment, steps, level)


def _values(made: Forecaster, experiment: Experiment, steps: int, level: float) -> Future:
    dataset = made.dataset
    passes = len(made.reach.windows(steps))
    room = affordable(dataset, made.network, passes, MOST_WORK)
    origins, owners = made.unseen_origins(min(MOST_ORIGINS, max(room - len(made.series), 0)))
    ends = np.array([row.end for row in made.series])
    every = np.arange(len(made.series))
    whose = np.append(owners, every)
    forecasts = made.forecast(np.append(origins, ends), whose, steps)
    earlier, ahead = forecasts[: len(origins)], forecasts[len(origins) :]
    truth, log = made.truth(origins, owners, steps), dataset.transform.target_logarithm
    # Comparable where each series has a scale of its own, or errors grow with the level.
    errors = (to_level(truth, log) - to_level(earlier, log)) / made.units(owners)
    widths = half_widths(errors, level)
    coverage = _coverage(made, errors, origins, owners, level)
    own_widths = widths * made.units(every)
    times, notes = _times(made, steps)
    answers = {
        "forecast": ahead.ravel(),
        "low": from_level(to_level(ahead, log) - own_widths, log).ravel(),
        "high": from_level(to_level(ahead, log) + own_widths, log).ravel(),
    }
    table = _table(made, times, answers)
    bases = {base for base, _ in dataset.ahead.values()}
    if bases - {*carried_columns(dataset)} or {*dataset.columns} & {*calendar_columns.NAMES}:
        notes += ("What the calendar says of these rows is computed from their times.",)
    notes += _unknown_ahead(made, steps) + _band_notes(made, experiment, widths, level)
    return Future(
        table,
        truth - earlier,
        coverage,
        level,
        steps,
        notes,
        _carried(made, steps),
        made.reach.direct,
    )


def _classes(made: Forecaster, steps: int, level: float) -> Future:
    """The class of the next row or rows, as far as the network reaches; no further."""
    dataset = made.dataset
    reached = min(steps, made.reach.direct)
    times, notes = _times(made, reached)
    chosen, sure = [], []
    for i, row in enumerate(made.series):
        for step in range(reached):
            end = row.end + step - made.reach.lead + 1  # the row behind the window
            raw = made.values[np.newaxis, end - made.reach.window - made.reach.history : end]
            answers = made.answers(made.read(raw, np.array([i])))
            odds = output_of(made.network, dataset, answers)[0]
            chosen.append(dataset.goal.classes[int(odds.argmax())])
            sure.append(float(odds.max()))
    table = _table(made, times, {"forecast": chosen, "probability": sure})
    notes += _unknown_ahead(made, reached)
    if reached < steps:
        rows = "row" if reached == 1 else f"{reached:,} rows"
        notes += (
            f"A class is forecast for the next {rows} alone: the network reads columns whose later "
            "values nobody knows.",
        )
    empty = np.empty((0, reached))
    return Future(
        table, empty, Coverage(0, 0, 0, level), level, reached, notes, {}, made.reach.direct
    )


def _table(
    made: Forecaster, times: list[NDArray[np.generic]], answers: Mapping[str, object]
) -> pd.DataFrame:
    """A row for each of the next rows of each series, with these columns of answers."""
    table = pd.DataFrame({"time": np.concatenate(times), "target": made.dataset.target, **answers})
    if len(made.dataset.stretches) > 1:
        names = [row.stretch.name for row in made.series]
        table.insert(0, "series", np.repeat(names, [len(own) for own in times]))
    return table


def _coverage(
    made: Forecaster,
    residuals: Reals,
    origins: NDArray[np.int64],
    owners: NDArray[np.int64],
    level: float,
) -> Coverage:
    """The measured coverage, in order of time where the series share one."""
    rows = origins[:, np.newaxis] + np.arange(residuals.shape[1])
    if len(made.series) == 1:
        return measured(residuals, origins - 1, rows, level)
    labels, of = made.dataset.labels, made.dataset.series
    if labels is not None and of is not None and of.possible:  # side by side in time
        known = np.minimum(rows, len(labels) - 1)
        moments = np.unique(labels, return_inverse=True)[1].astype(np.int64)  # in their order
        return measured(residuals, moments[origins - 1], moments[known], level)
    return measured(residuals, origins, rows, level, owners)


def _times(made: Forecaster, steps: int) -> tuple[list[NDArray[np.generic]], tuple[str, ...]]:
    """The times of the next rows of each series, and what had to be assumed."""
    labels = made.dataset.labels
    assert labels is not None
    times, notes = [], []
    clocks: dict[tuple[bytes, int], Clock] = {}  # many series have the same times
    for row in made.series:
        own = labels[row.stretch.first : row.stretch.end]
        given = own[row.end - row.stretch.first :][:steps]  # of rows without a target
        clock, left = None, steps - len(given)
        if left:
            key = (own.tobytes(), left)
            clock = clocks[key] = clocks.get(key) or continued(own, left)
        more = given if clock is None else np.concatenate([given, clock.times])
        times.append(more)
        if clock is not None and clock.note:
            notes.append(clock.note)
        if len(given):
            notes.append(_begins(made, row))
    sentences = list(dict.fromkeys(notes))
    if len(sentences) > 2:
        sentences = [
            *sentences[:2],
            f"The same holds for some of the other {len(made.series) - 1:,} series.",
        ]
    short = len(made.dataset.stretches) - len(made.series)
    if short:
        sentences.append(
            f"{short:,} {'series is' if short == 1 else 'series are'} not continued: too short for "
            "a window, or the last rows have missing values."
        )
    return times, tuple(sentences)


def _begins(made: Forecaster, row: Row) -> str:
    empty = row.stretch.end - row.end
    rows = "The last row has" if empty == 1 else f"The last {empty:,} rows have"
    beside = "that are not forecast " if made.dataset.joint else ""
    return (
        f"{rows} no value of {made.dataset.target}: the forecast begins there, and what stands in "
        f"the other columns {beside}is taken as known beforehand."
    )


def _band_notes(
    made: Forecaster, experiment: Experiment, widths: Reals, level: float
) -> tuple[str, ...]:
    """Why there is no band, or not at every step; and where the band knows a little too much."""
    notes = []
    need = fewest(level)
    missing = ~np.isfinite(widths)
    if experiment.data.split == "random":
        notes.append(
            "No band: the windows were dealt out at random, so that training has seen every row. "
            "Split by time to learn how sure a forecast is."
        )
    elif missing.all():
        notes.append(
            f"No band: a level of {level:.0%} needs at least {need} earlier forecasts of rows that "
            "training has not seen, and fewer could be worked out."
        )
    elif missing.any():
        last = int(np.flatnonzero(~missing)[-1]) + 1
        notes.append(
            f"The band ends after step {last:,}: further ahead fewer than {need} earlier forecasts "
            f"could be worked out to draw a band of {level:.0%} from."
        )
    if not missing.all() and experiment.training.patience is not None:
        notes.append(
            "The validation part has chosen the epoch, so the errors that the band is drawn from "
            "are a little too small."
        )
    of = made.dataset.series
    logged = made.dataset.transform.target_logarithm != "none"
    if not missing.all() and len(made.series) > 1 and not (logged or (of and of.scaling)):
        notes.append(
            "The band is that of all series together: as wide for a series of small values as for "
            "one of large values."
        )
    return tuple(notes)


def _unknown_ahead(made: Forecaster, steps: int) -> tuple[str, ...]:
    """That columns which are known ahead are not known as far as the forecast reaches."""
    bases = dict.fromkeys(base for base, _ in made.dataset.ahead.values())
    lacking = [name for name in bases if made.known.get(name, 0) < steps]
    if not lacking:
        return ()
    count = min(made.known.get(name, 0) for name in lacking)
    known = f"only the first {count:,}" if count else "none"
    which = f"given for {known} of the {steps:,} rows that come"
    if steps == 1:
        which = "not given for the row that comes"
    words = f"Known ahead, but {which}: {', '.join(lacking)}. "
    words += "A rule goes on instead, and that is a guess. "
    farthest = max(distance for _, distance in made.dataset.ahead.values())
    # What is in the windows of earlier forecasts they knew.
    if count < farthest and made.dataset.goal.kind == "value":
        first = "the first row" if farthest == 1 else f"the first {farthest:,} rows"
        words += f"The band of {first} is too narrow for it: earlier forecasts knew the values. "
    return (f"{words}Give the values, or add rows to the file that hold them and no target.",)


def _carried(made: Forecaster, steps: int) -> dict[str, str]:
    """How each column goes on that the network reads and does not forecast, in words."""
    season, words = made.dataset.season, {}
    for name in made.carried_columns:
        rule: str = made.carry.get(name, "last value")
        if rule == "seasonal naive":
            rule = f"seasonal naive, {season:,} rows" if season > 1 else "last value (no season)"
        count = min(made.known.get(name, 0), steps)
        if count:
            rule = "known" if count == steps else f"known for {count:,} rows, then {rule}"
        words[name] = rule
    return words
