"""A run's network at a saved epoch, and sequences for it to read: where all views begin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame as Shapes
from seqlab.experiment import Experiment
from seqlab.lens.forward import Passage, forward
from seqlab.lens.frames import Frame, frames
from seqlab.lens.stack import LensError, Stack, stack
from seqlab.network.plan import DECODERS, Plan, head_of, plan
from seqlab.runs.store import Run
from seqlab.ui import services
from seqlab.ui.cache import ByteCache

_OPTIONS = ("activation", "recurrent_activation", "go_backwards")

_networks: ByteCache[Stack] = ByteCache(
    64_000_000, lambda network: sum(a.nbytes for a in network.arrays)
)
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
        weights: how much each step of the target counts; `None` for all alike.
    """

    x: NDArray[Any]
    y: NDArray[Any] | None
    real: int
    title: str
    weights: NDArray[Any] | None = None

    @property
    def mask(self) -> NDArray[np.bool_] | None:
        """(timesteps,), False where a step is padding; `None` if none is."""
        return None if self.real == len(self.x) else np.arange(len(self.x)) < self.real

    @property
    def batch_mask(self) -> NDArray[np.bool_] | None:
        """The mask of a batch that holds this sequence alone."""
        return None if self.mask is None else self.mask[np.newaxis]

    @property
    def key(self) -> tuple[object, ...]:
        """The same for equal sequences."""
        return self.x.shape, str(self.x.dtype), self.real, self.x.tobytes()


def sequence(dataset: Dataset, index: int, title: str = "") -> Sequence:
    """One of the dataset's sequences, by its index into `x`."""
    weights = None if dataset.y_weights is None else dataset.y_weights[index]
    return Sequence(dataset.x[index], dataset.y[index], int(dataset.lengths[index]), title, weights)


def options(planned: Plan) -> dict[str, dict[str, Any]]:
    """By layer name what the lens must know beside the weights."""
    told = {
        part.name: {name: value for name, value in part.keywords if name in _OPTIONS}
        for part in planned.parts
        if part.role in ("recurrent", "head")
    }
    for part in planned.parts:
        if part.role == "recurrent":
            told[part.name]["cell"] = part.kind
    return told


def decoder_steps(experiment: Experiment, dataset: Dataset) -> int | None:
    """How many steps the decoder of a network takes; `None` if it has none."""
    frame = Shapes.of(dataset)
    if head_of(experiment, frame) not in DECODERS:
        return None
    return frame.outputs if frame.at == "end" else frame.steps


def network(run: str, epoch: int, experiment: Experiment, dataset: Dataset) -> Stack:
    """The network of a run at one of its saved epochs.

    Raises:
        LensError: if it cannot be shown, with the reason, or if its snapshot is missing.
    """
    key = services.store().snapshot_key(run, epoch)
    return _networks.get(key, lambda: _read(run, epoch, experiment, dataset))


def _read(run: str, epoch: int, experiment: Experiment, dataset: Dataset) -> Stack:
    layers = plan(experiment, Shapes.of(dataset))
    try:
        arrays = services.store().snapshot(run, epoch)
    except (FileNotFoundError, ValueError) as error:
        raise LensError(
            f"The weights of epoch {epoch} are missing or damaged, so nothing can be shown of it. "
            "Curves and settings of the run are kept."
        ) from error
    return stack(
        arrays,
        options(layers),
        experiment.layers[-1].return_sequences,
        experiment.network.masking,
        decoder_steps(experiment, dataset),
    )


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


def output_of(experiment: Experiment, dataset: Dataset, raw: NDArray[Any]) -> NDArray[np.float64]:
    """What the head says, (..., outputs) -> original units, or the probability of each class."""
    raw = np.asarray(raw, np.float64)
    if dataset.goal.kind == "value":
        return dataset.target_scaling.invert(raw)
    if experiment.network.head_activation != "linear":
        return raw
    powers = np.exp(raw - raw.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def mask_of(dataset: Dataset, index: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """(sequences, timesteps), False where a step is padding; `None` if none is."""
    lengths = dataset.lengths[index]
    if (lengths == dataset.timesteps).all():
        return None
    return np.arange(dataset.timesteps) < lengths[:, np.newaxis]


def sample(dataset: Dataset, most: int, seed: int) -> NDArray[np.int64]:
    """At most so many sequences of the validation part, (n,) ascending, drawn by the run's seed.

    The first ones would not do: a file may be sorted, by speaker for instance. Classes of whole
    sequences have the same shares as in the whole part, as far as whole numbers can.

    Args:
        dataset: whose.
        most: how many are wanted; at least one is taken.
        seed: of the run, so that every look takes the same ones.
    """
    part, count = dataset.validation, max(1, most)
    if len(part) <= count:
        return part
    draw = np.random.default_rng(seed)
    order = draw.permutation(part)
    if dataset.goal.kind == "class" and dataset.y.ndim == 1:
        order = order[np.argsort(dataset.y[order], kind="stable")]
    # one at a random place of each of `count` equal stretches: of each class its share
    step = len(part) / count
    return np.sort(order[((np.arange(count) + draw.random()) * step).astype(np.int64)])


def symbols(dataset: Dataset, shown: Sequence) -> list[str]:
    """A text's symbols, one a step; empty for numbers."""
    return [dataset.vocabulary[token] for token in shown.x] if dataset.vocabulary else []


def steps_of(network: Stack, layer: str, dataset: Dataset) -> int:
    """How many steps a layer takes."""
    if network.bridge is not None and network.decodes(layer):
        return network.bridge.steps
    return dataset.timesteps


def stepwise(dataset: Dataset) -> bool:
    """Whether the target is a class for each step: a text, or labels along a sequence."""
    return dataset.goal.kind == "class" and dataset.goal.at != "end"


def read(network: Stack, shown: Sequence) -> Passage:
    """What happens in a network while it reads one sequence."""
    return forward([network], shown.x[np.newaxis], shown.batch_mask)
