"""What a network answers, beside what is true: classes, symbols, and values at every step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style
from seqlab.figures.style import plain

MOST_CLASSES = 30  # of a confusion matrix that can be read
WRITTEN = 12  # up to so many classes the counts stand in the cells
MOST_BARS = 10  # of classes that can be told apart at a glance
MOST_STEPS = 60  # of symbols that can be read side by side
# Shares of a row: none to all. Light and dark pages both show the ends.
SHARES = [[0.0, "rgba(42, 120, 214, 0.06)"], [1.0, "rgba(42, 120, 214, 1)"]]


def confusion(
    truth: NDArray[np.integer], guess: NDArray[np.integer], classes: tuple[str, ...]
) -> go.Figure:
    """How many sequences of each class are taken for which class.

    Args:
        truth, guess: (n,) indices into `classes`.
        classes: the names; only the first `MOST_CLASSES` are drawn.
    """
    size = min(len(classes), MOST_CLASSES)
    counts = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(counts, (truth, guess), 1)
    counts = counts[:size, :size]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [plain(name) or "(nothing)" for name in classes[:size]]
    trace = go.Heatmap(
        z=shares.astype(np.float32),
        x=names,
        y=names,
        text=counts,
        texttemplate="%{text}" if size <= WRITTEN else "",
        colorscale=SHARES,
        zmin=0,
        zmax=1,
        showscale=False,
        hovertemplate="true %{y}, taken for %{x}: %{text} (%{z:.0%})<extra></extra>",
    )
    return style.figure(
        trace,
        hovermode="closest",
        xaxis={"title": {"text": "answer"}, "type": "category", "showgrid": False},
        yaxis={
            "title": {"text": "true class"},
            "type": "category",
            "autorange": "reversed",
            "showgrid": False,
        },
    )


def shares(classes: Sequence[str], odds: NDArray[np.floating]) -> go.Figure:
    """How probable each class is, the most probable one on top.

    Args:
        classes: the names.
        odds: (classes,) from 0 to 1; only the `MOST_BARS` highest are drawn.
    """
    order = np.argsort(odds, kind="stable")[-MOST_BARS:]
    colours = [style.BASELINE] * (len(order) - 1) + [style.PREDICTION]
    trace = go.Bar(
        x=odds[order],
        y=[plain(classes[k]) for k in order],
        orientation="h",
        marker={"color": colours},
        text=[f"{odds[k]:.1%}" for k in order],
        textposition="auto",
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    return style.figure(
        trace,
        hovermode="closest",
        xaxis={"range": [0, 1], "tickformat": ".0%", "title": {"text": "probability"}},
        yaxis={"type": "category", "automargin": True, "showgrid": False},
        bargap=0.3,
        margin={"l": 48, "r": 12, "t": 10, "b": 36},
    )


def symbols(truth: list[str], guess: list[str] | None) -> go.Figure:
    """Two rows of symbols, the true ones above the answer; wrong answers are marked.

    Without an answer there is nothing in its row.
    """
    truth = truth[:MOST_STEPS]
    guess = [""] * len(truth) if guess is None else guess[:MOST_STEPS]
    right = np.array(
        [[0.0] * len(truth), [float(b not in ("", a)) for a, b in zip(truth, guess, strict=True)]]
    )
    trace = go.Heatmap(
        z=right,
        y=["true", "answer"],
        x=list(range(1, len(truth) + 1)),
        text=[[plain(s) for s in truth], [plain(s) for s in guess]],
        texttemplate="%{text}",
        textfont={"size": 13},
        colorscale=[[0, "rgba(0,0,0,0)"], [1, "rgba(209, 105, 14, 0.55)"]],
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="step %{x}: %{text}<extra>%{y}</extra>",
    )
    return style.figure(
        trace,
        hovermode="closest",
        xaxis={"title": {"text": "step"}, "showgrid": False},
        yaxis={"autorange": "reversed", "showgrid": False},
    )


def values(truth: NDArray[np.floating], guess: NDArray[np.floating] | None, name: str) -> go.Figure:
    """A target with a value at every step, and the answer.

    Args:
        truth: (steps,).
        guess: (steps,), or `None` where there is no answer yet.
        name: of what is measured, with its unit.
    """
    steps = np.arange(1, len(truth) + 1)
    traces = [go.Scatter(x=steps, y=truth, name="truth", mode="lines", line={"color": style.TRUTH})]
    if guess is not None:
        line = {"color": style.PREDICTION}
        traces.append(go.Scatter(x=steps, y=guess, name="prediction", mode="lines", line=line))
    return style.figure(*traces, xaxis={"title": {"text": "step"}}, yaxis={"title": {"text": name}})
