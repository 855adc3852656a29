"""Saturation, memory and likeness of units."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import log_axis, style

Floats = NDArray[np.floating]
# by gate the share of time at its low and at its high end, each (units,)
Shares = dict[str, tuple[Floats, Floats]]
BETWEEN = "rgba(138, 143, 152, 0.25)"  # of `style.BASELINE`, also in the legend
LONGEST = 1e4  # steps: a longer half-life is drawn here
EMPTY: Floats = np.empty(0)


def saturation(now: Shares, before: Shares, low: str, high: str) -> go.Figure:
    """A bar a unit, whose parts are the shares of time at either end and between them.

    What Karpathy, Johnson & Li 2015 draw as one end against the other, of which half is impossible.
    Hollow dots stand where the parts met before training. The units that are most at the high end
    come first.

    Args:
        now: the shares after training, by name.
        before: likewise before it; empty if they are not known.
        low, high: what the two ends are called.
    """
    count = len(now)
    traces: list[go.Bar | go.Scatter] = []
    layout: dict[str, object] = {}
    titles = []
    for j, name in enumerate(now):
        n = "" if j == 0 else str(j + 1)
        start, end = j / count + 0.02, (j + 1) / count - 0.02
        layout[f"xaxis{n}"] = {
            "domain": [start, end],
            "anchor": f"y{n}",
            "title": {"text": "units"},
            "showticklabels": False,
            "showgrid": False,
        }
        layout[f"yaxis{n}"] = {
            "anchor": f"x{n}",
            "range": [0, 1],
            "tickformat": ".0%",
            "title": {"text": "share of time" if j == 0 else ""},
            "showticklabels": j == 0,
        }
        shut, open_ = now[name]
        order = np.argsort(shut - open_, kind="stable")
        places = np.arange(1, len(order) + 1)
        axes: dict[str, object] = {"xaxis": f"x{n}", "yaxis": f"y{n}", "x": places}
        text = [f"unit {u + 1}" for u in order]
        between = 1 - shut - open_
        for label, share, colour in (
            (high, open_, style.GATE_COLOURS[name]),
            ("between", between, BETWEEN),
            (low, shut, style.BASELINE),
        ):
            traces.append(
                go.Bar(
                    **axes,
                    y=share[order],
                    name=label,
                    marker={"color": colour},
                    text=text,
                    textposition="none",
                    legendgroup=label,
                    showlegend=j == 0,
                    hovertemplate="%{text}: %{y:.0%}<extra>%{fullData.name}</extra>",
                )
            )
        old_shut, old_open = before.get(name, (EMPTY, EMPTY))
        line = {"color": style.TARGET, "width": 1.5}
        for share in (old_open, 1 - old_shut):
            first = j == 0 and share is old_open
            traces.append(
                go.Scatter(
                    **axes,
                    y=share[order] if len(share) else share,
                    name="before training",
                    mode="markers",
                    marker={"size": 6, "color": "rgba(0,0,0,0)", "line": line},
                    text=text,
                    legendgroup="before training",
                    showlegend=first and name in before,
                    hovertemplate="%{text}: %{y:.0%}<extra>%{fullData.name}</extra>",
                )
            )
        titles.append(style.heading(style.GATE_NAMES[name], (start + end) / 2, 1.0))
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1.1, "yanchor": "bottom"}
    layout["margin"] = {"l": 56, "r": 12, "t": 52, "b": 30}
    return style.figure(
        *traces, barmode="stack", bargap=0.15, hovermode="closest", annotations=titles, **layout
    )


def half_lives(now: Floats, before: Floats | None, timesteps: int) -> go.Figure:
    """The half-life of each unit, longest first, on a logarithmic axis.

    The horizontal line is the length of a sequence: what lies above it outlives one.

    Args:
        now: (units,), in timesteps.
        before: (units,), before training; `None` where it is not known.
        timesteps: of a sequence.
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
        if values is not None
    ]
    line = {"color": style.BASELINE, "dash": "dash"}
    length = go.Scatter(
        x=[0.5, len(now) + 0.5],
        y=[timesteps, timesteps],
        mode="lines",
        line=line,
        name="length of a sequence",
    )
    drawn = np.concatenate([*(np.asarray(trace.y, np.float64) for trace in traces), [timesteps]])
    return style.figure(
        *traces,
        length,
        hovermode="closest",
        xaxis={"title": {"text": "units, the longest memory first"}, "showgrid": False},
        yaxis={
            "title": {"text": "half-life, steps"},
            **log_axis.axis(log_axis.heights(drawn)),
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
            "title": {"text": "signal", "standoff": 6},
            "automargin": True,
            "tickvals": list(range(len(names))),
            "ticktext": [style.plain(name) for name in names],
            "showgrid": False,
        },
        margin={"l": 110, "r": 12, "t": 10, "b": 40},
    )
