"""A sentence where the browser cannot use a microphone: none there, forbidden, no https."""

from __future__ import annotations

import streamlit as st

from seqlab.ui.components.javascript import javascript

_component = st.components.v2.component(
    "seqlab_microphone",
    html='<div class="seqlab-microphone" role="status"></div>',
    css="""
.seqlab-microphone {
  font-family: var(--st-font);
  font-size: 0.875rem;
  color: var(--st-orange-text-color);
}
""",
    js=javascript("microphone"),
)


def microphone(key: str) -> None:
    """Says what stands in the way of a recording; takes no room where nothing does."""
    _component(key=key, data={}, height="content")
