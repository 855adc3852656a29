"""What a report is made of, from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go


@dataclass(frozen=True)
class Text:
    """A paragraph; a strong one says what matters most."""

    text: str
    strong: bool = False
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        head: names of the columns; empty for none.
        rows: their cells.
        about: what it is, for those who cannot see it.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    about: str
    kind: str = "table"


@dataclass(frozen=True)
class Chart:
    """A Plotly figure with the sentence that it says, and its height in pixels."""

    figure: go.Figure
    sentence: str
    height: int = 280
    kind: str = "chart"


@dataclass(frozen=True)
class Player:
    """The gates of one layer over the epochs: `seqlab.inspection.player_data`."""

    title: str
    data: dict[str, Any]
    kind: str = "player"


@dataclass(frozen=True)
class Code:
    """A script."""

    text: str
    kind: str = "code"


Block = Text | Table | Chart | Player | Code


@dataclass(frozen=True)
class Section:
    """A part of a report. `folded` ones are opened by a click."""

    title: str
    blocks: Sequence[Block]
    folded: bool = False
