"""The roles that columns can have, as one record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.experiment import Kind

MAX_CLASSES = 50


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
