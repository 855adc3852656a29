"""The networks of runs at their saved epochs, kept for a while: where all views begin."""

from __future__ import annotations

from collections.abc import Iterable

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection.networks import network_of
from seqlab.inspection.sequences import Sequence
from seqlab.lens.frames import Frame, frames
from seqlab.lens.stack import LensError, Stack
from seqlab.runs.store import Run
from seqlab.ui import services
from seqlab.ui.cache import ByteCache

_networks: ByteCache[Stack] = ByteCache(
    64_000_000, lambda network: sum(a.nbytes for a in network.arrays)
)
_frames: ByteCache[Frame] = ByteCache(64_000_000, lambda each: len(each.data) + each.output.nbytes)


def network(run: str, epoch: int, experiment: Experiment, dataset: Dataset) -> Stack:
    """The network of a run at one of its saved epochs.

    Raises:
        LensError: if it cannot be shown, with the reason, or if its snapshot is missing.
    """
    key = services.store().snapshot_key(run, epoch)
    return _networks.get(key, lambda: _read(run, epoch, experiment, dataset))


def _read(run: str, epoch: int, experiment: Experiment, dataset: Dataset) -> Stack:
    try:
        arrays = services.store().snapshot(run, epoch)
    except (FileNotFoundError, ValueError) as error:
        raise LensError(
            f"The weights of epoch {epoch} are missing or damaged, so nothing can be shown of it. "
            "Curves and settings of the run are kept."
        ) from error
    return network_of(arrays, experiment, dataset)


def frames_of(
    run: Run, epochs: Iterable[int], dataset: Dataset, layer: str, shown: Sequence
) -> dict[int, Frame]:
    """The heat maps of one layer and one sequence at some epochs. Raises `LensError`."""
    store = services.store()
    keys = {epoch: (store.snapshot_key(run.id, epoch), layer, shown.key) for epoch in epochs}
    found = {epoch: _frames.find(key) for epoch, key in keys.items()}
    missing = [epoch for epoch, frame in found.items() if frame is None]
    if missing:
        networks = [network(run.id, epoch, run.experiment, dataset) for epoch in missing]
        for epoch, frame in zip(missing, frames(networks, layer, shown.x, shown.mask), strict=True):
            found[epoch] = frame
            _frames.keep(keys[epoch], frame)
    return {epoch: frame for epoch, frame in found.items() if frame is not None}
