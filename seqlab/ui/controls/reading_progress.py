"""How far the reading of an uploaded file is, and a button that gives it up."""

from __future__ import annotations

import streamlit as st

from seqlab.runs.file_reader import FileJob
from seqlab.ui.words import plain

READING = "_reading_file"  # (job, data, name) of the file that is being read
SOON = 0.5  # seconds that a page waits for a file without a word
TICK = 0.4  # seconds between two looks


def pending() -> tuple[FileJob, bytes, str] | None:
    """The file that is being read for this session, if there is one."""
    reading: tuple[FileJob, bytes, str] | None = st.session_state.get(READING)
    return reading


def give_up() -> None:
    """Ends the reading; what was used before stays in use."""
    reading = pending()
    if reading is not None:
        reading[0].cancel()
    st.session_state[READING] = None


@st.fragment(run_every=TICK)
def progress() -> None:
    """A bar, what is being done, and Cancel, until the file is read."""
    reading = pending()
    if reading is None:
        return
    job = reading[0]
    if job.done:
        st.rerun()
    with st.container(key="reading_progress", gap="xsmall"):
        text = f"Reading {plain(job.name)}: {job.stage}"
        if job.begun is not None:
            text += f" ({job.seconds:.0f} s of at most {job.limit:g} s)"
        st.progress(job.share, text=f"{text}.")
        st.button("Cancel", key="cancel_reading", icon=":material/close:", on_click=give_up)
