"""Prediction against truth on the validation part, in original units."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style


def over_time(
    times: NDArray[np.generic],
    truth: NDArray[np.float64],
    prediction: NDArray[np.float64] | None,
    baseline: tuple[str, NDArray[np.float64]] | None,
    target: str,
) -> go.Figure:
    """A series: truth, forecast and baseline at each target's time.

    Args:
        times: (n,), numbers or dates.
        truth: (n,), in original units.
        prediction: (n,) likewise, or `None` before the first epoch.
        baseline: name and values (n,) of the rule to beat.
        target: what is forecast, with its unit.
    """
    traces = [go.Scatter(x=times, y=truth, name="truth", mode="lines", line={"color": style.TRUTH})]
    if baseline:
        name, values = baseline
        line = {"color": style.BASELINE, "dash": "dot", "width": 1}
        traces.append(go.Scatter(x=times, y=values, name=name, mode="lines", line=line))
    if prediction is not None:
        line = {"color": style.PREDICTION}
        traces.append(go.Scatter(x=times, y=prediction, name="prediction", mode="lines", line=line))
    return style.figure(*traces, yaxis={"title": {"text": target}})


def against_truth(
    truth: NDArray[np.float64], prediction: NDArray[np.float64] | None, target: str
) -> go.Figure:
    """Sequences without an order in time: one dot each, on the diagonal if right.

    Args:
        truth: (n,), in original units.
        prediction: (n,) likewise, or `None` before the first epoch.
        target: what is predicted, with its unit.
    """
    low, high = float(truth.min()), float(truth.max())
    traces = [
        go.Scatter(
            x=[low, high],
            y=[low, high],
            name="exactly right",
            mode="lines",
            line={"color": style.TRUTH},
        )
    ]
    if prediction is not None:
        marker = {"color": style.PREDICTION, "size": 4, "opacity": 0.6}
        traces.append(
            go.Scatter(x=truth, y=prediction, name="prediction", mode="markers", marker=marker)
        )
    return style.figure(
        *traces,
        xaxis={"title": {"text": f"true {target}"}},
        yaxis={"title": {"text": "prediction"}, "range": [low - 0.1, high + 0.1]},
        hovermode="closest",
    )
