"""What a learner expected, beside what came."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style

EXPECTED = style.TARGET


def curves(
    epoch: NDArray[np.int64],
    expected: NDArray[np.float64],
    real: NDArray[np.float64],
    names: tuple[str, str],
    title: str,
) -> go.Figure:
    """A drawn curve over the real one.

    Args:
        epoch: (n,) epochs.
        expected, real: (n,) values; NaN where there is none.
        names: of the two curves.
        title: of the quantity.
    """
    line = {"color": EXPECTED, "dash": "dash"}
    return style.figure(
        go.Scatter(x=epoch, y=expected, name=names[0], mode="lines", line=line),
        go.Scatter(x=epoch, y=real, name=names[1], mode="lines", line={"color": style.VALIDATION}),
        xaxis={"title": {"text": "epoch", "standoff": 4}},
        yaxis={"title": {"text": title}, "rangemode": "tozero"},
    )


def numbers(
    expected: float, real: float, texts: tuple[str, str], names: tuple[str, str], title: str
) -> go.Figure:
    """Two bars, the expected number above the real one.

    Args:
        expected, real: the numbers.
        texts: as they are written on their bars.
        names: of the bars.
        title: of the quantity.
    """
    return style.figure(
        go.Bar(
            x=[real, expected],
            y=[style.plain(names[1]), style.plain(names[0])],
            orientation="h",
            marker={"color": [style.VALIDATION, EXPECTED]},
            text=[style.plain(texts[1]), style.plain(texts[0])],
            textposition="auto",
            textangle=0,
        ),
        xaxis={"title": {"text": title, "standoff": 4}, "rangemode": "tozero"},
        yaxis={"type": "category"},
        hovermode="closest",
        showlegend=False,
    )
