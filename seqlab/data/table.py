"""What was read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.choices import Calendar
from seqlab.data import calendar_columns, word_inputs
from seqlab.data.reader.bytes.arrays import Arrays
from seqlab.data.reader.roles.shape import Reading
from seqlab.data.reader.roles.windows_cut import CutWindows
from seqlab.data.speech import Speech
from seqlab.experiment import Finding, Kind


@dataclass(frozen=True, eq=False)
class Table:
    """What was read from a file.

    Attributes:
        frame: one row a record, in order of time; numbers as float64 (NaN where missing), dates
            as datetime64, everything else as text. Of arrays: a step a row.
        findings: what was assumed, changed or noticed, with line numbers.
        kind: "series" (rows are time steps), "wide" (one sequence a row), "long" (sequences below
            each other, with an id), "text" (texts with labels), "pairs" (two columns of text),
            "corpus" (a running text), "arrays" (from NumPy files) or "speech" (sounds of words).
        numeric: the columns of numbers that can be target or input, in the order of the file. A
            label that was only assumed is among them.
        time: the column with the time, or `None`.
        label: the column with classes, or `None`.
        sequence_id: the column that tells sequences apart, or `None`.
        delimiter: the character between cells, " " for runs of blanks, `None` for one column.
        encoding: the Python codec that reads the bytes; "workbook" or "parquet" for those, "" for
            arrays.
        lines: for each row of `frame`, the line of the file on which it starts.
        header: how many header rows there are.
        decimal: the decimal sign.
        texts: the columns of text that are to be read: one, or two for pairs.
        label_at: one label a sequence ("end"), or one for each of its steps.
        arrays: the arrays of a NumPy file, or `None`.
        speech: the takes of an archive of sounds, a row of `frame` each, or `None`.
        swapped: whether the file has its steps before its sequences: then a column of a wide table
            is a sequence; arrays are turned round already.
        windows: of a wide table whose rows are windows that were cut before: which columns are the
            steps, and which ones follow them; else `None`.
        sheets: the filled sheets of a workbook.
        sheet: the one that was read, or `None`.
        stretches: whether its sequences are stretches of one series, in their order.
        others: readings that were near the one that was taken; each is named by a finding.
        rivals: columns that could be forecast as well as `target`: it is one of several alike.
        target: the column that is forecast if none is chosen: one whose values are not known in
            advance, as those of a counter are; `None` for the first one.

    Example:
        >>> from seqlab import read_table
        >>> table = read_table(
        ...     b"day,value\\n2024-01-01,1\\n2024-01-02,3\\n2024-01-03,2\\n", "a.csv"
        ... )
        >>> table.kind, table.time, list(table.frame)
        ('series', 'day', ['day', 'value'])
    """

    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    kind: Kind
    numeric: tuple[str, ...]
    time: str | None
    label: str | None
    sequence_id: str | None
    delimiter: str | None
    encoding: str
    lines: NDArray[np.int64]
    header: int = 0
    decimal: str = "."
    texts: tuple[str, ...] = ()
    label_at: Literal["end", "every step"] = "end"
    arrays: Arrays | None = None
    speech: Speech | None = None
    swapped: bool = False
    target: str | None = None
    windows: CutWindows | None = None
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    stretches: bool = False
    others: tuple[Reading, ...] = ()
    rivals: tuple[str, ...] = ()

    @property
    def nbytes(self) -> int:
        """The memory that it takes, its words and arrays included."""
        frame = int(self.frame.memory_usage(deep=True).sum())
        extra = sum(each.nbytes for each in (self.arrays, self.speech) if each)
        return frame + self.lines.nbytes + extra

    @cached_property
    def words(self) -> dict[str, int]:
        """The columns of words without a missing cell, and how many different ones each has."""
        return word_inputs.counted(self.frame)  # once: the page asks for it in every run

    @cached_property
    def calendar(self) -> tuple[Calendar, ...]:
        """The parts of the calendar that tell its rows apart; none of rows that have no time."""
        if self.time is None or self.kind not in ("series", "long"):
            return ()
        return calendar_columns.meaningful(self.frame[self.time].to_numpy())  # once, likewise
