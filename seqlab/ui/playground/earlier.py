"""The last runs of this tab: they stay in sight behind the newest one, until they are dropped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from seqlab.figures.learning import Ghost
from seqlab.inspection.differences import comparable, name_of, verdict
from seqlab.runs.store import Metrics, Run
from seqlab.ui import services, state
from seqlab.ui.playground import own_run
from seqlab.ui.words import plain

MOST = 5  # without those that are pinned
_PINNED = "_pinned_curves"  # ids, of this tab
_DROPPED = "_dropped_curves"


def earlier(shown: Run | None) -> list[Run]:
    """Earlier runs of this tab whose losses can stand beside those of `shown`, the newest first."""
    if shown is None:
        return []
    dropped, pinned = _ids(_DROPPED), _ids(_PINNED)
    store = services.store()
    runs: list[Run] = []
    for run_id in reversed(own_run.all_of_tab()):
        if run_id == shown.id or run_id in dropped:
            continue
        run = store.get(run_id)
        if run is None or not comparable(run.experiment, shown.experiment):
            continue
        if not store.standing(run_id)[run_id].epoch:
            continue  # it waits, or was stopped before there was a curve
        if run_id in pinned or len(runs) < MOST:
            runs.append(run)
    return runs


def ghosts(shown: Run | None, runs: Sequence[Run]) -> list[Ghost]:
    """Their curves, named by what differs."""
    if shown is None:
        return []
    pinned = _ids(_PINNED)
    found = []
    for run in runs:
        metrics = services.store().metrics(run.id)
        loss = metrics.val_loss if np.isfinite(metrics.val_loss).any() else metrics.loss
        name = name_of(run.experiment, shown.experiment)
        found.append(Ghost(name, metrics.epoch, loss, run.id in pinned))
    return found


def change(shown: Run | None, metrics: Metrics, runs: Sequence[Run]) -> str:
    """What the last change did, or "" while it is not known: only ended runs are judged."""
    if shown is None or shown.active or not runs:
        return ""
    before = runs[0]
    if before.active or before.created > shown.created:
        return ""
    old = services.store().metrics(before.id)
    return verdict(before.experiment, shown.experiment, _best(old), _best(metrics))


def _best(metrics: Metrics) -> float | None:
    return None if metrics.best is None else float(metrics.val_loss[metrics.best])


def earlier_menu(shown: Run | None, runs: Sequence[Run]) -> None:
    """To open, pin or drop what stands behind."""
    if shown is None or not runs:
        return
    menu = st.popover(
        f"{len(runs)} earlier", key="earlier", type="tertiary", help="The grey curves: earlier runs"
    )
    pinned = _ids(_PINNED)
    with menu:
        st.caption("The grey curves, by what differs from the run that is shown.")
        for run in runs:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(plain(name_of(run.experiment, shown.experiment)), width="stretch")
                st.button("Open", key=f"open_{run.id}", on_click=_open, args=(run,))
                st.button(
                    "Unpin" if run.id in pinned else "Pin",
                    key=f"keep_{run.id}",
                    on_click=_pin,
                    args=(run.id,),
                )
                st.button("Drop", key=f"drop_{run.id}", on_click=_drop, args=(run.id,))


def _ids(key: str) -> set[str]:
    found: set[str] = st.session_state.setdefault(key, set())
    return found


def _open(run: Run) -> None:
    state.show(run.experiment)
    state.show_run(run.id)


def _pin(run: str) -> None:
    _ids(_PINNED).symmetric_difference_update({run})


def _drop(run: str) -> None:
    _ids(_DROPPED).add(run)
    _ids(_PINNED).discard(run)
