"""Components of our own: each is NAME.html, NAME.css and NAME.js in this folder."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from seqlab.ui.components.javascript import javascript

HERE = Path(__file__).parent


def component(name: str) -> ComponentRenderer:
    """Registers a component; sliders and buttons look alike in all (`common.css`)."""
    html, css = ((HERE / f"{name}.{kind}").read_text("utf-8") for kind in ("html", "css"))
    common = (HERE / "common.css").read_text("utf-8")
    return st.components.v2.component(
        f"seqlab_{name}", html=html, css=common + css, js=javascript(name)
    )


def nothing() -> None:
    """Streamlit wants a callback for every value that a component tells; most need none."""
