"""Loss by epoch, with the baseline to beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import log_axis, style
from seqlab.figures.thin import MOST_POINTS, extremes

NAME_HEIGHT = 0.12  # of the name on a line, as a share of the axis
SPAN = 0.7  # decades that the axis has at least: some ticks are among them
REACH = 1.0  # decades by which earlier runs may widen the axis of the newest one
MOST_EPOCHS = 400  # of a curve that stands behind, and of one that is sent at each tick


@dataclass(frozen=True)
class Ghost:
    """An earlier run behind the newest one.

    Attributes:
        name: what differed.
        epoch: (n,) epoch numbers.
        loss: (n,) what is drawn of it, its val_loss if it has one.
        pinned: drawn more strongly.
        meta: what the page wants to know of the curve that is clicked.
    """

    name: str
    epoch: NDArray[np.int64]
    loss: NDArray[np.float64]
    pinned: bool = False
    meta: Mapping[str, Any] | None = None


def loss(
    epoch: NDArray[np.int64],
    train: NDArray[np.float64],
    validation: NDArray[np.float64],
    baseline: tuple[str, float] | None,
    epochs: int,
    title: str = "mean squared error",
    others: Mapping[str, float] | None = None,
    ghosts: Sequence[Ghost] = (),
    most: int = MOST_POINTS,
) -> go.Figure:
    """Training and validation loss on a logarithmic axis.

    Args:
        epoch: (n,) epoch numbers.
        train, validation: (n,) losses; the second all NaN without a validation part.
        baseline: name and loss of the rule to beat.
        epochs: how many epochs the run will have, so that the axis does not jump.
        title: of the loss.
        others: names and losses of further rules, drawn finely with their names on them.
        ghosts: earlier runs, thin and grey; hovering tells their names.
        most: extremes of each curve that are drawn, at most; a long run has more epochs.
    """
    others = others or {}
    drawn = np.concatenate(
        [train, validation, [baseline[1]] if baseline else [], list(others.values())]
    )
    heights, cut = _widened(log_axis.heights(drawn), [ghost.loss for ghost in ghosts])
    epoch, train, validation = _thinned(most, epoch, train, validation)
    behind = [_behind(ghost) for ghost in ghosts]
    width = "lines" if len(epoch) > 1 else "lines+markers"
    traces = [go.Scatter(x=epoch, y=train, name="loss", mode=width, line={"color": style.TRAIN})]
    if not len(epoch) or np.isfinite(validation).any():
        line = {"color": style.VALIDATION}
        traces.append(go.Scatter(x=epoch, y=validation, name="val_loss", mode=width, line=line))
    if baseline:
        name, level = baseline
        line = {"color": style.BASELINE, "dash": "dash"}
        traces.append(
            go.Scatter(x=[0, epochs], y=[level, level], name=name, mode="lines", line=line)
        )
    named = _named(others, heights, baseline)
    for name, level in others.items():
        traces.append(
            go.Scatter(
                x=[0, epochs],
                y=[level, level],
                name=name,
                mode="lines+text",
                text=["", style.plain(name) if name in named else ""],
                textposition="bottom left" if level == max(others.values()) else "top left",
                textfont={"size": 10, "color": style.BASELINE},
                line={"color": style.BASELINE, "dash": "dot", "width": 1},
                showlegend=False,
            )
        )
    return style.figure(
        *traces,
        *behind,
        xaxis={"title": {"text": "epoch", "standoff": 4}, "range": [0, max(epochs, 1)]},
        yaxis={
            "title": {"text": title},
            **log_axis.axis(heights),
            **_range(heights, cut),
        },
    )


def _thinned(
    most: int, epoch: NDArray[np.int64], *curves: NDArray[np.float64]
) -> tuple[NDArray[Any], ...]:
    """The epochs of a long run with the extremes of its curves, the same for all; (n,) each.

    The first and the last are among them. Losses of so many are sent in single precision.
    """
    if len(epoch) <= most:
        return epoch, *curves
    ends = np.array([0, len(epoch) - 1])
    places = np.unique(np.concatenate([*(extremes(curve, most) for curve in curves), ends]))
    return epoch[places], *(curve[places].astype(np.float32) for curve in curves)


def _behind(ghost: Ghost) -> go.Scatter:
    """A thin line; of a long run some epochs only, the lowest among them."""
    epoch, losses = _thinned(MOST_EPOCHS, ghost.epoch, ghost.loss)
    return go.Scatter(
        x=epoch,
        y=losses,
        name=ghost.name,
        meta=ghost.meta,
        mode="lines",
        line={"color": style.BASELINE, "width": 2 if ghost.pinned else 1},
        opacity=0.9 if ghost.pinned else 0.55,
        zorder=-1,
        showlegend=False,
    )


def _widened(
    own: NDArray[np.float64], behind: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], bool]:
    """The heights that the axis has room for, (n,), and whether earlier runs are cut off by it.

    An earlier run that left all bounds shall not press the newest one into a line.

    Args:
        own: (m,) heights of the newest run and its rules.
        behind: losses of each earlier run.
    """
    earlier = log_axis.heights(np.concatenate([np.empty(0), *behind]))
    if not len(own):
        return earlier, False
    near = (earlier >= own.min() - REACH) & (earlier <= own.max() + REACH)
    return np.append(own, earlier[near]), not near.all()


def _range(heights: NDArray[np.float64], cut: bool) -> dict[str, list[float]]:
    """The range of an axis on which all losses lie close together, or not all have room.

    Else Plotly finds it. Without any loss the axis has no numbers yet.
    """
    if not len(heights):
        return {"range": [-2.0, 0.0], "tickvals": []}
    span = float(np.ptp(heights))
    if span >= SPAN and not cut:
        return {}
    middle, half = (heights.min() + heights.max()) / 2, max(SPAN, 1.1 * span) / 2
    return {"range": [middle - half, middle + half]}


def _named(
    levels: Mapping[str, float],
    heights: NDArray[np.float64],
    baseline: tuple[str, float] | None,
) -> list[str]:
    """Names of the levels that leave room for one; hovering tells the others.

    A name stands on its line, only that of the highest hangs below it. No other line shall go
    through it, and no other name.

    Args:
        levels: names and losses, each of which gets a line.
        heights: (n,) of all that is drawn.
        baseline: name and loss of one more line.
    """
    if not len(heights):
        return []
    name_height = NAME_HEIGHT * max(np.ptp(heights), SPAN)
    top = max(levels.values(), default=0.0)
    lines = log_axis.heights(np.array([*levels.values(), *([baseline[1]] if baseline else [])]))
    named: dict[str, float] = {}  # and where the name begins
    for name, level in levels.items():
        if level <= 0:
            continue
        height = np.log10(level)
        bottom = height - name_height if level == top else height
        through = (
            bottom - 1e-9 <= line <= bottom + name_height for line in lines if line != height
        )
        over = (abs(bottom - other) < name_height for other in named.values())
        if not any(through) and not any(over):
            named[name] = bottom
    return list(named)
