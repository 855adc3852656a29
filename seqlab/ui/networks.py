"""The networks of runs at their saved epochs, kept for a while: where all views begin."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection.networks import network_of, prediction_of
from seqlab.inspection.sequences import Sequence
from seqlab.lens.frames import Frame, frames
from seqlab.lens.stack import LensError, Stack
from seqlab.runs.records import Run
from seqlab.ui import services
from seqlab.ui.cache import ByteCache

_networks: ByteCache[Stack] = ByteCache(
    "networks", lambda network: sum(a.nbytes for a in network.arrays)
)
_frames: ByteCache[Frame] = ByteCache("heat maps", lambda each: len(each.data) + each.output.nbytes)


def network(run: str, epoch: int, experiment: Experiment, dataset: Dataset) -> Stack:
    """The network of a run at one of its saved epochs.

    Args:
        run: its id.
        epoch: one that has a snapshot.
        experiment: what was trained.
        dataset: on these sequences.

    Raises:
        LensError: if it cannot be shown, with the reason, or if its snapshot is missing.
    """
    key = version(run, epoch, dataset)
    return _networks.get(key, lambda: _read(run, epoch, experiment, dataset))


def version(run: str, epoch: int, dataset: Dataset) -> tuple[str | int, ...]:
    """What changes with the weights of an epoch, and with the target that is looked at.

    Args:
        run: its id.
        epoch: of its weights.
        dataset: what it was trained on, or one of several targets of it.
    """
    key = services.store().snapshot_key(run, epoch)
    return key if dataset.joint is None else (*key, dataset.target)


def _read(run: str, epoch: int, experiment: Experiment, dataset: Dataset) -> Stack:
    arrays = snapshot(run, epoch)
    if arrays is None:
        raise LensError(
            f"The weights of epoch {epoch} are missing or damaged, so nothing can be shown of it. "
            "Curves and settings of the run are kept."
        )
    return network_of(arrays, experiment, dataset)


def snapshot(run: str, epoch: int) -> dict[str, NDArray[np.float32]] | None:
    """Weights (Keras' shapes) and answers of an epoch; `None` if the file is gone or damaged."""
    try:
        return services.store().snapshot(run, epoch)
    except (FileNotFoundError, ValueError):
        return None


def prediction(run: str, epoch: int, dataset: Dataset) -> NDArray[np.float32] | None:
    """The answers of an epoch to the validation part, (n, ...) as `dataset.y`, if they are kept.

    Args:
        run: its id.
        epoch: of its weights.
        dataset: what it was trained on, or one of several targets of it.
    """
    return prediction_of(snapshot(run, epoch), dataset)


def frames_of(
    run: Run, epochs: Iterable[int], dataset: Dataset, layer: str, shown: Sequence
) -> dict[int, Frame]:
    """The heat maps of one layer and one sequence at some epochs. Raises `LensError`.

    Args:
        run: whose weights.
        epochs: that have snapshots.
        dataset: on which it was trained.
        layer: the name of a layer.
        shown: the sequence.
    """
    keys = {epoch: (version(run.id, epoch, dataset), layer, shown.key) for epoch in epochs}
    frame_by_epoch = {epoch: _frames.find(key) for epoch, key in keys.items()}
    missing = [epoch for epoch, frame in frame_by_epoch.items() if frame is None]
    if missing:
        networks = [network(run.id, epoch, run.experiment, dataset) for epoch in missing]
        for epoch, frame in zip(missing, frames(networks, layer, shown.x, shown.mask), strict=True):
            frame_by_epoch[epoch] = frame
            _frames.keep(keys[epoch], frame)
    return {epoch: frame for epoch, frame in frame_by_epoch.items() if frame is not None}
