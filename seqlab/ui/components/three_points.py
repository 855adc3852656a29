"""A curve entered by the keyboard: three points, with straight lines between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from seqlab.workshop.predictions import POINTS, through

PLACES = ("first", "middle", "last")
WIDTH = 78  # pixels of a box


def three_points(
    low: float,
    high: float,
    labels: Sequence[str],
    *,
    key: str,
    on_curve: Callable[[list[float]], None],
) -> None:
    """Three boxes for numbers.

    Args:
        low, high: what can be entered.
        labels: of the three.
        key: their place on the page.
        on_curve: called with the `POINTS` values of the curve once all three are there.
    """
    with st.container(horizontal=True, gap="xsmall", key=f"{key}_points"):
        for place, label in zip(PLACES, labels, strict=True):
            st.number_input(
                label,
                min_value=low,
                max_value=high,
                value=None,
                format="%g",
                key=f"{key}_{place}",
                on_change=_entered,
                args=(key, on_curve),
                width=WIDTH,
            )


def show_points(line: Sequence[float], low: float, high: float, *, key: str) -> None:
    """Writes a curve that was drawn into the boxes; to be called before `three_points`.

    Args:
        line: the values of the curve.
        low, high: its limits.
        key: of the boxes.
    """
    middle = (line[POINTS // 2 - 1] + line[POINTS // 2]) / 2
    for place, value in zip(PLACES, (line[0], middle, line[-1]), strict=True):
        st.session_state[f"{key}_{place}"] = min(max(float(f"{value:.3g}"), low), high)


def _entered(key: str, on_curve: Callable[[list[float]], None]) -> None:
    points = [st.session_state.get(f"{key}_{place}") for place in PLACES]
    entered = [float(point) for point in points if point is not None]
    if len(entered) == len(PLACES):
        on_curve(through(entered))
