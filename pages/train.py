"""The playground: choose, build, train, look inside."""

import streamlit as st

from seqlab.ui import services, state
from seqlab.ui.controls import setup
from seqlab.ui.controls.data import data_controls
from seqlab.ui.draft import draft, kept_dataset
from seqlab.ui.playground import own_run, results
from seqlab.ui.playground.network_controls import network_controls
from seqlab.ui.playground.training_controls import train_buttons, training_controls

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
        setup.findings_list(setup.input_problems() + now.findings)
    with st.container(key="preview", gap="xxsmall"):
        if now.dataset is not None:
            setup.data_preview(now.dataset)
    with st.container():
        trained = kept_dataset(run.experiment.data) if run else now.dataset
        results.run_results(run, trained, now.experiment)

own_run.remember()
state.finish(now.experiment)
