"""A walk-forward on the training pool: it is begun here, and read back from the run store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.upload import Table
from seqlab.experiment import Data, Experiment
from seqlab.forecasting.folds import Fold, on_day
from seqlab.network.estimate import estimate
from seqlab.network.program_key import program_of
from seqlab.runs.store import Run, Store
from seqlab.runs.studies import PlannedRun, Studies, StudyRecord

KIND = "backtest"
Load = Callable[[Data], Dataset]


@dataclass(frozen=True)
class StoredResult:
    """What `seqlab.train` gives, as far as a forecast needs it, from the run store."""

    experiment: Experiment
    dataset: Dataset
    snapshots: dict[int, dict[str, NDArray[Any]]]


def begin(
    studies: Studies,
    run: Run,
    days: Sequence[Fold],
    load: Load,
    table: Table | None,
    owner: str | None,
) -> str:
    """Queues a training for each day; returns the study's id.

    Args:
        studies: where.
        run: whose experiment is trained anew.
        days: from `planned_folds`.
        load: data to datasets.
        table: of the uploaded file, if the data are one.
        owner: the visitor.

    Raises:
        DataError: if the first day knows too few rows.
        StudyError, StoreError: see `Studies.begin`.
    """
    load(on_day(run.experiment, days[0]).data)
    settings = {"run": run.id, "days": [asdict(day) for day in days]}
    planned = planned_runs(run.experiment, days, load(run.experiment.data), table)
    return studies.begin(KIND, settings, planned, owner)


def planned_runs(
    experiment: Experiment, days: Sequence[Fold], dataset: Dataset, table: Table | None
) -> list[PlannedRun]:
    """A training for each day. All have the same shapes, and so one compiled program.

    Args:
        experiment: what is trained.
        days: when.
        dataset: the whole series.
        table: of the uploaded file, if the data are one.
    """
    program, rows = program_of(experiment, dataset), dataset.stretches[0].end
    seconds = estimate(experiment, dataset).epoch  # with all rows
    return [
        PlannedRun(
            f"fold {day.number}",
            day.number,
            on_day(experiment, day),
            table,
            program,
            estimated=seconds * day.end / rows,
        )
        for day in days
    ]


def days_of(record: StudyRecord) -> dict[int, Fold]:
    """The days of a stored walk-forward, by number."""
    return {stored["number"]: Fold(**stored) for stored in record.settings["days"]}


def result_of(run: Run, store: Store, load: Load) -> StoredResult:
    """The network of an ended fold, with its newest weights.

    Args:
        run: of the fold.
        store: where its weights are.
        load: makes the dataset of an experiment.

    Raises:
        DataError: if its data are gone.
        FileNotFoundError, ValueError: if its weights are.
    """
    saved = store.snapshots(run.id)
    if not saved:
        raise FileNotFoundError(run.id)
    weights = {saved[-1]: dict(store.snapshot(run.id, saved[-1]))}
    return StoredResult(run.experiment, load(run.experiment.data), weights)
