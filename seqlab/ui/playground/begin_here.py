"""Ways to begin, before the first run."""

from __future__ import annotations

import streamlit as st

from seqlab.experiment import Experiment
from seqlab.ui import state
from seqlab.ui.controls.data import UPLOAD, begin_with
from seqlab.ui.places import PAGES
from seqlab.ui.playground import tour
from seqlab.ui.playground.training_controls import train


def begin_here() -> None:
    """Three ways to begin, before the first run."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="begin"):
        st.caption("**New here?**", width="content")
        st.button(
            "Show me",
            key="show_me",
            icon=":material/play_lesson:",
            on_click=_show_me,
            help="Trains the default network and points at five things. It takes a minute.",
        )
        st.button(
            "My own data",
            key="my_data",
            icon=":material/upload_file:",
            on_click=begin_with,
            args=(UPLOAD,),
            help="A CSV, a text or arrays of your own.",
        )
        st.page_link(
            PAGES / "examples.py", label="An example", icon=":material/apps:", width="content"
        )


def _show_me() -> None:
    state.show(Experiment())
    tour.begin()
    train()
