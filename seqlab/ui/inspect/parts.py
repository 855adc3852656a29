"""What all views have in common: a chart with its sentence, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from seqlab.ui.components.chart import chart, png_button
from seqlab.ui.components.table import csv
from seqlab.ui.words import plain


def about(text: str) -> None:
    """What am I looking at?"""
    st.caption(text)


def picture(
    figure: go.Figure, sentence: str, table: pd.DataFrame, *, key: str, height: int, view: str
) -> None:
    """A chart, what it says, and buttons that save it as PNG and its numbers as CSV.

    Args:
        figure: the chart.
        sentence: what it says, from the numbers.
        table: the numbers.
        key: the chart's place on the page; also the name of the file.
        height: in pixels.
        view: see `chart`.
    """
    chart(figure, key=key, alt=sentence, height=height, view=view)
    words, buttons = st.columns([7, 2], vertical_alignment="top", gap="small")
    words.caption(plain(sentence))
    with buttons.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
        png_button(key)
        csv(table, key)


def by_step_and_unit(arrays: Mapping[str, NDArray[np.floating]]) -> pd.DataFrame:
    """Gates and states, each (timesteps, units), as a table with a row for each step and unit."""
    steps, units = next(iter(arrays.values())).shape
    columns = {
        "step": np.repeat(np.arange(1, steps + 1), units),
        "unit": np.tile(np.arange(1, units + 1), steps),
    }
    return pd.DataFrame(columns | {name: array.ravel() for name, array in arrays.items()})
