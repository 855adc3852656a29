"""The runs that this tab started: the last one is stopped when the tab starts another one.

The tab remembers them in its `sessionStorage`, which outlives a reload but not the tab; the
visitor's session on the server does not outlive a reload.
"""

from __future__ import annotations

import streamlit as st

from seqlab.ui import services, visitor

MOST = 20
_RUNS = "_own_runs"  # ids, the newest last
_KEY = "own_run"

_component = st.components.v2.component(
    "seqlab_own_run",
    html="<span></span>",
    js="""
export default function ({ data, setStateValue }) {
  const kept = sessionStorage.getItem("seqlab_runs")
  if (data.runs) sessionStorage.setItem("seqlab_runs", data.runs)
  else if (kept) setStateValue("runs", kept)
}
""",
)


def begin(run: str) -> None:
    """Makes a run that of this tab, and stops the one before. Nobody else's is touched."""
    runs = all_of_tab()
    before = runs[-1] if runs else None
    if before and before != run and visitor.owns_id(before):  # a browser can name any run
        services.pool().stop(before)
    st.session_state[_RUNS] = [*(one for one in runs if one != run), run][-MOST:]


def all_of_tab() -> list[str]:
    """The ids of the runs that this tab began, the newest last."""
    runs: list[str] = st.session_state.get(_RUNS, [])
    return runs


@st.fragment
def remember() -> None:
    """Lets the tab keep the runs, or say which ones it kept. It shows nothing."""
    _component(key=_KEY, data={"runs": " ".join(all_of_tab())}, on_runs_change=_told)


def _told() -> None:
    runs = dict(st.session_state.get(_KEY) or {}).get("runs")
    if isinstance(runs, str) and runs:  # whatever a browser says
        st.session_state.setdefault(_RUNS, runs.split()[-MOST:])
