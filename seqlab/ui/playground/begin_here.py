"""What stands in the place of the gates before there are any: ways to begin, and one example."""

from __future__ import annotations

import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.runs.store import Run
from seqlab.ui import state
from seqlab.ui.controls.data import UPLOAD, choose_source
from seqlab.ui.controls.setup import data_preview
from seqlab.ui.places import PAGES
from seqlab.ui.playground import tour
from seqlab.ui.playground.training_controls import train

PREVIEW = 190  # pixels


def begin_here(dataset: Dataset, run: Run | None) -> None:
    """Three ways to begin, before the first run; and a pair of X and y.

    Args:
        dataset: what would be trained on.
        run: the run that is shown, if it has no gates to show yet.
    """
    if run is None:
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
                on_click=_my_data,
                help="A CSV, a text or arrays of your own.",
            )
            st.page_link(
                PAGES / "examples.py", label="An example", icon=":material/apps:", width="content"
            )
    with st.container(key="preview", gap="xxsmall"):
        data_preview(dataset, PREVIEW)
    if run is None:
        st.caption("After the first epoch the gates of the network stand here.")


def _show_me() -> None:
    state.show(Experiment())
    tour.begin()
    train()


def _my_data() -> None:
    st.session_state.data = UPLOAD
    choose_source()
