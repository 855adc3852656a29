"""The error of a forecast by its distance, and one forecast of several steps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style

Reals = NDArray[np.float64]


def errors(network: Reals, rules: Mapping[str, Reals], target: str) -> go.Figure:
    """RMSE by step.

    Args:
        network: (steps,).
        rules: by name, those of rules without a network, each (steps,).
        target: what is forecast, with its unit.
    """
    ahead = np.arange(1, len(network) + 1)
    dashes = ["dash", "dot", "dashdot", "longdash"]
    traces = [
        go.Scatter(
            x=ahead,
            y=values,
            name=name,
            mode="lines",
            line={"color": style.BASELINE, "dash": dashes[i % len(dashes)], "width": 1},
        )
        for i, (name, values) in enumerate(rules.items())
    ]
    traces.append(
        go.Scatter(
            x=ahead,
            y=network,
            name="network",
            mode="lines+markers",
            line={"color": style.PREDICTION},
            marker={"size": 4},
        )
    )
    return style.figure(
        *traces,
        xaxis={"title": {"text": "steps ahead", "standoff": 4}},
        yaxis={"title": {"text": f"RMSE of {target}"}, "rangemode": "tozero"},
    )


def forecast(
    times: NDArray[np.generic],
    known: Reals,
    truth: Reals,
    made: Reals,
    target: str,
) -> go.Figure:
    """One forecast of several steps behind the window that it begins from.

    Args:
        times: (window + steps,), of both.
        known: (window,), what the network read.
        truth, made: (steps,), what came, and what the network said.
        target: its name.
    """
    window = len(known)
    lines = [
        ("window", times[:window], known, style.WINDOW),
        ("truth", times[window - 1 :], np.append(known[-1], truth), style.TRUTH),
        ("network", times[window:], made, style.PREDICTION),
    ]
    traces = [
        go.Scatter(x=x, y=y, name=name, mode="lines", line={"color": colour})
        for name, x, y, colour in lines
    ]
    return style.figure(*traces, yaxis={"title": {"text": target}})
