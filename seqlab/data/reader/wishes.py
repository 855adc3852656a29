"""What the user knows better than the reader: columns to ignore, codes for missing, turned axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.shape import Layout
from seqlab.data.reader.wording import Findings, count, names, on_lines, shown
from seqlab.experiment import Finding, ParseOptions


def without_ignored(
    columns: list[Column], wish: ParseOptions
) -> tuple[list[Column], list[Finding]]:
    """Leaves out the columns that the user does not want.

    Args:
        columns: of the table.
        wish: what the user chose.

    Raises:
        UploadError: if none is left.
    """
    findings = Findings()
    known = {c.name for c in columns}
    unknown = [name for name in wish.ignored if name not in known]
    if unknown:
        findings.hint("ignored_unknown", f"There is no column {names(unknown)} to ignore.")
    left = [c for c in columns if c.name not in wish.ignored]
    if not left:
        raise UploadError("All columns are to be ignored: nothing is left to learn from.")
    return left, findings


def without_codes(
    columns: list[Column], wish: ParseOptions, lines: list[int]
) -> tuple[list[Column], list[Finding]]:
    """Numbers that the user called codes for a missing value become missing.

    Args:
        columns: of the table.
        wish: what the user chose.
        lines: of the rows.
    """
    findings = Findings()
    if not wish.codes:
        return columns, findings
    changed = []
    for column in columns:
        coded = None if column.values is None else np.isin(column.values, wish.codes)
        if coded is None or not coded.any() or column.kind != "number":
            changed.append(column)
            continue
        assert column.values is not None
        values = np.where(coded, np.nan, column.values)
        changed.append(replace(column, values=values))
        where = on_lines(lines[i] for i in np.flatnonzero(coded))
        findings.hint(
            "codes",
            f"{count(int(coded.sum()), 'cell')} of {shown(column.name)} ({where}) read as "
            "missing, as you asked for.",
        )
    return changed, findings


def turned(
    frame: pd.DataFrame, shape: Layout, lines: NDArray[np.int64]
) -> tuple[pd.DataFrame, Layout, NDArray[np.int64], list[Finding]]:
    """A series laid out in one row, as a column.

    Args:
        frame: the row.
        shape: its roles.
        lines: (1,) the line of the row.
    """
    findings = Findings()
    values = frame[shape.numeric].to_numpy(np.float64)[0]
    findings.warn(
        "transposed",
        f"All {len(values):,} values stand in one row (line {lines[0]:,}): they were read as "
        "one column, one value per time step.",
    )
    column = pd.DataFrame({"value": values})
    return column, Layout("series", numeric=["value"]), np.repeat(lines, len(values)), findings


def swapped(shape: Layout, wish: ParseOptions) -> tuple[bool, list[Finding]]:
    """Whether the columns of a table with one sequence a row are to be its sequences.

    Args:
        shape: what the table is.
        wish: what the user chose.

    Raises:
        UploadError: if its rows must stay sequences.
    """
    findings = Findings()
    if not wish.swapped:
        return False, findings
    if shape.kind != "wide":
        text = "Only arrays, and tables with one sequence a row, have axes that can be swapped."
        findings.hint("not_swapped", text)
        return False, findings
    if shape.windows is not None:
        raise UploadError(
            "Each row is a window with its target: rows and columns cannot be swapped."
        )
    if shape.label is not None:
        raise UploadError(
            f"{shown(shape.label)} is the label of each row, so each row is a sequence. Only "
            "without a label can rows and columns be swapped."
        )
    return True, findings
