"""A trained network with the series that it reads: forecasts from any row, and their errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import calendar_columns, holiday_columns
from seqlab.data.dataset import DataError, Dataset, Stretch
from seqlab.data.scaling import Scaling
from seqlab.experiment import Data, Experiment
from seqlab.forecasting.carry import Carry, carried, forward, given
from seqlab.forecasting.roll import Reach, roll
from seqlab.forecasting.times import continued
from seqlab.inspection.networks import network_of
from seqlab.lens.generate import quick_predict
from seqlab.lens.stack import Stack

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]
WINDOWS = 10  # that a forecast may be long


class Trained(Protocol):
    """What `seqlab.train` gives, as far as a forecast needs it."""

    @property
    def experiment(self) -> Experiment:
        """What was trained."""

    @property
    def dataset(self) -> Dataset:
        """Its data."""

    @property
    def snapshots(self) -> dict[int, dict[str, NDArray[np.float32]]]:
        """By epoch, the weights by name, in the shapes of Keras."""


def newest_network(result: Trained, dataset: Dataset | None = None) -> Stack:
    """The network as it was when training ended; for one of several targets with its answers."""
    newest = result.snapshots[max(result.snapshots)]
    return network_of(newest, result.experiment, dataset or result.dataset)


@dataclass(frozen=True)
class Row:
    """Where a series ends, as a forecaster sees it.

    Attributes:
        stretch: its rows.
        end: the row behind the last one whose target is known: the first row to forecast.
    """

    stretch: Stretch
    end: int


@dataclass(frozen=True, eq=False)
class Forecaster:
    """What is needed to forecast from any row.

    Attributes:
        dataset: the series with scaling, parts and names; one of several targets.
        network: the weights; it answers for all targets.
        reach: which rows the network answers for.
        values: (rows, columns) as in the dataset, with what is known of rows that come.
        series: where each series ends; those that are too short for a window, or that
            end with a gap in it, are left out.
        carry: by column, how it goes on in rows that come; not for targets.
        known: by column, how many rows behind the end are known.
    """

    dataset: Dataset
    network: Stack
    reach: Reach
    values: Reals
    series: tuple[Row, ...]
    carry: Mapping[str, Carry] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)

    @property
    def carried_columns(self) -> tuple[str, ...]:
        """The columns that the network reads and does not forecast, nor finds in the calendar."""
        return carried_columns(self.dataset)

    def read(self, rows: Reals, stretches: Indices) -> NDArray[np.float32]:
        """Raw rows (n, history + window, columns) -> what the network reads of them.

        Args:
            rows: of windows, with what is needed in front of them.
            stretches: (n,) the series of each, as an index into `series`.

        Returns:
            (n, window, features), changed and scaled.
        """
        dataset, inputs = self.dataset, self.dataset.input_columns
        learned = dataset.transform.forward(rows)[:, self.reach.history :, inputs]
        own, scaling = self._own(stretches), dataset.input_scaling
        if own is not None:
            at = own.columns(inputs)
            scaling = Scaling(at.offset[:, np.newaxis], at.scale[:, np.newaxis])
        return scaling.apply(learned).astype(np.float32)

    def answers(self, x: NDArray[np.float32]) -> NDArray[np.floating]:
        """Windows (n, window, features), scaled -> (n, block * targets), or (n, classes)."""
        return quick_predict(self.network, x).reshape(len(x), -1)

    def in_units(self, answers: NDArray[np.floating], rows: Reals, stretches: Indices) -> Reals:
        """Answers to windows of some series -> original units, of the targets in `rolled`.

        Args:
            answers: (n, block * targets of the network).
            rows: as for `read`.
            stretches: as for `read`.

        Returns:
            (n, block * `rolled`).
        """
        own, block = self._own(stretches), self.reach.block
        made = []
        for place, target in self.rolled.items():
            scaling = target.target_scaling if own is None else own.columns([place])
            change = self.dataset.transform.of(place)
            in_full = scaling.of_changes(change, rows[..., place], self.reach.lead, block)
            made.append(in_full.invert(answers[:, target.answered]))
        return np.stack(made, axis=-1).reshape(len(answers), -1)

    @cached_property
    def rolled(self) -> dict[int, Dataset]:
        """The targets among the columns, by their place; the own one first."""
        dataset = self.dataset
        places = {one.target: one for one in dataset.whole.views}
        return {i: places[name] for i, name in enumerate(dataset.columns) if name in places}

    def units(self, stretches: Indices) -> Reals:
        """(n, 1), the scale of the target of each series where each has its own; ones if not."""
        own = self._own(stretches)
        return np.ones((len(stretches), 1)) if own is None else own.scale[:, :1]

    def _own(self, stretches: Indices) -> Scaling | None:
        """The scalings of some series, (n, columns), where each has one of its own."""
        every = self._scalings
        return None if every is None else Scaling(every.offset[stretches], every.scale[stretches])

    @cached_property  # each step of a forecast asks for some of them
    def _scalings(self) -> Scaling | None:
        """Those of all `series`, (series, columns), in their order."""
        of = self.dataset.series
        if of is None or of.scaling is None:
            return None
        place = {name: i for i, name in enumerate(of.names)}
        rows = [place[row.stretch.name] for row in self.series]
        return Scaling(of.scaling.offset[rows], of.scaling.scale[rows])

    def ahead(self, origins: Indices, stretches: Indices, steps: int) -> Reals:
        """What the network is to read of the other columns from each origin on, raw.

        Args:
            origins: (n,) the first row of each forecast.
            stretches: (n,) the series of each, as an index into `series`.
            steps: how many rows.

        Returns:
            (n, steps, columns), NaN in those of targets.
        """
        firsts = np.array([row.stretch.first for row in self.series])[stretches]
        ends = np.array([row.end for row in self.series])[stretches]
        rows = np.full((len(origins), steps, len(self.dataset.columns)), np.nan)
        for place, name in enumerate(self.dataset.columns):
            if name in calendar_columns.NAMES:
                rows[..., place] = self._calendar(name, origins, stretches, steps)
            base, rows_ahead = source_of(self.dataset, name)
            if base not in self.known:
                continue
            column = self.values[:, place]
            count = min(max(self.known.get(base, 0) - rows_ahead, 0), steps)
            last = ends + count  # no row behind is known of it
            rows[:, :count, place] = given(column, origins, last, count)
            if count < steps:
                begins = np.minimum(origins + count, last)
                rule = self.carry.get(base, "last value")
                rows[:, count:, place] = carried(
                    column, begins, firsts, steps - count, rule, self.dataset.season
                )
        return rows

    def _calendar(self, name: str, origins: Indices, stretches: Indices, steps: int) -> Reals:
        """What the calendar says of the rows from each origin on, (n, steps)."""
        labels = self.dataset.labels
        assert labels is not None
        waves = np.empty((len(origins), steps))
        clocks: dict[bytes, Reals] = {}  # many series have the same times
        for i in np.unique(stretches):
            mine, row = stretches == i, self.series[i].stretch
            own = labels[row.first : row.end]
            if (key := own.tobytes()) not in clocks:
                more = continued(own, steps).times.astype(own.dtype)
                clocks[key] = calendar_columns.column(name, np.concatenate([own, more]))
            waves[mine] = clocks[key][origins[mine, np.newaxis] - row.first + np.arange(steps)]
        return waves

    def forecast(self, origins: Indices, stretches: Indices, steps: int) -> Reals:
        """Forecasts of the target, (n, steps), in original units.

        Args:
            origins: (n,) the first row of each forecast.
            stretches: (n,) the series of each, as an index into `series`.
            steps: how many rows.
        """

        def network(rows: Reals, part: slice) -> Reals:
            own = stretches[part]
            return self.in_units(self.answers(self.read(rows, own)), rows, own)

        back = origins[:, np.newaxis] + np.arange(-self.reach.back, 0)
        ahead = self.ahead(origins, stretches, steps)
        return roll(network, self.reach, self.values[back], ahead, [*self.rolled])

    def whole(self, origins: Indices) -> NDArray[np.bool_]:
        """(n,) whether all that is read from there is known, and was known at that time.

        A gap that straight lines bridge is filled with a value from behind it: a window that ends
        in one would know what comes.
        """
        back = origins[:, np.newaxis] + np.arange(-self.reach.back, 0)
        inputs = self.dataset.needed_columns
        fine: NDArray[np.bool_] = np.isfinite(self.values[back][:, :, inputs]).all(axis=(1, 2))
        gaps = self.dataset.gaps
        if gaps is not None:
            at_end = np.minimum(origins - 1, len(gaps) - 1)
            fine &= ~gaps[at_end][:, inputs].any(axis=1)
        return fine

    def unseen_origins(self, most: int) -> tuple[Indices, Indices]:
        """Rows from which on training knew no target, as origins, evenly spread.

        Args:
            most: how many at most.

        Returns:
            The rows, and the series of each as an index into `series`; both empty where training
            saw everything.
        """
        rows, owners = [], []
        for i, row in enumerate(self.series):
            first = max(row.stretch.unseen, row.stretch.first + self.reach.back)
            own = np.arange(first, row.end)
            rows.append(own)
            owners.append(np.full(len(own), i))
        origins, stretches = np.concatenate(rows), np.concatenate(owners)
        if len(origins):
            fine = self.whole(origins)
            origins, stretches = origins[fine], stretches[fine]
        if len(origins) > most:
            chosen = np.linspace(0, len(origins) - 1, most).astype(int)
            origins, stretches = origins[chosen], stretches[chosen]
        return origins, stretches

    def truth(self, origins: Indices, stretches: Indices, steps: int) -> Reals:
        """What came, (n, steps), in original units; NaN where that is not known.

        Args:
            origins: (n,) the first row that is forecast, of each forecast.
            stretches: (n,) the series of each, as an index into `series`.
            steps: how many rows are forecast.
        """
        ends = np.array([row.end for row in self.series])[stretches]
        rows = origins[:, np.newaxis] + np.arange(steps)
        at = np.minimum(rows, len(self.values) - 1)
        truth = np.where(rows < ends[:, np.newaxis], self.values[at, 0], np.nan)
        if self.dataset.gaps is not None:
            missing = self.dataset.gaps[np.minimum(at, len(self.dataset.gaps) - 1), 0]
            truth[missing] = np.nan
        return truth


def carried_columns(dataset: Dataset) -> tuple[str, ...]:
    """The columns of a dataset whose next values somebody must give, or a rule must carry."""
    return tuple(name for name in file_columns(dataset) if name not in dataset.whole.targets)


def file_columns(dataset: Dataset) -> tuple[str, ...]:
    """The columns of the file that stand beside the target in a dataset."""
    others = (name for name in dataset.columns[1:] if name not in calendar_columns.NAMES)
    bases = dict.fromkeys(source_of(dataset, name)[0] for name in others)
    return tuple(name for name in bases if holiday_columns.country_of(name) is None)


def source_of(dataset: Dataset, name: str) -> tuple[str, int]:
    """The column of the file that a column of a dataset comes from, and how many rows ahead."""
    return dataset.ahead.get(name, (name, 0))


def later_values(dataset: Dataset, first: int, steps: int) -> pd.DataFrame | None:
    """What columns that are known ahead hold in some rows; `None` where there are none.

    Args:
        dataset: the series; rows that it does not hold are left out.
        first: the first row.
        steps: how many rows.
    """
    assert dataset.values is not None
    later = {}
    for name, (base, rows) in dataset.ahead.items():
        column = dataset.values[:, dataset.columns.index(name)]
        later[base] = column[first - rows : min(first + steps, len(column)) - rows]
    return pd.DataFrame(later) if later else None


def forecaster(
    data: Data,
    dataset: Dataset,
    network: Stack,
    carry: Mapping[str, Carry] | None = None,
    known: pd.DataFrame | None = None,
    stepwise: bool = False,
) -> Forecaster:
    """A network and its series, ready to go on.

    Args:
        data: lead time and steps.
        dataset: what it was trained on; of several targets one (`Dataset.only`).
        network: its weights, with the answers for all targets.
        carry: by column, how it goes on; "last value" where nothing is said.
        known: values of some columns in the rows that come, in their order; where a cell is empty
            the value above it goes on, and below the last one the rule.
        stepwise: for a network that answers for several rows: one row after the other.

    Raises:
        DataError: if the data are no series, or no series ends with a whole window.
    """
    if dataset.values is None or not dataset.stretches or dataset.goal.at != "end":
        raise DataError(
            "There is nothing to continue: these are sequences with an answer each, and not rows "
            "of a series. New sequences can be answered."
        )
    values = dataset.values
    block = 1 if dataset.goal.kind == "class" else dataset.y.shape[1]
    reach = Reach(dataset.timesteps, data.horizon, block, stepwise, dataset.transform.reach)
    rows = [Row(stretch, end_of(dataset, stretch)) for stretch in dataset.stretches]
    long = tuple(row for row in rows if row.end - row.stretch.first >= reach.back)
    if not long:
        longest = max(row.end - row.stretch.first for row in rows)
        raise DataError(
            f"A forecast needs the last {reach.back:,} rows, and there are {longest:,} with a "
            f"value of {dataset.target!r}. Choose a shorter window and train again."
        )
    read = dataset.needed_columns
    long = tuple(
        row for row in long if np.isfinite(values[row.end - reach.back : row.end][:, read]).all()
    )
    if not long:
        raise DataError(
            f"The last {reach.back:,} rows have missing values, so there is no whole window to "
            "begin from. Choose another way for missing values and train again."
        )
    count = min(row.stretch.end - row.end for row in long)
    ahead = dict.fromkeys(carried_columns(dataset), count)
    if dataset.gaps is not None:  # a filled cell is not known
        for place, name in enumerate(dataset.columns[1:], 1):
            base, earlier = source_of(dataset, name)
            for row in long if base in ahead else ():
                empty = dataset.gaps[row.end - earlier : row.stretch.end - earlier, place]
                ahead[base] = min([ahead[base], *np.flatnonzero(empty)[:1].tolist()])
    known = _with_holidays(dataset, long, known)
    if known is not None and len(known.columns):
        values, typed = _with_known(dataset, values, long, known)
        ahead |= typed
    values = _gone_on(dataset, values, long, carry or {}, ahead)
    return Forecaster(dataset, network, reach, values, long, dict(carry or {}), ahead)


def _gone_on(
    dataset: Dataset,
    values: Reals,
    series: tuple[Row, ...],
    carry: Mapping[str, Carry],
    known: Mapping[str, int],
) -> Reals:
    """The rows, where the last ones read ahead what nobody knows yet: that goes on by its rule."""
    if not dataset.ahead:
        return values
    filled = values.copy()
    for name, (base, rows) in dataset.ahead.items():
        column, unknown = filled[:, dataset.columns.index(name)], rows - known.get(base, 0)
        for row in series if unknown > 0 else ():
            first = max(row.end - unknown, row.stretch.first + 1)
            begins, owner = np.array([first]), np.array([row.stretch.first])
            rule, count = carry.get(base, "last value"), row.end - first
            column[first : row.end] = carried(column, begins, owner, count, rule, dataset.season)
    return filled


def end_of(dataset: Dataset, stretch: Stretch) -> int:
    """The row behind the last one of a series whose target is known."""
    assert dataset.values is not None
    rows = slice(stretch.first, stretch.end)
    target = dataset.values[rows, 0]
    known = np.isfinite(target) if dataset.goal.kind == "value" else target >= 0
    if dataset.gaps is not None:
        known &= ~dataset.gaps[rows, 0]
    at = np.flatnonzero(known)
    return stretch.first + (int(at[-1]) + 1 if len(at) else 0)


def _with_holidays(
    dataset: Dataset, series: tuple[Row, ...], known: pd.DataFrame | None
) -> pd.DataFrame | None:
    """What is known of the rows that come, and which of them are holidays, if that is read."""
    countries = holiday_columns.countries(dataset)
    if not countries:
        return known
    assert dataset.labels is not None
    farthest = 2 * WINDOWS * dataset.timesteps  # rows that any forecast may read
    more = continued(dataset.labels, farthest).times.astype(dataset.labels.dtype)
    times = np.concatenate([dataset.labels[series[0].end :], more])
    coming = pd.DataFrame(
        {name: holiday_columns.column(times, country) for name, country in countries.items()}
    )
    if known is None:
        return coming
    return known.reset_index(drop=True).reindex(coming.index).assign(**coming)


def _with_known(
    dataset: Dataset, values: Reals, series: tuple[Row, ...], known: pd.DataFrame
) -> tuple[Reals, dict[str, int]]:
    """The rows with what is known of those that come, and how many are known of each column."""
    if len(series) > 1:
        raise DataError(
            "Values that are known beforehand can be given for one series, not for many at once."
        )
    columns, carriable = dataset.columns, carried_columns(dataset)
    strange = [
        str(name)
        for name in known.columns
        if name not in carriable and holiday_columns.country_of(str(name)) is None
    ]
    if strange:
        possible = ", ".join(carriable) or "none"
        raise DataError(
            f"There is no column {strange[0]!r} that the network reads and does not forecast. "
            f"Such columns are: {possible}."
        )
    end, count = series[0].end, len(known)
    whole = np.full((max(len(values), end + count), len(columns)), np.nan)
    whole[: len(values)] = values
    counts = {}
    for name in known.columns:
        cells = known[name]
        numbers = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64)
        wrong = np.flatnonzero(~np.isfinite(numbers) & cells.notna().to_numpy())
        if len(wrong):
            raise DataError(
                f"The value of {str(name)!r} in row {int(wrong[0]) + 1:,} is no number: "
                f"{str(cells.iloc[int(wrong[0])])!r}."
            )
        there = np.flatnonzero(np.isfinite(numbers))
        counts[str(name)] = int(there[-1]) + 1 if len(there) else 0
        for place, column in enumerate(columns):
            base, ahead = source_of(dataset, column)
            if base == str(name):
                first = end - ahead
                before = whole[first - 1 : first, place]
                whole[first : first + count, place] = forward(numbers[np.newaxis], before)[0]
    return whole, counts
