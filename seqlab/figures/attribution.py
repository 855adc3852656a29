"""A sequence with what mattered in it drawn below, and what changed."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.data.log_mel import LogMel
from seqlab.figures import log_axis, spectrogram, style

FAR_APART = 30  # times the smallest loss
INPUTS = [style.WINDOW, style.TARGET, style.TRUTH, style.BASELINE]


def under_the_input(
    inputs: dict[str, NDArray[np.floating]],
    symbols: list[str],
    bars: dict[str, NDArray[np.floating]],
    sound: tuple[NDArray[np.floating], LogMel] | None = None,
) -> go.Figure:
    """The input above, one row of bars for each measure below, on one time axis.

    Args:
        inputs: (timesteps,) by name; empty for a text.
        symbols: the text's symbols; empty for numbers.
        bars: (timesteps,) by the name of the measure.
        sound: (timesteps, bands) in dB and how they were made, instead of inputs.
    """
    rows = len(bars) + 1
    steps = np.arange(1, 1 + len(next(iter(bars.values()))))
    gap = 0.09
    size = (1 - gap * (rows - 1)) / rows
    traces: list[go.Scatter | go.Bar | go.Heatmap] = []
    axes: dict[str, dict[str, object]] = {}
    for row in range(rows):
        top = 1 - row * (size + gap)
        n = "" if row == 0 else str(row + 1)
        axes[f"yaxis{n}"] = {"domain": [max(0.0, top - size), top], "anchor": "x"}
    if sound is not None:
        traces.append(spectrogram.by_step(*sound))
        axis = spectrogram.frequencies(sound[1])
        few = {key: axis[key][::2] for key in ("tickvals", "ticktext")}  # the row is low
        axes["yaxis"] |= {**axis, **few, "title": {"text": "kHz"}}
    for k, (name, values) in enumerate(inputs.items()):
        colour = INPUTS[k % len(INPUTS)]
        if np.isin(values[np.isfinite(values)], (0, 1)).all():
            marker = {"color": colour, "opacity": 0.5}
            width = max(0.85, len(steps) / 200)  # seen also among a thousand steps
            traces.append(go.Bar(x=steps, y=values, name=name, marker=marker, width=width))
        else:
            line = {"color": colour}
            traces.append(go.Scatter(x=steps, y=values, name=name, mode="lines", line=line))
    if symbols:
        traces.append(
            go.Scatter(
                x=steps,
                y=np.zeros(len(symbols)),
                text=[style.plain(symbol) for symbol in symbols],
                mode="text",
                name="input",
                hovertemplate="%{text}",
            )
        )
        axes["yaxis"] = {**axes["yaxis"], "visible": False}
    for row, (name, values) in enumerate(bars.items(), 2):
        marker = {"color": style.PREDICTION if row == 2 else style.TRUTH}
        traces.append(
            go.Bar(
                x=steps,
                y=values,
                name=name,
                yaxis=f"y{row}",
                marker=marker,
                hovertemplate="%{y:.3g}",
            )
        )
    return style.figure(
        *traces,
        xaxis={
            "title": {"text": "time step"},
            "anchor": f"y{rows}",
            "showgrid": False,
            "range": [0.5, len(steps) + 0.5],
        },
        bargap=0.15,
        margin={"l": 56, "r": 12, "t": 30, "b": 40},
        **axes,
    )


def two_answers(
    then: NDArray[np.floating],
    now: NDArray[np.floating],
    step: int | None,
    target: str,
    time: str = "time step",
) -> go.Figure:
    """The output at each step for a sequence as it is and as it was changed at one step.

    Args:
        then, now: (timesteps,).
        step: where the change is, from 0; `None` if the answer has steps of its own.
        target: what the output is.
        time: what the steps are.
    """
    steps = np.arange(1, len(then) + 1)
    size = 4 if len(then) > 1 else 12
    traces = [
        go.Scatter(
            x=steps,
            y=then,
            name="as it is",
            mode="lines+markers",
            line={"color": style.BASELINE},
            marker={"size": size},
        ),
        go.Scatter(
            x=steps,
            y=now,
            name="changed",
            mode="lines+markers",
            line={"color": style.PREDICTION},
            marker={"size": size},
        ),
    ]
    return style.figure(
        *traces,
        shapes=_mark(step),
        xaxis={"title": {"text": time}, "showgrid": False},
        yaxis={"title": {"text": target}},
        margin={"l": 56, "r": 12, "t": 26, "b": 40},
    )


def two_outcomes(
    names: list[str], then: NDArray[np.floating], now: NDArray[np.floating], target: str
) -> go.Figure:
    """The one answer to a sequence as it is and as it was changed.

    Args:
        names: of the outputs.
        then: (outputs,), of the sequence as it is.
        now: (outputs,), of the changed one.
        target: what the outputs are, for the axis.
    """
    traces = [
        go.Bar(
            x=[style.plain(name) for name in names],
            y=values,
            name=label,
            marker={"color": colour},
            hovertemplate="%{x}: %{y:.4g}<extra>%{fullData.name}</extra>",
        )
        for label, values, colour in (
            ("as it is", then, style.BASELINE),
            ("changed", now, style.PREDICTION),
        )
    ]
    return style.figure(
        *traces,
        barmode="group",
        hovermode="closest",
        xaxis={"type": "category", "showgrid": False},
        yaxis={"title": {"text": style.plain(target)}},
        margin={"l": 56, "r": 12, "t": 26, "b": 40},
    )


def _mark(step: int | None) -> list[dict[str, object]]:
    """A vertical line at a step, from 0."""
    return [] if step is None else [style.upright(step + 1, color=style.TARGET, dash="dot")]


def moved(change: NDArray[np.floating], step: int | None) -> go.Figure:
    """How far each unit's value moves at each step: change (timesteps, units)."""
    reach = max(float(np.abs(change).max()), 1e-12)
    heat_map = go.Heatmap(
        z=change.T.astype(np.float32),
        x0=1,
        y0=1,
        coloraxis="coloraxis",
        hovertemplate="step %{x}, unit %{y}: %{z:+.3g}<extra></extra>",
    )
    return style.figure(
        heat_map,
        shapes=_mark(step),
        hovermode="closest",
        coloraxis={
            "colorscale": style.DIVERGING,
            "cmin": -reach,
            "cmax": reach,
            "colorbar": {"thickness": 10, "outlinewidth": 0},
        },
        xaxis={"title": {"text": "time step"}, "showgrid": False},
        yaxis={"title": {"text": "unit"}, "showgrid": False},
        margin={"l": 56, "r": 12, "t": 10, "b": 40},
    )


