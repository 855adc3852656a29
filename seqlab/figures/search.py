"""A search: best so far, each trial as a dot, each knob by itself, all of them together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import log_axis, style

OPACITY = 0.75
ACROSS = 3  # knobs in a row
WHITE_BELOW = 0.45  # of the colours, on which white is easier to read than black
MOST_TICKS = 10  # of the axis of trials
BESIDE, BELOW = 0.06, 0.25  # between two of them, as a share of the figure


def best_so_far(trials: pd.DataFrame, baseline: tuple[str, float] | None) -> go.Figure:
    """Each trial as a dot, the lowest val_loss until then as a line.

    Args:
        trials: with number, status, val_loss, best_so_far.
        baseline: name and loss of the rule to beat.
    """
    traces, ended = [], _ended(trials)
    for status, name, symbol, colour in (
        ("finished", "whole trials", "circle", style.TRAIN),
        ("stopped", "given up", "circle-open", style.BASELINE),
    ):
        some = trials[trials["status"] == status]
        traces.append(
            go.Scatter(
                x=some["number"],
                y=some["val_loss"],
                mode="markers",
                name=name,
                marker={"symbol": symbol, "color": colour, "size": 7, "opacity": OPACITY},
                hovertemplate="trial %{x}: %{y:.4g}",
            )
        )
    drawn = np.append(ended["val_loss"], baseline[1] if baseline else [])
    traces.append(
        go.Scatter(
            x=trials["number"],
            y=trials["best_so_far"],
            mode="lines",
            name="best so far",
            line={"color": style.VALIDATION, "shape": "hv", "width": 2},
        )
    )
    if baseline:
        traces.append(
            go.Scatter(
                x=[0, max(len(trials) - 1, 1)],
                y=[baseline[1]] * 2,
                mode="lines",
                name=baseline[0],
                line={"color": style.BASELINE, "dash": "dash"},
            )
        )
    return style.figure(
        *traces,
        xaxis={
            "title": {"text": "trial", "standoff": 4},
            "rangemode": "tozero",
            "dtick": math.ceil(len(trials) / MOST_TICKS),
        },
        yaxis={"title": {"text": "lowest val_loss"}, "type": "log", **log_axis.fine_ticks(drawn)},
        hovermode="closest",
        margin={"l": 60, "r": 12, "t": 26, "b": 36},
    )


def by_knob(trials: pd.DataFrame, knobs: Mapping[str, bool]) -> go.Figure:
    """The val_loss of each trial over each knob, a small chart for each.

    Args:
        trials: with a column for each knob, status and val_loss.
        knobs: by name, whether its axis is logarithmic.
    """
    trials = _ended(trials)
    rows = math.ceil(len(knobs) / ACROSS)
    across = min(len(knobs), ACROSS)
    losses = log_axis.fine_ticks(trials["val_loss"].to_numpy(np.float64))
    traces, axes = [], {}
    for i, (name, logarithmic) in enumerate(knobs.items()):
        n = "" if i == 0 else str(i + 1)
        row, column = divmod(i, ACROSS)
        width = (1 - BESIDE * (across - 1)) / across
        height = (1 - BELOW * (rows - 1)) / rows
        left, top = column * (width + BESIDE), 1 - row * (height + BELOW)
        values = trials[name]
        numbers = pd.api.types.is_numeric_dtype(values) and values.dtype != bool
        traces.append(
            go.Scatter(
                x=values if numbers else values.astype(str),
                y=trials["val_loss"],
                xaxis=f"x{n}",
                yaxis=f"y{n}",
                mode="markers",
                name=name,
                showlegend=False,
                marker={
                    "color": np.where(trials["status"] == "finished", style.TRAIN, style.BASELINE),
                    "size": 6,
                    "opacity": OPACITY,
                },
                hovertemplate="%{x}: %{y:.4g}",
            )
        )
        axes[f"xaxis{n}"] = {
            "domain": [left, left + width],
            "anchor": f"y{n}",
            "title": {"text": name, "standoff": 4},
            "type": ("log" if logarithmic else "linear") if numbers else "category",
            **(_decades() if logarithmic else {"nticks": 5}),
        }
        axes[f"yaxis{n}"] = {
            "domain": [top - height, top],
            "anchor": f"x{n}",
            "type": "log",
            "matches": None if i == 0 else "y",
            "showticklabels": column == 0,
            "title": {"text": "lowest val_loss" if column == 0 else ""},
            **losses,
        }
    return style.figure(
        *traces, **axes, hovermode="closest", margin={"l": 60, "r": 12, "t": 10, "b": 50}
    )


def _ended(trials: pd.DataFrame) -> pd.DataFrame:
    """The trials that have a loss and do not train any more."""
    return trials[trials["status"].isin(["finished", "stopped"]) & trials["val_loss"].notna()]


def _decades() -> dict[str, object]:
    """Of the logarithmic axis of a knob, which spans several."""
    return {
        "tickvals": log_axis.DECADES,
        "ticktext": [f"{tick:g}" for tick in log_axis.DECADES],
    }


def together(trials: pd.DataFrame, knobs: Mapping[str, bool]) -> go.Figure:
    """Parallel coordinates: a line a trial through its knobs to its val_loss; drag to brush.

    Arguments as for `by_knob`.
    """
    whole = _ended(trials)
    dimensions = [_axis(whole[name], name, logarithmic) for name, logarithmic in knobs.items()]
    losses = np.log10(whole["val_loss"].to_numpy(np.float64))
    dimensions.append(_axis(whole["val_loss"], "val_loss", logarithmic=True))
    trace = go.Parcoords(
        dimensions=dimensions,
        line={"color": losses, "colorscale": [[0, style.TRAIN], [1, style.BASELINE]]},
        labelfont={"size": 12},
    )
    return style.figure(trace, margin={"l": 60, "r": 40, "t": 66, "b": 24})


def _axis(values: pd.Series, name: str, logarithmic: bool) -> dict[str, object]:
    """One axis of parallel coordinates, with its own ticks."""
    label = style.plain(name)
    if not pd.api.types.is_numeric_dtype(values) or values.dtype == bool:
        words = sorted({str(value) for value in values})
        places = {word: i for i, word in enumerate(words)}
        return {
            "label": label,
            "values": [places[str(value)] for value in values],
            "tickvals": list(places.values()),
            "ticktext": [style.plain(word) for word in words],
        }
    numbers = values.to_numpy(np.float64)
    if not logarithmic or (numbers <= 0).any() or not len(numbers):
        return {"label": label, "values": numbers}
    heights = np.log10(numbers)
    ticks = np.linspace(heights.min(), heights.max(), 5)
    return {
        "label": label,
        "values": heights,
        "tickvals": ticks,
        "ticktext": [f"{10**tick:.2g}" for tick in ticks],
    }


def importance(shares: Mapping[str, float]) -> go.Figure:
    """How much each knob mattered, as bars; the shares add up to 1."""
    names: Sequence[str] = list(shares)[::-1]
    return style.figure(
        go.Bar(
            x=[shares[name] for name in names],
            y=[style.plain(name) for name in names],
            orientation="h",
            marker={"color": style.TRAIN},
            text=[f"{shares[name]:.0%}" for name in names],
            textposition="auto",
            hoverinfo="skip",
        ),
        xaxis={"tickformat": ".0%", "range": [0, 1], "title": {"text": "share"}},
        yaxis={"automargin": True},
        showlegend=False,
        margin={"l": 100, "r": 12, "t": 10, "b": 36},
    )


def grid(
    table: NDArray[np.float64],
    across: tuple[str, Sequence[str]],
    down: tuple[str, Sequence[str]],
    title: str,
) -> go.Figure:
    """A heat map of two settings with the number in each cell; darker is better, by its logarithm.

    Args:
        table: (down, across) results; infinite: none; NaN: not yet.
        across, down: name and values of each setting.
        title: of the results.
    """
    finite = np.isfinite(table) & (table > 0)
    heights = np.full(table.shape, np.nan)
    heights[finite] = np.log10(table[finite])
    low, high = (heights[finite].min(), heights[finite].max()) if finite.any() else (0.0, 0.0)
    middle = low + WHITE_BELOW * (high - low)
    bar = {key: value for key, value in log_axis.fine_ticks(table).items() if key != "range"}
    if bar:
        bar["tickvals"] = np.log10(np.asarray(bar["tickvals"], np.float64))
    heat = go.Heatmap(
        x=list(range(len(across[1]))),  # places: Plotly takes the words "4" and "16" for numbers
        y=list(range(len(down[1]))),
        customdata=[
            [
                f"{x}, {style.plain(down[0])} {y}: {_cell(value)}"
                for x, value in zip(across[1], row, strict=True)
            ]
            for y, row in zip(down[1], table, strict=True)
        ],
        z=heights,
        colorscale="Viridis",
        colorbar={"title": {"text": title}, "thickness": 12, **bar},
        hovertemplate=f"{style.plain(across[0])} %{{customdata}}<extra></extra>",
        xgap=2,
        ygap=2,
    )
    notes = [
        {
            "x": j,
            "y": i,
            "text": _cell(value),
            "showarrow": False,
            "font": {"color": "#ffffff" if heights[i, j] <= middle else "#14181f", "size": 12}
            if finite[i, j]
            else {"size": 12},
        }
        for (i, j), value in np.ndenumerate(table)
    ]
    return style.figure(
        heat,
        annotations=notes,
        xaxis={"title": {"text": across[0]}, **_named(across[1])},
        yaxis={"title": {"text": down[0]}, "automargin": True, **_named(down[1])},
        hovermode="closest",
        margin={"l": 80, "r": 12, "t": 10, "b": 44},
    )  # fmt: skip


def _named(words: Sequence[str]) -> dict[str, object]:
    """An axis whose places have names."""
    return {
        "tickvals": list(range(len(words))),
        "ticktext": [style.plain(word) for word in words],
        "range": [-0.5, len(words) - 0.5],
        "showgrid": False,
        "zeroline": False,
    }


def _cell(value: float) -> str:
    if np.isnan(value):
        return "…"
    return f"{value:.3g}" if np.isfinite(value) else "no result"
