"""One gap of a series and what could stand in it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style

COLOURS = (style.WINDOW, style.BASELINE)


def fills(
    labels: NDArray[np.generic],
    known: NDArray[np.float64],
    filled: Mapping[str, NDArray[np.float64]],
    chosen: str,
    name: str,
) -> go.Figure:
    """The known values around a gap, and each way to fill it.

    Args:
        labels: (rows,) times.
        known: (rows,) NaN in the gap.
        filled: (rows,) by the name of the way, NaN where that way leaves the gap open.
        chosen: the way that is used: its line is solid.
        name: of the column.
    """
    gap = ~np.isfinite(known)
    beside = gap | np.roll(gap, 1) | np.roll(gap, -1)
    traces = [
        go.Scatter(
            x=labels,
            y=known,
            name="measured",
            mode="lines+markers",
            line={"color": style.TRUTH, "width": 1},
            marker={"size": 4},
        )
    ]
    for (way, values), colour in zip(filled.items(), COLOURS, strict=False):
        line = {"color": colour, "width": 3 if way == chosen else 1.5}
        line |= {} if way == chosen else {"dash": "dot"}
        shown = np.where(beside, values, np.nan)
        traces.append(go.Scatter(x=labels, y=shown, name=way, mode="lines", line=line))
    return style.figure(*traces, yaxis={"title": {"text": name}})
