"""The rules without a network, as a table."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.inspection import baselines


def baselines_table(
    dataset: Dataset, key: str, width: int | Literal["stretch"] = "stretch"
) -> None:
    """What each rule reaches on the validation part, the best first, and what it does.

    Args:
        dataset: whose rules.
        key: of the table.
        width: in pixels, or all there is.
    """
    number = st.column_config.NumberColumn
    st.dataframe(
        baselines.baselines_table(dataset),
        key=key,
        hide_index=True,
        width=width,
        placeholder="",
        column_config={
            "accuracy": number(format="percent"),
            "loss": number(format="%.4g"),
            f"RMSE of {dataset.target}": number(format="%.4g"),
        },
    )
