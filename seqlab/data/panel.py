"""Forecasting inside many sequences: windows that never cross from one sequence to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import baselines, describe, memory_budget
from seqlab.data.chosen_transform import sentences_about, transform_of
from seqlab.data.columns import Roles
from seqlab.data.cut import Rows, WindowParts, cut
from seqlab.data.dataset import VALIDATION_SHARE, Baseline, DataError, Dataset, SeriesOf, Stretch
from seqlab.data.scaling import Scaling
from seqlab.data.seasons import find_period
from seqlab.data.sequences import Doubles, Ints, parts
from seqlab.data.transforms import Transform, over_series
from seqlab.data.windows import drop_gap_windows, fill_gaps, filled_note, random_split
from seqlab.experiment import Data

MOST_WINDOWS = 200_000  # windows beyond are thinned evenly


@dataclass(frozen=True)
class Inside:
    """Several series with the same columns.

    Attributes:
        sequences: (T_i, columns) each, the target in column 0; NaN for what is missing, but every
            column has a number.
        times: (T_i,) the time of each row.
        ids: the name of each sequence.
        roles: what the columns are for, in the order of `Roles.used`.
        in_order: whether they are stretches of one series, one after the other.
    """

    sequences: list[Doubles]
    times: Sequence[NDArray[np.generic]]
    ids: list[str]
    roles: Roles
    in_order: bool = False

    @property
    def is_panel(self) -> bool:
        """Do the sequences run side by side, at the same dates or in the same years?"""
        if len(self.times) < 2:
            return False
        if self.times[0].dtype.kind != "M" and not all(map(_are_years, self.times)):
            return False
        starts = max(times[0] for times in self.times)
        ends = min(times[-1] for times in self.times)
        return bool(starts < ends)


@dataclass(frozen=True)
class _Rows:
    """All sequences behind each other.

    Attributes:
        values: (rows, columns), gaps bridged as asked.
        gaps: (rows, columns), what was missing.
        times: (rows,).
        first: (rows,) the first row of each row's own sequence.
        series: (rows,) the number of each row's own sequence.
        part: (rows,) 0 training, 1 validation, 2 test: of a target in that row.
        names: of the sequences, in that order.
    """

    values: Doubles
    gaps: NDArray[np.bool_]
    times: NDArray[np.generic]
    first: Ints
    series: Ints
    part: NDArray[np.int8]
    names: tuple[str, ...]

    def stretches(self, at_random: bool) -> tuple[Stretch, ...]:
        """The sequences' own rows."""
        firsts = np.unique(self.first)
        ends = [*firsts[1:], len(self.first)]
        made = []
        for name, first, end in zip(self.names, firsts, ends, strict=True):
            seen = int((self.part[first:end] == 0).sum())  # the rows of training come first
            unseen = int(end) if at_random else int(first) + seen
            made.append(Stretch(name, int(first), int(end), unseen))
        return tuple(made)


@dataclass(frozen=True)
class _Changed:
    """All rows with what is learned of them: `known` in training, a season in rows by target."""

    rows: _Rows
    transform: Transform
    known: NDArray[np.bool_]
    seasons: list[int]

    @cached_property
    def learned(self) -> Doubles:
        """(rows, columns), see `Dataset.learned`."""
        return over_series(self.rows.values, self.transform, np.unique(self.rows.first))


