"""The gates player: heat maps of every saved epoch, played in the browser."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import streamlit as st
from plotly.colors import sequential

from seqlab.cells import CELLS
from seqlab.data.dataset import Dataset
from seqlab.figures import style
from seqlab.inspection import heatmap_strips
from seqlab.inspection.networks import output_of, steps_of
from seqlab.inspection.sequences import Sequence
from seqlab.lens import captions, frames
from seqlab.lens.frames import Frame
from seqlab.runs.store import Run
from seqlab.ui import networks, services
from seqlab.ui.components.component import component

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
) -> int | None:
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

    Returns:
        The epoch at which the handle was let go, or `None` while it follows the newest one.

    Raises:
        LensError: if the network cannot be shown, in a sentence for the user.
    """
    saved = services.store().snapshots(run.id) if saved is None else saved
    if not saved:
        raise networks.LensError("No weights of this run are kept, so its gates cannot be shown.")
    newest = networks.network(run.id, saved[-1], run.experiment, dataset)
    limit = WHILE_TRAINING if run.active else MOST_BYTES
    cell, units = newest.layers[layer].cell, newest.units(layer)
    rows = CELLS[cell].rows
    picture = len(rows[0]) * len(rows) * -(-units // frames.stride(units))
    timesteps = steps_of(newest, layer, dataset)
    picture *= -(-timesteps // frames.block(timesteps))
    epochs = frames.thinned(saved, limit // picture)
    if best in saved:
        epochs = sorted({*epochs, best})
    made = networks.frames_of(run, epochs, dataset, layer, shown)
    notes = [_notes(saved, epochs, timesteps, units), captions.direction(newest.backward(layer))]
    if not newest.decodes(layer):
        notes.append(captions.padding(shown.real, timesteps, newest.masked))
    state = _state(key, run)
    data = _data(run, dataset, shown, layer, made) | {
        "epoch": state.get("epoch"),
        "best": best if best in saved else None,
        "unit": state.get("unit"),
        "tellsUnit": tells_unit,
        "compact": compact,
        "notes": " ".join(filter(None, notes)),
    }
    result = _component(key=key, data=data, on_shown_change=_nothing)
    told = result.shown or {}
    epoch = told.get("epoch") if told.get("run") == run.id else None
    return epoch if epoch in saved else None


def chosen_unit(run: Run, key: str) -> int | None:
    """The unit that was clicked in the player of this key, from 0, or `None`."""
    return _state(key, run).get("unit")


def chosen_epoch(run: Run, key: str) -> int | None:
    """The epoch at which the handle of the player of this key was let go, or `None`."""
    return _state(key, run).get("epoch")


def _state(key: str, run: Run) -> dict[str, Any]:
    """What the browser told last, if it was about this run."""
    shown = dict(st.session_state.get(key) or {}).get("shown") or {}
    return shown if shown.get("run") == run.id else {}


def _nothing() -> None:
    """Streamlit wants a callback for every value that a component keeps."""


def _data(
    run: Run, dataset: Dataset, shown: Sequence, layer: str, made: dict[int, Frame]
) -> dict[str, Any]:
    """Everything the browser needs, as JSON."""
    epochs = list(made)
    network = networks.network(run.id, epochs[-1], run.experiment, dataset)
    cell, units = network.layers[layer].cell, network.units(layer)
    names, timesteps = made[epochs[-1]].names, made[epochs[-1]].steps
    raw = {epoch: output_of(network, dataset, made[epoch].output) for epoch in epochs}
    output = heatmap_strips.below(dataset, shown, network, layer, raw[epochs[-1]])
    size = frames.block(timesteps)
    every = frames.stride(units)
    # of the newest epoch, so that a row keeps its place while the epochs are played
    hidden = frames.shown_hidden(made[epochs[-1]])
    return {
        "id": f"{run.id}/{layer}/{hash(shown.key)}",
        "run": run.id,
        "active": run.active,
        "cell": cell,
        "maps": [
            {
                "title": _title(name),
                "colour": style.GATE_COLOURS[name],
                "state": name in CELLS[cell].state_names,
            }
            for name in names
        ],
        "columns": max(map(len, CELLS[cell].rows)),
        "grid": [names.index(name) for row in CELLS[cell].rows for name in row],
        "units": -(-units // every),
        "allUnits": units,
        "stride": every,
        "steps": -(-timesteps // size),
        "timesteps": timesteps,
        "block": size,
        "real": timesteps if network.decodes(layer) or not network.masked else shown.real,
        "scales": {
            "sequential": [
                [i / (len(sequential.Viridis) - 1), colour]
                for i, colour in enumerate(sequential.Viridis)
            ],
            "diverging": style.DIVERGING,
        },
        "orders": {
            "as they are": None,
            "by movement": frames.by_movement(hidden).tolist(),
            "by similarity": frames.by_similarity(hidden).tolist(),
        },
        "input": heatmap_strips.above(dataset, shown, network, layer),
        "output": output.about | {"steps": len(raw[epochs[-1]])},
        "frames": [
            {
                "epoch": epoch,
                "version": "-".join(map(str, services.store().snapshot_key(run.id, epoch))),
                "reach": list(each.reach),
                "z": base64.b64encode(each.data).decode(),
                "output": base64.b64encode(
                    np.ascontiguousarray(output.lines(raw[epoch]), np.float32).tobytes()
                ).decode(),
                "said": None if output.said is None else output.said(raw[epoch]),
            }
            for epoch, each in made.items()
        ],
        "alt": (
            f"Heat maps of the layer {layer}: {units} units over {timesteps} time steps "
            f"of {shown.title or 'one sequence'}."
        ),
    }


def _title(name: str) -> str:
    """What stands above a map: "forget gate f" beside "input: sunspots"."""
    label = style.GATE_NAMES[name]
    return label.replace(" ", " gate ", 1) if name in style.SIGMOID else label


def _notes(saved: list[int], epochs: list[int], timesteps: int, units: int) -> str:
    """What was left out to keep the picture small, in sentences."""
    notes = []
    if len(epochs) < len(saved):
        notes.append(
            f"{len(epochs)} of {len(saved)} saved epochs are in the player, with the first and the "
            "last."
        )
    if frames.block(timesteps) > 1:
        notes.append(f"Each column is the mean of {frames.block(timesteps)} time steps.")
    if frames.stride(units) > 1:
        notes.append(f"One unit in {frames.stride(units)} is shown.")
    return " ".join(notes)
