"""How often, how long, how alike: classes, lengths and autocorrelation as bars."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style

MOST_BARS = 30
LONGEST_TICK = 14


def classes(counts: Mapping[str, tuple[int, int]]) -> go.Figure:
    """How often each class is a target, the most frequent first, at most `MOST_BARS` of them.

    Args:
        counts: by class, how often in the training and in the validation part.
    """
    there = [item for item in counts.items() if sum(item[1])]
    chosen = sorted(there, key=lambda item: -sum(item[1]))[:MOST_BARS]
    places = np.arange(len(chosen))
    ticks = [_short(name) for name, _ in chosen]
    bars = [
        go.Bar(
            x=places,
            y=[count[part] for _, count in chosen],
            name=name,
            marker={"color": colour},
            text=ticks,
            textposition="none",
            hovertemplate="%{text}: %{y:,}<extra>%{fullData.name}</extra>",
        )
        for part, (name, colour) in enumerate(
            (("training", style.TRAIN), ("validation", style.VALIDATION))
        )
    ]
    return style.figure(
        *bars,
        barmode="stack",
        hovermode="closest",
        xaxis={"tickvals": places, "ticktext": ticks, "showgrid": False},
        yaxis={"title": {"text": "targets"}},
    )


def _short(name: str) -> str:
    words = visible(name)
    return style.plain(f"{words[: LONGEST_TICK - 1]}…" if len(words) > LONGEST_TICK else words)


def visible(name: str) -> str:
    """A class that is a character nobody can see, as a sign for it."""
    return {" ": "␣", "\n": "⏎", "\t": "⇥"}.get(name, name)


def lengths(steps: NDArray[np.integer]) -> go.Figure:
    """How many sequences have how many steps; `steps` is (n,)."""
    low, high = int(steps.min()), int(steps.max())
    width = max(1, -(-(high - low + 1) // MOST_BARS))
    edges = np.arange(low, high + width + 1, width)
    counts, _ = np.histogram(steps, edges)
    last = np.minimum(edges[1:] - 1, high)
    names = [f"{a:,}" if a >= b else f"{a:,} to {b:,}" for a, b in zip(edges, last, strict=False)]
    bar = go.Bar(
        x=edges[:-1] + (width - 1) / 2,
        y=counts,
        marker={"color": style.WINDOW},
        width=width * 0.9,
        text=names,
        textposition="none",
        hovertemplate="%{text} steps: %{y:,} sequences<extra></extra>",
    )
    return style.figure(
        bar,
        hovermode="closest",
        xaxis={"title": {"text": "steps", "standoff": 4}, "showgrid": False},
        yaxis={"title": {"text": "sequences"}},
        margin={"l": 48, "r": 12, "t": 12, "b": 40},
    )


def autocorrelation(lags: NDArray[np.float64], rows: int, season: int) -> go.Figure:
    """How alike a series and its own past are, with the season that was found.

    The grey band is where 95 % of the values of pure noise lie: ±1.96/√rows (Bartlett, for white
    noise).

    Args:
        lags: (n,) correlations at lag 0, 1, 2, …
        rows: how many rows they were measured on.
        season: the lag to mark, 0 for none.
    """
    at = np.arange(len(lags))
    band = 1.96 / np.sqrt(rows)
    bars = go.Bar(
        x=at[1:],
        y=lags[1:],
        marker={"color": style.WINDOW, "line": {"width": 0}},
        hovertemplate="%{x} rows earlier: %{y:.2f}<extra></extra>",
        showlegend=False,
    )
    traces: list[go.Bar | go.Scatter] = [bars]
    if 0 < season < len(lags):
        traces.append(
            go.Scatter(
                x=[season],
                y=[lags[season]],
                name=f"season: {season} rows",
                mode="markers",
                marker={"color": style.TARGET, "size": 11, "symbol": "diamond"},
            )
        )
    noise = {
        "type": "rect",
        "xref": "paper",
        "yref": "y",
        "x0": 0,
        "x1": 1,
        "y0": -band,
        "y1": band,
        "fillcolor": style.BASELINE,
        "opacity": 0.25,
        "line": {"width": 0},
        "layer": "below",
    }
    return style.figure(
        *traces,
        hovermode="closest",
        shapes=[noise],
        bargap=0.3 if len(lags) < 80 else 0.0,
        xaxis={"title": {"text": "rows earlier (lag)", "standoff": 4}, "range": [0.4, len(lags)]},
        yaxis={"title": {"text": "correlation"}, "range": [-1.05, 1.05], "zeroline": True},
        margin={"l": 52, "r": 12, "t": 26, "b": 40},
    )
