"""Colours and layout shared by all figures: one colour for each thing, everywhere.

Text, grid and background colours are left to the page, whose theme knows light from dark. The
line colours keep a contrast of at least 3:1 on both and stay apart for colour-blind eyes
(after Okabe & Ito, 2008).
"""

from __future__ import annotations

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


def plain(name: str) -> str:
    """A stranger's words as text for Plotly, which would render `<b>`, links and `$LaTeX$`."""
    words = " ".join(name.split())
    if len(words) > LONGEST_NAME:
        words = words[: LONGEST_NAME - 1] + "…"
    return words.translate(_SPECIAL)


def figure(*traces: go.Scatter | go.Heatmap | go.Bar, **layout: object) -> go.Figure:
    """A figure in the house style: no template, tight margins, legend on top.

    The names of traces and axes stand as they are, for they may be a stranger's: no markup. Texts
    in annotations, ticks and cells are the caller's own (`plain`).
    """
    base: dict[str, object] = {
        "template": "none",
        "margin": {"l": 48, "r": 12, "t": 26, "b": 30},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hovermode": "x unified",
        "dragmode": "zoom",
    }
    for trace in traces:
        if trace.name:
            trace.name = plain(trace.name)
    axes = {name: _titled(axis) for name, axis in layout.items() if name[1:5] == "axis"}
    return go.Figure(list(traces), base | layout | axes)


def _titled(axis: Any) -> Any:  # noqa: ANN401
    """The settings of an axis with a title that holds no markup."""
    title = axis.get("title") if isinstance(axis, dict) else None
    if not isinstance(title, dict) or not title.get("text"):
        return axis
    return {**axis, "title": {**title, "text": plain(title["text"])}}
