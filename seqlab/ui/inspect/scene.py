"""What every view is about: a run, a layer, a sequence and an epoch, and the widgets for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from seqlab.data import describe
from seqlab.data.dataset import Dataset
from seqlab.inspection import losses
from seqlab.inspection.networks import answers, fitting, read
from seqlab.inspection.predictions import in_words, predictions_table
from seqlab.inspection.sequences import Sequence, sequence
from seqlab.inspection.words import when
from seqlab.lens import captions, forward
from seqlab.lens.stack import LensError, Stack
from seqlab.lens.trace import Trace
from seqlab.runs.listing import sequences
from seqlab.runs.records import Run
from seqlab.ui import networks, services, words
from seqlab.ui.cache import ByteCache
from seqlab.ui.components.table import height_of
from seqlab.ui.inspect.custom_sequence import own_sequence

WORST, OWN = "Largest error first", "Custom input"
ORDERS = ("In order", WORST, OWN)
MOST_WORK = 400_000_000  # sequences x timesteps x units squared: some 0.3 s

_errors: ByteCache[NDArray[np.floating]] = ByteCache("errors", lambda array: array.nbytes)


@dataclass(frozen=True, eq=False)
class Scene:
    """A run with its data, and the epochs whose weights can be read, ascending, at least one.

    `problem` says which are left out, and why; "" if none is. `best` is the epoch with the lowest
    val_loss, if it is among them.
    """

    run: Run
    dataset: Dataset
    saved: list[int]
    problem: str = ""
    best: int | None = None

    @property
    def only(self) -> Sequence | None:
        """The one sequence that there is, where there is nothing to choose from."""
        return getattr(self, "typed", None)

    @property
    def seed(self) -> int:
        """Of the run; samples of sequences are drawn with it."""
        return self.run.experiment.training.seed

    def drawn(self, index: NDArray[np.int64]) -> str:
        """Over which validation sequences (n,) something was measured: all, or a sample of them."""
        count, whole = len(index), len(self.dataset.validation)
        if count == whole:
            return f"all {whole:,} validation sequences" if whole > 1 else "one validation sequence"
        return f"{count:,} of {whole:,} validation sequences, drawn by the run's seed"

    def network(self, epoch: int) -> Stack:
        """The weights of an epoch. Raises `LensError`."""
        return networks.network(self.run.id, epoch, self.run.experiment, self.dataset)

    def traces(self, epoch: int, shown: Sequence) -> dict[str, Trace]:
        """What happens in every recurrent layer, in the order of the sequence."""
        network = self.network(epoch)
        passage = forward.in_order(network, read(network, shown))
        return {name: passage.trace(name) for name in passage.traces}

    def padding(self, network: Stack, shown: Sequence) -> str:
        """A sentence on the padding of a sequence, after a space; "" if it has none."""
        sentence = captions.padding(shown.real, len(shown.x), network.masked)
        return f" {sentence}" if sentence else ""


def scene(run: Run, dataset: Dataset) -> Scene:
    """The scene of a run.

    Raises:
        LensError: if no weights are kept, or the lens does not know this kind of network.
    """
    saved = services.store().snapshots(run.id)
    if not saved:
        waiting = "The first weights appear when the training has begun."
        gone = "No weights of this run are kept, so only its settings and curves can be shown."
        raise LensError(waiting if run.active else gone)
    readable, problem = _readable(run, dataset, saved)
    best = services.store().standing(run.id)[run.id].best_epoch
    return Scene(run, dataset, readable, problem, best if best in readable else None)


def _readable(run: Run, dataset: Dataset, saved: list[int]) -> tuple[list[int], str]:
    """The epochs that can be shown, and what is wrong with the others.

    All are tried only if the first or the last one, which every view needs, cannot be read.
    Raises `LensError` if none can.
    """
    errors: dict[int, LensError] = {}

    def reads(epoch: int) -> bool:
        try:
            networks.network(run.id, epoch, run.experiment, dataset)
        except LensError as error:
            errors[epoch] = error
        return epoch not in errors

    if reads(saved[-1]) and reads(saved[0]):
        return saved, ""
    good = [epoch for epoch in saved if reads(epoch)]
    last = errors[max(errors)]
    if not good:
        raise last
    many = ", ".join(str(epoch) for epoch in sorted(errors)[:8])
    return good, f"{last} Shown are the other epochs; left out: {many}."


def summary(run: Run) -> str:
    """One line on what was trained."""
    layers, names = words.network(run.experiment), services.store().upload_names()
    return f"Run {run.id}: {layers} on {sequences(run, names)}, {run.status}."


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
        raw = _prediction(scene, epoch, network)
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


def errors(scene: Scene, epoch: int) -> NDArray[np.floating]:
    """How wrong the network is on each validation sequence, (n,), or on the first of them if many.

    Root mean squared error of scaled values, or minus the log of the right class's probability.
    Raises `LensError` if the weights are gone.
    """
    network = scene.network(epoch)
    key = networks.version(scene.run.id, epoch, scene.dataset)

    def measured() -> NDArray[np.floating]:
        raw, part = _prediction(scene, epoch, network), scene.dataset.validation
        return losses.errors(network, scene.dataset, raw, part[: len(raw)])

    return _errors.get(key, measured)


def _prediction(scene: Scene, epoch: int, network: Stack) -> NDArray[np.floating]:
    """What the network says to the validation sequences: as it was left, or computed."""
    dataset = scene.dataset
    raw = fitting(networks.prediction(scene.run.id, epoch, dataset), dataset)
    if raw is not None and len(raw):
        return raw
    work = dataset.timesteps * max(network.units(name) for name in network.layers) ** 2
    return answers(network, dataset, dataset.validation[: max(1, MOST_WORK // work)])
