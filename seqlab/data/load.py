"""experiment.data -> Dataset: the one way from a source to arrays."""

from __future__ import annotations

from seqlab.data import uploaded
from seqlab.data.catalogue import ENTRIES
from seqlab.data.columns import from_frame
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.upload import Table
from seqlab.experiment import Experiment


def load(experiment: Experiment, table: Table | None = None) -> Dataset:
    """The arrays that an experiment trains on.

    Args:
        experiment: only its `data` matters here.
        table: the uploaded table, for the source "upload".

    Returns:
        x and y, split, scaled, with goal and baselines.

    Raises:
        DataError: if no sequences can be cut, in a sentence for the user.
    """
    data = experiment.data
    if data.source == "upload":
        if table is None:
            raise DataError("Upload a CSV file first: a header line, then one row per time step.")
        if (single := uploaded.as_series(table)) is None:
            return uploaded.dataset(table, data)
        return from_frame(*single, data, labels=uploaded.labels(table))
    entry = ENTRIES[data.source]
    entry.check(data)
    return entry.load(data)
