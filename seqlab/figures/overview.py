"""All of the data at a glance: a series with its parts, or some of many sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style
from seqlab.figures.thin import evenly, extremes

MOST_GAPS = 500  # marks for missing values on one line
PARTS = (("training", style.TRAIN), ("validation", style.VALIDATION), ("test", style.TEST))
COLOURS = (style.WINDOW, style.VALIDATION, style.TRUTH, style.TARGET, style.TEST, style.BASELINE)
MOST_STRETCHES = 120  # that are shaded
BETWEEN = 0.035  # of the height, between two lines


def series(
    labels: NDArray[np.generic],
    columns: Mapping[str, NDArray[np.float64]],
    splits: tuple[int, int] | None = None,
    gaps: Mapping[str, NDArray[np.bool_]] | None = None,
    along: str = "",
    parts: NDArray[np.int8] | None = None,
) -> go.Figure:
    """Columns below each other over the same time, with the parts shaded and gaps marked.

    Args:
        labels: (rows,) times, in order.
        columns: (rows,) each, by name; thinned by the lowest and highest value of each stretch.
        splits: the first rows of the validation and of the test part, or `None` for no shading.
        gaps: (rows,) for each column, where it was missing before it was filled.
        along: the title of the common axis.
        parts: (rows,) the part of each row, 0 to 2, where they are not three stretches.
    """
    traces: list[go.Scatter] = []
    rows = _lines(list(columns), along)
    for i, (name, values) in enumerate(columns.items()):
        shown = extremes(values)
        axis = {"yaxis": f"y{i + 1 if i else ''}", "showlegend": False}
        line = {"color": style.TRUTH if i == 0 else style.WINDOW, "width": 1}
        traces.append(
            go.Scatter(x=labels[shown], y=values[shown], name=name, mode="lines", line=line, **axis)
        )
        missing = np.flatnonzero(gaps[name]) if gaps else np.empty(0, np.int64)
        if not len(missing):
            continue
        missing = evenly(missing, MOST_GAPS)
        # A gap that was not filled has no place on the line: its mark stands at the bottom.
        bottom = np.nanmin(values) if np.isfinite(values).any() else 0.0
        traces.append(
            go.Scatter(
                x=labels[missing],
                y=np.where(np.isfinite(values[missing]), values[missing], bottom),
                name="missing",
                mode="markers",
                marker={"color": style.TARGET, "size": 5, "symbol": "x"},
                **axis,
            )
        )
    borders = _borders(labels, splits, parts)
    layout = rows | (_shaded(labels, borders) if borders else {})
    return style.figure(*traces, margin={"l": 56, "r": 12, "t": 26, "b": 40}, **layout)


def _lines(names: Sequence[str], along: str) -> dict[str, Any]:
    """An axis for each line of the picture, from top to bottom, above one common axis of time."""
    height = 1 / max(1, len(names))
    space = BETWEEN if len(names) > 1 else 0.0
    layout: dict[str, Any] = {}
    for i, name in enumerate(names):
        top = 1 - i * height
        layout[f"yaxis{i + 1 if i else ''}"] = {
            "domain": [max(0.0, top - height + space), top],
            "title": {"text": name if len(name) <= 18 or len(names) == 1 else f"{name[:17]}…"},
            "nticks": 4 if len(names) > 1 else 6,
        }
    last = len(names)
    layout["xaxis"] = {
        "anchor": f"y{last if last > 1 else ''}",
        "title": {"text": along, "standoff": 4},
    }
    return layout


def _borders(
    labels: NDArray[np.generic],
    splits: tuple[int, int] | None,
    parts: NDArray[np.int8] | None,
) -> list[tuple[int, int, int]]:
    """The stretches of each part: its number, first row and end; none if there are too many."""
    if splits is not None:
        ends = (0, *splits, len(labels))
        return [(i, ends[i], ends[i + 1]) for i in range(3)]
    if parts is None or not len(parts):
        return []
    edges = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), len(parts)]
    if len(edges) > MOST_STRETCHES:
        return []
    return [(int(parts[a]), a, b) for a, b in pairwise(edges)]


def _shaded(
    labels: NDArray[np.generic], stretches: Sequence[tuple[int, int, int]]
) -> dict[str, Any]:
    """Rectangles behind the parts, and the name of each above its first one."""
    shapes, notes = [], []
    named: set[str] = set()
    for number, first, end in stretches:
        name, colour = PARTS[number]
        if end <= first:
            continue
        x0, x1 = labels[first], labels[min(end, len(labels) - 1)]
        shapes.append(style.stripe(x0, x1, colour, 0.05 if name == "training" else 0.13))
        if name in named:
            continue
        named.add(name)
        notes.append(
            {
                "x": x0,
                "xref": "x",
                "xanchor": "left",
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "text": name,
                "showarrow": False,
                "font": {"color": colour, "size": 11},
            }
        )
    return {"shapes": shapes, "annotations": notes}


def sequences(
    examples: Sequence[tuple[str, NDArray[np.floating]]], names: Sequence[str]
) -> go.Figure:
    """Some sequences over each other, a line of the picture for each feature.

    Args:
        examples: the group that gives the colour ("" for none), and (timesteps, features).
        names: of the features.
    """
    groups = list(dict.fromkeys(group for group, _ in examples))
    colour = {group: COLOURS[i % len(COLOURS)] for i, group in enumerate(groups)}
    traces: list[go.Scatter] = []
    named: set[str] = set()
    for group, values in examples:
        time = np.arange(1, len(values) + 1)
        for j in range(len(names)):
            shown = extremes(values[:, j].astype(np.float64))
            traces.append(
                go.Scatter(
                    x=time[shown],
                    y=values[shown, j],
                    name=group,
                    legendgroup=group,
                    showlegend=bool(group) and group not in named,
                    mode="lines",
                    line={"color": colour[group], "width": 1},
                    opacity=0.75,
                    yaxis=f"y{j + 1 if j else ''}",
                )
            )
            named.add(group)
    return style.figure(
        *traces,
        hovermode="closest",
        margin={"l": 56, "r": 12, "t": 26, "b": 40},
        **_lines(names, "time step"),
    )