def forecast(inside: Inside, data: Data, notes: tuple[str, ...] = ()) -> Dataset:
    """Windows and targets inside each sequence.

    Sequences that run side by side in time are split at one date, so that no training target is
    later than a validation target; stretches of one series, in their order, at one row; all others
    are split as a whole, by their ids. Gaps are bridged
    and scaling is fitted with the rows before that date, or of the training sequences; of all of
    them together, or of each one by itself. If `data.split` is "random", windows are dealt out at
    random instead.

    Args:
        inside: the sequences, and what is known of each.
        data: how windows are cut.
        notes: what was said of the sequences before; they go first.

    Raises:
        DataError: if no sequence is long enough, or only one is; if each is to be scaled by itself
            and whole ones are held out.
    """
    need = data.window + data.horizon + data.steps - 1
    long = _long_enough(inside, data, need)
    if short := len(inside.sequences) - len(long):
        notes += (
            f"{short:,} {'sequence' if short == 1 else 'sequences'} shorter than "
            f"{need:,} steps left out.",
        )
    rows, about_rows = _rows(inside, long, data)
    notes += about_rows
    known = rows.part == 0 if data.split != "random" else np.ones(len(rows.part), bool)
    targets = len(inside.roles.targets)
    seasons = [data.period or _season(rows, known, i) for i in range(targets)]
    used = inside.roles.used
    change = transform_of(data, used, rows.values, known, seasons, False)
    notes += sentences_about(change, used)
    starts = _starts(rows, need + change.reach, data.stride) + change.reach
    if not len(starts):
        raise DataError(
            f"No sequence has {need + change.reach:,} steps: a window of {data.window:,}, its "
            f"target, and {change.reach:,} rows before them for the differences.",
            "difference",
            "none",
        )
    if len(starts) > MOST_WINDOWS:
        stride = -(-len(starts) // MOST_WINDOWS)
        notes += (f"Every {stride}th of {len(starts):,} windows is used.",)
        starts = starts[::stride]
    most = min(MOST_WINDOWS, len(rows.first) // data.stride + len(long))
    memory_budget.check(
        len(starts), most, data.window, len(inside.roles.inputs), data.steps * targets
    )
    goals = (starts + data.window + data.horizon - 1)[:, None] + np.arange(data.steps)
    if rows.gaps.any():
        starts, goals, dropped = drop_gap_windows(
            rows.gaps, inside.roles, change, starts, goals, data, rows.first
        )
        notes += dropped
    if data.split == "random":
        drawn = random_split(goals, data)
        notes += drawn.notes
    else:
        low, high = rows.part[goals[:, 0]], rows.part[goals[:, -1]]  # targets on one side of it
        train, validation, test = (np.flatnonzero((low == i) & (high == i)) for i in range(3))
        drawn = WindowParts(train, validation, test)
    if not len(drawn.train) or not len(drawn.validation):
        raise DataError(
            "The windows leave no training or no validation part. Choose a shorter window.",
            "window",
            max(1, data.window // 2),
        )
    whole = _Changed(rows, change, known, seasons)
    return _windows(inside, data, whole, starts, goals, drawn, notes)


def _long_enough(inside: Inside, data: Data, need: int) -> list[int]:
    """The sequences that hold a window and its target. Raises `DataError` if none does."""
    long = [i for i, sequence in enumerate(inside.sequences) if len(sequence) >= need]
    if long:
        return long
    longest = max(map(len, inside.sequences))
    if longest <= data.horizon + data.steps - 1:
        raise DataError(f"No sequence has more than {longest:,} steps: too few for a target.")
    raise DataError(
        f"No sequence has {need:,} steps, as a window of {data.window:,} with a horizon "
        f"of {data.horizon:,}"
        + (f" and {data.steps:,} steps to predict" if data.steps > 1 else "")
        + f" needs; the longest has {longest:,}.",
        "window",
        longest - data.horizon - data.steps + 1,
    )


def _rows(inside: Inside, long: list[int], data: Data) -> tuple[_Rows, tuple[str, ...]]:
    """The sequences behind each other, with the part of every row."""
    clocks = [inside.times[i] for i in long]
    if inside.in_order:
        ends = np.cumsum([len(inside.sequences[i]) for i in long])
        clocks = np.split(np.arange(1, ends[-1] + 1), ends[:-1])
    borders = _borders(clocks, data.test_share) if inside.is_panel or inside.in_order else ()
    if borders:
        row = "row " if inside.in_order else ""
        dates = [f"{row}{describe.time(border)}" for border in borders]
        notes: tuple[str, ...] = (
            f"Targets from {dates[0]} on are the validation part"
            + (f", and from {dates[1]} on the test part" if len(dates) > 1 else "")
            + ("." if inside.in_order else ", in all sequences."),
        )
        of = [np.searchsorted(np.array(borders), clock, side="right") for clock in clocks]
    else:
        # validation sequences last, so that the rows of each part lie together
        drawn = parts([inside.ids[i] for i in long], data)
        held_out = [inside.ids[long[i]] for i in drawn.validation]
        which = np.zeros(len(long), np.int8)
        which[drawn.validation], which[drawn.test] = 1, 2
        order = np.argsort(which, kind="stable")
        long = [long[i] for i in order]
        of = [
            np.full(len(inside.sequences[i]), part)
            for i, part in zip(long, which[order], strict=True)
        ]
        more = ", …" if len(held_out) > 5 else ""
        notes = (f"Held out for validation, as a whole: {', '.join(held_out[:5])}{more}.",)
        if data.split == "random":
            notes = ()
    filled = [
        _bridged(inside.sequences[i], int((part == 0).sum()) or len(part), data)
        for i, part in zip(long, of, strict=True)
    ]
    gaps = np.concatenate([np.isnan(inside.sequences[i]) for i in long])
    if gaps.any() and data.missing != "drop":
        notes = (filled_note(int(gaps.sum()), data.missing), *notes)
    sizes = np.array([len(sequence) for sequence in filled])
    firsts = np.repeat(np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    series = np.repeat(np.arange(len(sizes)), sizes)
    times = np.concatenate([inside.times[i] for i in long])
    part = np.concatenate(of).astype(np.int8)
    names = tuple(inside.ids[i] for i in long)
    return _Rows(np.concatenate(filled), gaps, times, firsts, series, part, names), notes


def _bridged(values: Doubles, known: int, data: Data) -> Doubles:
    """Gaps of the first `known` rows, those of the training part, with these rows alone."""
    if not np.isnan(values).any():
        return values
    early = fill_gaps(values[:known], data.missing)
    return fill_gaps(np.concatenate([early, values[known:]]), data.missing)


def _starts(rows: _Rows, need: int, stride: int) -> Ints:
    """The first rows of all windows that stay, with their targets, inside one sequence."""
    start = np.arange(len(rows.first) - need + 1)
    inside = rows.first[start] == rows.first[start + need - 1]
    return start[inside & ((start - rows.first[start]) % stride == 0)]


def _borders(clocks: Sequence[NDArray[np.generic]], test_share: float) -> tuple[np.generic, ...]:
    """The dates, or rows, from which on targets are held out: for validation, and for the test."""
    dates = np.unique(np.concatenate(clocks))
    dates = dates[~pd.isna(dates)]
    shares = [VALIDATION_SHARE + test_share, *([test_share] if test_share else [])]
    first_dates = tuple(dates[int(len(dates) * (1 - share))] for share in shares)
    return first_dates if first_dates[0] > dates[0] else ()


def _are_years(times: NDArray[np.generic]) -> bool:
    """Whole numbers of four digits, each once, going up: steps would begin at 0 or 1."""
    years = np.asarray(times, np.float64)
    whole = np.isfinite(years) & (years == np.floor(years)) & (years >= 1000) & (years <= 2300)
    return bool(whole.all() and (np.diff(years) > 0).all())


def _windows(
    inside: Inside,
    data: Data,
    whole: _Changed,
    starts: Ints,
    goals: Ints,
    drawn: WindowParts,
    notes: tuple[str, ...],
) -> Dataset:
    """The arrays, once it is clear which windows are for what."""
    rows, known = whole.rows, whole.known
    fitted = Scaling.fit(whole.learned[known], data.scaling)
    possible = inside.is_panel or data.split == "random"
    series = SeriesOf(rows.names, rows.series, possible=possible)
    if data.series_scaling == "each" and data.scaling != "none":
        series, about_scaling = _each(series, whole, fitted, data)
        notes += about_scaling
    cuttable = Rows(
        *(rows.values, whole.learned, whole.transform, fitted, rows.times, rows.gaps),
        inside.roles,
        series=series,
    )
    made = cut(cuttable, starts, goals, drawn, data, notes=notes)
    made = replace(made, stretches=rows.stretches(data.split == "random"))
    checked = goals[drawn.validation]
    return baselines.beside(
        made, whole.seasons, lambda one, scaling: _rules(one, rows, data, checked, known, scaling)
    )


def _each(
    series: SeriesOf, whole: _Changed, common: Scaling, data: Data
) -> tuple[SeriesOf, tuple[str, ...]]:
    """Each sequence with a scaling of its own, fitted on its own training rows.

    One without training rows takes the scaling of all; a column that never changes there has an
    offset of its own and the scale of all.

    Raises:
        DataError: if whole sequences are held out: those have no training rows at all.
    """
    if not series.possible:
        raise DataError(
            "Each series can be scaled by itself only where all of them are split at one date. "
            "Here whole series are held out, and those have no training rows to fit a scaling on.",
            "series_scaling",
            "together",
        )
    offset = np.tile(common.offset, (len(series.names), 1))
    scale = np.tile(common.scale, (len(series.names), 1))
    borders = np.searchsorted(whole.rows.series, np.arange(len(series.names) + 1))
    late = 0  # series without training rows
    for one, (begin, end) in enumerate(pairwise(borders)):
        mine = whole.learned[begin:end][whole.known[begin:end]]
        if not np.isfinite(mine).all(axis=1).any():
            late += 1
            continue
        own = Scaling.fit_beside(mine, data.scaling, common)
        offset[one], scale[one] = own.offset, own.scale
    sentences: tuple[str, ...] = ("Each series is scaled by its own training rows.",)
    if late:
        sentences += (
            f"{late:,} {'series has' if late == 1 else 'series have'} no training rows: scaled "
            "by those of all series together.",
        )
    return replace(series, scaling=Scaling(offset, scale)), sentences


def _rules(
    made: Dataset,
    rows: _Rows,
    data: Data,
    goals: Ints,
    known: NDArray[np.bool_],
    scaling: Scaling,
) -> dict[str, Baseline]:
    """What rules without a network reach for the targets in these rows, (n, steps)."""
    assert made.values is not None
    series, season = made.values[:, 0], made.season
    truth = series[goals]
    origin = goals[:, :1] - data.horizon
    last = np.broadcast_to(series[origin], goals.shape)
    compare = baselines.forecast
    rules = {"persistence": compare(last, truth, scaling, "the last known value is the forecast")}
    if season > 1:
        back = baselines.same_season(goals, origin, season)
        reached = back >= rows.first[goals]
        if reached.mean() > 0.5:
            rule = f"the value {season} rows earlier is the forecast"
            if not reached.all():
                rule += ", or the last one where a sequence is too short for that"
            earlier = np.where(reached, series[np.maximum(back, 0)], last)
            rules["seasonal naive"] = compare(earlier, truth, scaling, rule)
    own = pd.Series(series[known]).groupby(rows.series[known]).mean()
    mean = own.reindex(rows.series[goals[:, 0]]).to_numpy(np.float64)
    rule = "always the mean of the series' own training part"
    if np.isnan(mean).any():  # whole series are held out
        mean = np.where(np.isnan(mean), np.nanmean(series[known]), mean)
        rule = "always the mean of the training part"
    rules["mean"] = compare(np.broadcast_to(mean[:, None], goals.shape), truth, scaling, rule)
    return rules


def _season(rows: _Rows, known: NDArray[np.bool_], column: int) -> int:
    """The season of the longest stretch of training rows in one sequence."""
    firsts, counts = np.unique(rows.first[known], return_counts=True)
    longest = firsts[counts.argmax()]
    return find_period(rows.values[known & (rows.first == longest), column])
