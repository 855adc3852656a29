"""Which runs are looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from seqlab.runs.listing import Wanted
from seqlab.runs.listing import sequences as sequences_of
from seqlab.runs.records import Run
from seqlab.ui import services, visitor
from seqlab.ui.compare.recent import started, title_of

EVERYBODY, MINE = "everybody's", "mine"
SINGLE = ""  # runs of no study


def filters(runs: Sequence[Run], names: Mapping[str, str]) -> Wanted:
    """The widgets above the table; only what there is can be chosen.

    Args:
        runs: all of them.
        names: of sources and files.
    """
    sequences = sorted({sequences_of(run, names) for run in runs}, key=str.casefold)
    cells = sorted({layer.cell for run in runs for layer in run.experiment.layers})
    statuses = sorted({run.status for run in runs})
    records = {run.study for run in runs if run.study}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="run_filters"):
        whose = st.segmented_control(
            "Whose", (EVERYBODY, MINE), key="runs_whose", default=EVERYBODY, required=True,
            persist_state="session",
        )  # fmt: skip
        text = st.text_input(
            "Search", key="runs_text", placeholder="any word", width=150,
            help="A word of any column: network, file, note, status, number.",
            persist_state="session",
        )  # fmt: skip
        chosen = [
            st.multiselect(
                label,
                options,
                key=key,
                placeholder="all",
                width=150,  # two beside each other on a phone
                persist_state="session",
            )
            for label, options, key in (
                ("Sequences", sequences, "runs_sequences"),
                ("Cell", cells, "runs_cells"),
                ("Status", statuses, "runs_statuses"),
            )
        ]
        study = None
        if records:
            titles = {
                each.id: f"{started(each)} · {title_of(each)}"
                for each in services.studies().of_ids(records)
            }
            study = st.selectbox(
                "Study",
                [SINGLE, *titles],
                index=None,
                key="runs_study",
                placeholder="all",
                width=300,
                format_func=lambda each: titles.get(each, "single runs"),
                persist_state="session",
            )
    owner = visitor.owner() if whose == MINE else None
    by_sequences, by_cell, by_status = chosen
    return Wanted(owner, text or "", by_sequences, by_cell, by_status, study)
