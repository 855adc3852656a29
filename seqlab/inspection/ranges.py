"""The range of a value that somebody may try."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def slider_range(seen: NDArray[np.floating], here: float) -> tuple[float, float, float, float]:
    """Low, high, start and step of a slider through the values that the training part has seen.

    `seen` may have any shape.

    In round numbers: the browser sends decimals, and one that falls a hair below the lower end
    would be taken for none.
    """
    low, high = min(float(seen.min()), here), max(float(seen.max()), here)
    room = 0.25 * (high - low) or 1.0
    digits = 3 - math.floor(math.log10(high - low + 2 * room))
    low, high = round(low - room, digits), round(high + room, digits)
    return low, high, round(here, digits), 10.0**-digits
