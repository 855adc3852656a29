"""A view of Inspect, as the menu knows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seqlab.ui.inspect.scene import Scene


@dataclass(frozen=True)
class View:
    """A way to look into a network.

    Attributes:
        name: what the menu says.
        draw: draws it.
        place: where it stands in the menu, from left to right.
        of_files: whether a model from a file can be seen so, which has neither targets nor epochs.
        of_texts: whether it is for texts alone.
    """

    name: str
    draw: Callable[[Scene], None]
    place: int
    of_files: bool = True
    of_texts: bool = False
