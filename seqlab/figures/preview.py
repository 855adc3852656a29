"""One (X, y) pair drawn where it comes from."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style

CONTEXT = 30  # draw at most this many windows' worth of the series
MOST_POINTS = 2000


def pair(
    labels: NDArray[np.generic],
    target: NDArray[np.float64],
    inputs: dict[str, NDArray[np.float64]],
    start: int,
    window: int,
    horizon: int,
    split: int,
    name: str,
) -> go.Figure:
    """The series with one window and its target on it, and the validation part shaded.

    Args:
        labels: (rows,) times.
        target: (rows,) the series to predict.
        inputs: (rows,) of each column that the network sees.
        start, window, horizon: the pair, in rows.
        split: the first row of the validation part.
        name: the target's name.
    """
    goal = start + window + horizon - 1
    margin = max(CONTEXT * window, 300) // 2
    first, last = max(0, start - margin), min(len(target), goal + 1 + margin)
    shown = slice(first, last, max(1, (last - first) // MOST_POINTS))
    seen = slice(start, start + window)
    traces = [
        go.Scatter(
            x=labels[shown],
            y=target[shown],
            name=name,
            mode="lines",
            line={"color": style.TRUTH, "width": 1},
        )
    ]
    for column, values in inputs.items():
        traces.append(
            go.Scatter(
                x=labels[seen],
                y=values[seen],
                name="X" if len(inputs) == 1 else f"X: {column}",
                mode="lines",
                line={"color": style.WINDOW, "width": 3},
            )
        )
    marker = {"color": style.TARGET, "size": 11, "symbol": "diamond"}
    traces.append(
        go.Scatter(x=labels[[goal]], y=target[[goal]], name="y", mode="markers", marker=marker)
    )
    shapes = []
    if split < last:
        shapes.append(
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": labels[max(split, first)],
                "x1": labels[last - 1],
                "y0": 0,
                "y1": 1,
                "fillcolor": style.VALIDATION,
                "opacity": 0.10,
                "line": {"width": 0},
                "layer": "below",
            }
        )
    return style.figure(*traces, yaxis={"title": {"text": name}}, shapes=shapes)


def sequence(x: NDArray[np.floating], names: tuple[str, ...]) -> go.Figure:
    """One drawn sequence, (timesteps, features): the first feature as bars, marked ones bright.

    Written for sequences whose second feature marks steps, as in the adding problem.
    """
    marked = x[:, 1] > 0.5
    steps = np.arange(1, len(x) + 1)
    colours = np.where(marked, style.TARGET, style.WINDOW)
    bars = go.Bar(
        x=steps,
        y=x[:, 0],
        name=names[0],
        marker={"color": colours, "opacity": np.where(marked, 1.0, 0.35)},
        showlegend=False,
    )
    return style.figure(
        bars,
        xaxis={"title": {"text": "time step"}},
        yaxis={"title": {"text": names[0]}, "range": [0, 1.05]},
        bargap=0.15,
    )
