"""The rows that come, behind the series that they continue."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style

Reals = NDArray[np.float64]
BAND = "rgba(209, 105, 14, 0.22)"  # the colour of a prediction


def future(
    times: NDArray[np.generic],
    known: Reals,
    ahead: NDArray[np.generic],
    made: Reals,
    low: Reals,
    high: Reals,
    target: str,
    level: float,
) -> go.Figure:
    """A series, its forecast and the band around it, in original units.

    Args:
        times: (rows,) of the series, as far as it is drawn.
        known: (rows,) its values.
        ahead: (steps,) the times of the forecast.
        made: (steps,) the forecast.
        low, high: (steps,) the band; NaN where there is none.
        target: what is forecast, with its unit.
        level: of the band.
    """
    banded = np.isfinite(low)
    traces = [band(ahead[banded], low[banded], high[banded], level)] if banded.any() else []
    joined = np.concatenate([times[-1:], ahead]), np.concatenate([known[-1:], made])
    traces += [
        go.Scatter(x=times, y=known, name="series", mode="lines", line={"color": style.TRUTH}),
        go.Scatter(
            x=joined[0],
            y=joined[1],
            name="forecast",
            mode="lines+markers",
            line={"color": style.PREDICTION},
            marker={"size": 4, "opacity": [0, *[1] * len(made)]},
        ),
    ]
    return style.figure(*traces, yaxis={"title": {"text": target}})


def band(
    times: NDArray[np.generic], low: Reals, high: Reals, level: float, **more: object
) -> go.Scatter:
    """The band around a forecast.

    Args:
        times, low, high: (steps,), where there is one.
        level: of the band.
        more: settings of the trace.
    """
    return go.Scatter(
        x=np.concatenate([times, times[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        name=f"{level:.0%} band",
        mode="lines",
        fill="toself",
        fillcolor=BAND,
        line={"width": 0, "color": BAND},
        hoverinfo="skip",
        **more,
    )
