"""What can be done with the runs that are chosen in the table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from seqlab.comparison.study import Study
from seqlab.comparison.variants import MOST
from seqlab.comparison.words import settings
from seqlab.figures import race as figures
from seqlab.figures.race import Lane
from seqlab.inspection.differences import comparable
from seqlab.network.source import source
from seqlab.network.source.side_by_side import side_by_side
from seqlab.runs.listing import network
from seqlab.runs.records import Run
from seqlab.ui import services, state, visitor
from seqlab.ui.compare import variants
from seqlab.ui.components.chart import chart
from seqlab.ui.draft import kept_dataset
from seqlab.ui.places import PAGES
from seqlab.ui.words import counted, plain

NAMED = 5  # of the runs that are to be deleted
HEIGHT = 300


def selected(runs: Sequence[Run]) -> None:
    """Buttons for the chosen runs, and what they look like beside each other."""
    own = [run for run in runs if visitor.owns(run)]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_actions"):
        st.markdown(f"**{counted(len(runs), 'run')} chosen**", width="content")
        if len(runs) == 1 and st.button(
            "Open", key="run_open", type="primary", icon=":material/tune:"
        ):
            st.switch_page(PAGES / "train.py", query_params={"run": runs[0].id})
        if 1 <= len(runs) <= MOST and st.button(
            "Race with seeds", key="run_race", icon=":material/compare_arrows:",
            help="Trains the settings of these runs with several seeds each.",
        ):  # fmt: skip
            variants.set_variants(variants.variants_of(runs))
            state.show_study(None)
            st.switch_page(PAGES / "compare.py")
        if own:
            pinned = all(run.pinned for run in own)
            st.button(
                "Unpin" if pinned else "Pin", key="run_pin", type="tertiary",
                icon=":material/keep_off:" if pinned else ":material/keep:", on_click=_pin,
                args=([run.id for run in own], not pinned),
                help="A pinned run stays when old ones go.",
            )  # fmt: skip
            _delete([run for run in own if not run.active])
    if len(own) < len(runs):
        st.caption("Only your own runs can be pinned, noted on or deleted.")
    if len(runs) == 1 and own:
        st.text_input(
            "Note",
            runs[0].note,
            key=f"run_note_{runs[0].id}",
            max_chars=500,
            on_change=_note,
            args=(runs[0].id,),
            placeholder="What is worth knowing about this run",
        )
    if 2 <= len(runs) <= MOST:
        _together(runs)
    elif len(runs) > MOST:
        st.caption(f"Up to {MOST} runs are drawn beside each other.")


def _delete(runs: Sequence[Run]) -> None:
    if not runs:
        return
    with st.popover("Delete", icon=":material/delete:", key="run_delete", type="tertiary"):
        st.markdown(
            f"{counted(len(runs), 'run')} will go with curves, weights and log: "
            f"{', '.join(f'{plain(network(run))} {run.id[:4]}' for run in runs[:NAMED])}"
            f"{' …' if len(runs) > NAMED else ''}. That cannot be undone."
        )
        st.button(
            "Delete for good", key="run_delete_for_good", icon=":material/delete_forever:",
            on_click=_deleted, args=([run.id for run in runs],),
        )  # fmt: skip


def _together(runs: Sequence[Run]) -> None:
    """Curves over each other, what differs, and the scripts of two of them."""
    names = {run.id: f"{network(run)} {run.id[:4]}" for run in runs}
    store = services.store()
    lanes, reached = [], []
    for run in runs:
        metrics = store.metrics(run.id)
        nothing = np.full(len(metrics.epoch), np.nan)
        empty = np.zeros(0)
        lanes.append(
            Lane(
                names[run.id],
                metrics.epoch,
                metrics.val_loss,
                nothing,
                nothing,
                empty,
                np.zeros(0, np.int64),
            )
        )
        if metrics.best is not None:
            reached.append(f"{names[run.id]} {metrics.val_loss[metrics.best]:.4g}")
    epochs = max(run.planned for run in runs)
    sentence = f"Best val_loss: {', '.join(reached)}. One seed each: race them to be surer."
    if not all(comparable(run.experiment, runs[0].experiment) for run in runs):
        sentence = "Their data or losses differ: these numbers need not measure the same."
    study = Study({names[run.id]: run.experiment for run in runs}, [])
    with st.container(key="run_curves", gap="xxsmall"):
        chart(
            figures.curves(lanes, None, epochs, "val_loss"), key="run_overlay", alt=sentence,
            height=HEIGHT, view=" ".join(names),
        )  # fmt: skip
        st.caption(plain(sentence))
    differ = settings(study)
    with st.container(key="run_differences", gap="xxsmall"):
        if differ.shape[1]:
            st.table(differ.map(plain))
        else:
            st.caption("Their settings are the same.")
    _scripts(runs[:2], names)


def _scripts(pair: Sequence[Run], names: dict[str, str]) -> None:
    shown = st.popover(
        "Scripts side by side", icon=":material/difference:", key="run_scripts", type="tertiary",
        on_change="rerun",
    )  # fmt: skip
    if not shown.open:
        return
    texts = []
    for run in pair:
        dataset = kept_dataset(run.experiment.data)
        if dataset is None:
            shown.caption("The file of one of them is not kept any more.")
            return
        texts.append(source(run.experiment, dataset))
    with shown:
        left, right = side_by_side(texts[0], texts[1])
        if not left and not right:
            st.caption("Their scripts are the same.")
            return
        for column, run, text in zip(st.columns(2), pair, (left, right), strict=True):
            column.caption(plain(names[run.id]))
            column.code(text, language="python")


def _pin(runs: Sequence[str], pinned: bool) -> None:
    for run in runs:
        if visitor.owns_id(run):
            services.store().pin(run, pinned)


def _deleted(runs: Sequence[str]) -> None:
    for run in runs:
        if visitor.owns_id(run) and services.store().delete(run) and state.run_id() == run:
            state.show_run(None)


def _note(run: str) -> None:
    if visitor.owns_id(run):
        services.store().set_note(run, st.session_state.get(f"run_note_{run}", ""))
