"""experiment.data -> Dataset: the one way from a source to arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from seqlab.data import holiday_columns
from seqlab.data.axes import swapped_axes
from seqlab.data.catalogue import ENTRIES
from seqlab.data.columns import choice
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.duplicates import dropped
from seqlab.data.layouts import texts
from seqlab.data.layouts.arrays import arrays
from seqlab.data.layouts.long import long
from seqlab.data.layouts.rows import as_series, from_frame
from seqlab.data.layouts.takes import takes
from seqlab.data.layouts.wide import wide
from seqlab.data.sound import checked
from seqlab.data.upload import Table
from seqlab.experiment import Data, Experiment, Kind

BY_LAYOUT: dict[Kind, Callable[[Table, Data], Dataset]] = {
    "wide": wide,
    "long": long,
    "text": texts.labelled_texts,
    "pairs": texts.pairs,
    "corpus": texts.corpus,
    "arrays": arrays,
    "speech": takes,
}
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
    dataset = _made(data, table)
    if data.known_ahead and not dataset.ahead:
        raise DataError(
            "Columns can be known ahead only where the rows of a series are forecast. Here "
            f"{dataset.target} is asked for as a whole.",
            "known_ahead",
            (),
        )
    if {*data.targets} - {dataset.target} and not dataset.further:
        raise DataError(
            "Several targets at once are for rows of a series whose next values are forecast. Here "
            f"{dataset.target} is asked for as a whole.",
            "targets",
            (),
        )
    if {*holiday_columns.named(data)} - {base for base, _ in dataset.ahead.values()}:
        raise DataError(
            "Holidays can be read only where the rows of one series are forecast.", "holidays", None
        )
    if data.duplicates == "drop":
        dataset = dropped(dataset, data.scaling)
    if data.source == "upload" and dataset.starts is not None and not dataset.further:
        assert table is not None
        if dataset.constant:
            dataset = replace(dataset, other_target=_other_target(data, table, dataset.target))
    return checked(dataset)


def _made(data: Data, table: Table | None) -> Dataset:
    if data.source == "upload":
        if table is None:
            raise DataError(
                "No file is in use yet. Upload one: a table (CSV, Excel, Parquet, ARFF, JSON), a "
                "text, NumPy arrays or sounds."
            )
        if (single := as_series(table)) is not None:
            return from_frame(*single, choice(table), data)
        return replace(BY_LAYOUT[table.kind](table, data), swapped_axes=swapped_axes(table))
    entry = ENTRIES[data.source]
    entry.check(data)
    return entry.load(data)


def _other_target(data: Data, table: Table, constant: str) -> str | None:
    """The first column that can be asked for and varies in the training part of its own windows."""
    frame = table.frame
    names = [n for n in choice(table).targets if n not in (constant, table.label)]
    varied = (name for name in names if name not in frame or frame[name].nunique() > 1)
    for name in islice(varied, MOST_TRIED):
        try:
            if not _made(data.model_copy(update={"target": name}), table).constant:
                return name
        except DataError:
            continue
    return None
