"""All runs of a class as points, and the seeds of one experiment as a band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.cells import CELLS
from seqlab.figures import log_axis, style

COLOURS = (style.WINDOW, style.VALIDATION, style.TRUTH, style.TARGET, style.TEST, style.BASELINE)
SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "x")
DECADES = 1.5  # from the least to the greatest value, from where on an axis is logarithmic


def points(
    runs: pd.DataFrame,
    x: str,
    y: str,
    titles: Mapping[str, str],
    baseline: float | None = None,
    colour: str = "cell_0",
) -> go.Figure:
    """A point a run: one setting against one result, with a colour and a symbol by cell.

    Args:
        runs: as `seqlab.workshop.class_runs.table` gives them.
        x, y: columns.
        titles: of columns; one that is missing is its own title.
        baseline: a line to beat, in units of `y`.
        colour: the column that gives the colours.
    """
    known = runs[runs[y].notna()]
    words = not all(type(value) in (int, float) for value in known[x])
    kinds = sorted({str(value) for value in known[colour]}, key=_place)
    traces = []
    for i, kind in enumerate(kinds):
        own = known[known[colour].astype(str) == kind]
        values = [_word(value) for value in own[x]] if words else own[x].tolist()
        marker = {"color": COLOURS[i % 6], "symbol": SYMBOLS[i % 6], "size": 9, "opacity": 0.75}
        traces.append(
            go.Scatter(
                x=values,
                y=own[y].to_numpy(np.float64),
                name=kind,
                mode="markers",
                marker=marker,
                showlegend=True,
            )
        )
    horizontal: dict[str, object] = {"title": {"text": titles.get(x, x)}}
    if words or known[x].nunique() == 1:  # of one number, Plotly would make up an axis around it
        horizontal["type"] = "category"
    else:
        horizontal |= _wide_axis(known[x].to_numpy(np.float64))
    wide = _wide_axis(known[y].to_numpy(np.float64))
    vertical: dict[str, object] = {"title": {"text": titles.get(y, y)}, **wide}
    is_log = bool(wide)
    shapes, notes = [], []
    # A baseline of 0 has no place on a logarithmic axis.
    if baseline is not None and len(known) and (baseline > 0 or not is_log):
        line = {"color": style.BASELINE, "dash": "dash", "width": 1.5}
        place = {"xref": "paper", "x0": 0, "x1": 1, "y0": baseline, "y1": baseline}
        shapes.append({"type": "line", "line": line, **place})
        notes.append(
            {
                "xref": "paper",
                "x": 1,
                "xanchor": "right",
                "y": np.log10(baseline) if is_log else baseline,
                "yanchor": "bottom",
                "text": "baseline",
                "showarrow": False,
                "font": {"color": style.BASELINE, "size": 11},
            }
        )
    return style.figure(
        *traces,
        hovermode="closest",
        xaxis=horizontal,
        yaxis=vertical,
        shapes=shapes,
        annotations=notes,
        margin={"l": 56, "r": 12, "t": 26, "b": 44},
    )


def _place(kind: str) -> tuple[int, str]:
    """Cells in the order of their registry, so that a colour stays theirs."""
    names = list(CELLS)
    return (names.index(kind) if kind in names else len(names), kind)


def _word(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return style.plain("none" if value is None else str(value))


def _wide_axis(values: NDArray[np.float64]) -> dict[str, object]:
    """A logarithmic axis for positive numbers that span so much, {} for others."""
    known = values[np.isfinite(values)]
    if not len(known) or known.min() <= 0 or np.log10(known.max() / known.min()) < DECADES:
        return {}
    return log_axis.axis(log_axis.heights(known))


def band(curves: Sequence[NDArray[np.float64]], baseline: float | None = None) -> go.Figure:
    """Losses of one experiment with several seeds: every curve thin, their median strong.

    Args:
        curves: (epochs,) each; they may differ in length.
        baseline: a line to beat.
    """
    longest = max(map(len, curves), default=0)
    lines = np.full((len(curves), longest), np.nan)
    for line, curve in zip(lines, curves, strict=True):
        line[: len(curve)] = curve
    epoch = np.arange(1, longest + 1)
    full = np.isfinite(lines).sum(axis=0) * 2 > len(curves)  # of most of them
    middle = np.full(longest, np.nan)
    middle[full] = np.nanmedian(lines[:, full], axis=0)
    thin = {"color": style.VALIDATION, "width": 1}
    traces = [
        go.Scatter(
            x=epoch,
            y=line,
            mode="lines",
            line=thin,
            opacity=0.35,
            hoverinfo="skip",
            showlegend=False,
        )
        for line in lines
    ]
    strong = {"color": style.VALIDATION, "width": 3}
    traces.append(go.Scatter(x=epoch, y=middle, mode="lines", line=strong, name="median"))
    if baseline is not None and longest:
        dashed = {"color": style.BASELINE, "dash": "dash", "width": 1.5}
        ends = {"x": [1, longest], "y": [baseline, baseline]}
        traces.append(go.Scatter(**ends, mode="lines", line=dashed, name="baseline"))
    return style.figure(
        *traces,
        xaxis={"title": {"text": "epoch"}},
        yaxis={"title": {"text": "val_loss"}, **(_wide_axis(lines) or {"type": "linear"})},
        margin={"l": 56, "r": 12, "t": 26, "b": 44},
    )
