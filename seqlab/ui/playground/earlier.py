"""The last runs of this tab: they stay in sight behind the newest one, until they are dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from seqlab.figures.learning import Ghost
from seqlab.inspection.differences import comparable, name_of, verdict
from seqlab.runs.records import Metrics, Run
from seqlab.ui import services, state
from seqlab.ui.playground import own_run
from seqlab.ui.words import plain

LOSS_PLOT = "loss_plot"  # the key of the chart that they are in
MOST = 5  # without those that are pinned
_PINNED = "_pinned_curves"  # ids, of this tab
_DROPPED = "_dropped_curves"


@dataclass(frozen=True)
class Earlier:
    """A run that stands behind the one that is shown.

    Attributes:
        run: the run.
        name: what differs from the one that is shown.
        metrics: its losses, of one epoch at least.
        pinned: whether it stays when there are newer ones.
    """

    run: Run
    name: str
    metrics: Metrics
    pinned: bool

    @property
    def ghost(self) -> Ghost:
        """Its curve."""
        acts = {"open": "Open", "pin": "Unpin" if self.pinned else "Pin", "drop": "Drop"}
        meta = {"id": self.run.id, "name": self.name, "acts": acts}
        return Ghost(self.name, self.metrics.epoch, self.metrics.curve, self.pinned, meta)


def earlier(shown: Run | None) -> list[Earlier]:
    """Earlier runs of this tab whose losses can stand beside those of `shown`, the newest first."""
    if shown is None:
        return []
    dropped, pinned = _ids(_DROPPED), _ids(_PINNED)
    store = services.store()
    runs: list[Earlier] = []
    for run_id in reversed(own_run.all_of_tab()):
        if run_id == shown.id or run_id in dropped:
            continue
        if len(runs) >= MOST and run_id not in pinned:
            continue
        run = store.get(run_id)
        if run is None or not comparable(run.experiment, shown.experiment):
            continue
        metrics = store.metrics(run_id)
        if len(metrics.epoch):  # else it waits, or was stopped before there was a curve
            name = name_of(run.experiment, shown.experiment)
            runs.append(Earlier(run, name, metrics, run_id in pinned))
    return runs


def change(shown: Run | None, metrics: Metrics, before: Sequence[Earlier]) -> str:
    """What the last change did, or "" while it is not known: only ended runs are judged.

    Args:
        shown: the run on the page.
        metrics: its losses.
        before: the runs before it, the newest first.
    """
    if shown is None or shown.active or not before:
        return ""
    last = before[0]
    if last.run.active or last.run.created > shown.created:
        return ""
    return verdict(last.run.experiment, shown.experiment, _best(last.metrics), _best(metrics))


def _best(metrics: Metrics) -> float | None:
    return None if metrics.best is None else float(metrics.val_loss[metrics.best])


def earlier_menu(before: Sequence[Earlier]) -> None:
    """To open, pin or drop what stands behind."""
    if not before:
        return
    menu = st.popover(
        f"{len(before)} earlier",
        key="earlier",
        type="tertiary",
        help="The grey curves: earlier runs",
        on_change="rerun",
    )
    if not menu.open:  # up to fifteen buttons fewer at each look at a run that trains
        return
    with menu:
        st.caption("The grey curves, by what differs from the run that is shown.")
        for each in before:
            run = each.run
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(plain(each.name), width="stretch")
                st.button("Open", key=f"open_{run.id}", on_click=_open, args=(run,))
                st.button(
                    "Unpin" if each.pinned else "Pin",
                    key=f"keep_{run.id}",
                    on_click=_pin,
                    args=(run.id,),
                )
                st.button("Drop", key=f"drop_{run.id}", on_click=_drop, args=(run.id,))


def act_on_curve() -> None:
    """Does what was chosen at a grey curve of the loss chart."""
    run_and_act = dict(st.session_state.get(LOSS_PLOT) or {}).get("act")
    run_id, _, act = run_and_act.partition(" ") if isinstance(run_and_act, str) else ("", "", "")
    run = services.store().get(run_id) if run_id in own_run.all_of_tab() else None
    if run is None:  # whatever a browser says
        return
    if act == "open":
        _open(run)
    elif act == "pin":
        _pin(run.id)
    elif act == "drop":
        _drop(run.id)


def _ids(key: str) -> set[str]:
    ids: set[str] = st.session_state.setdefault(key, set())
    return ids


def _open(run: Run) -> None:
    state.show(run.experiment)
    state.show_run(run.id)


def _pin(run: str) -> None:
    _ids(_PINNED).symmetric_difference_update({run})


def _drop(run: str) -> None:
    _ids(_DROPPED).add(run)
    _ids(_PINNED).discard(run)
