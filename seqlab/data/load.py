"""experiment.data -> Dataset: the one way from a source to arrays."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from seqlab.data import uploaded
from seqlab.data.catalogue import ENTRIES
from seqlab.data.columns import from_frame
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.duplicates import dropped
from seqlab.data.sound import checked
from seqlab.data.upload import Table
from seqlab.experiment import Data, Experiment

MOST_TRIED = 5  # columns, to find one that is not constant


def load(experiment: Experiment, table: Table | None = None) -> Dataset:
    """The arrays that an experiment trains on.

    Args:
        experiment: only its `data` matters here.
        table: the uploaded table, for the source "upload".

    Returns:
        x and y, split, scaled, with goal and baselines.

    Raises:
        DataError: if no sequences can be cut, in a sentence for the user.

    Example:
        >>> dataset = load(Experiment())  # sunspots, windows of 22 years
        >>> dataset.x.shape, dataset.y.shape
        ((287, 22, 1), (287, 1))
        >>> name, rule = dataset.best_baseline()
        >>> f"{name}: RMSE {rule.rmse:.2f}"
        'linear autoregression: RMSE 19.98'
    """
    data = experiment.data
    made = _made(data, table)
    if data.duplicates == "drop":
        made = dropped(made, data.scaling)
    if data.source == "upload" and made.starts is not None and made.constant:
        assert table is not None
        made = replace(made, other_target=_other_target(data, table, made.target))
    return checked(made)


def _made(data: Data, table: Table | None) -> Dataset:
    if data.source == "upload":
        if table is None:
            raise DataError("Upload a file first: a table (CSV), a text, or NumPy arrays.")
        if (single := uploaded.as_series(table)) is None:
            return uploaded.dataset(table, data)
        words = uploaded.word_inputs_of(table)
        return from_frame(*single, data, labels=uploaded.labels(table), words=words)
    entry = ENTRIES[data.source]
    entry.check(data)
    return entry.load(data)


def _other_target(data: Data, table: Table, constant: str) -> str | None:
    """The first column that can be asked for and varies in the training part of its own windows."""
    frame = table.frame
    names = [name for name in uploaded.columns(table)[0] if name not in (constant, table.label)]
    varied = (name for name in names if name not in frame or frame[name].nunique() > 1)
    for name in islice(varied, MOST_TRIED):
        try:
            if not _made(data.model_copy(update={"target": name}), table).constant:
                return name
        except DataError:
            continue
    return None
