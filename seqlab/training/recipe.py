"""What a job carries instead of windows: the experiment, and the table of an uploaded file.

Windows overlap: a series of 100,000 rows of 8 bytes is 400 MB of windows of 1,000 steps. They are
cut where they are needed, in the worker.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from seqlab.data.dataset import Dataset
from seqlab.data.load import load
from seqlab.data.upload import Table
from seqlab.experiment import Data, Experiment
from seqlab.training import job
from seqlab.training.job import Control, Report

KEPT = 2  # datasets: one trains again and again with other settings of the network

_kept: OrderedDict[Data, Dataset] = OrderedDict()
_lock = threading.Lock()


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


def dataset_of(experiment: Experiment, table: Table | None) -> Dataset:
    """The windows of an experiment, from memory if they were cut just before."""
    with _lock:
        found = _kept.pop(experiment.data, None)
        if found is not None:
            _kept[experiment.data] = found
            return found
    made = load(experiment, table)
    with _lock:
        _kept[experiment.data] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made
