"""Which sequences, and how windows are cut from them."""

from __future__ import annotations

import streamlit as st

from seqlab.data.upload import UploadError, read_table
from seqlab.ui import draft, services
from seqlab.ui.words import plain

SOURCES = {
    "sunspots": "Sunspots, 1700 to 2008",
    "sine": "Noisy sine",
    "adding": "Adding problem",
    "upload": "My own CSV file",
}
ABOUT = {
    "sunspots": "Real: one number a year. Forecast the next one. The cycle takes about 11 years.",
    "sine": "Synthetic: forecast a sine of period 25 through its noise.",
    "adding": "Synthetic: add the two marked numbers of a sequence. Needs a long memory.",
    "upload": "One row per time step, a header line, a column to forecast.",
}
PROBLEM = "upload_problem"


def data_controls() -> None:
    """Source, window, and what else that source needs."""
    st.subheader("Data", anchor=False)
    st.selectbox(
        "Sequences",
        list(SOURCES),
        key="data",
        format_func=SOURCES.__getitem__,
        on_change=_new_source,
        persist_state="session",
    )
    source = st.session_state.data
    st.caption(ABOUT[source])
    if source == "upload":
        _upload_controls()
    left, right = st.columns(2)
    if source == "adding":
        left.number_input("Length T", key="window", step=1, persist_state="session")
        right.number_input("Sequences drawn", key="samples", step=100, persist_state="session")
        return
    left.number_input(
        "Window",
        key="window",
        step=1,
        help="How many past steps the network sees: the timesteps of input_shape.",
        persist_state="session",
    )
    right.number_input(
        "Horizon",
        key="horizon",
        step=1,
        help="How many steps after the window the target lies. 1 is the very next step.",
        persist_state="session",
    )
    if source == "sine":
        left.number_input("Points", key="samples", step=100, persist_state="session")
        right.number_input(
            "Noise",
            key="noise",
            step=0.05,
            format="%.2f",
            persist_state="session",
            help="Standard deviation of the noise; the sine's amplitude is 1.",
        )


def _new_source() -> None:
    """Columns of one source mean nothing in another."""
    st.session_state.update(target=None, inputs=[])


def _upload_controls() -> None:
    st.file_uploader(
        "CSV file",
        type=["csv", "txt", "tsv"],
        key="upload",
        on_change=_take_upload,
        max_upload_size=20,
    )
    file = st.session_state.get("file")
    if not file:
        return
    try:
        table = draft.table_of(file)
    except UploadError:
        return  # the findings say it
    kept = services.store().upload(file)
    numeric = list(table.numeric)
    time = f"time column “{table.time}”" if table.time else "no time column"
    if kept:
        st.caption(plain(f"Using {kept[1]}: {len(table.frame):,} rows, {time}."))
    if not numeric:
        return
    if st.session_state.get("target") not in numeric:
        st.session_state.target = numeric[0]
    st.session_state.inputs = [n for n in st.session_state.get("inputs") or [] if n in numeric]
    st.selectbox("Target", numeric, key="target", persist_state="session", format_func=plain)
    if len(numeric) > 1:
        st.multiselect(
            "Inputs",
            numeric,
            key="inputs",
            placeholder="the target alone",
            persist_state="session",
            format_func=plain,
        )


def _take_upload() -> None:
    """A new file: kept if it can be read; if not, everything stays as it was."""
    uploaded = st.session_state.get("upload")
    st.session_state[PROBLEM] = None
    if uploaded is None:
        return
    content = uploaded.getvalue()
    try:
        table = read_table(content, uploaded.name)
    except UploadError as error:
        st.session_state[PROBLEM] = str(error)
        return
    if not table.numeric:
        st.session_state[PROBLEM] = (
            f"“{uploaded.name}” has no column of numbers to learn from. "
            "It needs a header line and at least one numeric column."
        )
        return
    st.session_state.file = services.store().add_upload(content, uploaded.name)
    st.session_state.update(data="upload", target=None, inputs=[])
