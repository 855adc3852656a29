"""Small pictures without Plotly: a dataset as a line or the beginning of a text, a run's losses."""

from __future__ import annotations

import base64
import html

import numpy as np
from numpy.typing import NDArray

from seqlab.data import describe
from seqlab.data.dataset import Dataset
from seqlab.figures import style

WIDTH, HEIGHT = 220, 44  # of the drawing, which is as wide as there is room
MOST_POINTS = 160
MOST_LETTERS = 34
MOST_LINES = 3


def sparkline(dataset: Dataset) -> str:
    """HTML: the target's series, the first validation sequence, or a text and its answer.

    Args:
        dataset: what is drawn.
    """
    if dataset.x.ndim == 2:  # tokens
        return _text(dataset)
    if dataset.values is not None:
        return _lines([dataset.values[:, 0]], [style.TRUTH])
    index = int(dataset.validation[0])
    rows = dataset.x[index, : int(dataset.lengths[index])]
    colours = [style.WINDOW, style.TARGET, style.TRUTH]
    lines = [rows[:, k].astype(float) for k in range(min(rows.shape[1], MOST_LINES))]
    return _lines(lines, colours)


def loss_line(losses: NDArray[np.float64], baseline: float | None = None) -> str:
    """The address of a picture: losses by epoch on a logarithmic axis, and the rule to beat.

    Args:
        losses: (epochs,) of a run; what is not finite or not above 0 is left out.
        baseline: the loss of the rule to beat, a dashed line.

    Returns:
        A `data:` address, for the `src` of an image.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        line = np.log10(losses)
        level = np.log10(baseline) if baseline else np.nan
    line = np.where(np.isfinite(line), line, np.nan)
    lines, colours = [line], [style.VALIDATION]
    if np.isfinite(level) and np.isfinite(line).any():
        lines.append(np.full(max(2, len(line)), level))
        colours.append(style.BASELINE)
    return _address(_polylines(lines, colours))


def _svg(inside: str) -> str:
    # As an image: Streamlit takes SVG out of HTML.
    return f'<img alt="" width="100%" height="{HEIGHT}" src="{_address(inside)}">'


def _address(inside: str) -> str:
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
    size = f'width="100%" height="{HEIGHT}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {box} {size}>{inside}</svg>'
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _lines(lines: list[NDArray[np.float64]], colours: list[str]) -> str:
    return _svg(_polylines(lines, colours))


def _polylines(lines: list[NDArray[np.float64]], colours: list[str]) -> str:
    every = [line[np.isfinite(line)] for line in lines]
    all_of_them = np.concatenate(every)
    low = float(all_of_them.min()) if len(all_of_them) else 0.0
    spread = float(np.ptp(all_of_them)) if len(all_of_them) else 0.0
    drawn = []
    for line, colour in zip(lines, colours, strict=False):
        places = np.unique(np.linspace(0, len(line) - 1, min(len(line), MOST_POINTS)).astype(int))
        x = places / max(len(line) - 1, 1) * WIDTH
        y = HEIGHT - 3 - (line[places] - low) / (spread or 1.0) * (HEIGHT - 6)
        seen = np.isfinite(y)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[seen], y[seen], strict=True))
        drawn.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.3" '
            'vector-effect="non-scaling-stroke"/>'
        )
    return "".join(drawn)


def _text(dataset: Dataset) -> str:
    x, y = describe.texts(dataset, int(dataset.validation[0]))
    words = [_clip(x), f"→ {_clip(y)}" if y else ""]
    lines = "".join(
        f'<div style="overflow:hidden;white-space:nowrap">{html.escape(line)}</div>'
        for line in words
    )
    style_of_text = f"height:{HEIGHT}px;font:13px/22px monospace"
    return f'<div aria-hidden="true" style="{style_of_text}">{lines}</div>'


def _clip(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
