"""A Plotly chart that is updated in place: no flicker, and a zoom survives new data.

`st.plotly_chart` builds its chart anew whenever the data change; this component calls
`Plotly.react` on the same element instead. Plotly's script comes from the installed package,
served by `playground.py`. Text, grid and background take the page's theme in the browser.
"""

from __future__ import annotations

from pathlib import Path

import plotly
import plotly.graph_objects as go
import streamlit as st
from plotly.offline import get_plotlyjs_version

from seqlab.ui.components.javascript import javascript

PLOTLY_ROUTE = "/seqlab/plotly.min.js"
PLOTLY_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

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


def plotly_address() -> str:
    """Where a browser finds Plotly's script on this server."""
    base = st.get_option("server.baseUrlPath") or ""
    script = f"/{base.strip('/')}{PLOTLY_ROUTE}".replace("//", "/")
    return f"{script}?v={get_plotlyjs_version()}"


def png_button(chart: str) -> None:
    """A button that saves the chart of that key as a PNG file; the browser makes it."""
    _png(key=f"{chart}_png", data={"chart": chart}, width=58)


def chart(figure: go.Figure, *, key: str, alt: str, height: int, view: str) -> None:
    """Draws a figure, or updates the one that has this key.

    Args:
        figure: what to draw.
        key: the chart's place on the page.
        alt: what it shows, for those who cannot see it.
        height: in pixels.
        view: zoom and pan are kept while this stays the same (Plotly's `uirevision`).
    """
    figure.update_layout(height=height, uirevision=view)
    _component(
        key=key,
        data={
            "figure": figure.to_json(),
            "alt": alt,
            "height": height,
            "script": plotly_address(),
        },
        height=height,
    )
