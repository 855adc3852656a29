"""Forecasting inside many sequences: windows that never cross from one sequence to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seqlab.data import baselines, memory_budget
from seqlab.data.cut import Rows, WindowParts, cut
from seqlab.data.dataset import VALIDATION_SHARE, Baseline, DataError, Dataset, Scaling
from seqlab.data.sequences import Doubles, Ints, parts
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
        inputs: the names of the columns that the network sees. Columns are the target and then
            the inputs that are not the target.
        target: the name of column 0.
    """

    sequences: list[Doubles]
    times: Sequence[NDArray[np.generic]]
    ids: list[str]
    inputs: tuple[str, ...]
    target: str

    @property
    def is_panel(self) -> bool:
        """Do the sequences run side by side, at the same dates?"""
        if self.times[0].dtype.kind != "M" or len(self.times) < 2:
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
        part: (rows,) 0 training, 1 validation, 2 test: of a target in that row.
    """

    values: Doubles
    gaps: NDArray[np.bool_]
    times: NDArray[np.generic]
    first: Ints
    part: NDArray[np.int8]


def forecast(inside: Inside, data: Data, notes: tuple[str, ...] = ()) -> Dataset:
    """Windows and targets inside each sequence.

    Sequences that run side by side in time are split at one date, so that no training target is
    later than a validation target; all others are split as a whole, by their ids. Gaps are bridged
    and scaling is fitted with the rows before that date, or of the training sequences. If
    `data.split` is "random", windows are dealt out at random instead.

    Raises:
        DataError: if no sequence is long enough, or only one is.
    """
    need = data.window + data.horizon + data.steps - 1
    long = _long_enough(inside, data, need)
    if short := len(inside.sequences) - len(long):
        notes += (
            f"{short:,} {'sequence' if short == 1 else 'sequences'} shorter than "
            f"{need:,} steps left out.",
        )
    rows, told = _rows(inside, long, data)
    notes += told
    starts = _starts(rows, need, data.stride)
    if len(starts) > MOST_WINDOWS:
        stride = -(-len(starts) // MOST_WINDOWS)
        notes += (f"Every {stride}th of {len(starts):,} windows is used.",)
        starts = starts[::stride]
    most = min(MOST_WINDOWS, len(rows.first) // data.stride + len(long))
    memory_budget.check(len(starts), most, data.window, len(inside.inputs), data.steps)
    goals = (starts + data.window + data.horizon - 1)[:, None] + np.arange(data.steps)
    if rows.gaps.any():
        columns = list(dict.fromkeys([inside.target, *inside.inputs]))
        inputs = [columns.index(name) for name in inside.inputs]
        starts, goals, dropped = drop_gap_windows(rows.gaps, inputs, starts, goals, data)
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
    return _windows(inside, data, rows, starts, goals, drawn, notes)


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
    borders = _borders(inside, long, data.test_share) if inside.is_panel else ()
    if borders:
        seconds = [np.datetime_as_string(b, unit="s").replace("T", " ") for b in borders]
        dates = [text.removesuffix(" 00:00:00") for text in seconds]
        notes: tuple[str, ...] = (
            f"Targets from {dates[0]} on are the validation part"
            + (f", and from {dates[1]} on the test part" if len(dates) > 1 else "")
            + ", in all sequences.",
        )
        of = [np.searchsorted(np.array(borders), inside.times[i], side="right") for i in long]
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
    times = np.concatenate([inside.times[i] for i in long])
    part = np.concatenate(of).astype(np.int8)
    return _Rows(np.concatenate(filled), gaps, times, firsts, part), notes


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


def _borders(inside: Inside, long: list[int], test_share: float) -> tuple[np.datetime64, ...]:
    """The dates from which on targets are held out: for validation, and for the test."""
    dates = np.unique(np.concatenate([inside.times[i] for i in long]))
    dates = dates[~np.isnat(dates)]
    shares = [VALIDATION_SHARE + test_share, *([test_share] if test_share else [])]
    found = tuple(np.datetime64(dates[int(len(dates) * (1 - share))]) for share in shares)
    return found if found[0] > dates[0] else ()


def _windows(
    inside: Inside,
    data: Data,
    rows: _Rows,
    starts: Ints,
    goals: Ints,
    drawn: WindowParts,
    notes: tuple[str, ...],
) -> Dataset:
    """The arrays, once it is clear which windows are for what."""
    columns = list(dict.fromkeys([inside.target, *inside.inputs]))
    inputs = [columns.index(name) for name in inside.inputs]
    known = rows.part == 0 if data.split != "random" else np.ones(len(rows.part), bool)
    fitted = Scaling.fit(rows.values[known], data.scaling)
    whole = Rows(rows.values, fitted, rows.times, rows.gaps, inputs, inside.inputs, inside.target)
    made = cut(whole, starts, goals, drawn, data, notes=notes)
    x, y, scaling = made.x, made.y, made.target_scaling
    rules = _rules(rows, data, goals[drawn.validation], known, scaling)
    regression = baselines.linear(x, y, drawn.train, drawn.validation, scaling)
    if regression is not None:
        rules["linear autoregression"] = regression
    return replace(made, baselines=rules)


def _rules(
    rows: _Rows, data: Data, goals: Ints, known: NDArray[np.bool_], scaling: Scaling
) -> dict[str, Baseline]:
    """What rules without a network reach for the targets in these rows, (n, steps)."""
    series = rows.values[:, 0]
    truth = series[goals]
    origin = goals[:, :1] - data.horizon
    last = np.broadcast_to(series[origin], goals.shape)
    compare = baselines.forecast
    found = {"persistence": compare(last, truth, scaling, "the last known value is the forecast")}
    season = data.period or _season(rows, known)
    if season > 1:
        back = goals - season * -(-(goals - origin) // season)
        reached = back >= rows.first[goals]
        if reached.mean() > 0.5:
            rule = f"the value {season} rows earlier is the forecast"
            if not reached.all():
                rule += ", or the last one where a sequence is too short for that"
            earlier = np.where(reached, series[np.maximum(back, 0)], last)
            found["seasonal naive"] = compare(earlier, truth, scaling, rule)
    mean = np.full(truth.shape, np.nanmean(series[known]))
    found["mean"] = compare(mean, truth, scaling, "always the mean of the training part")
    return found


def _season(rows: _Rows, known: NDArray[np.bool_]) -> int:
    """The season of the longest stretch of training rows in one sequence."""
    firsts, counts = np.unique(rows.first[known], return_counts=True)
    longest = firsts[counts.argmax()]
    return baselines.find_period(rows.values[known & (rows.first == longest), 0])
