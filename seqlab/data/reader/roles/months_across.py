"""Years down and months across, as R prints a monthly series: one series of months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seqlab.data.reader.columns import times
from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.wording import count, on_lines, warning
from seqlab.experiment import Finding

MOSTLY = 0.8  # of the rows must be years that follow each other


@dataclass(frozen=True)
class Unrolled:
    """The table with a row a month."""

    columns: list[Column]
    lines: list[int]
    findings: list[Finding]


def unroll(columns: list[Column], lines: list[int]) -> Unrolled | None:
    """A row a month, if the first column counts years and twelve columns of numbers follow.

    Args:
        columns: of the table.
        lines: of its rows.
    """
    filled = [column for column in columns if column.kind != "empty"]
    if len(filled) != 13 or any(c.kind not in ("number", "truth") for c in filled[1:]):
        return None
    years = _years(filled[0])
    if years is None:
        return None
    first, last = _longest_run(years)
    kept = list(range(first, last))
    if len(kept) < 3 or len(kept) < MOSTLY * len(years):
        return None
    moments = [f"{int(years[i])}-{month:02}" for i in kept for month in range(1, 13)]
    values = np.stack([c.values for c in filled[1:] if c.values is not None], axis=1)[first:last]
    cells = [filled[1 + month].cells[i] for i in kept for month in range(12)]
    parsed = times.parse(moments)
    if parsed is None:
        return None
    left_out = [lines[i] for i in range(len(years)) if i not in kept]
    rest = f" Left out: {on_lines(left_out)}." if left_out else ""
    finding = warning(
        "months_across",
        f"The rows are years ({int(years[first])} to {int(years[last - 1])}) and the columns "
        f"months: read as one series of {count(len(moments), 'month')}.{rest}",
    )
    return Unrolled(
        [
            Column("month", moments, "time", moments=parsed),
            Column("value", cells, "number", values.reshape(-1)),
        ],
        [lines[i] for i in kept for _ in range(12)],
        [finding],
    )


def _years(column: Column) -> np.ndarray | None:
    """(rows,) the years of a column, NaN where it has none."""
    if column.moments is not None:
        stamps = column.moments.values
        return np.where(
            np.isnat(stamps), np.nan, stamps.astype("datetime64[Y]").astype(np.int64) + 1970.0
        )
    if column.values is None:
        return None
    values = column.values
    possible = (values >= 1500) & (values <= 2200) & (values == np.floor(values))
    return np.where(possible, values, np.nan)


def _longest_run(years: np.ndarray) -> tuple[int, int]:
    """From where to where each year follows the one before."""
    follows = np.diff(years) == 1
    best, start = (0, 0), 0
    for i in range(len(years)):
        if i and not follows[i - 1]:
            start = i
        if np.isfinite(years[i]) and i + 1 - start > best[1] - best[0]:
            best = (start, i + 1)
    return best
