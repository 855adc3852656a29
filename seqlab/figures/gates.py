"""Heat maps of gates and states: time on x, units on y."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from seqlab.figures import style

# Rows of small multiples, for each cell: gates above, states below.
LAYOUT: dict[str, list[list[str]]] = {
    "LSTM": [["input_gate", "forget_gate", "output_gate"], ["candidate", "cell", "hidden"]],
    "GRU": [["update_gate", "reset_gate"], ["candidate", "hidden"]],
    "SimpleRNN": [["hidden"]],
}


def heat_maps(cell: str, trace: Mapping[str, NDArray[np.floating]]) -> go.Figure:
    """Every gate and state of one layer for one sequence.

    Gates share the fixed scale 0..1, states the fixed scale -1..1. Only an LSTM's cell state can
    leave -1..1; its scale then widens, and its title says how far.

    Args:
        cell: "LSTM", "GRU" or "SimpleRNN".
        trace: (timesteps, units) by name.
    """
    rows = LAYOUT[cell]
    reach = float(np.ceil(10 * max(1.0, np.abs(trace["cell"]).max())) / 10) if "cell" in trace else 1.0
    names = [name for row in rows for name in row]
    titles = {name: style.GATE_NAMES[name] for name in names}
    if reach > 1:
        titles["cell"] += f", scale ±{reach:g}"
    figure = make_subplots(
        figure=style.figure(hovermode="closest", showlegend=False),
        rows=len(rows),
        cols=len(rows[0]),
        subplot_titles=[titles[name] for name in names],
        shared_xaxes="all",
        shared_yaxes="all",
        horizontal_spacing=0.03,
        vertical_spacing=0.16,
    )
    for row, line in enumerate(rows, 1):
        for column, name in enumerate(line, 1):
            values = np.asarray(trace[name], np.float32)  # (T, units)
            axis = "coloraxis" if name in style.SIGMOID else "coloraxis2"
            heat = go.Heatmap(
                z=values.T,  # (units, T): rows of z run along y
                x0=1,
                dx=1,
                y0=1,
                dy=1,
                coloraxis="coloraxis3" if name == "cell" else axis,
                name=style.GATE_NAMES[name],
                hovertemplate="step %{x}, unit %{y}: %{z:.3f}<extra>%{fullData.name}</extra>",
            )
            figure.add_trace(heat, row, column)
    half = 0.5 if len(rows) > 1 else 1.0
    bar = {"thickness": 10, "len": half * 0.9, "xpad": 4, "outlinewidth": 0}
    states = {"colorscale": style.DIVERGING, "cmin": -1, "cmax": 1}
    figure.update_layout(
        coloraxis={
            "colorscale": style.SEQUENTIAL,
            "cmin": 0,
            "cmax": 1,
            "colorbar": bar | {"y": 0.78, "tickvals": [0, 0.5, 1]},
        },
        coloraxis2=states | {"colorbar": bar | {"y": half / 2 - 0.03, "tickvals": [-1, 0, 1]}},
        coloraxis3=states | {"cmin": -reach, "cmax": reach, "showscale": False},
    )
    figure.update_annotations(font_size=12)
    figure.update_xaxes(title_text="time step", row=len(rows))
    figure.update_yaxes(title_text="unit", col=1)
    return figure
