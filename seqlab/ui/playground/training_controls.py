"""Optimizer and its numbers; Train, Pause, Stop."""

from __future__ import annotations

import streamlit as st

from seqlab import environment
from seqlab.choices import KNOBS
from seqlab.data.dataset import Dataset
from seqlab.data.upload import UploadError
from seqlab.experiment import Experiment
from seqlab.inspection.baselines import losses_to_beat
from seqlab.network.doctor.targets import losses_for, metrics_for
from seqlab.network.estimate import Estimate, estimate
from seqlab.network.plan import plan
from seqlab.network.program_key import program_key
from seqlab.runs.store import Run, StoreError
from seqlab.ui import draft, services, state, visitor
from seqlab.ui.controls.fields import changes, field, more
from seqlab.ui.playground import own_run
from seqlab.ui.playground.live import live, live_switch
from seqlab.ui.playground.steering import tell

SMALL = 2_000_000  # bytes of a table
_AHEAD = "_compiled_ahead"  # the program that this tab asked for last
IN_SIGHT = ("optimizer", "learning_rate", "batch_size", "epochs", "clipnorm", "seed")


def training_controls(dataset: Dataset | None) -> None:
    """The common numbers in sight, the others one click away.

    Args:
        dataset: decides which losses and metrics are offered, and whether class weights are.
    """
    st.header("Training", anchor=False)
    left, right = st.columns(2)
    with left:
        field("optimizer", "Optimizer")
        field("batch_size", "Batch size")
        field("clipnorm", "Clip norm")
    with right:
        field("learning_rate", "Learning rate")
        field("epochs", "Epochs")
        field("seed", "Seed")
    schedule = {
        "constant": [],
        "cosine": ["decay_rate"],
        "exponential": ["decay_rate"],
        "plateau": ["decay_rate", "plateau_patience"],
    }[st.session_state.schedule]
    frame = None if dataset is None else dataset.frame
    names = ["schedule", *schedule, "warmup", "patience", "clipvalue", "loss", "metrics"]
    names += ["class_weight"] if frame is not None and frame.kind == "class" else []
    names += ["shuffle", *KNOBS[st.session_state.optimizer]]
    fitting = None
    if frame is not None:
        fitting = {"loss": losses_for(frame), "metrics": metrics_for(frame)}
    more("more_training", names, fitting=fitting)
    changes([*IN_SIGHT, *names], "changed_training")


def train_buttons(now: draft.Draft, run: Run | None, clean: bool = False) -> None:
    """Train, Pause or Resume, Stop; and how long the training will take.

    Args:
        now: what would be trained.
        run: the run that is shown, if there is one.
        clean: whether nothing at all is to be said against it.
    """
    ready, active = now.ready, run is not None and run.active
    mine = visitor.owns(run)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Train again" if state.run_id() else "Train",
            key="train",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not ready,
            on_click=train,
            help=None if ready else "Mend what is marked in red first.",
        )
        paused = run is not None and run.status == "paused"
        st.button(
            "Resume" if paused else "Pause",
            key="pause",
            icon=":material/resume:" if paused else ":material/pause:",
            disabled=not mine or run is None or run.status not in ("running", "paused"),
            on_click=tell,
            args=(run.id if run else "", "resume" if paused else "pause"),
        )
        st.button(
            "Stop",
            key="stop",
            icon=":material/stop:",
            disabled=not (active and mine),
            on_click=_stop,
        )
    if ready and now.experiment is not None and now.dataset is not None:
        same = services.pool().compiled(
            program_key(plan(now.experiment, now.dataset.frame), now.dataset)
        )
        if not same:
            _compile_ahead(now.experiment, now.dataset)
        foreseen = estimate(now.experiment, now.dataset, services.store().pace(), compiled=same)
        compiling = "" if same else " with compiling"
        checked = ":green[:material/check:] Ready: " if clean else ""
        words = f"{checked}{foreseen.epochs:,} epochs take {foreseen.words}{compiling}."
        words += _turn(foreseen)
    else:
        words = "Fix the problem on the right to train."
    with st.container(horizontal=True, gap="small", key="train_words"):
        st.caption(words, width="stretch")
        live_switch()
    live(now, run, train)


def _compile_ahead(experiment: Experiment, dataset: Dataset) -> None:
    """While one looks at a new network, an idle worker compiles it, once."""
    program = program_key(plan(experiment, dataset.frame), dataset)
    if st.session_state.get(_AHEAD) == program:
        return
    st.session_state[_AHEAD] = program
    table = draft.table_for(experiment.data)
    if table is None or table.nbytes <= SMALL:  # a large file would be sent for nothing, mostly
        services.pool().prepare(experiment, table, program)


def _turn(foreseen: Estimate) -> str:
    """Said before a long training: what happens to it while others wait."""
    minutes = environment.current().turn
    if minutes is None or foreseen.total < 60 * minutes:
        return ""
    return f" While others wait, a run is stopped after {minutes:g} minutes; it can go on later."


def train() -> None:
    """Queues the draft as a new run and shows that; the tab's run before it is stopped."""
    now = draft.draft(state.flat())
    if not now.ready or now.experiment is None or now.dataset is None:
        return
    store = services.store()
    line = next(iter(losses_to_beat(now.experiment, now.dataset).items()), None)
    foreseen = estimate(now.experiment, now.dataset).epoch
    try:
        table = draft.table_for(now.experiment.data)  # before there is a run that would wait for it
        run = store.create(now.experiment, line, foreseen, visitor.owner())
    except (StoreError, UploadError) as error:
        st.session_state[state.STORE_PROBLEM] = str(error)
        return
    st.session_state[state.STORE_PROBLEM] = None
    own_run.begin(run)
    state.show_run(run)
    program = program_key(plan(now.experiment, now.dataset.frame), now.dataset)
    services.pool().submit(run, now.experiment, table, program)


def _stop() -> None:
    run = state.run_id()
    if run and visitor.owns_id(run):
        services.pool().stop(run)
