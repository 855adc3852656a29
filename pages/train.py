"""The playground: choose, build, train, look inside."""

import streamlit as st

from seqlab.experiment import Finding
from seqlab.ui import results, services, setup, state
from seqlab.ui.controls.data import PROBLEM, data_controls
from seqlab.ui.controls.network import network_controls
from seqlab.ui.controls.training import train_buttons, training_controls
from seqlab.ui.draft import draft, kept_dataset

state.begin()

# Every part has a container of its own, drawn in every run, so that a part that comes or goes
# moves no other one to a new place in the tree (the browser would show both for a moment).
left, right = st.container(key="playground").columns([1, 2.6], gap="medium")
with left:
    buttons = st.container()
    with st.container():
        data_controls()
    now = draft(state.flat())  # the widgets below have their values already
    with st.container():
        network_controls(now)
    with st.container():
        training_controls(now.dataset)

run = services.store().get(state.run_id() or "")

with buttons:
    train_buttons(now, run)

with right:
    with st.container(key="network", gap="xxsmall"):
        if now.experiment is not None and now.dataset is not None:
            setup.network_picture(now.experiment, now.dataset)
    with st.container(key="findings", gap="xxsmall"):
        problems = [
            Finding(level, "input", problem)
            for level, key in (("error", PROBLEM), ("warning", state.LINK_PROBLEM))
            if (problem := st.session_state.get(key))
        ]
        setup.findings_list(problems + now.findings)
    with st.container(key="preview", gap="xxsmall"):
        if now.dataset is not None:
            setup.data_preview(now.dataset)
    with st.container():
        changed = bool(run and now.experiment and run.experiment != now.experiment)
        trained = kept_dataset(run.experiment.data) if run else now.dataset
        epochs = now.experiment.training.epochs if now.experiment else 1
        results.run_results(run, trained, epochs, changed)

state.finish(now.experiment)
