"""The rows of a table in the order of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.roles.shape import Timeline
from seqlab.data.reader.wording import count, on_lines, shown, warning
from seqlab.experiment import Finding

MOST_NAMED = 50  # rows out of order whose lines are told


def sort(
    timeline: Timeline, ids: Sequence[str] | None, lines: list[int]
) -> tuple[NDArray[np.int64] | None, Timeline | None, list[Finding]]:
    """The order of the rows in time, and a word about it.

    Args:
        timeline: the time of each row.
        ids: which sequence each row belongs to: each is put in order by itself, and the sequences
            keep their order. `None` for one series.
        lines: the line of each row in the file.

    Returns:
        The old numbers of the rows in their new order, (rows,), `None` if it is the file's; the
        timeline as it was given, `None` if it starts again in mid-file; findings.
    """
    frame = pd.DataFrame({"time": timeline.values})
    frame["id"] = pd.factorize(np.asarray(ids, dtype=object))[0] if ids is not None else 0
    filled = frame.groupby("id")["time"].ffill()
    from_above = filled.groupby(frame["id"]).diff().dropna()
    steps, steps_at = from_above.to_numpy(), from_above.index.to_numpy()
    zero = np.timedelta64(0) if timeline.is_date else 0
    back = steps < zero
    if not back.any():
        return None, timeline, []
    if ids is None and (back | (steps == zero)).all():
        return (
            np.arange(len(frame))[::-1],
            timeline,
            [
                warning(
                    "reversed_time",
                    f"The rows run backwards in {shown(timeline.name)}: they were turned round.",
                )
            ],
        )
    if ids is None and not timeline.is_date and 0 < back.mean() < 0.2:
        first = lines[int(np.flatnonzero(np.diff(timeline.values) < 0)[0]) + 1]
        return (
            None,
            None,
            [
                warning(
                    "time_restarts",
                    f"{shown(timeline.name)} starts again on line {first}, so the rows were kept "
                    "in the order of the file. Are these several sequences?",
                )
            ],
        )
    frame["time"] = filled
    where = ""
    if ids is None and int(back.sum()) <= MOST_NAMED:
        where = f" ({on_lines(lines[int(i)] for i in steps_at[back])})"
    order = frame.sort_values(["id", "time"], kind="stable", na_position="first").index.to_numpy()
    return (
        order,
        timeline,
        [
            warning(
                "unsorted_time",
                f"{count(int(back.sum()), 'row')}{where} stood before the row above in "
                f"{shown(timeline.name)}: the rows were sorted by time"
                + (" within each sequence." if ids is not None else "."),
            )
        ],
    )
