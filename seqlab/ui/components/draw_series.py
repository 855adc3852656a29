"""A line of numbers drawn with the pointer."""

from __future__ import annotations

import streamlit as st

from seqlab.ui.components.component import nothing
from seqlab.ui.components.javascript import javascript

_component = st.components.v2.component(
    "seqlab_draw_series",
    html='<svg class="seqlab-draw-series" role="img" preserveAspectRatio="none"></svg>',
    css="""
.seqlab-draw-series {
  display: block;
  width: 100%;
  height: 110px;
  cursor: crosshair;
  touch-action: none;
  background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius);
}
.seqlab-draw-series polyline {
  fill: none;
  stroke: var(--st-primary-color);
  stroke-width: 2;
  vector-effect: non-scaling-stroke;
}
""",
    js=javascript("draw_series"),
)


def draw_series(
    values: list[float], low: float, high: float, *, key: str, name: str, label: str
) -> None:
    """Shows a line that can be drawn over.

    Args:
        values: one a step.
        low, high: the values at the lower and the upper edge.
        key: the picture's place on the page.
        name: what is drawn.
        label: for those who cannot see it.
    """
    data = {"id": name, "values": values, "low": low, "high": high, "label": label}
    _component(key=key, data=data, on_drawn_change=nothing)


def drawn(key: str, name: str, count: int) -> list[float] | None:
    """The line of `count` values that was drawn over the picture `name` since the last call.

    To be called before `draw_series`, so that this shows the new line.

    Args:
        key: of the component.
        name: of the picture.
        count: values of the line.
    """
    sent = dict(st.session_state.get(key) or {}).get("drawn") or {}
    stamp_key = f"_{key}_stamp"
    if sent.get("id") != name or sent.get("stamp") == st.session_state.get(stamp_key):
        return None
    st.session_state[stamp_key] = sent["stamp"]
    line = [float(value) for value in sent["values"]]
    return line if len(line) == count else None
