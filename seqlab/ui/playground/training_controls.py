"""Optimizer and its numbers; Train, Pause, Stop."""

from __future__ import annotations

import streamlit as st

from seqlab import environment
from seqlab.data.dataset import Dataset
from seqlab.data.upload import UploadError
from seqlab.experiment import Experiment
from seqlab.fitting.optimizers import KNOBS
from seqlab.fitting.schedules import SCHEDULES
from seqlab.inspection.baselines import losses_to_beat
from seqlab.network.doctor.objective import losses_for, metrics_for
from seqlab.network.estimate import Estimate, estimate
from seqlab.network.program_key import ProgramKey, program_of
from seqlab.runs import soon
from seqlab.runs.records import Run
from seqlab.runs.storage import StoreError
from seqlab.ui import draft, services, state, visitor
from seqlab.ui.controls.fields import changes, field, more
from seqlab.ui.playground import own_run
from seqlab.ui.playground.live import live, live_switch
from seqlab.ui.playground.steering import tell
from seqlab.ui.room import follow

SMALL = 2_000_000  # bytes of a table
BEGINS = 0.1  # seconds for a free worker to take a run
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
    schedule = SCHEDULES[st.session_state.schedule].settings
    frame = None if dataset is None else dataset.frame
    names = ["schedule", *schedule, "warmup", "patience", "clipvalue", "loss", "metrics"]
    names += ["class_weight"] if frame is not None and frame.kind == "class" else []
    names += ["shuffle", *KNOBS[st.session_state.optimizer]]
    fitting = None
    if frame is not None:
        fitting = {"loss": losses_for(frame), "metrics": metrics_for(frame)}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        more("more_training", names, fitting=fitting)
        changes([*IN_SIGHT, *names], "changed_training")


def train_buttons(now: draft.Draft, run: Run | None, clean: bool = False) -> None:
    """Train, Pause or Resume, Stop; and how long the training will take.

    Args:
        now: what would be trained.
        run: the run that is shown, if there is one.
        clean: whether nothing at all is to be said against it.
    """
    on_hold = follow.on_hold()
    ready, active = now.ready and not on_hold, run is not None and run.active
    mine = visitor.steers(run)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Train again" if state.run_id() else "Train",
            key="train",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not ready,
            on_click=train,
            help=None if ready else follow.HOLD if on_hold else "Mend what is marked in red first.",
        )
        paused = run is not None and run.status == "paused"
        st.button(
            "Resume" if paused else "Pause",
            key="pause",
            icon=":material/resume:" if paused else ":material/pause:",
            disabled=on_hold or not mine or run is None or run.status not in ("running", "paused"),
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
        program = program_of(now.experiment, now.dataset)
        same = services.pool().compiled(program)
        if not same:
            _compile_ahead(now.experiment, program)
        foreseen = estimate(now.experiment, now.dataset, services.store().pace(), compiled=same)
        compiling = "" if same else " with compiling"
        # Said here and not above the charts, which would move.
        changed = run is not None and now.experiment != run.experiment
        checked = ":green[:material/check:] " if clean else ""
        checked += "Settings changed: " if changed else "Ready: " if clean else ""
        words = f"{checked}{foreseen.epochs:,} epochs take {foreseen.words}{compiling}."
        words += _turn(foreseen)
    else:
        words = follow.HOLD if on_hold else "Fix the problem that is marked to train."
    with st.container(horizontal=True, gap="small", key="train_words"):
        st.caption(words, width="stretch")
        live_switch()
    live(now, run, train)


def _compile_ahead(experiment: Experiment, program: ProgramKey) -> None:
    """While one looks at a new network, an idle worker compiles it, once."""
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
    if not now.ready or now.experiment is None or now.dataset is None or follow.on_hold():
        return
    try:
        run = queue(now.experiment, now.dataset)
    except (StoreError, UploadError) as error:
        st.session_state[state.STORE_PROBLEM] = str(error)
        return
    st.session_state[state.STORE_PROBLEM] = None
    own_run.begin(run)
    state.show_run(run)
    # A free worker takes it at once, and the page need not say it waits.
    if services.pool().position(run) == 1:
        soon.until_begun(services.store(), run, BEGINS)


def queue(experiment: Experiment, dataset: Dataset) -> str:
    """Queues a run of the visitor; returns its id.

    Args:
        experiment: which can be trained.
        dataset: its data.

    Raises:
        StoreError: if it cannot be kept.
        UploadError: if the file of the experiment is no longer there.
    """
    line = next(iter(losses_to_beat(experiment, dataset).items()), None)
    foreseen = estimate(experiment, dataset).epoch
    table = draft.table_for(experiment.data)  # before there is a run that would wait for it
    run = services.store().create(experiment, line, foreseen, visitor.owner())
    services.pool().submit(run, experiment, table, program_of(experiment, dataset))
    return run


def _stop() -> None:
    run = state.run_id()
    if run and visitor.steers(services.store().get(run)):
        services.pool().stop(run)
