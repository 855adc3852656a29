"""What a job carries instead of windows: the experiment, and the table of an uploaded file.

Windows overlap, so all of them together are up to `window` times as large as the series. They are
cut where they are needed, in the worker.
"""

from __future__ import annotations

from typing import Any

from seqlab.data.dataset import Dataset
from seqlab.data.load import load
from seqlab.data.upload import Table
from seqlab.experiment import Data, Experiment
from seqlab.training import fit, job
from seqlab.training.job import Control, Report

# The last one: one trains again and again on the same data with other settings of the network.
_kept: dict[Data, Dataset] = {}


def run(
    experiment: Experiment,
    table: Table | None,
    report: Report,
    control: Control,
    state: bytes | None = None,
    epochs: int | None = None,
) -> dict[str, Any]:
    """`seqlab.training.job.run` with windows that are cut here.

    Args:
        experiment: what to train.
        table: of the uploaded file, if there is one; a file of that name is always the same.
        report, control, state, epochs: see there.

    Raises:
        DataError: if no windows can be cut.
        ValueError: see there.
    """
    return job.run(experiment, dataset_of(experiment, table), report, control, state, epochs)


def prepare(experiment: Experiment, table: Table | None) -> None:
    """Compiles the network of an experiment, so that a run that comes later begins at once.

    Args, Raises: as for `run`.
    """
    fit.prepare(experiment, dataset_of(experiment, table))


def dataset_of(experiment: Experiment, table: Table | None) -> Dataset:
    """The windows of an experiment, from memory if they were cut just before."""
    dataset = _kept.get(experiment.data)
    if dataset is None:
        _kept.clear()  # first: two datasets in memory are more than the doctor has foreseen
        dataset = _kept[experiment.data] = load(experiment, table)
    return dataset
