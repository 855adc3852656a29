"""The playground: choose, build, train, look inside."""

import streamlit as st

from seqlab.experiment import Finding
from seqlab.ui import controls, results, services, setup, state
from seqlab.ui.draft import draft, kept_dataset

state.begin()

# Every part has a container of its own, drawn in every run, so that a part that comes or goes
# moves no other one to a new place in the tree (the browser would show both for a moment).
left, right = st.container(key="playground").columns([1, 2.6], gap="medium")
with left:
    buttons = st.container()
    with st.container():
        controls.data_controls()
    with st.container():
        controls.network_controls()
    with st.container():
        controls.training_controls()

now = draft(state.flat())
run = services.store().get(state.run_id() or "")

with buttons:
    controls.train_buttons(now.ready, bool(run and run.active))

with right:
    with st.container(key="network", gap="xxsmall"):
        if now.experiment is not None and now.dataset is not None:
            setup.network_picture(now.experiment, now.dataset)
    with st.container(key="findings", gap="xxsmall"):
        problems = [
            Finding(level, "input", problem)
            for level, key in (("error", controls.PROBLEM), ("warning", state.LINK_PROBLEM))
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
