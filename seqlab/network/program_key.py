"""What a compiled program depends on: two trainings that agree in it can share one."""

from __future__ import annotations

from typing import Any

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.network.plan import Plan, plan

# Settings of a training that enter as variables or concern only the loop around the program.
VARIABLE = {"learning_rate", "batch_size", "epochs", "seed", "clipnorm", "clipvalue", "shuffle"}
VARIABLE |= {"schedule", "warmup", "decay_rate", "plateau_patience", "patience", "class_weight"}
KEPT = 4  # compiled programs in each process; each takes about 11 MB

ProgramKey = tuple[Any, ...]


def program_key(planned: Plan, dataset: Dataset) -> ProgramKey:
    """The network, its optimizer and loss, the batch, and what the arrays of the data look like."""
    x, y, experiment = dataset.x, dataset.y, planned.experiment
    return (
        experiment.model_dump_json(exclude={"data", "training"}),
        experiment.training.model_dump_json(exclude=VARIABLE),
        batch_of(experiment, dataset),
        planned.frame,
        *(x.shape[1:], x.dtype.str, y.shape[1:], y.dtype.str),
        dataset.y_weights is None,
    )


def program_of(experiment: Experiment, dataset: Dataset) -> ProgramKey:
    """The program that an experiment needs on its data."""
    return program_key(plan(experiment, dataset.frame), dataset)


def batch_of(experiment: Experiment, dataset: Dataset) -> int:
    """Sequences in a batch: no more than the training part has, as in Keras."""
    return min(experiment.training.batch_size, max(len(dataset.train), 1))
