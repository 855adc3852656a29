"""Forecasting inside many sequences: windows that never cross from one sequence to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.data.baselines import forecast as compare
from seqlab.data.dataset import (
    VALIDATION_SHARE,
    DataError,
    Dataset,
    Scaling,
)
from seqlab.data.sequences import Doubles, Ints, parts
from seqlab.experiment import Data

MOST_WINDOWS = 200_000  # windows beyond are thinned evenly


@dataclass(frozen=True)
class Inside:
    """Several series with the same columns.

    Attributes:
        sequences: (T_i, columns) each, without NaN, the target in column 0.
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


def forecast(inside: Inside, data: Data, notes: tuple[str, ...] = ()) -> Dataset:
    """Windows and targets inside each sequence.

    Sequences that run side by side in time are split at one date, so that no training target is
    later than a validation target; all others are split as a whole, by their ids. Scaling is
    fitted on the rows before that date, or of the training sequences.

    Raises:
        DataError: if no sequence is long enough, or only one is.
    """
    need = data.window + data.horizon + data.steps - 1
    long = [i for i, sequence in enumerate(inside.sequences) if len(sequence) >= need]
    if not long:
        longest = max(map(len, inside.sequences))
        if longest > data.horizon + data.steps - 1:
            raise DataError(
                f"No sequence has {need:,} steps, as a window of {data.window:,} with a horizon "
                f"of {data.horizon:,}"
                + (f" and {data.steps:,} steps to predict" if data.steps > 1 else "")
                + f" needs; the longest has {longest:,}.",
                "window",
                longest - data.horizon - data.steps + 1,
            )
        raise DataError(f"No sequence has more than {longest:,} steps: too few for a target.")
    if short := len(inside.sequences) - len(long):
        notes += (
            f"{short:,} {'sequence' if short == 1 else 'sequences'} shorter than "
            f"{need:,} steps left out.",
        )
    date = _border(inside, long) if inside.is_panel else None
    if date is None:
        # validation sequences last, so that the rows of each part lie together
        train_ids, held_out = parts([inside.ids[i] for i in long], data.data_seed)
        long = [long[i] for i in (*train_ids, *held_out)]
        names = [inside.ids[i] for i in long[len(train_ids) :]]
        more = ", …" if len(names) > 5 else ""
        notes += (f"Held out for validation, as a whole: {', '.join(names[:5])}{more}.",)
    else:
        notes += (
            f"Targets from {np.datetime_as_string(date.astype('datetime64[s]'))} on are the "
            "validation part, in all sequences.",
        )
    values = np.concatenate([inside.sequences[i] for i in long])
    times = np.concatenate([inside.times[i] for i in long])
    sizes = np.array([len(inside.sequences[i]) for i in long])
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    starts = np.concatenate(
        [
            offset + np.arange(0, size - need + 1, data.stride)
            for offset, size in zip(offsets, sizes, strict=True)
        ]
    )
    if len(starts) > MOST_WINDOWS:
        stride = -(-len(starts) // MOST_WINDOWS)
        notes += (f"Every {stride}th of {len(starts):,} windows is used.",)
        starts = starts[::stride]
    if date is None:
        first_held_out = int(sizes[: len(train_ids)].sum())
        early = starts < first_held_out
        known = np.arange(len(values)) < first_held_out
    else:
        early = times[starts + need - 1] < date
        late = times[starts + need - data.steps] >= date
        starts, early = starts[early | late], early[early | late]  # targets on one side of it
        known = times < date
    if early.all() or not early.any():
        raise DataError(
            "The windows leave no training or no validation part. Choose a shorter window.",
            "window",
            max(1, data.window // 2),
        )
    return _windows(inside, data, values, times, starts, early, known, notes)


def _border(inside: Inside, long: list[int]) -> np.datetime64 | None:
    """The date from which on targets are held out: the last fifth of all dates."""
    dates = np.unique(np.concatenate([inside.times[i] for i in long]))
    dates = dates[~np.isnat(dates)]
    date = dates[int(len(dates) * (1 - VALIDATION_SHARE))]
    return np.datetime64(date) if date > dates[0] else None


def _windows(
    inside: Inside,
    data: Data,
    values: Doubles,
    times: NDArray[np.generic],
    starts: Ints,
    early: NDArray[np.bool_],
    known: NDArray[np.bool_],
    notes: tuple[str, ...],
) -> Dataset:
    """The arrays, once it is clear which windows are training and which rows may be looked at."""
    columns = list(dict.fromkeys([inside.target, *inside.inputs]))
    inputs = [columns.index(name) for name in inside.inputs]
    scaling = Scaling.fit(values[known], data.scaling)
    scaled = scaling.apply(values).astype(np.float32)
    first = starts + data.window + data.horizon - 1
    goals = first[:, None] + np.arange(data.steps)  # (n, steps)
    train, validation = np.flatnonzero(early), np.flatnonzero(~early)
    target_scaling = Scaling(scaling.offset[:1], scaling.scale[:1])
    truth = values[goals[validation], 0]
    last_seen = np.broadcast_to(values[first[validation] - data.horizon, :1], truth.shape)
    mean = np.full(truth.shape, values[known, 0].mean())
    return Dataset(
        x=scaled[:, inputs][starts[:, None] + np.arange(data.window)],
        y=scaled[goals, 0],
        lengths=np.full(len(starts), data.window),
        train=train,
        validation=validation,
        test=np.empty(0, np.int64),
        names=inside.inputs,
        target=inside.target,
        input_scaling=Scaling(scaling.offset[inputs], scaling.scale[inputs]),
        target_scaling=target_scaling,
        baselines={
            "persistence": compare(
                last_seen, truth, target_scaling, "the last known value is the forecast"
            ),
            "mean": compare(mean, truth, target_scaling, "always the mean of the training part"),
        },
        values=values,
        labels=times,
        starts=starts,
        horizon=data.horizon,
        notes=notes,
    )
