"""The board of a room: a tile a learner, the greatest need first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from seqlab.ui.components.component import component, nothing

_component = component("board")


@dataclass(frozen=True)
class BoardTile:
    """A tile in words; they are shown as they stand, as no markup.

    Attributes:
        id: of the member.
        need: as in `seqlab.workshop.need`, for its colour.
        name: the nickname, or what stands for it where names are hidden.
        flag: what the teacher should know first, "" for nothing.
        line: the address of a picture of the loss.
        result: the best value beside the baseline.
        detail: where they are and what they did last.
    """

    id: str
    need: str
    name: str
    flag: str
    line: str
    result: str
    detail: str


def board(tiles: Sequence[BoardTile], *, key: str, opens: bool = True) -> str | None:
    """Draws the tiles; returns the id of the one that was just clicked, or `None`.

    Args:
        tiles: in their order.
        key: the board's place on the page.
        opens: whether a click on a tile opens it.
    """
    data = {"tiles": [asdict(tile) for tile in tiles], "opens": opens}
    result = _component(key=key, data=data, on_opened_change=nothing)
    opened = getattr(result, "opened", None) or dict(st.session_state.get(key) or {}).get("opened")
    return opened if isinstance(opened, str) else None
