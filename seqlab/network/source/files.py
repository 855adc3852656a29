"""The files that a script reads."""

from __future__ import annotations

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.network.source.data import prepare


def files(experiment: Experiment, dataset: Dataset) -> dict[str, bytes]:
    """The files that must stand beside the script, by name; none if it brings its data along."""
    return prepare(experiment, dataset).files
