"""The playground: choose, build, train, look inside."""

import streamlit as st

from seqlab.experiment import Finding
from seqlab.ui import controls, results, services, state
from seqlab.ui.draft import dataset_of, draft

state.begin("train")

left, right = st.columns([1, 2.6], gap="medium")

with left:
    buttons = st.container()
    controls.data_controls()
    controls.network_controls()
    controls.training_controls()

now = draft(state.flat())
run = services.store().get(state.run_id() or "")

with buttons:
    controls.train_buttons(now.ready, bool(run and run.active))

with right:
    with st.container(key="findings"):
        problem = st.session_state.get(controls.PROBLEM)
        upload = [Finding("error", "upload", problem)] if problem else []
        results.findings_list(upload + now.findings)

    if now.experiment is not None and now.dataset is not None:
        with st.container(key="network", gap="xxsmall"):
            results.network_picture(now.experiment, now.dataset)
        with st.container(key="preview", gap="xxsmall"):
            results.data_preview(now.dataset)

    trained = dataset_of(run.experiment.data) if run else now.dataset
    if run and now.experiment and run.experiment != now.experiment:
        st.caption("The settings have changed since this run. Press **Train again** to see their effect.")
    epochs = now.experiment.training.epochs if now.experiment else 1
    results.run_results(run, trained, epochs)

state.finish(now.experiment)
