"""Several targets: which of them the pages show, kept from page to page, and all in a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.inspection.by_target import words_by_target
from seqlab.ui.components.table import height_of
from seqlab.ui.words import plain

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


def targets_table(table: pd.DataFrame, key: str) -> None:
    """What was reached for each target, and a sentence about it.

    Args:
        table: as of `results_by_target`; with "in the band" as of `walk_forward.by_target`.
        key: of the widget.
    """
    number = st.column_config.NumberColumn
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height=height_of(len(table), 180),
        column_config={
            "RMSE": number(format="%.4g"),
            "RMSE of the rule": number(format="%.4g"),
            "network / rule": number(format="percent"),
            "in the band": number(
                format="percent", help="The share of values that their bands held."
            ),
        },
    )
    if sentence := words_by_target(table):
        st.caption(plain(sentence))
