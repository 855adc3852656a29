"""Whether the network is too large for its data, or the training for this machine."""

from __future__ import annotations

import math
from dataclasses import dataclass

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.axes import settled
from seqlab.network.doctor.fixes import with_layer, with_training
from seqlab.network.shapes import links

FAR_MORE = 10  # parameters a target
SLOW, VERY_SLOW = 120.0, 900.0  # seconds
MUCH_MEMORY = 2**30  # bytes
# Measured with this package's programs on one core; good to a factor of two.
SECONDS_A_STEP = 12e-6  # of one layer on one batch, forwards and backwards
SECONDS_A_FLOP = 1 / 40e9
SLOW_WAY = 2.0  # how much longer a layer takes that only Keras itself can compute
FLOATS_A_UNIT = {"SimpleRNN": 3, "GRU": 7, "LSTM": 9}  # kept of each step for the way back


@dataclass(frozen=True)
class Cost:
    """What a training takes.

    Attributes:
        seconds: for all epochs, without the compilation; good to a factor of two or so.
        bytes: of the arrays that one batch keeps for the way back, and of the data.
        parameters: of the network.
    """

    seconds: float
    bytes: int
    parameters: int


def estimate(experiment: Experiment, dataset: Dataset) -> Cost:
    """What a training will take on one core, before it is started."""
    frame, training = Frame.of(dataset), experiment.training
    found = links(experiment, frame)
    sequences = max(len(dataset.train), 1)
    batch = min(training.batch_size, sequences)
    batches = math.ceil(sequences / batch)
    seconds, kept, steps = 0.0, 0, frame.timesteps
    for link in found:
        assert link.part is not None
        if link.part.role in ("input", "repeat"):
            steps = link.output[1] or 1
        elif link.part.role == "recurrent":
            layer = experiment.layers[link.part.index or 0]
            ways = 2 if layer.bidirectional else 1
            slow = SLOW_WAY if layer.recurrent_dropout or layer.stateful else 1.0
            seconds += batches * steps * ways * SECONDS_A_STEP * slow
            kept += batch * steps * ways * layer.units * FLOATS_A_UNIT[layer.cell]
            seconds += 6 * sequences * steps * link.parameters * SECONDS_A_FLOP
        elif link.part.role == "head":
            answers = math.prod(size or 1 for size in link.output[1:-1])
            seconds += 6 * sequences * answers * link.parameters * SECONDS_A_FLOP
            kept += 3 * batch * answers * (link.output[-1] or 1)
    validation = 1 + len(dataset.validation) / (3 * sequences)
    data = dataset.x.nbytes + dataset.y.nbytes
    parameters = sum(link.parameters for link in found)
    return Cost(seconds * validation * training.epochs, 4 * kept + data, parameters)


def find(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    """Findings about parameters, time and memory."""
    if not len(dataset.train):
        return []
    cost = estimate(experiment, dataset)
    return [
        *_parameters(experiment, frame, dataset, cost),
        *_time(experiment, cost),
        *_memory(experiment, cost),
    ]


def _parameters(
    experiment: Experiment, frame: Frame, dataset: Dataset, cost: Cost
) -> list[Finding]:
    targets = len(dataset.train) * frame.steps * (frame.outputs if frame.kind == "value" else 1)
    if cost.parameters <= FAR_MORE * targets:
        return []
    fix = experiment
    while (
        any(layer.units > 1 for layer in fix.layers)
        and sum(link.parameters for link in links(fix, frame)) > FAR_MORE * targets
    ):
        for i, layer in enumerate(fix.layers):
            fix = with_layer(fix, i, units=max(1, layer.units // 2))
        fix = settled(fix, frame)  # a decoder's units follow from the encoder's
    sizes = ", ".join(str(layer.units) for layer in fix.layers)
    return [
        Finding(
            "hint",
            "more_parameters_than_targets",
            f"The network has {cost.parameters:,} parameters for {targets:,} training targets, "
            f"{cost.parameters / targets:.0f} for each: it can learn them by heart. Watch the "
            "validation loss.",
            fix if fix != experiment else None,
            f"Use {sizes} units",
        )
    ]


def _time(experiment: Experiment, cost: Cost) -> list[Finding]:
    if cost.seconds < SLOW:
        return []
    planned = experiment.training.epochs
    epochs = max(1, int(planned * SLOW / cost.seconds))
    minutes = cost.seconds / 60
    return [
        Finding(
            "warning" if cost.seconds >= VERY_SLOW else "hint",
            "long_training",
            f"This training will take about {minutes:,.0f} minutes on one core.",
            with_training(experiment, epochs=epochs)
            if epochs < experiment.training.epochs
            else None,
            f"Train {epochs:,} epoch{'s' if epochs > 1 else ''} first",
        )
    ]


def _memory(experiment: Experiment, cost: Cost) -> list[Finding]:
    if cost.bytes < MUCH_MEMORY:
        return []
    batch = experiment.training.batch_size
    smaller = max(1, int(batch * MUCH_MEMORY / cost.bytes / 2))
    return [
        Finding(
            "warning",
            "much_memory",
            f"Data and the states kept for the way back take about {cost.bytes / 2**30:.1f} GB, "
            f"with a batch size of {batch:,}.",
            with_training(experiment, batch_size=smaller) if smaller < batch else None,
            f"Use a batch size of {smaller:,}",
        )
    ]
