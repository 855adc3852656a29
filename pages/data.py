"""Data: what a file or a source holds, how it was read, and how it is cut for training."""

from pathlib import Path

import streamlit as st

from seqlab.data.catalogue import ENTRIES
from seqlab.network.doctor.trend import LEAVES_RANGE
from seqlab.ui import state
from seqlab.ui.components.heading import page_title
from seqlab.ui.controls import setup
from seqlab.ui.controls.data import UPLOAD, data_controls, offer_anyway
from seqlab.ui.data_page import cut, gaps, values
from seqlab.ui.data_page.facts import columns_of, facts
from seqlab.ui.data_page.file import file_section, findings_lines
from seqlab.ui.draft import NO_FILE, draft
from seqlab.ui.shown_target import choose_target
from seqlab.ui.words import plain

state.begin()

page_title("Data")
left, right = st.container(key="playground").columns([1, 2.6], gap="medium")
with left:
    data_controls(unfolded=True)
    now = draft(state.flat())
    st.page_link(
        Path(__file__).with_name("train.py"),
        label="Use it in the playground",
        icon=":material/tune:",
    )

source = st.session_state.data
file = st.session_state.get("file") if source == UPLOAD else None
entry = ENTRIES.get(source)
dataset, experiment = now.dataset, now.experiment

with right:
    with st.container(key="problems", gap="xxsmall"):
        problems = setup.input_problems()
        if dataset is None and (file or not problems):
            told = [f for f in now.findings if f.level == "error" or f.code == NO_FILE]
            problems += told
        # Of the doctor's advice, what a setting of this page answers.
        problems += [finding for finding in now.findings if finding.code == LEAVES_RANGE]
        if problems:
            setup.findings_list(problems)
        offer_anyway()
    with st.container(key="file_section"):
        if file:
            file_section(file, experiment)
    with st.container(key="coach"):
        if dataset is not None and experiment is not None:
            data = experiment.data
            st.header(plain(entry.title) if entry else "The data", anchor=False)
            dataset = choose_target(dataset)
            known = facts(data, dataset.target)
            view = f"{source} {file} {dataset.target}"
            values.picture(dataset, view)
            if known.findings:
                findings_lines(known.findings)
            gaps.gaps(dataset, data, view)
            cut.pairs(dataset, data)
            cut.baselines(dataset.whole, entry)
            values.likeness(dataset, known, view)
            values.classes(known, view)
            values.lengths(dataset, known, view)
            cut.leaks(dataset, known, data.scaling)
            table = columns_of(file, data.reading) if file else ()
            values.columns_table(table or known.columns, dataset.names, dataset.target)
            if entry:
                st.caption(plain(f"Source: {entry.credit}"))

state.finish(experiment)
