"""A series with irregular steps -> one row for every step of the calendar."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.wording import Findings, count, on_lines, shown
from seqlab.experiment import Finding, Step

MOST_STEPS = 1_000_000
# Of each step, how it is called and its mean length in seconds.
_STEPS: dict[Step, tuple[str, int]] = {
    "min": ("minute", 60),
    "5min": ("5 minutes", 300),
    "15min": ("15 minutes", 900),
    "30min": ("30 minutes", 1800),
    "h": ("hour", 3600),
    "6h": ("6 hours", 21_600),
    "D": ("day", 86_400),
    "W": ("week", 604_800),
    "MS": ("month", 2_629_746),
    "QS": ("quarter", 7_889_238),
    "YS": ("year", 31_556_952),
}


def usual(times: pd.Series) -> Step | None:
    """The step nearest to the median one of times (rows,); `None` if the times are no dates."""
    if times.dtype.kind != "M":
        return None
    steps = times.dropna().sort_values().diff().dropna().dt.total_seconds()
    steps = steps[steps > 0]
    if steps.empty:
        return None
    median = float(steps.median())
    return min(_STEPS, key=lambda step: abs(np.log(_STEPS[step][1] / median)))


def resample(
    frame: pd.DataFrame,
    time: str,
    numeric: list[str],
    sequence_id: str | None,
    lines: NDArray[np.int64],
    step: Step,
) -> tuple[pd.DataFrame, NDArray[np.int64], list[Finding]]:
    """One row a step, of each sequence: the mean of numbers, the first of everything else.

    Steps without any row are there as well, with missing values.

    Args:
        frame: in order of time.
        time: its column of dates.
        numeric: its columns of numbers.
        sequence_id: the column that tells sequences apart, or `None`.
        lines: (rows,) the line of each row.
        step: a pandas offset.

    Returns:
        The frame, the line of the first row of each step (of the step before where there is
        none), and what was done.

    Raises:
        UploadError: if that would be far too many steps.
    """
    known = frame[time].notna().to_numpy()
    findings = Findings()
    if not known.all():
        where = on_lines(lines[~known])
        rows = count(int((~known).sum()), "row")
        findings.warn(
            "rows_without_time", f"{rows} without a time ({where}) left out of the steps."
        )
    table = frame[known].assign(**{_LINE: lines[known].astype(float)})
    span = (table[time].max() - table[time].min()).total_seconds() if len(table) else 0.0
    sequences = table[sequence_id].nunique() if sequence_id else 1
    called, seconds = _STEPS[step]
    steps = span / seconds * sequences
    if not len(table) or steps > MOST_STEPS:
        raise UploadError(
            f"One row a {called} would be about {steps:,.0f} rows. Choose a longer step."
        )
    rule = {
        name: "mean" if name in numeric else "first" for name in table if name not in (time, _LINE)
    } | {_LINE: "min"}
    groups = table.groupby(sequence_id, sort=False) if sequence_id else [(None, table)]
    parts = []
    for own_id, part in groups:
        bins = part.resample(step, on=time).agg(rule).reset_index()
        if sequence_id:
            bins[sequence_id] = own_id
        parts.append(bins)
    regular = pd.concat(parts, ignore_index=True)
    at = regular[_LINE].ffill().to_numpy().astype(np.int64)
    empty = int(regular[numeric].isna().all(axis=1).sum())
    findings.warn(
        "resampled",
        f"{count(len(frame), 'row')} became {count(len(regular), 'step')} of one "
        f"{called} in {shown(time)}: the mean of each, and {empty:,} without a value.",
    )
    return regular[list(frame.columns)], at, findings


_LINE = "\0line"  # no file has a column of this name: NUL bytes are taken out
