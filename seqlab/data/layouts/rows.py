"""A table with one row per time step -> windows of the columns that are asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seqlab.data import calendar_columns, holiday_columns, known_ahead, word_inputs
from seqlab.data.columns import VALUE, Choice, Roles, steps
from seqlab.data.dataset import Dataset
from seqlab.data.upload import Table
from seqlab.data.windows import split_rows, windows
from seqlab.experiment import Data


def as_series(table: Table) -> tuple[pd.DataFrame, str | None] | None:
    """Frame and time, if the table is one series: also one laid out in a row.

    `None` if it holds several sequences or texts.
    """
    if table.kind == "series":
        return table.frame, table.time
    if table.kind == "wide" and len(table.frame) == 1 and table.windows is None:
        row = table.frame[steps(table)].to_numpy(np.float64)[0]
        return pd.DataFrame({VALUE: row}), None
    if table.arrays is not None and len(table.arrays.x) == 1 and table.arrays.y is None:
        one = table.arrays
        return pd.DataFrame(one.x[0, : one.lengths[0]], columns=list(one.features)), None
    return None


def from_frame(
    frame: pd.DataFrame, time: str | None, choice: Choice, data: Data, period: int = 0
) -> Dataset:
    """The windows of a table.

    Args:
        frame: (rows, columns).
        time: the column with the times; `None` numbers the rows from 1.
        choice: what its columns can be; a target that is no number is a class.
        data: what is asked for; `data.rows` of the table are known.
        period: the known season in rows; 0 to look for one.

    Raises:
        DataError: if no windows can be cut, in a sentence for the user.
    """
    asked, whole = choice.asked(data), len(frame)
    frame = frame.iloc[: data.rows]
    seen = split_rows(len(frame), data)[0] if data.split == "time" else None
    frame = holiday_columns.added(frame, time, data.holidays)
    inputs = known_ahead.added(asked, choice.inputs, data)
    frame, inputs, notes = word_inputs.spread(frame, inputs, seen)
    answers = 1 if asked.target in choice.labels else data.steps
    frame, inputs = known_ahead.spread(frame, inputs, data, answers)
    frame, inputs = calendar_columns.spread(frame, time, inputs, data.calendar)
    if len(frame) < whole:
        notes = (f"Only the first {len(frame):,} of {whole:,} rows are known.", *notes)
    roles = Roles(asked.target, tuple(inputs), asked.further)
    classes: tuple[str, ...] = ()
    if asked.target not in choice.labels:
        raw = frame[list(roles.used)].to_numpy(np.float64)  # (rows, columns)
    else:
        codes = pd.Categorical(frame[asked.target])
        classes = tuple(str(name) for name in codes.categories)
        rest = frame[list(roles.used[1:])].to_numpy(np.float64)
        raw = np.concatenate([codes.codes[:, None].astype(np.float64), rest], axis=1)
    times = frame[time].to_numpy() if time else np.arange(1, len(frame) + 1)
    return windows(raw, times, roles, data, notes, classes, period)
