"""The numbers of the data page, kept between two runs of its script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from seqlab.data import summary
from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.quality.oddities import codes
from seqlab.data.reader.quality.regular import resample
from seqlab.experiment import Data, Experiment, Finding, ParseOptions, Step
from seqlab.network.doctor import samples, split
from seqlab.ui.draft import dataset_of, table_of

MOST_RESAMPLED, MOST_SEQUENCES = 50_000, 100  # for which the effect is tried
MOST_CODES = 12  # that are offered


@dataclass(frozen=True)
class Facts:
    """What `seqlab.data.summary` says of a dataset, and findings on its values and its parts."""

    columns: tuple[summary.Column, ...]
    classes: dict[str, tuple[int, int]]
    padding: float
    lags: NDArray[np.float64]
    season: int
    leaks: tuple[summary.Leak, ...]
    findings: tuple[Finding, ...]


@lru_cache(maxsize=16)
def facts(data: Data) -> Facts:
    """The facts of a dataset that can be loaded; raises what `dataset_of` raises."""
    dataset = dataset_of(data)
    experiment = Experiment(data=data)
    notes = [Finding("hint", "data_note", note) for note in dataset.notes]
    found = [
        *notes,
        *samples.find(experiment, dataset.frame, dataset),
        *split.find(experiment, dataset),
    ]
    return Facts(
        summary.columns(dataset),
        summary.class_counts(dataset),
        summary.padding_share(dataset),
        summary.lags(dataset),
        summary.season(dataset),
        summary.scaling_leaks(dataset, data.scaling),
        tuple(found),
    )


@lru_cache(maxsize=8)
def columns_of(file: str, reading: ParseOptions) -> tuple[summary.Column, ...]:
    """All columns of numbers in a table whose rows are time steps; raises `UploadError`."""
    table = table_of(file, reading)
    if table.kind not in ("series", "long"):
        return ()
    return summary.frame_columns(table.frame, table.numeric)


@lru_cache(maxsize=8)
def codes_of(file: str, reading: ParseOptions) -> tuple[float, ...]:
    """Numbers in a table that probably stand for a missing value; raises `UploadError`."""
    table = table_of(file, reading)
    if table.kind == "wide":
        return ()
    values = table.frame[list(table.numeric)].to_numpy(np.float64)
    found = dict.fromkeys(code for column in values.T for code in codes(column))
    return tuple(found)[:MOST_CODES]


@lru_cache(maxsize=8)
def effect_of(file: str, reading: ParseOptions, step: Step, called: str) -> str:
    """What equal steps, `called` "a day", would make of a table; "" where trying takes long."""
    table = table_of(file, reading)
    sequences = 1 if table.sequence_id is None else table.frame[table.sequence_id].nunique()
    if table.time is None or len(table.frame) > MOST_RESAMPLED or sequences > MOST_SEQUENCES:
        return ""
    numeric = list(table.numeric)
    try:
        frame, _, _ = resample(
            table.frame, table.time, numeric, table.sequence_id, table.lines, step
        )
    except UploadError as error:
        return str(error)
    empty = int(frame[numeric].isna().all(axis=1).sum())
    return (
        f"With a row for {called} there would be {len(frame):,} rows instead of "
        f"{len(table.frame):,}: rows of the same step become their mean, and {empty:,} rows would "
        "have no value."
    )
