"""Ticks of a logarithmic axis that say their whole value and leave each other room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Plotly's own ticks on a logarithmic axis say "2" and "5" for 0.2 and 0.05.
TICKS = [step * 10.0**power for power in range(-9, 7) for step in (1, 2, 5)]
DECADES = TICKS[::3]
# What has room on an axis of a hundred pixels: three ticks a decade, one, or fewer.
MOST_WITH_STEPS, MOST_DECADES = 2.5, 6.0
AROUND = np.log10(2)  # of a single value
CLOSE = 2.5  # a ratio of losses at which there are more ticks


def heights(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The decimal logarithms of those values (n,) that have a place on such an axis: (m,), m <= n.

    Example:
        >>> heights(np.array([100.0, 0.0, np.nan])).tolist()
        [2.0]
    """
    return np.log10(values[np.isfinite(values) & (values > 0)])


def axis(heights: NDArray[np.float64]) -> dict[str, object]:
    """The settings of an axis with these `ticks`. Heights (n,) as for them."""
    drawn = ticks(heights)
    return {"type": "log", "tickvals": drawn, "ticktext": [f"{tick:g}" for tick in drawn]}


def ticks(heights: NDArray[np.float64]) -> list[float]:
    """1, 2 and 5 of each decade; single decades if there are many, fewer if a loss left all bounds.

    Args:
        heights: (n,) the decimal logarithms of what is drawn.

    Example:
        >>> [f"{tick:g}" for tick in ticks(np.array([-9.0, 0.0]))]
        ['1e-09', '1e-07', '1e-05', '0.001', '0.1']
    """
    span = float(np.ptp(heights)) if len(heights) else 0.0
    if span <= MOST_WITH_STEPS:
        return TICKS
    if span <= MOST_DECADES:
        return DECADES
    low, high = np.floor(heights.min()), np.ceil(heights.max())
    return [10.0**power for power in np.arange(low, high + 1, np.ceil((high - low) / 5))]


def fine_ticks(drawn: NDArray[np.float64]) -> dict[str, object]:
    """1, 2 and 5 of each decade for values (n,); more if these are close.

    Of values that lie far apart nothing is said: Plotly finds its own ticks. Around a single one
    its axis would span several decades: that gets a range.
    """
    drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
    if not len(drawn) or np.log10(drawn.max() / drawn.min()) > 4:
        return {}
    low, high = np.floor(np.log10(drawn.min())), np.ceil(np.log10(drawn.max()))
    close = drawn.max() / drawn.min() < CLOSE
    steps = (1, 1.2, 1.4, 1.6, 1.8, *np.arange(2, 10, 0.5)) if close else (1, 2, 5)
    ticks = [s * 10.0**p for p in range(int(low) - 1, int(high) + 1) for s in steps]
    axis: dict[str, object] = {
        "tickvals": ticks,
        "ticktext": [f"{tick:.3g}" for tick in ticks],
    }
    if drawn.max() == drawn.min():
        middle = float(np.log10(drawn[0]))
        axis["range"] = [middle - AROUND, middle + AROUND]
    return axis