def losses(names: list[str], values: NDArray[np.floating], whole: float) -> go.Figure:
    """The loss without each part as bars, with that of the whole network as a line.

    Losses that lie far apart are dots on a logarithmic axis: of most bars nothing would be seen.

    Args:
        names: of the parts.
        values: (parts,), the loss without each.
        whole: the loss of the whole network.
    """
    drawn = np.append(values, whole)
    apart = bool(drawn.min() > 0 and drawn.max() > FAR_APART * drawn.min())
    about = {"showlegend": False, "hovertemplate": "%{y}: %{x:.4g}<extra></extra>"}
    marker = {"color": style.PREDICTION}
    bars: go.Bar | go.Scatter = (
        go.Scatter(x=values, y=names, mode="markers", marker=marker | {"size": 10}, **about)
        if apart
        else go.Bar(x=values, y=names, orientation="h", marker=marker, **about)
    )
    axis: dict[str, object] = {"title": {"text": "loss (line: the whole network)"}}
    if apart:
        axis |= log_axis.axis(np.log10(drawn))
    else:
        axis["rangemode"] = "tozero"
    mark = style.upright(whole, color=style.TRUTH, width=2)
    return style.figure(
        bars,
        shapes=[mark],
        hovermode="closest",
        xaxis=axis,
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
        margin={"l": 120, "r": 12, "t": 10, "b": 40},
    )
