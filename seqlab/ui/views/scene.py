"""What every view is about: a run, a layer, a sequence and an epoch, and the widgets for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from seqlab.data.dataset import Dataset
from seqlab.lens import forward
from seqlab.lens.cells import Trace
from seqlab.lens.stack import LensError, Stack
from seqlab.runs.store import Run
from seqlab.ui import networks, services
from seqlab.ui.networks import Sequence
from seqlab.ui.views.own import own_sequence

WORST, OWN = "worst first", "my own"
ORDERS = ("in order", WORST, OWN)


@dataclass(frozen=True, eq=False)
class Scene:
    """A run with its data, and the epochs whose weights are kept, ascending, at least one."""

    run: Run
    dataset: Dataset
    saved: list[int]

    def network(self, epoch: int) -> Stack:
        """The weights of an epoch. Raises `LensError`."""
        return networks.network(self.run.id, epoch, self.run.experiment, self.dataset)

    def traces(self, epoch: int, shown: Sequence) -> dict[str, Trace]:
        """What happens in every recurrent layer while one sequence is read."""
        return forward.run(self.network(epoch), shown.x[np.newaxis], shown.batch_mask)


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
    return Scene(run, dataset, saved)


def summary(run: Run) -> str:
    """One line on what was trained."""
    layers = " → ".join(f"{layer.cell}({layer.units})" for layer in run.experiment.layers)
    return f"Run {run.id}: {layers} on {run.experiment.data.source}, {run.status}."


def choose_layer(scene: Scene) -> str:
    """A choice of the recurrent layer, if there are several; both directions of one count."""
    names = list(scene.network(scene.saved[-1]).layers)
    if len(names) == 1:
        return names[0]
    if st.session_state.get("lens_layer") not in names:
        st.session_state["lens_layer"] = names[0]
    chosen = st.segmented_control(
        "Layer", names, key="lens_layer", required=True, persist_state="session"
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
        format_func=lambda epoch: f"{epoch}" if epoch else "before training",
        persist_state="session",
    )


def choose(scene: Scene) -> tuple[Sequence, int]:
    """A choice of a sequence and of an epoch, side by side."""
    left, middle, right = st.columns([1.2, 1.5, 1.3])
    shown = _sequence(scene, left, middle)
    with right:
        epoch = choose_epoch(scene)
    return _own(scene, shown), epoch


def choose_sequence(scene: Scene) -> Sequence:
    """A choice of a validation sequence, by number or the worst first, or of one's own."""
    left, right = st.columns([1, 2.2])
    return _own(scene, _sequence(scene, left, right))


def _own(scene: Scene, shown: Sequence) -> Sequence:
    """The visitor's own sequence instead, if that was asked for."""
    if st.session_state["lens_order"] == OWN:
        return own_sequence(scene.dataset, scene.run.id, shown)
    return shown


def _sequence(scene: Scene, left: DeltaGenerator, right: DeltaGenerator) -> Sequence:
    places = scene.dataset.validation
    order = left.segmented_control(
        "Sequences",
        ORDERS,
        key="lens_order",
        default=ORDERS[0],
        required=True,
        persist_state="session",
    )
    n = len(places)
    st.session_state["lens_rank"] = rank = min(st.session_state.get("lens_rank", 1), n)
    if n > 1 and order != OWN:
        rank = right.slider("Which one", 1, n, key="lens_rank", persist_state="session")
    wrong = errors(scene, scene.saved[-1])
    if order != WORST or wrong is None:
        position = rank - 1
        title = f"validation sequence {rank} of {n}"
    else:
        position = int(np.argsort(-wrong, kind="stable")[rank - 1])
        title = f"validation sequence {position + 1}, number {rank} of {n} by error"
    return networks.sequence(scene.dataset, int(places[position]), title)


def errors(scene: Scene, epoch: int) -> NDArray[np.float64] | None:
    """How wrong the network is on each validation sequence, from the predictions it left.

    Root mean squared error of scaled values, or minus the log of the right class's probability;
    `None` if the snapshot has no predictions for them.
    """
    try:
        arrays = services.store().snapshot(scene.run.id, epoch)
    except (FileNotFoundError, ValueError):
        return None
    truth = scene.dataset.y[scene.dataset.validation]
    guess = arrays.get("prediction")
    if guess is None or len(guess) != len(truth):
        return None
    if scene.dataset.goal.kind == "value":
        if guess.shape != truth.shape:
            return None
        squares = (guess.astype(np.float64) - truth) ** 2
        return np.sqrt(squares.reshape(len(truth), -1).mean(axis=1))
    if guess.shape[:-1] != truth.shape:
        return None
    odds = networks.output_of(scene.run.experiment, scene.dataset, guess)
    right = np.take_along_axis(odds, truth[..., np.newaxis].astype(np.int64), axis=-1)[..., 0]
    return -np.log(np.maximum(right, 1e-300)).reshape(len(truth), -1).mean(axis=1)
