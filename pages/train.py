"""The playground: choose, build, train, look inside."""

import streamlit as st

from seqlab.data.catalogue import ENTRIES
from seqlab.inspection.question import question
from seqlab.ui import services, state
from seqlab.ui.components.heading import page_title
from seqlab.ui.controls import setup
from seqlab.ui.controls.data import data_controls
from seqlab.ui.draft import draft, kept_dataset
from seqlab.ui.lesson import card, current
from seqlab.ui.playground import own_run, results, tour
from seqlab.ui.playground.network_controls import network_controls
from seqlab.ui.playground.training_controls import train_buttons, training_controls
from seqlab.ui.room import follow
from seqlab.ui.words import plain

state.begin()
follow.begin_lesson()
open_lesson = current.begin()
follow.take_over()

# Every part has a container of its own, drawn in every run, so that a part that comes or goes
# moves no other one to a new place in the tree (the browser would show both for a moment).
heading = st.container(key="heading", horizontal=True, vertical_alignment="bottom", gap="medium")
margin = card.margin(open_lesson)  # what stands beside the page narrows it from the beginning
with heading:
    page_title("Recurrent network playground")
left, right = st.container(key="playground").columns([1, 2.6], gap="medium")
with left:
    buttons = st.container(key="buttons", gap="xsmall")
    buttons.html("<span></span>")  # an empty container has no place on the page yet
    with st.container(key="data_controls"):
        data_controls()
    now = draft(state.flat())  # the widgets below have their values already
run = services.store().get(state.run_id() or "")
with margin:
    card.card(open_lesson, now, run)
# What a changed number means is drawn before the widgets, most of which stay as they are.
with right, st.container(key="network", gap="xxsmall"):
    if now.experiment is not None and now.dataset is not None:
        setup.network_picture(now.experiment, now.dataset)
with left:
    with st.container(key="network_controls"):
        network_controls(now)
    with st.container(key="training_controls"):
        training_controls(now.dataset)

with heading:
    asked = "" if now.dataset is None else question(now.dataset, ENTRIES.get(now.source))
    bold = f" **{plain(asked)}**" if asked else ""
    st.caption(f"Train a network in Keras and look inside.{bold}", width="stretch")

with buttons:
    problems = setup.problems_of(now)
    train_buttons(now, run, clean=not problems)

with right:
    # Next to what it covers: the findings stand between network and results.
    over_results = open_lesson is None or "results" in open_lesson.covered
    above = None if over_results else st.container(key="cover")
    with st.container(key="findings", gap="xxsmall"):
        setup.findings_list(problems)
    with above or st.container(key="cover"):
        card.cover(open_lesson)
    with st.container(key="results"):
        trained = kept_dataset(run.experiment.data) if run else now.dataset
        results.run_results(run, trained, now.experiment)

tour.tour()
own_run.remember()
state.finish(now.experiment)
follow.note(now.experiment, run)
