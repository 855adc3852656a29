"""The numbers of the data page, kept between two runs of its script."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.data import summary
from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.quality.regular import resample
from seqlab.experiment import Data, Experiment, Finding, ParseOptions, Step
from seqlab.network.doctor import samples, split
from seqlab.ui.cache import few
from seqlab.ui.draft import dataset_of, table_of

MOST_RESAMPLED, MOST_SEQUENCES = 50_000, 100  # for which the effect is tried


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


@few
def facts(data: Data, target: str) -> Facts:
    """The facts of a dataset that can be loaded, as to one target; errors as for `dataset_of`."""
    dataset = dataset_of(data)
    one_target = dataset.only(target)
    experiment = Experiment(data=data)
    notes = [Finding("hint", "data_note", note) for note in dataset.notes]
    findings = [
        *notes,
        *samples.find(experiment, dataset.frame, dataset),
        *split.find(experiment, dataset),
    ]
    return Facts(
        summary.columns(dataset),
        summary.class_counts(dataset),
        summary.padding_share(dataset),
        summary.lags(one_target),
        summary.season(one_target),
        summary.scaling_leaks(dataset, data.scaling),
        tuple(findings),
    )


@few
def columns_of(file: str, reading: ParseOptions) -> tuple[summary.Column, ...]:
    """All columns of numbers in a table whose rows are time steps; raises `UploadError`."""
    table = table_of(file, reading)
    if table.kind not in ("series", "long"):
        return ()
    return summary.frame_columns(table.frame, table.numeric)


@few
def effect_of(file: str, reading: ParseOptions, step: Step, called: str) -> str:
    """What equal steps would make of a table; "" where trying takes long.

    Args:
        file: the key of the uploaded file.
        reading: how it is read now.
        step: that is offered.
        called: that step in words, "a day".
    """
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
