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
        each: what its ended folds say, by target; empty if that is nothing yet.
        planned: how many folds there are to be.
        ended: how many have ended.
        epochs: how many all of them are to train together.
        problems: what has to be said about others, in sentences.
    """

    each: dict[str, Backtest]
    planned: int
    ended: int
    epochs: int
    problems: list[str]


def read(record: StudyRecord, dataset: Dataset, level: float) -> Read:
    """A stored walk-forward as it stands.

    Args:
        record: which.
        dataset: the whole series, with all targets.
        level: of the bands.

    Raises:
        KeyError, TypeError: if it is of another version.
    """
    days = on_pool.days_of(record)
    runs = services.studies().runs(record.id)
    ended = [run for run in runs if run.ended_by_itself]
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in dataset.targets}
    problems = [f"Fold {run.place}: {run.message}" for run in runs if run.status == "failed"]
    for run in ended:
        try:
            made = [_part(run, days[run.place or 0], one, level) for one in dataset.views]
        except (DataError, LensError, UploadError, KeyError, OSError, ValueError):
            problems.append(f"Fold {run.place} cannot be read: its weights or data are gone.")
            continue
        for own, part in zip(parts.values(), made, strict=True):
            own.append(part)
    diverged = [run.place or 0 for run in ended if run.status == "diverged"]
    each: dict[str, Backtest] = {}
    for name, own in parts.items():
        try:
            each |= {name: summed_up(own, name, diverged)} if own else {}
        except DataError as error:
            problems.append(f"{name}: {error}" if dataset.further else str(error))
    epochs = sum(run.experiment.training.epochs for run in runs)
    return Read(each, len(days), len(ended), epochs, problems)


def tested(run: Run, dataset: Dataset, owner: str) -> list[tuple[Backtest, int] | None]:
    """The walk-forward of a run for its report, by target, and how many folds were planned.

    Args:
        run: which.
        dataset: the whole series.
        owner: the visitor who asks.
    """
    record = services.studies().about(on_pool.KIND, run.id, owner)
    if record is None:
        return []
    try:
        state = read(record, dataset, LEVEL)
    except (KeyError, TypeError):
        return []
    found = [state.each.get(name) for name in dataset.targets]
    return [None if one is None else (one, state.planned) for one in found]


def _part(run: Run, day: Fold, dataset: Dataset, level: float) -> pd.DataFrame:
    """What a fold forecast."""
    store = services.store()
    saved = store.snapshots(run.id)
    key = (networks.version(run.id, saved[-1], dataset) if saved else run.id, day, level)

    def made() -> pd.DataFrame:
        return forecast_fold(on_pool.result_of(run, store, dataset_of), dataset, day, level)

    return _parts.get(key, made)
