"""The gates player: heat maps of every saved epoch, played in the browser."""

from __future__ import annotations

from typing import Any

import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.inspection.player_data import epochs_within, player_data
from seqlab.inspection.sequences import Sequence
from seqlab.runs.records import Run
from seqlab.ui import networks, services
from seqlab.ui.components.component import component, nothing

MOST_BYTES = 1_500_000  # of heat maps in one message, before compression and base64
WHILE_TRAINING = 300_000  # since everything is sent again with each new epoch

_component = component("player")


def gates_player(
    run: Run,
    dataset: Dataset,
    shown: Sequence,
    layer: str,
    *,
    key: str,
    saved: list[int] | None = None,
    best: int | None = None,
    tells_unit: bool = False,
    compact: bool = False,
) -> None:
    """Heat maps of one layer and one sequence, from before training to the newest saved epoch.

    Slider and play button run in the browser; new epochs of a run that trains are added without
    moving the handle, unless it stands at the newest. Many or large epochs are thinned:
    see `lens.frames.thinned`.

    Args:
        run: whose weights.
        dataset: what it was trained on.
        shown: the sequence to read.
        layer: which recurrent layer, by the names of `lens.stack.Stack.layers`.
        key: the player's place on the page.
        saved: the epochs to choose from; by default all that are kept.
        best: the epoch with the lowest val_loss, which gets a button of its own.
        compact: whether it must do with little height; then numbers that are answered are left out.
        tells_unit: whether a click on a unit reruns the page; `chosen_unit` then gives it.

    Raises:
        LensError: if the network cannot be shown, in a sentence for the user.
    """
    saved = services.store().snapshots(run.id) if saved is None else saved
    if not saved:
        raise networks.LensError("No weights of this run are kept, so its gates cannot be shown.")
    newest = networks.network(run.id, saved[-1], run.experiment, dataset)
    limit = WHILE_TRAINING if run.active else MOST_BYTES
    epochs = epochs_within(limit, newest, layer, dataset, saved, best)
    by_epoch = networks.frames_of(run, epochs, dataset, layer, shown)
    versions = {
        each: "-".join(map(str, networks.version(run.id, each, dataset))) for each in by_epoch
    }
    state = _state(key, run)
    data = player_data(dataset, shown, layer, newest, by_epoch, versions, saved) | {
        "id": f"{run.id}/{layer}/{hash(shown.key)}",
        "run": run.id,
        "active": run.active,
        "epoch": state.get("epoch"),
        "best": best if best in saved else None,
        "unit": state.get("unit"),
        "tellsUnit": tells_unit,
        "compact": compact,
    }
    _component(key=key, data=data, on_shown_change=nothing)


def chosen_unit(run: Run, key: str) -> int | None:
    """The unit that was clicked in the player of this key, from 0, or `None`."""
    return _state(key, run).get("unit")


def chosen_epoch(run: Run, key: str, saved: list[int]) -> int:
    """The epoch at which the player of this key stands: the newest one, unless it was moved.

    Args:
        run: whose weights.
        key: the player's place on the page.
        saved: the epochs to choose from, one at least.
    """
    epoch = moved_to(run, key)
    return epoch if epoch in saved else saved[-1]


def moved_to(run: Run, key: str) -> int | None:
    """The epoch at which the handle of the player of this key was let go, or `None`."""
    return _state(key, run).get("epoch")


def _state(key: str, run: Run) -> dict[str, Any]:
    """What the browser told last, if it was about this run."""
    shown = dict(st.session_state.get(key) or {}).get("shown") or {}
    return shown if shown.get("run") == run.id else {}
