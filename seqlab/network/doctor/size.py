"""Whether the network is too large for its data, or the training for this machine."""

from __future__ import annotations

import math
from typing import Literal

from seqlab.cells import CELLS
from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.axes import settled
from seqlab.network.doctor.fixes import with_layer, with_training
from seqlab.network.estimate import Estimate, estimate
from seqlab.network.plan import plan
from seqlab.network.program_key import batch_of
from seqlab.network.shapes import links

FAR_MORE = 10  # parameters a target
SLOW, VERY_SLOW = 120.0, 900.0  # seconds
MUCH_MEMORY = 2**30  # bytes
COPIES = 3  # of the data: as they come, in batches, and as tensors
VARIABLES = 6  # of each parameter: itself, its gradient, the optimizer's, those of the best epoch


def memory(experiment: Experiment, dataset: Dataset) -> int:
    """Bytes of data and parameters, and of what one batch keeps of every step for the way back."""
    frame = dataset.frame
    batch = batch_of(experiment, dataset)
    floats, steps = 0, frame.timesteps
    for link in links(plan(experiment, frame)):
        assert link.part is not None
        floats += VARIABLES * link.parameters
        if link.part.role in ("input", "repeat"):
            steps = link.output[1] or 1
        elif link.part.role == "recurrent":
            layer = experiment.layers[link.part.index or 0]
            ways = 2 if layer.bidirectional else 1
            floats += batch * steps * ways * layer.units * CELLS[layer.cell].floats_a_unit
        elif link.part.role == "head":
            answers = math.prod(size or 1 for size in link.output[1:-1])
            floats += 3 * batch * answers * (link.output[-1] or 1)
    return 4 * floats + COPIES * (dataset.x.nbytes + dataset.y.nbytes)


def find(
    experiment: Experiment, frame: Frame, dataset: Dataset, memory_budget: float | None = None
) -> list[Finding]:
    """Findings about parameters, time and memory; `memory_budget` as in `diagnose`.

    Args:
        experiment: what is to be trained.
        frame: the shapes of its data.
        dataset: its data.
        memory_budget: as in `diagnose`.
    """
    if not len(dataset.train):
        return []
    return [
        *_parameters(experiment, frame, dataset),
        *_time(experiment, estimate(experiment, dataset)),
        *_memory(experiment, dataset, memory_budget),
    ]


def _parameters(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    targets = len(dataset.train) * frame.steps * (frame.outputs if frame.kind == "value" else 1)
    parameters = sum(link.parameters for link in links(plan(experiment, frame)))
    if parameters <= FAR_MORE * targets:
        return []
    fix = experiment
    while (
        any(layer.units > 1 for layer in fix.layers)
        and sum(link.parameters for link in links(plan(fix, frame))) > FAR_MORE * targets
    ):
        for i, layer in enumerate(fix.layers):
            fix = with_layer(fix, i, units=max(1, layer.units // 2))
        fix = settled(fix, frame)  # a decoder's units follow from the encoder's
    sizes = ", ".join(str(layer.units) for layer in fix.layers)
    chain = links(plan(experiment, frame))
    # Fewer units are no remedy where an embedding, or the head, holds the parameters.
    helps = sum(link.parameters for link in links(plan(fix, frame))) <= FAR_MORE * targets
    largest = max(chain, key=lambda link: link.parameters)
    where = "" if helps else f" {largest.parameters:,} of them stand in {largest.name}."
    return [
        Finding(
            "hint",
            "more_parameters_than_targets",
            f"The network has {parameters:,} parameters for {targets:,} training targets, "
            f"{parameters / targets:.0f} for each: it could memorise them. As long as the "
            f"validation loss falls as well, it does not.{where}",
            fix if helps and fix != experiment else None,
            f"Use {sizes} unit{'' if sizes == '1' else 's'}",
            "Keras prints the count in `model.summary()` and says nothing about it.",
        )
    ]


def _time(experiment: Experiment, cost: Estimate) -> list[Finding]:
    if cost.total < SLOW:
        return []
    epochs = max(1, int((SLOW - cost.compiling) / cost.epoch))
    return [
        Finding(
            "warning" if cost.total >= VERY_SLOW else "hint",
            "long_training",
            f"This training will take {cost.words} on one core.",
            with_training(experiment, epochs=epochs)
            if epochs < experiment.training.epochs
            else None,
            f"Set epochs to {epochs:,} first",
            "Keras tells the time that is left only after the training has begun.",
        )
    ]


def _memory(experiment: Experiment, dataset: Dataset, memory_budget: float | None) -> list[Finding]:
    size = memory(experiment, dataset)
    if size < MUCH_MEMORY and (memory_budget is None or size <= memory_budget):
        return []
    aim = MUCH_MEMORY if memory_budget is None else min(MUCH_MEMORY, memory_budget)
    fix = experiment
    while memory(fix, dataset) > aim and (batch := fix.training.batch_size) > 1:
        fix = with_training(fix, batch_size=batch // 2)
    helps = memory(fix, dataset) <= aim
    batch = experiment.training.batch_size
    message = (
        f"Data, parameters and the states kept for the way back take about {size / 2**30:.1f} GB, "
        f"with a batch size of {batch:,}"
    )
    level: Literal["error", "warning"] = "warning"
    if memory_budget is not None and size > memory_budget:
        level = "error"
        message += (
            f"; a training has {max(memory_budget, 0) / 2**30:.1f} GB here, so it is not started"
        )
    if not helps:
        message += ". Fewer units, a shorter window or fewer sequences need less"
    return [
        Finding(
            level,
            "much_memory",
            f"{message}.",
            fix if helps else None,
            f"Use a batch size of {fix.training.batch_size:,}",
            "TensorFlow stops with ResourceExhaustedError: OOM when allocating tensor; or the "
            "system ends the whole process.",
        )
    ]
