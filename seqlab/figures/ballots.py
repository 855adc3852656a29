"""The answers of a room to one question: bars of a choice, dots of numbers, drawn curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from seqlab.figures import style


def bars(votes: Mapping[str, int]) -> go.Figure:
    """How many chose each option, as bars that begin at zero."""
    names = [style.plain(name) for name in votes]
    trace = go.Bar(
        x=list(votes.values()),
        y=names,
        orientation="h",
        marker={"color": style.WINDOW},
        text=list(votes.values()),
        textposition="auto",
        textangle=0,
    )
    most = max(votes.values(), default=0)
    return style.figure(
        trace,
        hovermode="closest",
        margin={"l": 12, "r": 12, "t": 28, "b": 36},
        xaxis={
            "title": {"text": "answers"},
            "range": [0, max(1, most) * 1.05],
            "dtick": _tick(most),
        },
        yaxis={"autorange": "reversed", "automargin": True},
    )


def _tick(most: int) -> int:
    """Whole numbers, at most about six of them."""
    return max(1, most // 6)


def dots(numbers: Sequence[float]) -> go.Figure:
    """Numbers as dots on a line, those of one value above each other, with their median."""
    ordered = np.sort(np.asarray(numbers, np.float64))
    # The how-manieth of its value each is: 1, 2, ...
    height = np.arange(len(ordered)) - np.searchsorted(ordered, ordered) + 1
    trace = go.Scatter(
        x=ordered, y=height, mode="markers", marker={"color": style.WINDOW, "size": 10}
    )
    middle = float(np.median(ordered)) if len(ordered) else 0.0
    line = style.upright(middle, color=style.TARGET, dash="dash", width=1.5)
    return style.figure(
        trace,
        hovermode="closest",
        shapes=[line],
        xaxis={"title": {"text": "answer"}},
        yaxis={"title": {"text": "how many"}, "rangemode": "tozero", "dtick": 1},
    )


def curves(drawn: Sequence[Sequence[float]], top: float, epochs: int | None = None) -> go.Figure:
    """Drawn curves, thin, and their median, strong.

    Args:
        drawn: (points,) each, from the first epoch to the last.
        top: the greatest value that could be drawn.
        epochs: over which they were drawn; `None` if nothing was said of them.
    """
    lines = np.asarray(drawn, np.float64).reshape(len(drawn), -1 if len(drawn) else 0)
    first, last = (1, epochs) if epochs else (0, 100)
    place = np.linspace(first, last, lines.shape[1]) if lines.size else np.empty(0)
    traces = [
        go.Scatter(
            x=place,
            y=line,
            mode="lines",
            line={"color": style.BASELINE, "width": 1},
            opacity=0.6,
            hoverinfo="skip",
            showlegend=False,
        )
        for line in lines
    ]
    if lines.size:
        middle = {"color": style.PREDICTION, "width": 3}
        traces.append(
            go.Scatter(
                x=place, y=np.median(lines, axis=0), mode="lines", line=middle, name="median"
            )
        )
    return style.figure(
        *traces,
        xaxis={"title": {"text": "epoch" if epochs else "share of the epochs (%)"}},
        yaxis={"range": [0, top]},
    )
