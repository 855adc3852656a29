"""The rules without a network, as a table."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import streamlit as st

from seqlab.data.dataset import Dataset


def baselines_table(
    dataset: Dataset, key: str, width: int | Literal["stretch"] = "stretch"
) -> None:
    """What each rule does, and what it reaches on the validation part."""
    error = f"RMSE of {dataset.target}"
    rows = [
        {
            "rule": name,
            "in words": found.rule,
            error: found.rmse,
            "accuracy": found.accuracy,
            "loss": found.loss,
        }
        for name, found in dataset.baselines.items()
    ]
    number = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame(rows).dropna(axis="columns", how="all"),
        key=key,
        hide_index=True,
        width=width,
        placeholder="",
        column_config={
            "accuracy": number(format="percent"),
            "loss": number(format="%.4g"),
            error: number(format="%.4g"),
        },
    )
