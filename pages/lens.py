"""Inspect: how the network of a run works."""

from pathlib import Path

import streamlit as st

from seqlab.inspection import glossary
from seqlab.lens.stack import LensError
from seqlab.ui import services, state
from seqlab.ui.components.heading import page_title
from seqlab.ui.components.terms import CELL_VIEW, MARKED, terms
from seqlab.ui.draft import kept_dataset
from seqlab.ui.inspect import VIEWS, scene, views_of
from seqlab.ui.inspect.my_model import my_model
from seqlab.ui.shown_target import choose_target
from seqlab.ui.words import plain

TICK, SLOW_TICK = 1.0, 4.0  # seconds between two looks at a run that trains

state.begin()
run = services.store().get(state.run_id() or "")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    page_title("Inspect")
    st.caption(plain(scene.summary(run)) if run else "", width="stretch")
    mine = st.toggle("Open a .keras file", key="lens_mine", persist_state="session")
if mine:
    my_model()
    state.finish(run.experiment if run else None)
    st.stop()
if run is None:
    st.info("Train a network first, or open a run. Then you can look inside it here.")
    st.page_link(Path(__file__).with_name("train.py"), label="Go to the playground")
    st.page_link(Path(__file__).with_name("runs.py"), label="See all runs")
    st.stop()

dataset = kept_dataset(run.experiment.data)
if dataset is None:
    st.warning("The file of this run is no longer kept, so there are no sequences to show.")
    st.stop()

dataset = choose_target(dataset)
views = views_of(dataset)
if st.session_state.get("lens_view") not in views:
    st.session_state["lens_view"] = views[0]
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    view = st.segmented_control(
        "View",
        views,
        key="lens_view",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    terms(glossary.of_views(run.experiment), run.experiment, dataset, "lens_terms")
if view != CELL_VIEW:
    st.session_state.pop(MARKED, None)


def body() -> None:
    now = services.store().get(run.id)
    if run.active and not now.active:
        st.rerun()  # the whole page: this ends the ticking
    if now.active:
        services.pool().look(now.id)
    try:
        looked_at = scene.scene(now, dataset)
        if looked_at.problem:
            st.warning(plain(looked_at.problem), icon=":material/visibility_off:")
        VIEWS[view].draw(looked_at)
    except LensError as error:
        st.warning(plain(str(error)), icon=":material/visibility_off:")


tick = TICK if view == "Gates" else SLOW_TICK  # the player alone shows every epoch
st.fragment(run_every=tick if run.active else None)(body)()
state.finish(run.experiment)
