"""The switch that trains anew after each change of a setting."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from seqlab.runs.records import Run
from seqlab.ui import services, visitor
from seqlab.ui.draft import Draft

QUIET = 0.4  # seconds without another change before it trains
_WISH = "_live_wish"  # (experiment, since when), while a change waits
_TRIED = "_live_tried"  # the experiment that was trained last by this switch


def live_switch() -> None:
    """The switch itself."""
    st.toggle(
        "Live",
        key="live",
        persist_state="session",
        help="Train anew at once after each change, as long as nobody else waits for a worker.",
    )


def live(now: Draft, run: Run | None, train: Callable[[], None]) -> None:
    """Trains the draft once it has been left alone for a moment, if the switch is on.

    Args:
        now: the draft.
        run: the run that is shown.
        train: begins a run of the draft.
    """
    wish = now.experiment
    changed = run is not None and wish != run.experiment and wish != st.session_state.get(_TRIED)
    if not st.session_state.get("live") or not now.ready or not changed:
        st.session_state.pop(_WISH, None)
        return
    if st.session_state.get(_WISH, (None, 0.0))[0] != wish:
        st.session_state[_WISH] = (wish, time.monotonic())

    def look() -> None:
        asked_for, since = st.session_state.get(_WISH, (None, 0.0))
        if asked_for is None or time.monotonic() - since < QUIET:
            return
        if services.pool().others_wait(visitor.owner()):
            st.caption("Others wait for a worker: press Train to queue up.")
            return
        st.session_state[_TRIED] = asked_for
        st.session_state.pop(_WISH, None)
        train()
        st.rerun()

    st.fragment(run_every=QUIET / 2)(look)()
