"""Loss by epoch, with the baseline to beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.figures import style

# Plotly's own ticks on a logarithmic axis say "2" and "5" for 0.2 and 0.05.
TICKS = [step * 10.0**power for power in range(-9, 7) for step in (1, 2, 5)]
MOST_DECADES = 4  # that have room for such ticks
NAME_HEIGHT = 0.12  # of the name on a line, as a share of the axis
SPAN = 0.7  # decades that the axis has at least: some ticks are among them
MOST_EPOCHS = 400  # of a curve that stands behind


@dataclass(frozen=True)
class Ghost:
    """An earlier run behind the newest one.

    Attributes:
        name: what differed.
        epoch: (n,) epoch numbers.
        loss: (n,) what is drawn of it, its val_loss if it has one.
        pinned: drawn more strongly.
    """

    name: str
    epoch: NDArray[np.int64]
    loss: NDArray[np.float64]
    pinned: bool = False


def loss(
    epoch: NDArray[np.int64],
    train: NDArray[np.float64],
    validation: NDArray[np.float64],
    baseline: tuple[str, float] | None,
    epochs: int,
    title: str = "mean squared error",
    others: Mapping[str, float] | None = None,
    ghosts: Sequence[Ghost] = (),
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
    """
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
    others = others or {}
    drawn = np.concatenate(
        [train, validation, [baseline[1]] if baseline else [], *(ghost.loss for ghost in ghosts)]
    )
    heights = _heights(np.append(drawn, list(others.values())))
    named, ticks = _named(others, heights, baseline), _ticks(heights)
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
            "type": "log",
            "tickvals": ticks,
            "ticktext": [f"{tick:g}" for tick in ticks],
            **_at_least(heights),
        },
    )


def _behind(ghost: Ghost) -> go.Scatter:
    """A thin line; of a long run some epochs only, the lowest among them."""
    every = max(1, -(-len(ghost.epoch) // MOST_EPOCHS))
    places = np.arange(0, len(ghost.epoch), every)
    if every > 1 and np.isfinite(ghost.loss).any():
        places = np.union1d(places, [int(np.nanargmin(ghost.loss)), len(ghost.epoch) - 1])
    return go.Scatter(
        x=ghost.epoch[places],
        y=ghost.loss[places],
        name=ghost.name,
        mode="lines",
        line={"color": style.BASELINE, "width": 2 if ghost.pinned else 1},
        opacity=0.9 if ghost.pinned else 0.55,
        zorder=-1,
        showlegend=False,
    )


def _heights(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where on a logarithmic axis the losses lie that have a place there."""
    return np.log10(losses[np.isfinite(losses) & (losses > 0)])


def _at_least(heights: NDArray[np.float64]) -> dict[str, list[float]]:
    """The range of an axis on which all losses lie close together; else Plotly finds it."""
    if not len(heights) or np.ptp(heights) >= SPAN:
        return {}
    middle = (heights.min() + heights.max()) / 2
    return {"range": [middle - SPAN / 2, middle + SPAN / 2]}


def _ticks(heights: NDArray[np.float64]) -> list[float]:
    """1, 2 and 5 of each decade; single decades if a loss has left all bounds."""
    if len(heights) and np.ptp(heights) > MOST_DECADES:
        low, high = np.floor(heights.min()), np.ceil(heights.max())
        return [10.0**power for power in np.arange(low, high + 1, np.ceil((high - low) / 5))]
    return TICKS


def _named(
    levels: Mapping[str, float],
    heights: NDArray[np.float64],
    baseline: tuple[str, float] | None,
) -> list[str]:
    """Names of the levels that leave room for one; hovering tells the others.

    A name stands on its line, only that of the highest hangs below it. No other line shall go
    through it.

    Args:
        levels: names and losses, each of which gets a line.
        heights: (n,) of all that is drawn.
        baseline: name and loss of one more line.
    """
    if not len(heights):
        return []
    name_height = NAME_HEIGHT * max(np.ptp(heights), SPAN)
    top = max(levels.values(), default=0.0)
    lines = _heights(np.array([*levels.values(), *([baseline[1]] if baseline else [])]))
    named: list[str] = []
    for name, level in levels.items():
        if level <= 0:
            continue
        height = np.log10(level)
        bottom = height - name_height if level == top else height
        if not any(
            bottom - 1e-9 <= line <= bottom + name_height for line in lines if line != height
        ):
            named.append(name)
    return named
