"""What is looked at is chosen: a layer, an epoch, a sequence with its numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from seqlab.data import describe
from seqlab.inspection.networks import answers
from seqlab.inspection.predictions import in_words, predictions_table
from seqlab.inspection.sequences import Sequence, sequence
from seqlab.inspection.words import when
from seqlab.ui import words
from seqlab.ui.components.table import height_of
from seqlab.ui.inspect.custom_sequence import own_sequence
from seqlab.ui.inspect.scene import Scene, errors, prediction

WORST = "Largest error first"
OWN = "Custom input"
ORDERS = ("In order", WORST, OWN)


def choose_layer(scene: Scene) -> str:
    """A choice of the recurrent layer, if there are several; both directions of one count."""
    names = list(scene.network(scene.saved[-1]).layers)
    if len(names) == 1:
        return names[0]
    if st.session_state.get("lens_layer") not in names:
        st.session_state["lens_layer"] = names[0]
    network = scene.network(scene.saved[-1])

    def called(name: str) -> str:
        if network.bridge is None:
            return name
        return f"{name} ({'decoder' if network.decodes(name) else 'encoder'})"

    chosen = st.segmented_control(
        "Layer",
        names,
        key="lens_layer",
        required=True,
        format_func=called,
        persist_state="session",
    )
    return chosen or names[0]


def choose_epoch(scene: Scene) -> int:
    """A choice of a saved epoch; the newest one while a run trains."""
    if scene.run.active or len(scene.saved) == 1:
        return scene.saved[-1]
    if st.session_state.get("lens_epoch") not in scene.saved:
        st.session_state["lens_epoch"] = scene.saved[-1]
    return st.select_slider(
        "Epoch of the weights",
        scene.saved,
        key="lens_epoch",
        format_func=lambda epoch: _epoch_words(epoch, scene.best),
        persist_state="session",
    )


def _epoch_words(epoch: int, best: int | None) -> str:
    if not epoch:
        return "before training"
    return f"{epoch} (best val_loss)" if epoch == best else f"{epoch}"


def choose(scene: Scene) -> tuple[Sequence, int]:
    """A choice of a sequence and of an epoch, side by side."""
    if scene.only is not None:
        return scene.only, scene.saved[-1]
    with _row():
        shown = _sequence(scene)
        epoch = choose_epoch(scene)
    shown = _own(scene, shown)
    in_numbers(scene, shown, epoch)
    return shown, epoch


def choose_sequence(scene: Scene) -> Sequence:
    """A choice of a validation sequence, by number or the worst first, or of one's own."""
    with _row():
        shown = _sequence(scene)
    return _own(scene, shown)


def in_numbers(scene: Scene, shown: Sequence, epoch: int | None = None) -> None:
    """When a sequence was, its truth, and what the network says at an epoch; more in a table.

    Args:
        scene: the run that is looked at.
        shown: the sequence.
        epoch: whose weights answer; `None` for the truth alone.
    """
    dataset = scene.dataset
    if shown.y is None or shown.index is None:  # nobody knows the truth of one's own sequence
        return
    sentence = shown.title[0].upper() + shown.title[1:]
    about = describe.about(dataset, shown.index)
    if about and (epoch is None or dataset.labels is not None):  # a class is told as the truth
        sentence += f": {about}"
    rows = None
    if epoch is not None:
        network = scene.network(epoch)
        places = np.searchsorted(dataset.validation, [shown.index])
        raw = answers(network, dataset, dataset.validation[places])
        rows = predictions_table(dataset, raw, network.last_activation, places)
        sentence += f". {when(epoch)}: {in_words(rows)}"
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="lens_numbers"
    ):
        st.caption(words.plain(f"{sentence}."), width="stretch")
        if rows is not None and epoch is not None:
            _numbers(scene, epoch, rows)


def _numbers(scene: Scene, epoch: int, rows: pd.DataFrame) -> None:
    """All targets of the sequence, or those of all sequences if each has one, one click away."""
    is_one = len(rows) == 1
    label = "All sequences" if is_one else "Its numbers"
    shown = st.popover(label, key="lens_table", type="tertiary", on_change="rerun")
    if not shown.open:
        return
    if is_one:
        network = scene.network(epoch)
        raw = prediction(scene, epoch, network)
        rows = predictions_table(scene.dataset, raw, network.last_activation)
        if st.session_state["lens_order"] == WORST:
            wrong = rows["error"].abs() if "error" in rows else errors(scene, epoch)
            rows = rows.iloc[np.argsort(-np.asarray(wrong), kind="stable")]
    number = st.column_config.NumberColumn
    with shown:
        st.dataframe(
            rows,
            hide_index=True,
            width=560,
            height=height_of(len(rows), 360),
            column_config={
                "truth": number(format="%.4g") if "error" in rows else None,
                "prediction": number("answer", format="%.4g") if "error" in rows else "answer",
                "error": number(format="%.4g"),
                "probability": number(format="percent"),
            },
        )


def _row() -> DeltaGenerator:
    """Widgets side by side, one below the other where there is no room."""
    return st.container(horizontal=True, vertical_alignment="top", gap="medium")


def _own(scene: Scene, shown: Sequence) -> Sequence:
    """The visitor's own sequence instead, if that was asked for."""
    if st.session_state["lens_order"] == OWN:
        return own_sequence(scene.dataset, scene.run.id, shown)
    return shown


def _sequence(scene: Scene) -> Sequence:
    places = scene.dataset.validation
    order = st.segmented_control(
        "Sequences",
        ORDERS,
        key="lens_order",
        default=ORDERS[0],
        required=True,
        persist_state="session",
    )
    ranked = np.arange(len(places))
    if order == WORST:
        wrong = errors(scene, scene.saved[-1])
        ranked = np.argsort(-wrong, kind="stable")
    n = len(ranked)
    st.session_state["lens_rank"] = rank = min(st.session_state.get("lens_rank", 1), n)
    if n > 1 and order != OWN:
        rank = st.slider("Which one", 1, n, key="lens_rank", persist_state="session")
    position = int(ranked[rank - 1])
    title = f"validation sequence {position + 1}"
    if order == WORST:
        first = f" (among the first {n:,} of {len(places):,})" if n < len(places) else ""
        title += f", number {rank} of {n} by error{first}"
    else:
        title += f" of {n}"
    return sequence(scene.dataset, int(places[position]), title)
