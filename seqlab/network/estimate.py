"""How long a training will take, before it starts: arithmetic, no Keras.

An epoch is modelled as its matrix products at a fixed speed, plus a fixed cost for every step of
every loop over time, plus a fixed cost for every batch. The constants are those of one core of
the machine in docs/benchmarks.md; `pace` says how much slower or faster this one is, from how
long the last trainings took. That makes the estimate good to a factor of about two, and better
once something was trained.
"""

from __future__ import annotations

from dataclasses import dataclass

from seqlab.cells import CELLS
from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment, Recurrent
from seqlab.network.plan import plan
from seqlab.network.program_key import batch_of
from seqlab.network.shapes import links

FLOPS = 50e9  # of the matrix products, a second
PASSES = 3  # a training step costs a forward pass and twice that for the gradients
SLOW = 6  # Keras' own loop against the quick one, for settings that the quick one does not know
SECONDS_A_BATCH = 60e-6
SECONDS_AN_EPOCH = 1e-3
COMPILING = (0.8, 1.0)  # seconds for any network, and for each recurrent layer


@dataclass(frozen=True)
class Estimate:
    """Seconds that a training will take.

    Attributes:
        epoch: for one epoch, validation included.
        compiling: once for a new network; nothing if its program is still there.
        epochs: how many there are at most.
    """

    epoch: float
    compiling: float
    epochs: int

    @property
    def seconds(self) -> float:
        """For all epochs, without the compilation."""
        return self.epochs * self.epoch

    @property
    def total(self) -> float:
        """All of it."""
        return self.compiling + self.seconds

    @property
    def words(self) -> str:
        """For a page: "about 8 s", "about 3 min", "about 2 h"."""
        return about(self.total)


def estimate(
    experiment: Experiment, dataset: Dataset, pace: float = 1.0, compiled: bool = False
) -> Estimate:
    """How long an experiment will train.

    Args:
        experiment: layers and training.
        dataset: its data; only shapes and sizes matter.
        pace: how much longer than estimated the last trainings took (`Store.pace`).
        compiled: whether the same architecture was trained just before.
    """
    once, each = COMPILING
    compiling = 0.0 if compiled else pace * (once + each * len(experiment.layers))
    return Estimate(pace * _epoch(experiment, dataset), compiling, experiment.training.epochs)


def about(seconds: float) -> str:
    """A time in words, with one significant digit or two."""
    if seconds < 1.5:
        return "about a second"
    if seconds < 90:
        return f"about {_rounded(seconds)} s"
    if seconds < 90 * 60:
        return f"about {_rounded(seconds / 60)} min"
    return f"about {_rounded(seconds / 3600)} h"


def _rounded(number: float) -> int:
    return round(number) if number < 20 else 5 * round(number / 5)


def _epoch(experiment: Experiment, dataset: Dataset) -> float:
    """Seconds of an epoch on the reference machine."""
    batch = batch_of(experiment, dataset)
    train, validation = (-(-len(part) // batch) for part in (dataset.train, dataset.validation))
    products = steps = 0.0
    for link in links(plan(experiment, dataset.frame)):
        if link.part is None or link.part.role == "embedding":  # a look-up multiplies nothing
            continue
        times = _times(link.output, dataset.timesteps, link.part.role == "recurrent")
        products += 2 * batch * times * link.parameters
        if link.part.role == "recurrent" and link.part.index is not None:
            layer = experiment.layers[link.part.index]
            slow = SLOW if _left_to_keras(layer) else 1
            directions = 2 if link.part.bidirectional else 1
            steps += times * directions * slow * CELLS[layer.cell].seconds_a_step
    seconds = PASSES * products / FLOPS + steps + SECONDS_A_BATCH
    return train * seconds + validation * seconds / PASSES + SECONDS_AN_EPOCH


def _times(output: tuple[int | None, ...], timesteps: int, recurrent: bool) -> int:
    """How often a layer is applied to one sequence."""
    if len(output) == 3:
        return output[1] or 1
    return timesteps if recurrent else 1


def _left_to_keras(layer: Recurrent) -> bool:
    """Whether no quick scan knows a layer's settings (`seqlab.training.scan_layers`)."""
    quick = {"activation": "tanh", "recurrent_activation": "sigmoid", "recurrent_dropout": 0.0}
    usual = all(getattr(layer, name) == value for name, value in quick.items() if layer.has(name))
    return CELLS[layer.cell].quick is None or not usual or layer.stateful
