"""Whether the network is too large for its data, or the training for this machine."""

from __future__ import annotations

import math

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.axes import settled
from seqlab.network.doctor.fixes import with_layer, with_training
from seqlab.network.estimate import Estimate, estimate
from seqlab.network.shapes import links

FAR_MORE = 10  # parameters a target
SLOW, VERY_SLOW = 120.0, 900.0  # seconds
MUCH_MEMORY = 2**30  # bytes
FLOATS_A_UNIT = {"SimpleRNN": 3, "GRU": 7, "LSTM": 9}  # kept of each step for the way back


def memory(experiment: Experiment, dataset: Dataset) -> int:
    """Bytes of the data, and of what one batch keeps of every step for the way back."""
    frame = Frame.of(dataset)
    batch = min(experiment.training.batch_size, max(len(dataset.train), 1))
    kept, steps = 0, frame.timesteps
    for link in links(experiment, frame):
        assert link.part is not None
        if link.part.role in ("input", "repeat"):
            steps = link.output[1] or 1
        elif link.part.role == "recurrent":
            layer = experiment.layers[link.part.index or 0]
            ways = 2 if layer.bidirectional else 1
            kept += batch * steps * ways * layer.units * FLOATS_A_UNIT[layer.cell]
        elif link.part.role == "head":
            answers = math.prod(size or 1 for size in link.output[1:-1])
            kept += 3 * batch * answers * (link.output[-1] or 1)
    return 4 * kept + dataset.x.nbytes + dataset.y.nbytes


def find(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    """Findings about parameters, time and memory."""
    if not len(dataset.train):
        return []
    return [
        *_parameters(experiment, frame, dataset),
        *_time(experiment, estimate(experiment, dataset)),
        *_memory(experiment, memory(experiment, dataset)),
    ]


def _parameters(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    targets = len(dataset.train) * frame.steps * (frame.outputs if frame.kind == "value" else 1)
    parameters = sum(link.parameters for link in links(experiment, frame))
    if parameters <= FAR_MORE * targets:
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
            f"The network has {parameters:,} parameters for {targets:,} training targets, "
            f"{parameters / targets:.0f} for each: it can learn them by heart. Watch the "
            "validation loss.",
            fix if fix != experiment else None,
            f"Use {sizes} units",
            "Keras prints the count in `model.summary()` and says nothing about it.",
        )
    ]


def _time(experiment: Experiment, cost: Estimate) -> list[Finding]:
    if cost.total < SLOW:
        return []
    planned = experiment.training.epochs
    epochs = max(1, int(planned * SLOW / cost.total))
    return [
        Finding(
            "warning" if cost.total >= VERY_SLOW else "hint",
            "long_training",
            f"This training will take {cost.words} on one core.",
            with_training(experiment, epochs=epochs)
            if epochs < experiment.training.epochs
            else None,
            f"Train {epochs:,} epoch{'s' if epochs > 1 else ''} first",
            "Keras tells the time that is left only after the training has begun.",
        )
    ]


def _memory(experiment: Experiment, size: int) -> list[Finding]:
    if size < MUCH_MEMORY:
        return []
    batch = experiment.training.batch_size
    smaller = max(1, int(batch * MUCH_MEMORY / size / 2))
    return [
        Finding(
            "warning",
            "much_memory",
            f"Data and the states kept for the way back take about {size / 2**30:.1f} GB, "
            f"with a batch size of {batch:,}.",
            with_training(experiment, batch_size=smaller) if smaller < batch else None,
            f"Use a batch size of {smaller:,}",
            "TensorFlow stops with ResourceExhaustedError: OOM when allocating tensor; or the "
            "system ends the whole process.",
        )
    ]
