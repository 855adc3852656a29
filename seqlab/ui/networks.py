"""A run's network at a saved epoch, and sequences for it to read: where all views begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.lens.frames import Frame, frames
from seqlab.lens.stack import NOT_WEIGHTS, LensError, Stack, stack
from seqlab.ui import services
from seqlab.ui.cache import ByteCache

_OPTIONS = ("activation", "recurrent_activation", "use_bias", "go_backwards")

_networks: ByteCache[Stack] = ByteCache(64_000_000, lambda network: network.size)
_frames: ByteCache[Frame] = ByteCache(64_000_000, lambda each: len(each.data) + each.output.nbytes)


@dataclass(frozen=True, eq=False)
class Sequence:
    """One sequence as the network reads it.

    Attributes:
        x: (timesteps, features), scaled, or tokens (timesteps,).
        y: its target: (outputs,), (timesteps, outputs), a class or a class for each step; `None`
            for a sequence that somebody made up.
        real: how many of the steps are not padding.
        title: where it comes from.
    """

    x: NDArray[Any]
    y: NDArray[Any] | None
    real: int
    title: str

    @property
    def mask(self) -> NDArray[np.bool_] | None:
        """(timesteps,), False where a step is padding; `None` if none is."""
        return None if self.real == len(self.x) else np.arange(len(self.x)) < self.real

    @property
    def key(self) -> tuple[object, ...]:
        """The same for equal sequences."""
        return self.x.shape, str(self.x.dtype), self.real, self.x.tobytes()


def sequence(dataset: Dataset, index: int, title: str = "") -> Sequence:
    """One of the dataset's sequences, by its index into `x`."""
    return Sequence(dataset.x[index], dataset.y[index], int(dataset.lengths[index]), title)


def layer_names(experiment: Experiment) -> list[str]:
    """What the training calls the recurrent layers, from the first to the last."""
    return [f"{layer.cell.lower()}_{i}" for i, layer in enumerate(experiment.layers)]


def options(experiment: Experiment) -> dict[str, dict[str, Any]]:
    """By layer name what the shapes of the weights cannot tell."""
    found: dict[str, dict[str, Any]] = {}
    for name, layer in zip(layer_names(experiment), experiment.layers, strict=True):
        found[name] = {
            option: getattr(layer, option) for option in _OPTIONS if hasattr(layer, option)
        }
    return found


def network(run: str, epoch: int, experiment: Experiment) -> Stack:
    """The network of a run at one of its saved epochs.

    Raises:
        LensError: if it cannot be shown, with the reason, or if its snapshot is missing.
    """
    return _networks.get((run, epoch), lambda: _read(run, epoch, experiment))


def _read(run: str, epoch: int, experiment: Experiment) -> Stack:
    try:
        arrays = services.store().snapshot(run, epoch)
    except (FileNotFoundError, ValueError) as error:
        raise LensError(
            f"The weights of epoch {epoch} are missing or damaged, so nothing can be shown of it. "
            "Curves and settings of the run are kept."
        ) from error
    return stack(weights_of(arrays), options(experiment))


def weights_of(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """A snapshot without what is no weight."""
    return {name: array for name, array in arrays.items() if name not in NOT_WEIGHTS}


def frames_of(
    run: str, epochs: Iterable[int], experiment: Experiment, layer: int, shown: Sequence
) -> dict[int, Frame]:
    """The heat maps of one layer and one sequence at some epochs. Raises `LensError`."""
    place = (layer, shown.key)
    found = {epoch: _frames.find((run, epoch, place)) for epoch in epochs}
    missing = [epoch for epoch, frame in found.items() if frame is None]
    if missing:
        networks = [network(run, epoch, experiment) for epoch in missing]
        for epoch, frame in zip(missing, frames(networks, layer, shown.x, shown.mask), strict=True):
            found[epoch] = frame
            _frames.keep((run, epoch, place), frame)
    return {epoch: frame for epoch, frame in found.items() if frame is not None}


def output_of(dataset: Dataset, raw: NDArray[Any]) -> NDArray[np.float64]:
    """What the head says, (..., outputs) -> original units, or the probability of each class."""
    if dataset.goal.kind == "value":
        return dataset.target_scaling.invert(raw)
    raw = np.asarray(raw, np.float64)
    powers = np.exp(raw - raw.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
