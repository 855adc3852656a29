"""Where a run stands, in one line."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlab import environment
from seqlab.runs.pool import until_turn
from seqlab.runs.store import Metrics, Run
from seqlab.ui import services
from seqlab.ui.components.announcer import announce
from seqlab.ui.words import duration, plain

WAITING_TICK = 2.0  # seconds between two looks at the queue, at its head
EACH = 0.1  # seconds more for each run in front: with a hundred tabs, looks crowd out answers
RECENT = 200  # epochs that tell how quick a run is


def status(run: Run | None, metrics: Metrics) -> None:
    """One line on where the run stands."""
    if run is None or run.status != "queued":
        _problem()
    if run is None:
        ready = "Press **Train** to see the network learn."
        warming = "TensorFlow is warming up in the background. **Train** works already."
        st.caption(ready if services.pool().ready else warming)
        return
    announce(_spoken(run, metrics), "announcer", last=not run.active)
    done = int(metrics.epoch[-1]) if len(metrics.epoch) else 0
    epochs = run.planned
    numbers = _last_losses(metrics)
    if run.status == "queued":
        tick = waiting_tick(services.pool().position(run.id))
        st.fragment(run_every=tick)(_waiting)(run.id, tick)
    elif run.status == "running":
        seconds = run.seconds or 0.0
        pace = _pace(metrics.more["at"])
        left = f", about {duration(pace * (epochs - done))} left" if pace else ""
        text = f"Epoch {done} of {epochs} · {seconds:.1f} s{left} · {numbers}"
        if pace:
            text += _turn(seconds + pace * (epochs - done))
        st.progress(min(done / epochs, 1.0), text=text if done else "Compiling the network …")
    elif run.status == "paused":
        st.progress(
            min(done / epochs, 1.0), text=f"Paused after epoch {done} of {epochs} · {numbers}"
        )
    else:
        seconds = run.seconds or 0.0
        colour, icon, words = {
            "finished": ("green", "check_circle", f"Finished: {done} epochs in {seconds:.1f} s."),
            "stopped": ("blue", "stop_circle", f"Stopped after {done} of {epochs} epochs."),
            "interrupted": ("orange", "power_off", f"Interrupted after {done} of {epochs} epochs."),
            "diverged": ("red", "error", f"Diverged in epoch {done}."),
            "failed": ("red", "error", f"Failed after {done} of {epochs} epochs."),
        }[run.status]
        rest = plain(f"{run.message} {numbers}{_best(metrics)}".strip())
        st.markdown(f":{colour}-badge[:material/{icon}: {words}] :small[{rest}]")


def _spoken(run: Run, metrics: Metrics) -> str:
    """Where the run stands, for a screen reader."""
    done = int(metrics.epoch[-1]) if len(metrics.epoch) else 0
    if run.status == "queued":
        return "The run waits for a worker."
    if run.status == "running" and not done:
        return "Compiling the network."
    words = "Training" if run.status == "running" else run.status.capitalize()
    best = metrics.best
    loss = "" if best is None else f", best validation loss {metrics.val_loss[best]:.3g}"
    return f"{words}: epoch {done} of {run.planned}{loss}."


def _pace(at: np.ndarray) -> float | None:
    """Seconds an epoch takes, by when the last ones were reported; `None` before one can tell.

    The median of the times between two reports: a pause is only one of them.
    """
    at = at[-RECENT:]
    told, epochs = np.unique(at[np.isfinite(at)], return_counts=True)  # reported together
    return float(np.median(np.diff(told) / epochs[1:])) if len(told) > 1 else None


def _turn(seconds: float) -> str:
    """Said while others wait, if a run takes longer than it may then."""
    minutes = environment.current().turn
    if minutes is None or seconds < 60 * minutes or not services.pool().others_wait:
        return ""
    return f" · others wait: it stops {minutes:g} minutes after it began, and can go on later"


def _last_losses(metrics: Metrics) -> str:
    if not len(metrics.epoch):
        return ""
    text = f"loss {metrics.loss[-1]:.4g}"
    if metrics.best is not None:  # else there is no validation part, or nothing finite
        text += f" · val_loss {metrics.val_loss[-1]:.4g}"
    for name, values in metrics.more.items():
        if name.startswith("val_") and np.isfinite(values[-1]):
            shown = f"{values[-1]:.1%}" if name == "val_accuracy" else f"{values[-1]:.4g}"
            text += f" · {name} {shown}"
    return text


def _best(metrics: Metrics) -> str:
    """The best epoch, if it is not the last."""
    best = metrics.best
    if best is None or best == len(metrics.epoch) - 1:
        return ""
    return f" · best val_loss {metrics.val_loss[best]:.4g} in epoch {metrics.epoch[best]}"


def _problem() -> None:
    """What is wrong with the server, if anything is."""
    if problem := services.pool().problem:
        st.warning(problem, icon=":material/cloud_off:")


def waiting_tick(position: int | None) -> float:
    """Seconds between two looks of a run in the queue: the further back, the longer."""
    return WAITING_TICK + EACH * (position or 0)


def _waiting(run: str, tick: float) -> None:
    """The place in the queue. It alone looks again: many may wait, and nothing else changes."""
    store, pool = services.store(), services.pool()
    found = store.get(run)
    if found is None or found.status != "queued":
        st.rerun()
    pool.look(run)
    _problem()
    position = pool.position(run)
    if waiting_tick(position) < tick / 2:
        st.rerun()  # the whole page: from now on it looks more often
    place = "about to start"
    if position:
        training, before = pool.ahead(run)
        turn = environment.current().turn
        seconds = until_turn(
            store.seconds_left(training),
            store.seconds_left(before),
            None if turn is None else 60 * turn,
        )
        to_go = f", about {duration(seconds)} to go" if pool.ready else ""
        place = f"number {position} in the queue{to_go}"
    what = "a free worker" if pool.ready else "TensorFlow, which is warming up"
    st.progress(0.0, text=f"Waiting for {what}: {place}.")
