"""What every view is about: a run with its data and its saved weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection import losses
from seqlab.inspection.networks import answers, fitting, read
from seqlab.inspection.sequences import Sequence
from seqlab.lens import captions, forward
from seqlab.lens.stack import LensError, Stack
from seqlab.lens.trace import Trace
from seqlab.runs.listing import sequences
from seqlab.runs.records import Run
from seqlab.ui import networks, services, words
from seqlab.ui.cache import ByteCache

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


def errors(scene: Scene, epoch: int) -> NDArray[np.floating]:
    """How wrong the network is on each validation sequence, (n,), or on the first of them if many.

    Root mean squared error of scaled values, or minus the log of the right class's probability.
    Raises `LensError` if the weights are gone.
    """
    network = scene.network(epoch)
    key = networks.version(scene.run.id, epoch, scene.dataset)

    def measured() -> NDArray[np.floating]:
        raw, part = prediction(scene, epoch, network), scene.dataset.validation
        return losses.errors(network, scene.dataset, raw, part[: len(raw)])

    return _errors.get(key, measured)


def prediction(scene: Scene, epoch: int, network: Stack) -> NDArray[np.floating]:
    """What the network says to the validation sequences, as `dataset.y`: as kept, or computed.

    Args:
        scene: the run that is looked at.
        epoch: of the weights.
        network: with these weights.
    """
    dataset = scene.dataset
    raw = fitting(networks.prediction(scene.run.id, epoch, dataset), dataset)
    if raw is not None and len(raw):
        return raw
    work = dataset.timesteps * max(network.units(name) for name in network.layers) ** 2
    return answers(network, dataset, dataset.validation[: max(1, MOST_WORK // work)])
