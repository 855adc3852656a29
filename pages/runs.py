"""Everything that was trained on this server, to open again."""

from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from seqlab.experiment import Data
from seqlab.runs.store import Run, Standing
from seqlab.ui import services, visitor
from seqlab.ui.components.heading import page_title
from seqlab.ui.controls.data import SOURCES
from seqlab.ui.words import network

SHOWN = 100
HIGHEST = 25  # rows in sight
ROW = 35  # pixels
DRAWN = "_runs_drawn"  # their ids, in the order of the rows
MOST = 1e6  # a loss beyond that says no more than the status: diverged


def sequences(data: Data) -> str:
    """The source, or the name of the file."""
    about = services.store().about_upload(data.file) if data.file else None
    return about[0] if about else SOURCES[data.source]


def loss(value: float | None) -> float:
    return np.nan if value is None or value >= MOST else value


def row(run: Run, standing: Standing) -> dict[str, object]:
    training = run.experiment.training
    return {
        "started": pd.Timestamp(run.created, unit="s", tz="UTC"),
        "yours": visitor.owns(run),
        "pinned": run.pinned,
        "status": run.status,
        "sequences": sequences(run.experiment.data),
        "network": network(run.experiment),
        "training": f"{training.optimizer} {training.learning_rate:g}",
        "epochs": standing.epoch,
        "last val_loss": loss(standing.val_loss),
        "best val_loss": loss(standing.best_val_loss),
        "best epoch": standing.best_epoch,
        "baseline": run.baseline[1] if run.baseline else np.nan,
    }


def called(run: Run, standing: Standing) -> str:
    """A run in one line, to be found by typing."""
    best = loss(standing.best_val_loss)
    reached = "" if np.isnan(best) else f" · best val_loss {best:.4g}"
    what = f"{network(run.experiment)} on {sequences(run.experiment.data)}"
    return f"{what} · {run.status}{reached} · {run.id}"


# A click names a row of the table that was drawn, and runs may have come since.
chosen = st.session_state.get("runs", {}).get("selection", {}).get("rows", [])
drawn = st.session_state.get(DRAWN, [])
if chosen and chosen[0] < len(drawn):
    page = Path(__file__).with_name("train.py")
    st.switch_page(page, query_params={"run": drawn[chosen[0]]})

page_title("Runs")
runs = services.store().runs(SHOWN)
if not runs:
    st.info("Nothing has been trained on this server yet.", icon=":material/info:")
    st.page_link(Path(__file__).with_name("train.py"), label="Go to the playground")
    st.stop()

st.session_state[DRAWN] = [run.id for run in runs]
standings = services.store().standing(*(run.id for run in runs))
by_name = {called(run, standings[run.id]): run.id for run in runs}
wanted = st.selectbox(
    "Open a run",
    list(by_name),
    index=None,
    key="open_run",
    placeholder="Type a network, a source or a run's number",
)
if wanted in by_name:
    page = Path(__file__).with_name("train.py")
    st.switch_page(page, query_params={"run": by_name[wanted]})
table = pd.DataFrame([row(run, standings[run.id]) for run in runs])
table["best epoch"] = table["best epoch"].astype("Int64")  # some runs have none
st.caption(
    "The newest first. Choose one here or by the box at its row: it opens with its settings, "
    "curves and gates. "
    "A loss says something beside the baseline of its row: both are measured alike."
)
st.caption(visitor.storage_sentence())
st.dataframe(
    table,
    key="runs",
    hide_index=True,
    height=ROW * (1 + min(len(runs), HIGHEST)) + 3,
    on_select="rerun",
    selection_mode="single-row",
    column_config={
        "started": st.column_config.DatetimeColumn(format="distance"),
        "last val_loss": st.column_config.NumberColumn(format="%.4g"),
        "best val_loss": st.column_config.NumberColumn(format="%.4g"),
        "baseline": st.column_config.NumberColumn(format="%.4g"),
    },
)
