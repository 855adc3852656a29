"""The roles that columns can have, as one record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.roles.windows_cut import CutWindows
from seqlab.data.reader.wording import shown
from seqlab.experiment import Kind


class NoNumbersError(UploadError):
    """There is no column of numbers."""


@dataclass(frozen=True)
class Layout:
    """The roles of the columns; their meaning is told in `Table`."""

    kind: Kind
    label: str | None = None
    sequence_id: str | None = None
    numeric: list[str] = field(default_factory=list)
    texts: tuple[str, ...] = ()
    label_at: Literal["end", "every step"] = "end"
    target: str | None = None
    windows: CutWindows | None = None
    stretches: bool = False
    numbered: bool = True  # the names of a wide table's steps count them, or there are no names


@dataclass(frozen=True)
class Timeline:
    """The time column: dates (datetime64) or plain numbers such as years and steps."""

    name: str
    values: NDArray[np.datetime64] | NDArray[np.float64]
    replaces: str  # the column of the file that it stands in for
    parts: tuple[str, ...] = ()  # the columns that it was put together from

    @property
    def is_date(self) -> bool:
        """Dates, not numbers."""
        return self.values.dtype.kind == "M"


@dataclass(frozen=True)
class Candidate:
    """A column for a role.

    Attributes:
        name: of the column.
        score: from 0 to 1.
        reasons: what speaks for it, in words.
    """

    name: str
    score: float
    reasons: tuple[str, ...]

    @property
    def told(self) -> str:
        """Name and reasons: “day” (dates, each once, going up)."""
        return f"{shown(self.name)} ({', '.join(self.reasons)})"


@dataclass(frozen=True)
class Reading:
    """Another way to read the table.

    Attributes:
        code: of the finding that names it.
        label: what a button says that takes it.
        changes: fields of `ParseOptions`.
    """

    code: str
    label: str
    changes: dict[str, Any]
