"""A walk-forward: what each fold forecast, and the errors by step of the horizon."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style
from seqlab.figures.future import band

DASHES = ("dash", "dot", "dashdot")
SPREADS = {"rmse": "spread", "mae": "spread", "mase": "mase_spread"}


def folds(
    times: NDArray[np.generic],
    known: NDArray[np.float64],
    forecasts: pd.DataFrame,
    rule: str,
    target: str,
    level: float,
) -> go.Figure:
    """The series with the forecast of each fold, its band, and the best rule.

    Args:
        times: (rows,) of the series, as far as it is drawn.
        known: (rows,) its values.
        forecasts: columns fold, time, forecast, low, high, and one for the rule.
        rule: the name of that column.
        target: what is forecast, with its unit.
        level: of the bands.
    """
    bands: list[go.Scatter] = []
    rules, lines = [], []
    for place, (number, fold) in enumerate(forecasts.groupby("fold")):
        first = {"showlegend": place == 0}
        ahead = fold["time"].to_numpy()
        held = fold[fold["low"].notna()]
        if len(held):
            there, low, high = (held[name].to_numpy() for name in ("time", "low", "high"))
            bands.append(band(there, low, high, level, legendgroup="band", showlegend=not bands))
        rules.append(
            go.Scatter(
                x=ahead, y=fold[rule], name=rule, legendgroup="rule", mode="lines", **first,
                line={"color": style.BASELINE, "dash": "dash"},
            )
        )  # fmt: skip
        lines.append(
            go.Scatter(
                x=ahead, y=fold["forecast"], name="network", legendgroup="network", **first,
                mode="lines+markers" if len(ahead) == 1 else "lines",
                line={"color": style.PREDICTION}, meta=f"fold {number}",
            )
        )  # fmt: skip
    series = go.Scatter(
        x=times, y=known, name="series", mode="lines", line={"color": style.TRUTH, "width": 1.5}
    )
    return style.figure(*bands, series, *rules, *lines, yaxis={"title": {"text": target}})


def errors(by_step: pd.DataFrame, measure: str, network: str) -> go.Figure:
    """An error by step of the horizon, of the network and of each rule.

    Args:
        by_step: columns method, step, "rmse", "mae", "mase", "spread", "mase_spread".
        measure: "rmse", "mae" or "mase".
        network: which of the methods is the network; strokes say how its folds spread.
    """
    traces = []
    others = [name for name in by_step["method"].unique() if name != network]
    for place, name in enumerate([*others, network]):
        own = by_step[by_step["method"] == name]
        line: dict[str, object] = {"color": style.BASELINE, "dash": DASHES[place % 3], "width": 1.5}
        more: dict[str, object] = {"mode": "lines"}
        if name == network:
            spread = own[SPREADS[measure]].fillna(0).to_numpy()
            line = {"color": style.PREDICTION}
            more = {
                "mode": "lines+markers",
                "marker": {"size": 4},
                "error_y": {
                    "array": spread,
                    "arrayminus": np.minimum(spread, own[measure]),
                    "symmetric": False,
                    "thickness": 1,
                    "width": 2,
                },
            }
        traces.append(go.Scatter(x=own["step"], y=own[measure], name=name, line=line, **more))
    return style.figure(
        *traces,
        xaxis={"title": {"text": "rows ahead", "standoff": 4}},
        yaxis={"title": {"text": measure.upper()}, "rangemode": "tozero"},
    )
