"""A comparison: a line and a band for each variant, and a dot for each seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import log_axis, style
from seqlab.figures.thin import evenly

FAINT = 0.18  # opacity of a band
JITTER = 0.25  # of the dots, as a share of the place of a variant
MOST_POINTS = 300  # epochs of one line that are drawn


@dataclass(frozen=True)
class Lane:
    """One variant over the epochs, and what its seeds reached.

    Attributes:
        name: of the variant.
        epoch: (m,) epochs.
        middle, low, high: (m,) the line and the edges of its band; NaN where there is none.
        reached: (n,) the result of each seed that has ended; infinite if it has none.
        seeds: (n,) which seeds these are.
        centre, interval: of the results; NaN where they cannot be worked out.
    """

    name: str
    epoch: NDArray[np.int64]
    middle: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    reached: NDArray[np.float64]
    seeds: NDArray[np.int64]
    centre: float = float("nan")
    interval: tuple[float, float] = (float("nan"), float("nan"))


def curves(
    lanes: Sequence[Lane], baseline: tuple[str, float] | None, epochs: int, title: str
) -> go.Figure:
    """The line and the band of each variant, on a logarithmic axis.

    Args:
        lanes: the variants.
        baseline: name and result of the rule to beat, if it is one for all of them.
        epochs: how many a run will have, so that the axis does not jump.
        title: of the results.
    """
    traces: list[go.Scatter] = []
    for k, lane in enumerate(lanes):
        colour, places = colour_of(k), _places(len(lane.epoch))
        there = places[np.isfinite(lane.low[places]) & np.isfinite(lane.high[places])]
        if len(there) > 1:
            edge = np.concatenate([lane.high[there], lane.low[there][::-1]])
            traces.append(
                go.Scatter(
                    x=np.concatenate([lane.epoch[there], lane.epoch[there][::-1]]),
                    y=edge,
                    fill="toself",
                    mode="lines",
                    line={"width": 0},
                    fillcolor=_faint(colour),
                    hoverinfo="skip",
                    showlegend=False,
                    legendgroup=lane.name,
                )
            )
        traces.append(
            go.Scatter(
                x=lane.epoch[places],
                y=lane.middle[places],
                name=lane.name,
                mode="lines" if len(places) > 1 else "lines+markers",
                line={"color": colour, "width": 2},
                hovertemplate="%{y:.4g}",
                legendgroup=lane.name,
            )
        )
    if baseline:
        name, level = baseline
        line = {"color": style.BASELINE, "dash": "dash"}
        traces.append(
            go.Scatter(x=[0, epochs], y=[level, level], name=name, mode="lines", line=line)
        )
    shown = np.concatenate([[baseline[1]] if baseline else [], *(lane.middle for lane in lanes)])
    return style.figure(
        *traces,
        xaxis={"title": {"text": "epoch", "standoff": 4}, "range": [0, max(epochs, 1)]},
        yaxis={
            "title": {"text": title},
            "type": "log",
            "minor": {"ticks": ""},
            **log_axis.fine_ticks(shown),
        },
        margin={"l": 60, "r": 12, "t": 26, "b": 36},
    )


def dots(lanes: Sequence[Lane], baseline: tuple[str, float] | None, title: str) -> go.Figure:
    """A dot for each seed, beside it the centre of all with its interval; crosses: no result.

    Args:
        lanes: the variants.
        baseline: name and result of the rule to beat, if it is one for all of them.
        title: of the results.
    """
    traces: list[go.Scatter] = []
    finite = np.concatenate(
        [np.zeros(0), *(lane.reached[np.isfinite(lane.reached)] for lane in lanes)]
    )
    drawn = np.append(finite, baseline[1] if baseline else [])
    top = float(finite.max()) if len(finite) else 1.0
    for k, lane in enumerate(lanes):
        colour, good = colour_of(k), np.isfinite(lane.reached)
        n = max(len(lane.reached), 1)
        x = k - JITTER + 2 * JITTER * (np.arange(len(lane.reached)) + 0.5) / n
        traces.append(
            go.Scatter(
                x=x,
                y=np.where(good, lane.reached, top),
                mode="markers",
                name=lane.name,
                marker={
                    "color": colour,
                    "size": 8,
                    "symbol": np.where(good, "circle", "x"),
                    "opacity": 0.8,
                },
                customdata=lane.seeds,
                text=[f"{v:.4g}" if np.isfinite(v) else "no result" for v in lane.reached],
                hovertemplate="seed %{customdata}: %{text}",
                showlegend=False,
            )
        )
        if np.isfinite(lane.centre):
            low, high = lane.interval
            error = None
            if np.isfinite([low, high]).all():
                error = {
                    "array": [high - lane.centre],
                    "arrayminus": [lane.centre - low],
                    "color": colour,
                    "thickness": 2,
                }
            traces.append(
                go.Scatter(
                    x=[k + 0.4],
                    y=[lane.centre],
                    error_y=error,
                    mode="markers",
                    marker={"color": colour, "size": 11, "symbol": "line-ew-open"},
                    name=f"{lane.name}: interquartile mean",
                    hovertemplate="%{y:.4g}",
                    showlegend=False,
                )
            )
    if baseline:
        name, level = baseline
        traces.append(
            go.Scatter(
                x=[-0.5, len(lanes) - 0.3],
                y=[level, level],
                mode="lines",
                name=name,
                line={"color": style.BASELINE, "dash": "dash"},
                showlegend=False,
            )
        )
    return style.figure(
        *traces,
        xaxis={
            "tickvals": list(range(len(lanes))),
            "ticktext": [style.plain(lane.name) for lane in lanes],
            "range": [-0.5, len(lanes) - 0.3],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "title": {"text": title},
            "type": "log",
            **log_axis.fine_ticks(drawn),
        },
        hovermode="closest",
        margin={"l": 60, "r": 12, "t": 26, "b": 36},
    )


def colour_of(index: int) -> str:
    """The colour of a variant by its place."""
    return style.SEVERAL[index % len(style.SEVERAL)]


def _places(count: int) -> NDArray[np.int64]:
    """Which epochs of a long line are drawn: evenly, the last among them."""
    places = np.arange(count)
    return np.union1d(evenly(places, MOST_POINTS), places[-1:])


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{FAINT})"
