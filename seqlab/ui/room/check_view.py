"""Before the lesson: what this machine can do, how long the runs take, whether others get in."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import psutil
import streamlit as st

from seqlab import environment
from seqlab.data.upload import UploadError
from seqlab.experiment import Experiment
from seqlab.runs.records import Run
from seqlab.runs.room_records import Room
from seqlab.runs.storage import StoreError
from seqlab.ui import services
from seqlab.ui.draft import kept_dataset
from seqlab.ui.playground.training_controls import queue
from seqlab.ui.room import teacher
from seqlab.ui.room.invitation import page_address
from seqlab.ui.room.room_lesson import room_lesson
from seqlab.ui.server.addresses import answers, is_loopback, lan_addresses
from seqlab.ui.words import duration, plain
from seqlab.workshop.capacity import seconds_for_all
from seqlab.workshop.lesson import after

TICK = 1.0  # seconds between two looks while something is measured
_MEASURED = "_room_measured"  # by name of the experiment: ids of its two runs
_PROBLEM = "_room_measure_problem"
OK, BAD = ":green[:material/check_circle:]", ":orange[:material/warning:]"


def check_view(room: Room) -> None:
    """What a teacher wants to know before the learners come."""
    _machine()
    _network()
    st.header("How long the runs take", anchor=False)
    learners = st.number_input("Learners", 1, 200, value=30, key="check_learners", width=160)
    st.button(
        "Measure",
        key="check_measure",
        icon=":material/timer:",
        type="primary",
        on_click=_measure,
        args=(room.code,),
        help="Trains each experiment twice, as you: to compile it, and with its program kept.",
    )
    if problem := st.session_state.get(_PROBLEM):
        st.error(plain(problem), icon=":material/error:")
    tick = TICK if any(_goes_on(runs) for runs in _runs().values()) else None
    st.fragment(run_every=tick)(_times)(room.code, int(learners), tick is not None)
    st.caption(
        "To see the board alive beforehand: "
        "`python -m seqlab.workshop.rehearse --learners 30 ADDRESS` lets simulated learners join."
    )


def _machine() -> None:
    st.header("This machine", anchor=False)
    cores = os.cpu_count() or 1
    workers = environment.current().workers
    memory = psutil.virtual_memory().available / 2**30
    enough = workers <= cores
    st.markdown(
        f"{OK if enough else BAD} {cores} cores, {workers} runs train at once "
        f"(`SEQLAB_WORKERS`), {memory:.1f} GB of memory are free."
    )
    ready = services.pool().ready
    st.markdown(f"{OK} TensorFlow is warm." if ready else f"{BAD} TensorFlow is warming up.")


def _network() -> None:
    st.header("How others get in", anchor=False)
    page, problem = page_address()
    if problem:
        st.markdown(f"{BAD} {problem}")
        return
    parts = urlsplit(page)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    works = answers(host, port)
    verb = "answers" if works else "does not answer"
    st.markdown(f"{OK if works else BAD} `{page}` is the address to give out; it {verb} from here.")
    others = [address for address in lan_addresses() if address != host]
    if others and not is_loopback(host):
        st.caption(f"This machine is also called {', '.join(others)}.")
    st.caption("A firewall may still keep others out: open the address once from another device.")
    if environment.current().password is None:
        st.caption("There is no pass phrase: everybody in this network can open the playground.")


def _experiments(room: Room) -> dict[str, Experiment]:
    """What the learners will train: the pages of the lesson, else what was sent to all."""
    lesson = room_lesson(room)
    experiments: dict[str, Experiment] = {}
    if lesson is not None:
        experiment = Experiment()
        for number, page in enumerate(lesson.pages, 1):
            experiment = after(page, experiment)
            if page.needs_run:
                experiments[f"Page {number}, {page.title}"] = experiment
    elif room.pushed is not None:
        experiments["The experiment that was sent to all"] = room.pushed
    return experiments or {"The default experiment": Experiment()}


def _measure(code: str) -> None:
    room = services.rooms().get(code)
    if room is None or not teacher.leads(code):
        return
    st.session_state[_PROBLEM] = None
    st.session_state[_MEASURED] = {}
    for name, experiment in _experiments(room).items():
        _begin(name, experiment)


def _begin(name: str, experiment: Experiment) -> None:
    """Queues one more run of an experiment."""
    dataset = kept_dataset(experiment.data)
    if dataset is None:
        st.session_state[_PROBLEM] = f"{name}: its sequences cannot be read."
        return
    try:
        run = queue(experiment, dataset)
    except (StoreError, UploadError) as error:
        st.session_state[_PROBLEM] = str(error)
        return
    runs: dict[str, list[str]] = st.session_state[_MEASURED]
    runs.setdefault(name, []).append(run)


def _runs() -> dict[str, list[Run]]:
    """The runs that were measured, by the name of their experiment."""
    measured: dict[str, list[str]] = st.session_state.get(_MEASURED, {})
    return {name: services.store().by_ids(ids) for name, ids in measured.items()}


def _goes_on(runs: list[Run]) -> bool:
    """Whether an experiment is still being measured."""
    return len(runs) < 2 or any(run.active for run in runs)


def _times(code: str, learners: int, looks: bool) -> None:
    workers, measured = environment.current().workers, _runs()
    for name, runs in measured.items():
        for run in runs:
            if run.active:
                services.pool().look(run.id)
        if len(runs) == 1 and not runs[0].active and teacher.leads(code):
            _begin(name, runs[0].experiment)
        if _goes_on(runs):
            st.markdown(f":material/hourglass: {plain(name)}: is being measured …")
            continue
        first, again = (run.seconds or 0.0 for run in runs)
        for_all = seconds_for_all(first, again, learners, workers)
        st.markdown(
            f"{OK} {plain(name)}: {first:.1f} s, and {again:.1f} s when its program is kept. "
            f"**{learners} learners: about {duration(for_all)} for all.**"
        )
    if looks and not any(_goes_on(runs) for runs in measured.values()):
        st.rerun()
