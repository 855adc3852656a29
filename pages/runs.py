"""Everything that was trained on this server: to find, to open, to lay beside each other."""

import numpy as np
import streamlit as st

from seqlab.runs.listing import everything, loss, network, sequences, table, wanted_runs
from seqlab.runs.records import Run, Standing
from seqlab.ui import services, visitor
from seqlab.ui.components.heading import page_title
from seqlab.ui.components.table import csv, height_of
from seqlab.ui.controls.data import SOURCES
from seqlab.ui.places import PAGES
from seqlab.ui.runs_page.filters import filters
from seqlab.ui.runs_page.selected import selected

PLAYGROUND = PAGES / "train.py"
SHOWN = 1000
TALLEST = 598  # pixels: sixteen rows in sight
DRAWN = "_runs_drawn"  # their ids, in the order of the rows
TABLE = "_runs_table"  # how many tables there were: another order of rows is another table


def called(run: Run, standing: Standing) -> str:
    """A run in one line, to be found by typing."""
    best = loss(standing.best_val_loss)
    reached = "" if np.isnan(best) else f" · best val_loss {best:.4g}"
    return f"{network(run)} on {sequences(run, names)} · {run.status}{reached} · {run.id}"


page_title("Runs")
store = services.store()
runs = store.runs(SHOWN)
if not runs:
    st.info("Nothing has been trained on this server yet.", icon=":material/info:")
    st.page_link(PLAYGROUND, label="Go to the playground")
    st.stop()


def key_of(number: int) -> str:
    return f"runs_{number}" if number else "runs"


# A click names a row of the table that was drawn, and runs may have come or gone since. A table
# keeps the numbers of its rows, whatever stands in them then: so each order has a table of its own.
number = st.session_state.setdefault(TABLE, 0)
chosen = st.session_state.get(key_of(number), {}).get("selection", {}).get("rows", [])
drawn = st.session_state.get(DRAWN, [])
ids = {drawn[row] for row in chosen if row < len(drawn)}

names = {**SOURCES, **store.upload_names()}
fitting = wanted_runs(runs, filters(runs, names), names)
rows = [run.id for run in fitting]
ids &= set(rows)  # nothing is done to a run that is not in sight
if rows != drawn:
    number += bool(drawn)
    st.session_state[DRAWN], st.session_state[TABLE] = rows, number
standings = store.standing(*(run.id for run in fitting))
by_name = {called(run, standings[run.id]): run.id for run in fitting}
wanted = st.selectbox(
    "Open a run",
    list(by_name),
    index=None,
    key="open_run",
    placeholder="Type a network, a source or a run's number",
)
if wanted in by_name:
    st.switch_page(PLAYGROUND, query_params={"run": by_name[wanted]})
st.caption(
    "The newest first; a click on a heading sorts. Choose runs by the boxes at their rows, or with "
    "the arrow keys and Shift+Space: one to open or note on, several to lay beside each other. A "
    "loss says something beside the baseline of its row: both are measured alike."
)
with st.container(horizontal=True, gap="small", vertical_alignment="center"):
    st.caption(visitor.storage_sentence(), width="stretch")
    csv(lambda: everything(fitting, standings, names), "all_runs", "All of these (.csv)")
if not fitting:
    st.info("No run is like that.", icon=":material/filter_alt_off:")
    st.stop()
owned = {run.id for run in fitting if visitor.owns(run)}
st.dataframe(
    table(fitting, standings, names, owned),
    key=key_of(number),
    hide_index=True,
    height=height_of(len(fitting), TALLEST),
    on_select="rerun",
    selection_default={"selection": {"rows": [row for row, run in enumerate(rows) if run in ids]}},
    selection_mode="multi-row",
    column_config={
        "started": st.column_config.DatetimeColumn(format="distance"),
        "status": st.column_config.TextColumn(width=90),
        "study": st.column_config.TextColumn(
            help="The variant that it trained in a comparison.", width=100
        ),
        "last val_loss": st.column_config.NumberColumn(format="%.4g"),
        "best val_loss": st.column_config.NumberColumn(format="%.4g"),
        "baseline": st.column_config.NumberColumn(format="%.4g"),
    },
)
if picked := [run for run in runs if run.id in ids]:
    selected(picked)
