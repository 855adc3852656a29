"""The visitor's comparisons, to open again."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from seqlab.field_words import label_of
from seqlab.runs.studies import StudyRecord
from seqlab.ui import services, state, visitor
from seqlab.ui.words import counted

KINDS = {"race": "Race", "search": "Search", "grid": "Grid"}  # what they are called on the page
WALK = "Walk-forward"  # on a page of its own
SHOWN = 20
NAMED = 6  # variants or settings in a title


def title_of(study: StudyRecord) -> str:
    """A comparison in one line: what differs in it."""
    if study.kind not in KINDS:
        return f"{WALK}: {counted(study.total, 'fold')}"
    grid = study.settings.get("grid")
    if grid is not None:
        names = [label_of(grid["across"]), label_of(grid["down"])]
    else:
        named = study.settings.get("entrants") or study.settings.get("knobs", [])
        names = [each["name"] for each in named]
    more = ", …" if len(names) > NAMED else ""
    return f"{KINDS[study.kind]}: {', '.join(names[:NAMED])}{more}"


def started(study: StudyRecord) -> str:
    """When it was begun, on the clock of the visitor."""
    zone = st.context.timezone
    return f"{datetime.fromtimestamp(study.created, ZoneInfo(zone) if zone else UTC):%d %b, %H:%M}"


def recent(shown: StudyRecord | None) -> None:
    """A menu of the newest comparisons of the visitor."""
    studies = services.studies().newest(SHOWN, visitor.owner())
    by_id = {each.id: each for each in studies if each.kind in KINDS}
    if shown is not None:
        by_id.pop(shown.id, None)
    if not by_id:
        return

    def called(study: str) -> str:
        each = by_id[study]
        runs = counted(each.total, "run")
        return f"{title_of(each)} · {runs} · {started(each)} · {each.status}"

    st.selectbox(
        "Open another comparison of yours",
        list(by_id),
        index=None,
        key="compare_open",
        format_func=called,
        placeholder="Choose one",
        on_change=_open,
    )


def _open() -> None:
    wanted = st.session_state.get("compare_open")
    if wanted:
        state.show_study(wanted)
        st.session_state["compare_open"] = None
