"""The way of hidden states along their principal components."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import qualitative

from seqlab.figures import style

FAINT = 0.35
LONG = 150  # steps
# Three axes as wide as the page: a cube takes a third of it.
WIDE = {
    "aspectmode": "manual",
    "aspectratio": {"x": 2.2, "y": 1.4, "z": 0.9},
    "camera": {"eye": {"x": 0.7, "y": -2.2, "z": 1.0}, "center": {"x": 0, "y": 0, "z": -0.2}},
}


def path(
    points: NDArray[np.floating],
    explained: NDArray[np.floating],
    colour: NDArray[np.floating],
    label: str,
    chosen: int,
    classes: list[str],
) -> go.Figure:
    """Sequences in 2-D or 3-D, as many axes as `points` has components.

    Args:
        points: (sequences, timesteps, components); NaN where there is nothing.
        explained: (components,) share of the variance.
        colour: (sequences, timesteps), what the dots are coloured by.
        label: what that is.
        chosen: the sequence that is drawn as a thick line.
        classes: the names behind whole numbers in `colour`; empty for a scale.
    """
    flat = points.shape[2] == 2
    make = go.Scatter if flat else go.Scatter3d
    axes = [f"component {k + 1} ({share:.0%})" for k, share in enumerate(explained)]
    steps = np.broadcast_to(np.arange(1, points.shape[1] + 1), points.shape[:2])

    def places(rows: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
        names = "xy" if flat else "xyz"
        return {name: rows[..., k].ravel() for k, name in enumerate(names)}

    traces = []
    hover = "step %{text}<extra></extra>"
    groups = range(len(classes)) if classes else [None]
    for group in groups:
        there = np.isfinite(points[..., 0])
        if group is not None:
            there &= colour == group
        marker: dict[str, object] = {"size": 5 if flat else 3, "opacity": FAINT}
        if group is None:
            marker |= {"color": colour[there], "colorscale": style.SEQUENTIAL}
            marker |= {
                "colorbar": {
                    "title": {"text": style.plain(label)},
                    "thickness": 10,
                    "outlinewidth": 0,
                }
            }
        else:
            marker["color"] = qualitative.D3[group % len(qualitative.D3)]
        traces.append(
            make(
                **places(points[there]),
                mode="markers",
                marker=marker,
                text=steps[there],
                name=classes[group] if group is not None else "all steps",
                showlegend=group is not None,
                hovertemplate=hover,
            )
        )
    own = points[chosen][np.isfinite(points[chosen][:, 0])]
    width = 2.5 if len(own) <= LONG else 0.8  # so that a long way does not hide the rest
    line = {"color": style.PREDICTION, "width": width if flat else 2 * width}
    traces.append(
        make(
            **places(own),
            mode="lines",
            line=line,
            name="the chosen sequence",
            text=np.arange(1, len(own) + 1),
            hovertemplate=hover,
        )
    )
    ends = {"size": 11 if flat else 6, "color": [style.BASELINE, style.TARGET]}
    traces.append(
        make(
            **places(own[[0, -1]]),
            mode="markers+text",
            marker=ends,
            text=["first step", "last step"],
            textposition="top center",
            showlegend=False,
            hoverinfo="skip",
        )
    )
    if flat:
        return style.figure(
            *traces,
            hovermode="closest",
            xaxis={"title": {"text": axes[0]}},
            yaxis={"title": {"text": axes[1]}},
            margin={"l": 56, "r": 12, "t": 26, "b": 40},
        )
    names = dict(zip(("xaxis", "yaxis", "zaxis"), axes, strict=True))
    scene: dict[str, object] = {axis: {"title": {"text": name}} for axis, name in names.items()}
    scene |= WIDE
    return style.figure(
        *traces, scene=scene, margin={"l": 0, "r": 0, "t": 26, "b": 0}, hovermode="closest"
    )
