"""Gradients over the steps of a sequence, on a logarithmic axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style

LOWEST = 1e-80  # what is smaller is not drawn: it would squeeze all the rest
# Lines that share a chart: layers, or cells.
COLOURS = ["#2a78d6", "#d1690e", "#15917c", "#c0398b", "#8a63c9", "#8a8f98"]


@dataclass(frozen=True)
class Line:
    """One norm at each step, (timesteps,).

    Attributes:
        name: for the legend.
        norms: (timesteps,).
        colour: which of `COLOURS`.
        kind: "hidden" (solid), "cell" (dotted), "theory" (dashed), "before" (faint).
        start: the steps before the first one.
    """

    name: str
    norms: NDArray[np.floating]
    colour: int
    kind: str = "hidden"
    start: int = 0


def norms(lines: list[Line], title: str) -> go.Figure:
    """Norms over the time steps; `title` is that of the y axis."""
    faint = [line for line in lines if line.kind == "before"]  # one of them explains all
    dash = {"hidden": "solid", "cell": "dot", "theory": "dash", "before": "solid"}
    traces = [
        go.Scatter(
            x=np.arange(1, len(line.norms) + 1) + line.start,
            y=np.where(line.norms >= LOWEST, line.norms, np.nan),
            name="before training" if line.kind == "before" else line.name,
            mode="lines",
            line={
                "color": COLOURS[line.colour % len(COLOURS)],
                "dash": dash[line.kind],
                "width": 1.2 if line.kind in ("theory", "before") else 2,
            },
            opacity=0.45 if line.kind == "before" else 1,
            hovertemplate="%{y:.3g}",
            legendgroup=line.kind if line.kind == "before" else line.name,
            showlegend=not any(line is each for each in faint[1:]),
        )
        for line in lines
    ]
    return style.figure(
        *traces,
        xaxis={"title": {"text": "time step"}, "showgrid": False},
        yaxis=_logarithmic(title, [line.norms for line in lines]),
        margin={"l": 64, "r": 12, "t": 26, "b": 40},
    )


def by_epoch(
    epoch: NDArray[np.integer], norm: NDArray[np.floating], threshold: float | None
) -> go.Figure:
    """The gradient's norm in each epoch, with the length at which it is clipped.

    Args:
        epoch: (epochs,), numbers from 1 on.
        norm: (epochs,).
        threshold: the length, or `None` if nothing is clipped.
    """
    traces = [
        go.Scatter(x=epoch, y=norm, name="gradient norm", mode="lines", line={"color": style.TRAIN})
    ]
    if threshold is not None and len(epoch):
        line = {"color": style.BASELINE, "dash": "dash"}
        ends = [epoch[0], epoch[-1]]
        traces.append(
            go.Scatter(x=ends, y=[threshold] * 2, name="clipped at", mode="lines", line=line)
        )
    return style.figure(
        *traces,
        xaxis={"title": {"text": "epoch"}},
        yaxis=_logarithmic("gradient norm", [norm, np.array([threshold or np.nan])]),
    )


def _logarithmic(title: str, values: list[NDArray[np.floating]]) -> dict[str, object]:
    """A logarithmic axis with few ticks that say their whole value."""
    numbers = np.concatenate(values)
    seen = numbers[np.isfinite(numbers) & (numbers >= LOWEST)]
    low, high = (np.log10(seen.min()), np.log10(seen.max())) if len(seen) else (-1.0, 0.0)
    first, last = int(np.floor(low)), int(np.ceil(high))
    steps: tuple[float, ...] = (1, 2, 5) if high - low < 2.5 else (1,)
    if high - low < 0.8:
        steps = (1, 1.5, 2, 3, 4, 6, 8)
    every = max(1, round((last - first) / 7))
    ticks = [n * 10.0**power for power in range(first, last + 1, every) for n in steps]
    return {
        "title": {"text": title},
        "type": "log",
        "tickvals": ticks,
        "ticktext": [_tick(tick) for tick in ticks],
    }


def _tick(value: float) -> str:
    """0.02 as it stands, 1e-7 as a power of ten."""
    if 1e-3 <= value < 1e5:
        return f"{value:g}"
    mantissa, exponent = f"{value:.0e}".split("e")
    power = f"10<sup>{int(exponent)}</sup>"
    return power if mantissa == "1" else f"{mantissa}·{power}"
