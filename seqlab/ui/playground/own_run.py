"""The run that this tab started last: it is stopped when the tab starts another one.

The tab remembers it in its `sessionStorage`, which outlives a reload but not the tab; the visitor's
session on the server does not outlive a reload.
"""

from __future__ import annotations

import streamlit as st

from seqlab.ui import services, visitor

_RUN = "_own_run"
_KEY = "own_run"

_component = st.components.v2.component(
    "seqlab_own_run",
    html="<span></span>",
    js="""
export default function ({ data, setStateValue }) {
  const kept = sessionStorage.getItem("seqlab_run")
  if (data.run) sessionStorage.setItem("seqlab_run", data.run)
  else if (kept) setStateValue("run", kept)
}
""",
)


def begin(run: str) -> None:
    """Makes a run that of this tab, and stops the one before. Nobody else's is touched."""
    before = st.session_state.get(_RUN)
    if before and before != run and visitor.owns_id(before):  # a browser can name any run
        services.pool().stop(before)
    st.session_state[_RUN] = run


@st.fragment
def remember() -> None:
    """Lets the tab keep the run, or say which one it kept. It shows nothing."""
    _component(key=_KEY, data={"run": st.session_state.get(_RUN)}, on_run_change=_told)


def _told() -> None:
    run = dict(st.session_state.get(_KEY) or {}).get("run")
    if run:
        st.session_state.setdefault(_RUN, run)
