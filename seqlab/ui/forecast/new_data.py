"""A new file for a trained network: dropped, answered, shown, taken along."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from seqlab.data.dataset import DataError, Dataset
from seqlab.data.speech import reading_of
from seqlab.data.upload import UploadError
from seqlab.forecasting.new_data import Answers, answers, answers_for_all, most_windows
from seqlab.forecasting.words import about_answers
from seqlab.lens.stack import LensError
from seqlab.runs.records import Run
from seqlab.ui import networks, services
from seqlab.ui.cache import ByteCache
from seqlab.ui.components.table import csv, days
from seqlab.ui.words import plain

SHOWN = 2000  # rows of a table on the page; the file has all

_answers: ByteCache[Answers] = ByteCache(
    "answers", lambda found: int(found.table.memory_usage(deep=True).sum())
)


def new_data(run: Run, dataset: Dataset, epoch: int) -> None:
    """Answers of a run's network to a file of the same kind.

    Args:
        run: whose network.
        dataset: what it was trained on.
        epoch: of the weights.
    """
    wanted = st.toggle("Answer a new file", key="forecast_new", value=not dataset.stretches)
    if not wanted:
        return
    what = "rows of such a series" if dataset.stretches else "such sequences"
    st.caption(
        plain(
            f"With {what}. It is read as the training file was, its columns are matched by name, "
            "and its values are scaled as those of the training part. Nothing of it is kept."
        )
    )
    file = st.file_uploader("A file to answer", key="forecast_file")
    if file is None:
        return
    data = file.getvalue()
    digest = hashlib.sha256(data).hexdigest()

    def answers_of(one: Dataset) -> Answers:
        network = networks.network(run.id, epoch, run.experiment, one)

        def answered() -> Answers:
            reading = run.experiment.data.reading
            if one.log_mel is not None:  # the same features, whatever the rate of this file
                reading = reading_of(one.log_mel).model_copy(update={"label": reading.label})
            table = services.read_file(data, file.name, reading)
            return answers(run.experiment, one, network, table, most_windows(one, network))

        return _answers.get((networks.version(run.id, epoch, one), digest, file.name), answered)

    try:
        shown_answers = answers_of(dataset)
    except (DataError, LensError, UploadError) as error:
        st.warning(plain(str(error)), icon=":material/upload_file:")
        return
    every = None if dataset.joint is None else partial(answers_for_all, dataset.joint, answers_of)
    _shown(shown_answers, dataset, every)


def _shown(found: Answers, dataset: Dataset, every: Callable[[], pd.DataFrame] | None) -> None:
    for note in (*found.notes, *about_answers(found.table, dataset)):
        st.caption(plain(note))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{len(found.table):,} answers**", width="stretch")
        csv(every or found.table, "answers")
    if len(found.table) > SHOWN:
        st.caption(f"The first {SHOWN:,} are shown; the file has all.")
    table = found.table.head(SHOWN)
    if "outside" in table and not (table["outside"].astype(str) != "").any():
        table = table.drop(columns="outside")  # nothing is marked
    numbers = table.select_dtypes("number").columns
    config: dict[str, Any] = {
        name: st.column_config.NumberColumn(format="%.5g") for name in numbers
    }
    config["truth"] = st.column_config.Column(help="What the file itself says.")
    config["outside"] = st.column_config.Column(
        help="Inputs whose values lie far outside of what was trained on."
    )
    config |= days(table)
    with st.container(key="answers_table"):
        st.dataframe(table, hide_index=True, column_config=config)
