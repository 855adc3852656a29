"""Colours and layout shared by all figures: one colour for each thing, everywhere.

Text, grid and background colours are left to the page, whose theme knows light from dark. The
line colours keep a contrast of at least 3:1 on both and stay apart for colour-blind eyes
(after Okabe & Ito, 2008).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from seqlab.cells import CELLS

TRAIN = "#2a78d6"
VALIDATION = "#d1690e"
TEST = "#8a63c9"
BASELINE = "#8a8f98"
TRUTH = "#15917c"
PREDICTION = "#d1690e"
WINDOW = "#2a78d6"
TARGET = "#c0398b"
# Things of one kind that share a chart, as the variants of a comparison.
SEVERAL = ("#2a78d6", "#d1690e", "#15917c", "#c0398b", "#8a63c9", "#8f6d00")

# Sigmoid gates live in 0..1 (sequential), tanh states in -1..1 (diverging, neutral at 0).
SEQUENTIAL = "Viridis"
DIVERGING = [
    [0.0, "#2166ac"],
    [0.25, "#7fb2d8"],
    [0.5, "#f2f0ec"],
    [0.75, "#eb9867"],
    [1.0, "#b2301b"],
]

_VALUES = {value.name: value for cell in CELLS.values() for value in cell.values}
GATE_NAMES = {name: value.label for name, value in _VALUES.items()}
# For lines, where several of them share a chart.
GATE_COLOURS = {name: value.colour for name, value in _VALUES.items()}
SIGMOID = tuple(name for name, value in _VALUES.items() if value.is_gate)

_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;"})
LONGEST_NAME = 60
TITLED = 46  # pixels of ticks and title below an axis


def plain(name: str) -> str:
    """A stranger's words as text for Plotly, which would render `<b>`, links and `$LaTeX$`."""
    words = " ".join(name.split())
    if len(words) > LONGEST_NAME:
        words = words[: LONGEST_NAME - 1] + "…"
    return words.translate(_SPECIAL)


def title_of(name: str) -> str:
    """A gate or state as it is called in a sentence: "forget gate f", "hidden h"."""
    label = GATE_NAMES[name]
    return label.replace(" ", " gate ", 1) if name in SIGMOID else label


def figure(*traces: go.Scatter | go.Heatmap | go.Bar | go.Parcoords, **layout: object) -> go.Figure:
    """A figure in the house style: no template, tight margins, legend on top.

    The names of traces and axes stand as they are, for they may be a stranger's: no markup. Texts
    in annotations, ticks and cells are the caller's own (`plain`).
    """
    base: dict[str, object] = {
        "template": "none",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hovermode": "x unified",
        "dragmode": "zoom",
    }
    for trace in traces:
        if trace.name:
            trace.name = plain(trace.name)
    axes = {name: _titled(axis) for name, axis in layout.items() if name[1:5] == "axis"}
    return go.Figure(list(traces), base | layout | axes | {"margin": _margin(layout)})


def _margin(layout: Mapping[str, Any]) -> dict[str, int]:
    """Pixels around the axes: with less, Plotly draws, finds what is cut, and draws again."""
    margin = {"l": 52, "r": 20, "t": 26, "b": 30} | layout.get("margin", {})
    below = layout.get("xaxis", {})
    titled = isinstance(below, dict) and below.get("title")
    return margin | ({"b": max(margin["b"], TITLED)} if titled else {})


def heading(text: str, x: float, y: float) -> dict[str, object]:
    """A title over a part of a figure; x and y are shares of the whole.

    Args:
        text: of the title.
        x, y: where it begins, as shares of the whole figure.
    """
    place = {"x": x, "y": y, "xref": "paper", "yref": "paper", "yanchor": "bottom"}
    return {"text": text, "showarrow": False, **place}


def upright(x: float, **line: object) -> dict[str, object]:
    """A vertical line from the bottom to the top, with Plotly's settings of lines."""
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def stripe(x0: object, x1: object, colour: str, opacity: float) -> dict[str, object]:
    """A coloured stripe behind a figure, from the bottom to the top.

    Args:
        x0, x1: from where to where, on the x axis.
        colour: of the stripe.
        opacity: 0 to 1.
    """
    place = {"xref": "x", "yref": "paper", "x0": x0, "x1": x1, "y0": 0, "y1": 1}
    look = {"fillcolor": colour, "opacity": opacity, "line": {"width": 0}, "layer": "below"}
    return {"type": "rect", **place, **look}


def _titled(axis: Any) -> Any:  # noqa: ANN401
    """The settings of an axis with a title that holds no markup."""
    title = axis.get("title") if isinstance(axis, dict) else None
    if not isinstance(title, dict) or not title.get("text"):
        return axis
    return {**axis, "title": {**title, "text": plain(title["text"])}}
