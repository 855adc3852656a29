"""What can be done to the run that is shown: pause, single steps, another rate, more epochs."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.data.upload import UploadError
from seqlab.experiment import LIMITS
from seqlab.network.program_key import program_of
from seqlab.runs.records import Run
from seqlab.runs.storage import StoreError
from seqlab.ui import draft, services, state, visitor
from seqlab.ui.places import PAGES
from seqlab.ui.playground import own_run
from seqlab.ui.room import follow
from seqlab.ui.words import plain

MORE_EPOCHS = 20
OF_A_STUDY = (
    "A run of a comparison trains as its settings and its seed say: it cannot be paused, stepped, "
    "given another rate or trained further. Its comparison can be stopped as a whole."
)


def steering(run: Run, dataset: Dataset | None, rate: float) -> None:
    """Buttons that fit the state of the run; they belong to the part that looks again.

    Args:
        run: which one.
        dataset: its data, `None` if they are no longer kept.
        rate: the learning rate of its last epoch.
    """
    if run.study is not None:
        st.page_link(
            PAGES / "compare.py",
            label="Its comparison",
            icon=":material/compare_arrows:",
            query_params={"study": run.study, "run": run.id},
        )
    elif not visitor.owns(run):
        pass  # the page says whose it is
    elif run.status in ("running", "paused"):
        st.button(
            "One epoch",
            key="step",
            icon=":material/skip_next:",
            on_click=tell,
            args=(run.id, "step", _waits_after(run)),
        )
        low, high = map(float, LIMITS["learning_rate"])
        st.number_input(
            "New learning rate",
            min_value=low,
            max_value=high,
            value=None,
            placeholder=f"learning rate {rate:g}",
            format="%g",
            step=0.001,
            key="new_rate",
            on_change=_new_rate,
            args=(run.id,),
            label_visibility="collapsed",
            width=190,
        )
    elif not run.active and services.store().has_state(run.id):
        last_epoch = services.store().standing(run.id)[run.id].epoch
        state = services.store().state_epoch(run.id)
        done = last_epoch if state is None else state
        back = f"From epoch {done}: later ones are trained anew." if done < last_epoch else None
        cut_off = run.status in ("interrupted", "failed") and done < run.planned
        last = run.planned if cut_off else done + MORE_EPOCHS
        st.button(
            f"Go on to epoch {last:,}" if cut_off else f"Train {MORE_EPOCHS} more epochs",
            key="more_epochs",
            icon=":material/resume:" if cut_off else ":material/add:",
            type="tertiary",
            on_click=_go_on,
            args=(run, dataset, last),
            disabled=dataset is None,
            help="The file of this run is no longer kept." if dataset is None else back,
        )
    _history(run)
    if visitor.owns(run) and not run.active:
        st.button(
            "Unpin" if run.pinned else "Pin",
            key="pin",
            icon=":material/keep_off:" if run.pinned else ":material/keep:",
            type="tertiary",
            on_click=_pin,
            args=(run.id, not run.pinned),
            help="A pinned run stays when old ones go.",
        )
        _delete(run)


def _delete(run: Run) -> None:
    with st.popover("Delete", icon=":material/delete:", key="delete", type="tertiary"):
        st.markdown("The run goes with its curves, weights and log. That cannot be undone.")
        st.button(
            "Delete this run",
            key="delete_run",
            icon=":material/delete_forever:",
            on_click=_deleted,
            args=(run.id,),
        )


def _pin(run: str, pinned: bool) -> None:
    if visitor.owns_id(run):
        services.store().pin(run, pinned)


def _deleted(run: str) -> None:
    if visitor.owns_id(run) and services.store().delete(run):
        state.show_run(None)


def _history(run: Run) -> None:
    shown = st.popover(
        "Log",
        icon=":material/notes:",
        key="history",
        type="tertiary",
        width="content",
        on_change="rerun",
    )
    if not shown.open:
        return
    lines = services.store().log(run.id)
    with shown:
        if not lines:
            st.caption("Nothing to tell" + (" yet." if run.active else ": it trained undisturbed."))
        for at, line in lines[-50:]:
            moment = datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
            st.caption(plain(f"{moment} UTC  {line}"))


def tell(run: str, kind: str, value: int | None = None) -> None:
    """Sends a command, with a value if there is one.

    Args:
        run: its id.
        kind: of the command, see `seqlab.training.control`.
        value: such as an epoch; `None` for a command without.
    """
    if not visitor.steers(services.store().get(run)) or follow.on_hold():
        return
    services.pool().tell(run, {"kind": kind} | ({} if value is None else {"value": value}))


def _waits_after(run: Run) -> int | None:
    """The epoch after which a paused run waits: a click on "One epoch" that comes twice is one."""
    if run.status != "paused":
        return None
    return services.store().standing(run.id)[run.id].epoch


def _new_rate(run: str) -> None:
    value = st.session_state.get("new_rate")
    if value is not None and visitor.steers(services.store().get(run)):
        services.pool().tell(run, {"kind": "learning_rate", "value": value})


def _go_on(run: Run, dataset: Dataset, last: int) -> None:
    if not visitor.steers(run) or follow.on_hold():
        return
    program = program_of(run.experiment, dataset)
    st.session_state[state.STORE_PROBLEM] = None
    try:
        table = draft.table_for(run.experiment.data)
        services.pool().go_on(run.id, table, last, program)
    except (StoreError, UploadError) as error:
        st.session_state[state.STORE_PROBLEM] = str(error)
        return
    own_run.begin(run.id)
