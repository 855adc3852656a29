"""A Plotly chart that is updated in place: no flicker, and a zoom survives new data.

`st.plotly_chart` builds its chart anew whenever the data change; this component calls
`Plotly.react` on the same element instead. Plotly's script comes from the installed package,
served by `playground.py`: the part that draws nearly all charts, or all of it for the others.
Text, grid and background take the page's theme in the browser.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import plotly.graph_objects as go
import streamlit as st
from plotly.offline import get_plotlyjs_version

from seqlab.ui.cache import ByteCache
from seqlab.ui.components.component import nothing
from seqlab.ui.components.javascript import javascript
from seqlab.ui.server.plotly_script import COMMON

WHOLE_PLOTLY = "/seqlab/plotly.min.js"
COMMON_PLOTLY = "/seqlab/plotly-common.min.js"

_component = st.components.v2.component(
    "seqlab_chart",
    html='<div class="seqlab-chart" role="figure" tabindex="0"></div>',
    css="""
.seqlab-chart {
  width: 100%;
}
.seqlab-chart:focus-visible {
  outline: 2px solid var(--st-primary-color);
}
.seqlab-chart:focus-within .modebar {
  opacity: 1 !important;
}
/* Plotly's buttons below, since legends stand at the top; what they say stands above them. */
.seqlab-chart .modebar-container {
  top: auto !important;
  bottom: 0;
}
.seqlab-chart.js-plotly-plot .plotly .modebar {
  top: auto;
  bottom: 2px;
}
.seqlab-chart.js-plotly-plot .plotly [data-title]::after {
  top: auto;
  bottom: 110%;
}
.seqlab-chart.js-plotly-plot .plotly [data-title]::before {
  display: none;
}
.seqlab-curve-menu {
  position: fixed;
  z-index: 1000;
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  align-items: center;
  max-width: 320px;
  padding: 6px 8px;
  font-family: var(--st-font);
  font-size: 14px;
  color: var(--st-text-color);
  background: var(--st-background-color);
  border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius);
  box-shadow: 0 4px 14px rgb(0 0 0 / 25%);
}
.seqlab-curve-menu button {
  min-height: 32px;
  padding: 2px 10px;
  font: inherit;
  color: inherit;
  cursor: pointer;
  background: none;
  border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius);
}
.seqlab-curve-menu button:hover,
.seqlab-curve-menu button:focus-visible {
  color: var(--st-primary-color);
  border-color: var(--st-primary-color);
}
""",
    js=javascript("chart"),
    isolate_styles=False,  # Plotly keeps its style sheet in the document's head
)


_png = st.components.v2.component(
    "seqlab_png",
    html='<button type="button" class="seqlab-png">PNG</button>',
    css="""
.seqlab-png {
  padding: 7px 10px;
  font: inherit;
  font-family: var(--st-font);
  color: var(--st-text-color);
  cursor: pointer;
  background: none;
  border: 0;
  border-radius: var(--st-base-radius);
}
.seqlab-png:hover {
  color: var(--st-primary-color);
}
.seqlab-png:focus-visible {
  outline: 2px solid var(--st-primary-color);
}
""",
    js="""
export default function ({ data, parentElement }) {
  parentElement.querySelector("button").onclick = () =>
    document.querySelector(`.st-key-${CSS.escape(data.chart)} .seqlab-chart`)?.save?.(data.chart)
}
""",
)


def plotly_address(route: str = COMMON_PLOTLY) -> str:
    """Where a browser finds Plotly's script on this server."""
    base = st.get_option("server.baseUrlPath") or ""
    script = f"/{base.strip('/')}{route}".replace("//", "/")
    return f"{script}?v={get_plotlyjs_version()}"


def png_button(chart: str) -> None:
    """A button that saves the chart of that key as a PNG file; the browser makes it."""
    _png(key=f"{chart}_png", data={"chart": chart}, width=58)


_Picture = tuple[str, frozenset[str]]  # a figure as JSON, and the kinds of its traces
_pictures: ByteCache[_Picture] = ByteCache("pictures", lambda picture: len(picture[0]))


def chart(
    figure: go.Figure | Callable[[], go.Figure],
    *,
    key: str,
    alt: str,
    height: int,
    view: str,
    on_act: Callable[[], None] | None = None,
    depends_on: Hashable | None = None,
) -> None:
    """Draws a figure, or updates the one that has this key.

    Args:
        figure: what to draw, or a function that makes it.
        key: the chart's place on the page.
        alt: what it shows, for those who cannot see it.
        height: in pixels.
        view: zoom and pan are kept while this stays the same (Plotly's `uirevision`).
        on_act: called when something was chosen in the menu of a curve that was clicked. A trace
            has one if its `meta` has "id", "name" and "acts" ({act: label}); the chart's state then
            has `act`, "ID ACT".
        depends_on: all that the figure depends on, if many look at the same: it is kept then.
    """

    def make() -> _Picture:
        drawn = figure if isinstance(figure, go.Figure) else figure()
        drawn.update_layout(height=height, uirevision=view)
        return drawn.to_json(), frozenset(trace.type for trace in drawn.data)

    if depends_on is None:
        text, kinds = make()
    else:
        text, kinds = _pictures.get((key, height, view, depends_on), make)
    _component(
        key=key,
        data={
            "figure": text,
            "alt": alt,
            "height": height,
            "script": plotly_address(COMMON_PLOTLY if kinds <= COMMON else WHOLE_PLOTLY),
            "whole": plotly_address(WHOLE_PLOTLY),
        },
        height=height,
        on_act_change=on_act or nothing,
    )
