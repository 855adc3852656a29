"""Which of several targets the pages show: chosen once, kept from page to page."""

from __future__ import annotations

import streamlit as st

from seqlab.data.dataset import Dataset

KEY = "shown_target"


def choose_target(dataset: Dataset) -> Dataset:
    """A choice of the target, if a network forecasts several, and the dataset of it alone."""
    if not dataset.further:
        return dataset
    if st.session_state.get(KEY) not in dataset.targets:
        st.session_state[KEY] = dataset.target
    name = st.selectbox(
        "Target shown",
        dataset.targets,
        key=KEY,
        persist_state="session",
        width=220,
        help="The network forecasts these at once. All that is told of one target is told of this.",
    )
    return dataset.only(name)
