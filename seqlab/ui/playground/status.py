"""Where a run stands, in one line."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from seqlab import environment
from seqlab.runs.records import Metrics, Run
from seqlab.runs.turns import until_turn
from seqlab.ui import services, visitor
from seqlab.ui.components.announcer import announce
from seqlab.ui.words import counted, duration, plain

WAITING_TICK = 2.0  # seconds between two looks at the queue, at its head
ABOUT_TO_START = 0.3  # seconds, when it does not wait for others any more
EACH = 0.1  # seconds more for each run in front: with a hundred tabs, looks crowd out answers
RECENT = 200  # epochs that tell how quick a run is


def status(run: Run | None, metrics: Metrics, remarks: int = 0) -> None:
    """One line on where the run stands, and how many remarks on it there are further below.

    Args:
        run: the run on the page; `None` for none.
        metrics: its losses.
        remarks: how many there are.
    """
    if run is None or run.status != "queued":
        _problem()
    if run is None:
        ready = "Once you press **Train**, you see here how the network learns."
        warming = "TensorFlow is warming up in the background. **Train** works already."
        st.caption(ready if services.pool().ready else warming)
        return
    announce(_spoken(run, metrics), "announcer", last=not run.active)
    done = int(metrics.epoch[-1]) if len(metrics.epoch) else 0
    epochs = run.planned
    numbers = _last_losses(metrics)
    if run.status == "queued":
        position = services.pool().position(run.id)
        tick = waiting_tick(position, _to_go(run.id) if position == 1 else math.inf)
        st.fragment(run_every=tick)(_waiting)(run.id, tick)
    elif run.status == "running":
        seconds = run.seconds or 0.0
        pace = _pace(metrics.more["at"])
        time_left = f", about {duration(pace * (epochs - done))} left" if pace else ""
        text = f"Epoch {done} of {epochs} · {seconds:.1f} s{time_left} · {numbers}"
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
        below = f" :small[:orange[**{counted(remarks, 'remark')} below.**]]" if remarks else ""
        st.markdown(f":{colour}-badge[:material/{icon}: {words}] :small[{rest}]{below}")


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
    moments, epochs = np.unique(at[np.isfinite(at)], return_counts=True)  # reported together
    return float(np.median(np.diff(moments) / epochs[1:])) if len(moments) > 1 else None


def _turn(seconds: float) -> str:
    """Said while others wait, if a run takes longer than it may then."""
    minutes = environment.current().turn
    if minutes is None or seconds < 60 * minutes:
        return ""
    if not services.pool().others_wait(visitor.owner()):
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
            last = f"{values[-1]:.1%}" if name == "val_accuracy" else f"{values[-1]:.4g}"
            text += f" · {name} {last}"
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


def waiting_tick(position: int | None, seconds: float = math.inf) -> float:
    """Seconds between two looks of a run in the queue: the further back, the longer.

    Args:
        position: its place, `None` for a run that does not wait any more.
        seconds: about how long until its turn.
    """
    soon = position is None or (position == 1 and seconds < WAITING_TICK)
    return ABOUT_TO_START if soon else WAITING_TICK + EACH * (position or 0)


def _waiting(run: str, tick: float) -> None:
    """The place in the queue. It alone looks again: many may wait, and nothing else changes."""
    store, pool = services.store(), services.pool()
    waiting = store.get(run)
    if waiting is None or waiting.status != "queued":
        st.rerun()
    pool.look(run)
    _problem()
    position = pool.position(run)
    seconds = _to_go(run)
    if waiting_tick(position, seconds) < tick / 2:
        st.rerun()  # the whole page: from now on it looks more often
    place = "about to start"
    if position and (seconds >= 1 or position > 1):
        to_go = f", about {duration(seconds)} to go" if pool.ready else ""
        place = f"number {position} in the queue{to_go}"
    what = "a free worker" if pool.ready else "TensorFlow, which is warming up"
    st.progress(0.0, text=f"Waiting for {what}: {place}.")


def _to_go(run: str) -> float:
    """About the seconds until a worker is free for a run that waits."""
    training, before = services.pool().ahead(run)
    turn, store = environment.current().turn, services.store()
    seconds = store.seconds_left(training), store.seconds_left(before)
    return until_turn(*seconds, None if turn is None else 60 * turn)
