"""What the folds of a walk-forward came to, worked out once each."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from seqlab.data.dataset import DataError, Dataset
from seqlab.data.upload import UploadError
from seqlab.forecasting import on_pool
from seqlab.forecasting.folds import Fold
from seqlab.forecasting.walk_forward import Backtest, forecast_fold, summed_up
from seqlab.lens.stack import LensError
from seqlab.report.sections import LEVEL
from seqlab.runs.records import Run
from seqlab.runs.studies import StudyRecord
from seqlab.ui import networks, services
from seqlab.ui.cache import ByteCache
from seqlab.ui.draft import dataset_of

_parts: ByteCache[pd.DataFrame] = ByteCache(
    "folds", lambda part: int(part.memory_usage(deep=True).sum())
)


@dataclass(frozen=True)
class Read:
    """A walk-forward as far as it has come.

    Attributes:
        found: what its ended folds say; `None` if that is nothing yet.
        planned: how many folds there are to be.
        ended: how many have ended.
        epochs: how many all of them are to train together.
        problems: what has to be said about others, in sentences.
    """

    found: Backtest | None
    planned: int
    ended: int
    epochs: int
    problems: list[str]


def read(record: StudyRecord, dataset: Dataset, level: float) -> Read:
    """A stored walk-forward as it stands.

    Args:
        record: which.
        dataset: the whole series.
        level: of the bands.

    Raises:
        KeyError, TypeError: if it is of another version.
    """
    days = on_pool.days_of(record)
    runs = services.studies().runs(record.id)
    ended = [run for run in runs if run.ended_by_itself]
    parts: list[pd.DataFrame] = []
    problems = [f"Fold {run.place}: {run.message}" for run in runs if run.status == "failed"]
    for run in ended:
        try:
            parts.append(_part(run, days[run.place or 0], dataset, level))
        except (DataError, LensError, UploadError, KeyError, OSError, ValueError):
            problems.append(f"Fold {run.place} cannot be read: its weights or data are gone.")
    backtest = None
    if parts:
        diverged = [run.place or 0 for run in ended if run.status == "diverged"]
        try:
            backtest = summed_up(parts, dataset.target, diverged)
        except DataError as error:
            problems.append(str(error))
    epochs = sum(run.experiment.training.epochs for run in runs)
    return Read(backtest, len(days), len(ended), epochs, problems)


def tested(run: Run, dataset: Dataset, owner: str) -> tuple[Backtest, int] | None:
    """The walk-forward of a run for its report, and how many folds were planned.

    Args:
        run: which.
        dataset: the whole series.
        owner: the visitor who asks.
    """
    record = services.studies().about(on_pool.KIND, run.id, owner)
    if record is None:
        return None
    try:
        state = read(record, dataset, LEVEL)
    except (KeyError, TypeError):
        return None
    return None if state.found is None else (state.found, state.planned)


def _part(run: Run, day: Fold, dataset: Dataset, level: float) -> pd.DataFrame:
    """What a fold forecast."""
    store = services.store()
    saved = store.snapshots(run.id)
    key = (networks.version(run.id, saved[-1], dataset) if saved else run.id, day, level)

    def made() -> pd.DataFrame:
        return forecast_fold(on_pool.result_of(run, store, dataset_of), dataset, day, level)

    return _parts.get(key, made)
