"""Heat maps of gates and states: time on x, units on y."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.cells import CELLS
from seqlab.figures import style


def heat_maps(cell: str, trace: Mapping[str, NDArray[np.floating]]) -> go.Figure:
    """Every gate and state of one layer for one sequence.

    Gates share the fixed scale 0..1, states the fixed scale -1..1. What leaves -1..1, as the cell
    state of an LSTM does, widens that scale, and its title says how far.

    Args:
        cell: its name.
        trace: (timesteps, units) by name.
    """
    rows = CELLS[cell].rows
    signed = [np.abs(trace[name]).max() for row in rows for name in row if not _is_gate(name)]
    reach = max(1.0, float(np.ceil(10 * max(signed)) / 10))
    traces: list[go.Heatmap] = []
    titles: list[dict[str, object]] = []
    axes: dict[str, object] = {}
    for i, line in enumerate(rows):
        bottom, top = _span(len(rows) - 1 - i, len(rows), gap=0.2)
        for j, name in enumerate(line):
            start, end = _span(j, len(line), gap=0.03)
            n = "" if not traces else str(len(traces) + 1)  # axes are called x, x2, x3, ...
            axes[f"xaxis{n}"] = {
                "domain": [start, end],
                "anchor": f"y{n}",
                "matches": "x" if n else None,
                "showticklabels": i == len(rows) - 1,
                "title": {"text": "time step" if i == len(rows) - 1 else ""},
                "showgrid": False,
            }
            axes[f"yaxis{n}"] = {
                "domain": [bottom, top],
                "anchor": f"x{n}",
                "matches": "y" if n else None,
                "showticklabels": j == 0,
                "title": {"text": "unit" if j == 0 else ""},
                "showgrid": False,
            }
            wide = not _is_gate(name) and np.abs(trace[name]).max() > 1
            traces.append(_heat_map(name, trace[name], n, wide))
            title = style.GATE_NAMES[name] + (f" ±{reach:g}" if wide else "")
            titles.append(style.heading(title, (start + end) / 2, top))
    return style.figure(
        *traces,
        hovermode="closest",
        showlegend=False,
        annotations=titles,
        coloraxis=_scale(style.SEQUENTIAL, 0, 1, _span(len(rows) - 1, len(rows), gap=0.2)),
        coloraxis2=_scale(style.DIVERGING, -1, 1, _span(0, len(rows), gap=0.2)),
        coloraxis3={
            "colorscale": style.DIVERGING,
            "cmin": -reach,
            "cmax": reach,
            "showscale": False,
        },
        **axes,
    )


def _heat_map(name: str, values: NDArray[np.floating], axis: str, wide: bool) -> go.Heatmap:
    scale = "coloraxis" if _is_gate(name) else "coloraxis2"
    return go.Heatmap(
        z=np.asarray(values, np.float32).T,  # (units, T): the rows of z run along y
        x0=1,
        dx=1,
        y0=1,
        dy=1,
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        coloraxis="coloraxis3" if wide else scale,
        name=style.GATE_NAMES[name],
        hovertemplate="step %{x}, unit %{y}: %{z:.3f}<extra>%{fullData.name}</extra>",
    )


def _is_gate(name: str) -> bool:
    return name in style.SIGMOID


def _span(index: int, count: int, gap: float) -> tuple[float, float]:
    """Start and end of one of `count` equal cells on 0..1, with gaps between them."""
    size = (1 - gap * (count - 1)) / count
    return index * (size + gap), index * (size + gap) + size


def _scale(colours: object, low: int, high: int, span: tuple[float, float]) -> dict[str, object]:
    """A colour axis whose bar stands beside the row of heat maps that it explains."""
    return {
        "colorscale": colours,
        "cmin": low,
        "cmax": high,
        "colorbar": {
            "thickness": 10,
            "outlinewidth": 0,
            "xpad": 4,
            "y": sum(span) / 2,
            "len": span[1] - span[0],
            "tickvals": [low, (low + high) / 2, high],
        },
    }
