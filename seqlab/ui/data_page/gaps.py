"""Missing values: the longest gap, and what each way to treat it does to the windows."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.data import describe
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.windows import fill_gaps
from seqlab.experiment import Data, Missing
from seqlab.figures import gap
from seqlab.settings import SETTINGS
from seqlab.ui.cache import few
from seqlab.ui.components.chart import chart
from seqlab.ui.draft import dataset_of
from seqlab.ui.words import plain

MOST_ROWS = 50_000  # beyond, not every choice is tried
AROUND = 12  # known rows drawn on each side of a gap, at least


def gaps(dataset: Dataset, data: Data, view: str) -> None:
    """The longest gap as each choice fills it, and how many windows each choice leaves.

    Args:
        dataset: as it is cut now.
        data: its settings.
        view: changes when the pictures begin anew.
    """
    missing, values = dataset.gaps, dataset.values
    if missing is None or values is None or dataset.labels is None:
        return
    st.header("Missing values", anchor=False)
    first, end, column = _longest(missing, dataset)
    sentence = _sentence(dataset, first, end, column)
    if dataset.goal.kind != "class" or column:
        _picture(dataset, data, (first, end, column), sentence, view)
    st.caption(plain(sentence))
    if len(values) > MOST_ROWS:
        return
    st.dataframe(choices(data), key="data_gaps", hide_index=True)


def _longest(missing: NDArray[np.bool_], dataset: Dataset) -> tuple[int, int, int]:
    """First row, end and column of the longest gap in what the network sees or predicts."""
    best = (0, 0, 0)
    for column in range(len(dataset.columns)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], missing[:, column], [0]])))
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            if end - first > best[1] - best[0]:
                best = int(first), int(end), column
    return best


def _sentence(dataset: Dataset, first: int, end: int, column: int) -> str:
    assert dataset.gaps is not None
    assert dataset.labels is not None
    name, size = dataset.columns[column], end - first
    rows = f"rows {first + 1:,} to {end:,}" if size > 1 else f"row {end:,}"
    times = describe.time(dataset.labels[first])
    if size > 1:
        times += f" to {describe.time(dataset.labels[end - 1])}"
    sentence = f"The longest of the gaps: “{name}” lacks {rows} ({times})."
    if size >= 10:
        sentence += " No way to fill so long a gap is right: it draws a line where nobody measured."
    return sentence + " A target that was missing is never learned from, whatever fills the gap."


def _picture(
    dataset: Dataset, data: Data, where: tuple[int, int, int], sentence: str, view: str
) -> None:
    first, end, column = where
    assert dataset.values is not None
    assert dataset.gaps is not None
    assert dataset.labels is not None
    around = max(AROUND, end - first)
    rows = slice(max(0, first - around), min(len(dataset.values), end + around))
    values = np.where(dataset.gaps[rows, column], np.nan, dataset.values[rows, column])
    words = SETTINGS["missing"].words
    ways: tuple[Missing, ...] = ("interpolate", "forward")
    filled = {words[way]: fill_gaps(values[:, None], way)[:, 0] for way in ways}
    figure = gap.fills(
        dataset.labels[rows], values, filled, words[data.missing], dataset.columns[column]
    )
    chart(figure, key="data_gap", alt=sentence, height=210, view=f"{view} gap")


@few
def choices(data: Data) -> pd.DataFrame:
    """How many windows, or sequences, each choice leaves in each part."""
    rows = []
    for way in get_args(Missing):
        try:
            dataset = dataset_of(data.model_copy(update={"missing": way}))
            parts = [len(part) for part in (dataset.train, dataset.validation, dataset.test)]
        except DataError:
            parts = [0, 0, 0]
        rows.append((SETTINGS["missing"].words[way], way == data.missing, *parts))
    names = ["missing values", "chosen", "training windows", "validation windows", "test windows"]
    table = pd.DataFrame(rows, columns=names)
    return table if table["test windows"].any() else table.drop(columns="test windows")
