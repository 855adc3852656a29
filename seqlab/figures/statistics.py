"""Saturation, memory and likeness of units."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style
from seqlab.figures.learning import TICKS

Floats = NDArray[np.floating]
# by gate the share of time at its low and at its high end, each (units,)
Shares = dict[str, tuple[Floats, Floats]]
LONGEST = 1e4  # steps: a longer half-life is drawn here


def saturation(now: Shares, before: Shares, low: str, high: str) -> go.Figure:
    """A dot a unit, as Karpathy, Johnson & Li 2015 draw it: at one end against at the other.

    Args:
        now, before: the shares after and before training, by the same names.
        low, high: what the two ends are called.
    """
    count = len(now)
    traces: list[go.Scatter] = []
    layout: dict[str, object] = {}
    titles = []
    for j, name in enumerate(now):
        n = "" if j == 0 else str(j + 1)
        start, end = j / count + 0.02, (j + 1) / count - 0.02
        layout[f"xaxis{n}"] = {
            "domain": [start, end],
            "anchor": f"y{n}",
            "range": [-0.03, 1.03],
            "title": {"text": low},
            "tickformat": ".0%",
            "nticks": 4,
        }
        layout[f"yaxis{n}"] = {
            "anchor": f"x{n}",
            "range": [-0.03, 1.03],
            "tickformat": ".0%",
            "title": {"text": high if j == 0 else ""},
            "showticklabels": j == 0,
        }
        line = {"color": style.BASELINE, "width": 1}
        traces.append(
            go.Scatter(
                x=[0, 1],
                y=[1, 0],
                mode="lines",
                line=line | {"dash": "dot"},
                xaxis=f"x{n}",
                yaxis=f"y{n}",
                showlegend=False,
                hoverinfo="skip",
            )
        )
        for label, shares, marker in (
            ("before training", before, {"color": "rgba(0,0,0,0)", "line": line}),
            ("now", now, {"color": style.GATE_COLOURS[name], "opacity": 0.8}),
        ):
            shut, open_ = shares[name]
            traces.append(
                go.Scatter(
                    x=shut,
                    y=open_,
                    mode="markers",
                    name=label,
                    marker={"size": 9} | marker,
                    xaxis=f"x{n}",
                    yaxis=f"y{n}",
                    showlegend=j == 0,
                    text=[f"unit {u + 1}" for u in range(len(shut))],
                    hovertemplate="%{text}: %{x:.0%}, %{y:.0%}<extra>%{fullData.name}</extra>",
                )
            )
        titles.append(
            {
                "text": style.GATE_NAMES[name],
                "x": (start + end) / 2,
                "y": 1.0,
                "xref": "paper",
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
            }
        )
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1.1, "yanchor": "bottom"}
    layout["margin"] = {"l": 56, "r": 12, "t": 52, "b": 44}
    return style.figure(*traces, hovermode="closest", annotations=titles, **layout)


def half_lives(now: Floats, before: Floats, timesteps: int) -> go.Figure:
    """The half-life of each unit, longest first, on a logarithmic axis; both arrays (units,).

    The horizontal line is the length of a sequence: what lies above it outlives one.
    """
    order = np.argsort(-now, kind="stable")
    places = np.arange(1, len(now) + 1)
    names = [f"unit {u + 1}" for u in order]
    traces = [
        go.Scatter(
            x=places,
            y=np.minimum(values[order], LONGEST),
            text=names,
            name=label,
            mode="markers",
            marker={"size": 8} | marker,
            hovertemplate="%{text}: %{y:.3g} steps<extra>%{fullData.name}</extra>",
        )
        for label, values, marker in (
            (
                "before training",
                before,
                {"color": "rgba(0,0,0,0)", "line": {"color": style.BASELINE, "width": 1}},
            ),
            ("now", now, {"color": style.GATE_COLOURS["forget_gate"]}),
        )
    ]
    line = {"color": style.BASELINE, "dash": "dash"}
    length = go.Scatter(
        x=[0.5, len(now) + 0.5],
        y=[timesteps, timesteps],
        mode="lines",
        line=line,
        name="length of a sequence",
    )
    return style.figure(
        *traces,
        length,
        hovermode="closest",
        xaxis={"title": {"text": "units, the longest memory first"}, "showgrid": False},
        yaxis={
            "title": {"text": "half-life, steps"},
            "type": "log",
            "tickvals": TICKS,
            "ticktext": [f"{tick:g}" for tick in TICKS],
        },
    )


def likeness(names: list[str], values: Floats) -> go.Figure:
    """Correlation of each unit with each signal: values (units, signals), -1 to 1."""
    heat_map = go.Heatmap(
        z=values.T.astype(np.float32),
        x=[f"{u + 1}" for u in range(len(values))],
        coloraxis="coloraxis",
        hovertemplate="unit %{x} and %{y}: %{z:.2f}<extra></extra>",
    )
    return style.figure(
        heat_map,
        hovermode="closest",
        coloraxis={
            "colorscale": style.DIVERGING,
            "cmin": -1,
            "cmax": 1,
            "colorbar": {"thickness": 10, "outlinewidth": 0, "tickvals": [-1, 0, 1]},
        },
        xaxis={"title": {"text": "unit"}, "type": "category", "nticks": 24, "showgrid": False},
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": [style.plain(name) for name in names],
            "showgrid": False,
        },
        margin={"l": 110, "r": 12, "t": 10, "b": 40},
    )
