"""The rules without a network, as a table."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import streamlit as st

from seqlab.data.dataset import Dataset


def baselines_table(
    dataset: Dataset, key: str, width: int | Literal["stretch"] = "stretch"
) -> None:
    """What each rule reaches on the validation part, the best first, and what it does."""
    error = f"RMSE of {dataset.target}"
    rows = [
        {
            "rule": name,
            "accuracy": found.accuracy,
            error: found.rmse,
            "loss": found.loss,
            "in words": found.rule,  # last: where there is little room, the numbers are seen
        }
        for name, found in dataset.baselines.items()
    ]
    number = st.column_config.NumberColumn
    ranked = pd.DataFrame(rows).sort_values(["accuracy", "loss"], ascending=[False, True])
    st.dataframe(
        ranked.dropna(axis="columns", how="all"),
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
