"""Sounds as spectrograms: time on x, frequency on y, how loud each band is as a colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.data.log_mel import FLOOR, LogMel
from seqlab.figures import style

KILOHERTZ = (0.25, 0.5, 1, 2, 4, 8, 16)  # that an axis names, as far as they are there
ACROSS = 4  # pictures in a row
BETWEEN = 0.03  # of the width, between two pictures
ABOVE = 0.16  # of the height, for the words above a row


def spectrogram(values: NDArray[np.floating], made: LogMel) -> go.Figure:
    """One sound.

    Args:
        values: (frames, bands) in dB, 0 the loudest.
        made: how they were made.
    """
    return style.figure(
        _heat_map(values, made, colorbar=_bar()),
        hovermode="closest",
        xaxis={"title": {"text": "seconds"}, "showgrid": False},
        yaxis=frequencies(made) | {"title": {"text": "kHz"}},
        margin={"l": 48, "r": 12, "t": 10, "b": 36},
    )


def spectrograms(examples: Sequence[tuple[str, NDArray[np.floating]]], made: LogMel) -> go.Figure:
    """Several sounds side by side on one scale of time, each below its word.

    Args:
        examples: the word, and (frames, bands) in dB.
        made: how they were made.
    """
    rows = -(-len(examples) // ACROSS)
    columns = min(ACROSS, max(1, len(examples)))
    longest = max((len(values) for _, values in examples), default=1) * made.hop_ms / 1000
    traces, notes = [], []
    axes: dict[str, Any] = {}
    for i, (word, values) in enumerate(examples):
        row, column = divmod(i, columns)
        n = "" if i == 0 else str(i + 1)
        width = (1 - BETWEEN * (columns - 1)) / columns
        left, top = column * (width + BETWEEN), 1 - row / rows
        high = top - ABOVE / rows
        below = i + columns >= len(examples)  # nothing stands under it
        axes[f"xaxis{n}"] = {
            "domain": [left, left + width],
            "anchor": f"y{n}",
            "range": [0, longest],
            "showgrid": False,
            "nticks": 4,
            "showticklabels": below,
            "title": {"text": "seconds" if below else "", "standoff": 2},
        }
        axes[f"yaxis{n}"] = frequencies(made) | {
            "domain": [1 - (row + 1) / rows, high],
            "anchor": f"x{n}",
            "showticklabels": column == 0,
            "title": {"text": "kHz" if column == 0 else "", "standoff": 2},
        }
        bar = _bar() if i == 0 else None
        traces.append(_heat_map(values, made, axis=n, colorbar=bar, name=word))
        notes.append(style.heading(style.plain(word), left, high) | {"xanchor": "left"})
    return style.figure(
        *traces,
        hovermode="closest",
        annotations=notes,
        margin={"l": 48, "r": 12, "t": 6, "b": 40},
        **axes,
    )


def _heat_map(
    values: NDArray[np.floating],
    made: LogMel,
    axis: str = "",
    colorbar: dict[str, Any] | None = None,
    name: str = "",
) -> go.Heatmap:
    """The rows of z run along y: (bands, frames)."""
    return go.Heatmap(
        z=np.round(np.asarray(values, np.float32).T).astype(np.int8),
        x0=made.frame_ms / 2000,
        dx=made.hop_ms / 1000,
        y0=1,
        dy=1,
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        zmin=FLOOR,
        zmax=0,
        colorscale=style.SEQUENTIAL,
        showscale=colorbar is not None,
        colorbar=colorbar,
        name=name,
        hovertemplate="%{x:.2f} s, band %{y}: %{z} dB<extra>%{fullData.name}</extra>",
    )


def by_step(values: NDArray[np.floating], made: LogMel) -> go.Heatmap:
    """One sound, a column a time step, for charts whose x counts steps from 1.

    Args:
        values: (frames, bands) in dB, 0 the loudest.
        made: how they were made.
    """
    heat_map = _heat_map(values, made, name="input")
    heat_map.update(x0=1, dx=1, hovertemplate="step %{x}, band %{y}: %{z} dB<extra></extra>")
    return heat_map


def _bar() -> dict[str, Any]:
    """The colours and what they mean: dB below the loudest value of the take."""
    return {
        "thickness": 10,
        "outlinewidth": 0,
        "xpad": 4,
        "tickvals": [FLOOR, FLOOR / 2, 0],
        "ticksuffix": " dB",
    }


def frequencies(made: LogMel) -> dict[str, Any]:
    """An axis of bands: ticks at round frequencies, which lie between bands."""
    centres = made.centres
    named = [k for k in KILOHERTZ if centres[0] <= 1000 * k <= centres[-1]]
    places = np.interp([1000 * k for k in named], centres, np.arange(1, len(centres) + 1))
    return {
        "tickvals": places.tolist(),
        "ticktext": [f"{k:g}" for k in named],
        "showgrid": False,
        "zeroline": False,
    }
