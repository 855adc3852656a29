"""Texts whose symbols are coloured by a number each, with a legend and a picture to keep."""

from __future__ import annotations

import numpy as np

from seqlab.figures import style
from seqlab.ui.components.component import component

Line = tuple[list[str], list[float]]  # symbols, and a value for each

_component = component("coloured")


def coloured_text(lines: list[Line], gate: bool, name: str, *, key: str) -> None:
    """Draws texts; a value is the strength of the colour behind its symbol.

    Args:
        lines: the texts.
        gate: whether the values are those of a gate, 0 to 1; else they are drawn about 0.
        name: what the values are, for the legend.
        key: the place on the page.
    """
    most = max((abs(value) for _, values in lines for value in values), default=1.0)
    reach = 1.0 if gate else max(1.0, float(np.ceil(10 * most) / 10))
    symbols = [symbol for each, _ in lines for symbol in each]
    words = sum(len(symbol) > 1 for symbol in symbols) > len(symbols) / 2  # not only an [END]
    data = {
        "lines": [{"symbols": each, "values": values} for each, values in lines],
        "low": 0.0 if gate else -reach,
        "high": reach,
        "name": name,
        "between": " " if words else "",
        "colours": [style.WINDOW, style.PREDICTION],
    }
    _component(key=key, data=data)
