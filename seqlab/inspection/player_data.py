"""Everything that the gates player in a browser needs, as JSON values."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from plotly.colors import sequential

from seqlab.cells import CELLS
from seqlab.data.dataset import Dataset
from seqlab.figures import style
from seqlab.inspection import heatmap_strips
from seqlab.inspection.networks import output_of, steps_of
from seqlab.inspection.sequences import Sequence as Shown
from seqlab.lens import captions, frames
from seqlab.lens.frames import Frame
from seqlab.lens.stack import Stack

SEQUENTIAL = [
    [i / (len(sequential.Viridis) - 1), colour] for i, colour in enumerate(sequential.Viridis)
]


def epochs_within(
    limit: int,
    newest: Stack,
    layer: str,
    dataset: Dataset,
    saved: Sequence[int],
    best: int | None = None,
) -> list[int]:
    """The epochs whose heat maps fit into so many bytes: see `lens.frames.thinned`.

    Args:
        limit: bytes of all heat maps, before compression.
        newest: the network at its newest epoch.
        layer: which recurrent layer.
        dataset: what it was trained on.
        saved: the epochs to choose from.
        best: an epoch that is always among them, if it is saved.
    """
    rows, units = CELLS[newest.layers[layer].cell].rows, newest.units(layer)
    picture = len(rows[0]) * len(rows) * -(-units // frames.stride(units))
    timesteps = steps_of(newest, layer, dataset)
    picture *= -(-timesteps // frames.block(timesteps))
    epochs = frames.thinned(list(saved), limit // picture)
    return sorted({*epochs, best}) if best is not None and best in saved else epochs


def player_data(
    dataset: Dataset,
    shown: Shown,
    layer: str,
    newest: Stack,
    made: Mapping[int, Frame],
    versions: Mapping[int, str],
    saved: Sequence[int],
) -> dict[str, Any]:
    """What one layer did with one sequence, at each epoch.

    Args:
        dataset: what the network was trained on.
        shown: the sequence.
        layer: which recurrent layer.
        newest: the network at the newest epoch.
        made: the heat maps by epoch, from `lens.frames.frames`.
        versions: by epoch, what changes when its weights do.
        saved: all epochs whose weights are kept.
    """
    epochs = list(made)
    cell, units = newest.layers[layer].cell, newest.units(layer)
    names, timesteps = made[epochs[-1]].names, made[epochs[-1]].steps
    raw = {epoch: output_of(newest, dataset, made[epoch].output, shown.index) for epoch in epochs}
    output = heatmap_strips.below(dataset, shown, newest, layer, raw[epochs[-1]])
    size = frames.block(timesteps)
    every = frames.stride(units)
    # of the newest epoch, so that a row keeps its place while the epochs are played
    hidden = frames.shown_hidden(made[epochs[-1]])
    notes = [_left_out(saved, epochs, timesteps, units), captions.direction(newest.backward(layer))]
    if not newest.decodes(layer):
        notes.append(captions.padding(shown.real, timesteps, newest.masked))
    return {
        "cell": cell,
        "maps": [
            {
                "title": style.title_of(name),
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
        "real": timesteps if newest.decodes(layer) or not newest.masked else shown.real,
        "scales": {
            "sequential": SEQUENTIAL,
            "diverging": style.DIVERGING,
        },
        "orders": {
            "as they are": None,
            "by movement": frames.by_movement(hidden).tolist(),
            "by similarity": frames.by_similarity(hidden).tolist(),
        },
        "input": heatmap_strips.above(dataset, shown, newest, layer),
        "output": output.about | {"steps": len(raw[epochs[-1]])},
        "frames": [
            {
                "epoch": epoch,
                "version": versions[epoch],
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
        "notes": " ".join(filter(None, notes)),
    }


def _left_out(saved: Sequence[int], epochs: list[int], timesteps: int, units: int) -> str:
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
