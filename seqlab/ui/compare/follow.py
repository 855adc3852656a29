"""A comparison that goes on is looked at again and again, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from seqlab.runs.studies import StudyRecord
from seqlab.ui import services
from seqlab.ui.components.announcer import announce
from seqlab.ui.words import plain

TICK = 1.0  # seconds between two looks
OTHER_VERSION = "This comparison was made by another version of seqlab and cannot be shown."
Draw = Callable[[StudyRecord], bool]
COLOURS = {"finished": "green", "stopped": "blue", "interrupted": "orange"}
ICONS = {"finished": "check_circle", "stopped": "stop_circle", "interrupted": "power_off"}


def follow(record: StudyRecord, draw: Draw) -> None:
    """Draws a comparison as it stands; looks again while it goes on.

    Args:
        record: as the page has read it.
        draw: draws it as it stands now; says whether it could be read.
    """
    st.fragment(run_every=TICK if record.active else None)(_look)(record, draw)


def _look(drawn: StudyRecord, draw: Draw) -> None:
    record = services.studies().get(drawn.id)
    if record is None:
        st.rerun()
        return
    if not draw(record):
        st.warning(OTHER_VERSION)
    elif record.active != drawn.active:
        st.rerun()  # the whole page: its buttons follow


def status_line(
    record: StudyRecord, share: float, counted: str, buttons: Callable[[], None]
) -> None:
    """One line on how far it is, and the buttons that act on it.

    Args:
        record: as it stands.
        share: how much of it is done, up to 1.
        counted: what has ended, as "3 of 5 runs".
        buttons: draws them.
    """
    labels = {
        "running": f"Training: {counted} have ended",
        "stopped": f"Stopped: {counted} had ended, and are kept",
        "interrupted": f"Interrupted, as the server stopped: {counted} had ended, and are kept",
        "finished": f"Finished: {counted}",
    }
    text = labels[record.status] + "."
    announce(text, "compare_announcer", last=not record.active)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if record.active:
            st.progress(min(share, 1.0), text=text)
        else:
            badge = f":{COLOURS[record.status]}-badge[:material/{ICONS[record.status]}: {text}]"
            st.markdown(f"{badge} :small[{plain(record.message)}]")
        buttons()
    if problem := services.pool().problem:
        st.warning(problem, icon=":material/cloud_off:")
