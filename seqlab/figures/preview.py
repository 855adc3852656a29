"""One (X, y) pair of any kind, drawn where it comes from."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.data.describe import MOST_LINES, Pair, Place
from seqlab.data.text import END, PADDING
from seqlab.figures import style
from seqlab.figures.spectrogram import spectrogram

CONTEXT = 30  # draw at most this many windows' worth of the series
MOST_POINTS = 2000
MOST_MARKERS = 120  # points on a line beyond which they are not drawn singly
MOST_CELLS = 80  # of a strip of symbols
LINES = (style.WINDOW, style.TRUTH, style.VALIDATION, style.BASELINE, style.TARGET)
SHOWN = {" ": "␣", "\n": "⏎", END: "∎", PADDING: ""}  # symbols that cannot be seen


def pair(
    labels: NDArray[np.generic],
    target: NDArray[np.float64],
    inputs: dict[str, NDArray[np.float64]],
    start: int,
    window: int,
    horizon: int,
    split: int,
    name: str,
    steps: int = 1,
) -> go.Figure:
    """The series with one window and its target on it, and the validation part shaded.

    Args:
        labels: (rows,) times.
        target: (rows,) the series to predict.
        inputs: (rows,) of each column that the network sees.
        start, window, horizon: the pair, in rows.
        split: the first row of the validation part.
        name: the target's name.
        steps: how many rows are to be predicted, the first one at the horizon.
    """
    goal = start + window + horizon - 1
    goals = slice(goal, goal + steps)
    first, last = _drawn(labels, start, goal + steps, window)
    shown = slice(first, last, max(1, (last - first) // MOST_POINTS))
    seen = slice(start, start + window)
    traces = [
        go.Scatter(
            x=labels[shown],
            y=target[shown],
            name=name,
            mode="lines",
            line={"color": style.TRUTH, "width": 1},
        )
    ]
    for i, (column, values) in enumerate(inputs.items()):
        traces.append(
            go.Scatter(
                x=labels[seen],
                y=values[seen],
                name="X" if len(inputs) == 1 else f"X: {column}",
                mode="lines",
                line={"color": LINES[i % len(LINES)], "width": 3 if i == 0 else 2},
            )
        )
    marker = {"color": style.TARGET, "size": 11, "symbol": "diamond"}
    traces.append(
        go.Scatter(x=labels[goals], y=target[goals], name="y", mode="markers", marker=marker)
    )
    shapes = []
    if split < last:
        x0, x1 = labels[max(split, first)], labels[last - 1]
        shapes.append(style.stripe(x0, x1, style.VALIDATION, 0.10))
    return style.figure(*traces, yaxis={"title": {"text": name}}, shapes=shapes)


def _drawn(labels: NDArray[np.generic], start: int, end: int, window: int) -> tuple[int, int]:
    """The rows that are drawn around `start` to `end`, of a long series not all.

    Time runs forward in them: they are of one sequence.
    """
    margin = max(CONTEXT * window, 300) // 2
    first, last = max(0, start - margin), min(len(labels), end + margin)
    times = labels[first:last].astype(np.float64)
    borders = first + np.flatnonzero(times[1:] < times[:-1]) + 1
    before, after = borders[borders <= start], borders[borders >= end]
    return int(before[-1]) if len(before) else first, int(after[0]) if len(after) else last


def left_out(pair: Pair) -> str:
    """A sentence on the rows of its series that the picture does not show; "" if it shows all."""
    place = pair.place
    if place is None:
        return ""
    first, last = _drawn(place.labels, place.start, int(place.goals[-1]) + 1, place.window)
    if last - first == len(place.labels):
        return ""
    return f"Drawn are rows {first + 1:,} to {last:,} of {len(place.labels):,}."


def draw(pair: Pair) -> go.Figure:
    """The picture of any pair: on its series, as lines, a spectrogram or a strip of symbols."""
    place = pair.place
    if place is not None:
        return _on_series(place)
    if pair.values is not None and pair.log_mel is not None:
        return spectrogram(pair.values, pair.log_mel)
    if pair.values is not None:
        return steps(pair.values, pair.names, pair.numbers, pair.answer if pair.aligned else ())
    return strip(pair.symbols or (), pair.answer, pair.aligned)


def _on_series(place: Place) -> go.Figure:
    return pair(
        place.labels,
        place.target,
        place.inputs,
        place.start,
        place.window,
        int(place.goals[0]) - place.start - place.window + 1,
        place.splits[0] if place.splits else len(place.labels),
        f"{place.drawn}, scaled" if place.scaled else place.drawn,
        len(place.goals),
    )


def steps(
    values: NDArray[np.floating],
    names: tuple[str, ...],
    numbers: NDArray[np.floating] | None = None,
    classes: tuple[str, ...] = (),
) -> go.Figure:
    """A drawn sequence of numbers, a line for each feature; marks (0 or 1) stand as bars.

    Args:
        values: (timesteps, features).
        names: of the features.
        numbers: (timesteps,) the target, if there is one at every step.
        classes: likewise the target's class at every step.
    """
    time = np.arange(1, len(values) + 1)
    several = values.shape[1] > 1
    mode = "lines+markers" if len(values) <= MOST_MARKERS else "lines"
    traces: list[go.Scatter | go.Bar] = []
    for i, name in enumerate(names[:MOST_LINES]):
        column = values[:, i]
        if np.isin(column, (0, 1)).all():
            colour = style.TARGET if several else style.WINDOW
            bar = {"color": colour, "opacity": 0.5 if several else 1.0}
            traces.append(go.Bar(x=time, y=column, name=name, marker=bar, width=0.5))
            continue
        line = {"color": style.WINDOW} if i == 0 else {"color": LINES[i % len(LINES)], "width": 1}
        traces.append(
            go.Scatter(x=time, y=column, name=name, mode=mode, line=line, marker={"size": 4})
        )
    if numbers is not None:
        line = {"color": style.TARGET, "dash": "dot"}
        traces.append(go.Scatter(x=time, y=numbers, name="y", mode=mode, line=line))
    notes = [
        {
            "x": x,
            "y": 1,
            "yref": "paper",
            "yanchor": "top",
            "showarrow": False,
            "text": style.plain(name),
        }
        for x, name in list(zip(time, classes, strict=False))[:MOST_CELLS]
        if name
    ]
    return style.figure(
        *traces,
        xaxis={"title": {"text": "time step"}},
        yaxis={"title": {"text": names[0] if len(names) == 1 else "value"}},
        annotations=notes,
        bargap=0.15,
    )


def strip(symbols: tuple[str, ...], answer: tuple[str, ...], aligned: bool) -> go.Figure:
    """A text as a row of cells, and the answer as another one below it.

    A long text shows its beginning and its end.

    Args:
        symbols: of X.
        answer: one class, the symbols of the target text, or those of each step, "" for none.
        aligned: whether the answer belongs to X step by step.
    """
    above, places = _cells(symbols)
    below, _ = _cells(answer)
    alone = not aligned and len(answer) == 1  # one class for all of X
    width = max(len(above), 1 if alone else len(below))
    text = [[""] * width, [""] * width]
    colour = np.full((2, width), np.nan)
    text[0][: len(above)] = above
    colour[0, : len(above)] = 0
    if not alone:
        text[1][: len(below)] = below
        colour[1, : len(below)] = [1 if symbol else np.nan for symbol in below]
    cells = go.Heatmap(
        z=colour,
        text=text,
        texttemplate="%{text}",
        xgap=1,
        ygap=3,
        zmin=0,
        zmax=1,
        colorscale=[[0, style.WINDOW], [1, style.TARGET]],
        showscale=False,
        hoverinfo="text",
    )
    ticks = list(range(0, width, max(1, width // 10)))
    names = [str(places[i]) if i < len(places) else str(i + 1) for i in ticks]
    note = {
        "x": (width - 1) / 2,
        "y": 1,
        "text": style.plain(answer[0]) if alone else "",
        "showarrow": False,
        "font": {"color": style.TARGET, "size": 14},
    }
    return style.figure(
        cells,
        xaxis={"tickvals": ticks, "ticktext": names, "showgrid": False, "zeroline": False},
        yaxis={
            "tickvals": [0, 1],
            "ticktext": ["X", "y"],
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
        },
        annotations=[note] if alone else [],
    )


def _cells(symbols: tuple[str, ...]) -> tuple[list[str], list[int]]:
    """What stands in the cells, and the step of each; the middle of a long text is left out."""
    steps = list(range(1, len(symbols) + 1))
    shown = [SHOWN.get(symbol, style.plain(symbol)) for symbol in symbols]
    if len(symbols) <= MOST_CELLS:
        return shown, steps
    half = MOST_CELLS // 2
    return [*shown[:half], "…", *shown[-half:]], [*steps[:half], half + 1, *steps[-half:]]
