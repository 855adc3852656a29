"""Gradients over the steps of a sequence, on a logarithmic axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style

LOWEST = 1e-80  # what is smaller is drawn here: a logarithmic axis knows no 0
# Lines that share a chart: layers, or cells.
COLOURS = ["#2a78d6", "#d1690e", "#15917c", "#c0398b", "#8a63c9", "#8a8f98"]


@dataclass(frozen=True)
class Line:
    """One norm at each step, (timesteps,). Theory is dashed, a cell state is thin."""

    name: str
    norms: NDArray[np.floating]
    colour: int
    kind: str = "hidden"  # "hidden", "cell" or "theory"


def norms(lines: list[Line], title: str) -> go.Figure:
    """Norms over the time steps; `title` is that of the y axis."""
    dash = {"hidden": "solid", "cell": "dot", "theory": "dash"}
    traces = [
        go.Scatter(
            x=np.arange(1, len(line.norms) + 1),
            y=np.maximum(line.norms, LOWEST),
            name=line.name,
            mode="lines",
            line={
                "color": COLOURS[line.colour % len(COLOURS)],
                "dash": dash[line.kind],
                "width": 1.2 if line.kind == "theory" else 2,
            },
            hovertemplate="%{y:.3g}",
        )
        for line in lines
    ]
    return style.figure(
        *traces,
        xaxis={"title": {"text": "time step"}, "showgrid": False},
        yaxis={"title": {"text": title}, "type": "log", "exponentformat": "power"},
        margin={"l": 64, "r": 12, "t": 26, "b": 40},
    )


def by_epoch(
    epoch: NDArray[np.integer], norm: NDArray[np.floating], threshold: float | None
) -> go.Figure:
    """The gradient's norm in each epoch, (epochs,), with the length at which it is clipped."""
    traces = [
        go.Scatter(x=epoch, y=norm, name="gradient norm", mode="lines", line={"color": style.TRAIN})
    ]
    if threshold is not None and len(epoch):
        line = {"color": style.BASELINE, "dash": "dash"}
        ends = [epoch[0], epoch[-1]]
        traces.append(
            go.Scatter(x=ends, y=[threshold] * 2, name="clipped at", mode="lines", line=line)
        )
    return style.figure(
        *traces,
        xaxis={"title": {"text": "epoch"}},
        yaxis={"title": {"text": "gradient norm"}, "type": "log", "exponentformat": "power"},
    )
