"""A table with one row per time step -> windows of the columns that are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from seqlab.data import word_inputs
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.windows import split_rows, windows
from seqlab.experiment import Data


def columns(
    data: Data,
    numeric: Sequence[str],
    preferred: Sequence[str] = (),
    labels: Sequence[str] = (),
    words: Sequence[str] = (),
) -> tuple[str, list[str]]:
    """The target and the inputs that `data` asks for, of those there are.

    Args:
        data: target and inputs.
        numeric: the columns of numbers.
        preferred: the inputs if none are asked for; the target alone by default.
        labels: columns of classes that can be targets.
        words: columns of words that can be inputs.

    Raises:
        DataError: if a column that was asked for is not in the data.
    """
    if not numeric:
        raise DataError("There is no column of numbers to learn from.")
    known = {*numeric, *labels}
    missing = [name for name in (data.target,) if name and name not in known]
    missing += [name for name in data.inputs if name not in (*numeric, *words)]
    if missing:
        raise DataError(
            f"There is no numeric column {missing[0]!r} in this data. "
            f"It has: {', '.join(numeric[:10])}{', …' if len(numeric) > 10 else ''}."
        )
    target = data.target or numeric[0]
    alone = [target] if target in numeric else list(numeric)
    return target, list(data.inputs) or list(preferred) or alone


def from_frame(
    frame: pd.DataFrame,
    time: str | None,
    numeric: Sequence[str],
    data: Data,
    preferred: Sequence[str] = (),
    labels: Sequence[str] = (),
    period: int = 0,
    words: Sequence[str] = (),
) -> Dataset:
    """The windows of a table.

    Args:
        frame: (rows, columns).
        time: the column with the times; `None` numbers the rows from 1.
        numeric, preferred, labels, words: as in `columns`.
        data: what is asked for.
        period: the known season in rows; 0 to look for one.

    Raises:
        DataError: if no windows can be cut, in a sentence for the user.
    """
    target, inputs = columns(data, numeric, preferred, labels, words)
    seen = split_rows(len(frame), data)[0] if data.split == "time" else None
    frame, inputs, notes = word_inputs.spread(frame, inputs, seen)
    names = list(dict.fromkeys([target, *inputs]))  # target first, no column twice
    classes: tuple[str, ...] = ()
    if target in labels:
        codes = pd.Categorical(frame[target])
        classes = tuple(str(name) for name in codes.categories)
        rest = frame[names[1:]].to_numpy(np.float64)
        raw = np.concatenate([codes.codes[:, None].astype(np.float64), rest], axis=1)
    else:
        raw = frame[names].to_numpy(np.float64)  # (rows, columns)
    times = frame[time].to_numpy() if time else np.arange(1, len(frame) + 1)
    at = [names.index(name) for name in inputs]
    return windows(
        raw, times, at, tuple(inputs), target, data, notes, classes=classes, period=period
    )
