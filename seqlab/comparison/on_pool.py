"""A comparison on the training pool: it is begun here, and read back from the run store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from seqlab.comparison.entrants import Entrant
from seqlab.comparison.study import SeedRun, Study, study_of, untrained
from seqlab.comparison.variants import with_seed
from seqlab.data.upload import Table
from seqlab.experiment import Data
from seqlab.runs.records import Metrics, Run
from seqlab.runs.studies import PlannedRun, Studies, StudyRecord

TableOf = Callable[[Data], Table | None]
LOST = "lost"  # the status of a run whose worker died: that says nothing of its network


def begin(
    studies: Studies,
    entrants: Mapping[str, Entrant],
    seeds: Sequence[int],
    table_of: TableOf,
    owner: str | None,
    kind: str = "race",
    more: Mapping[str, object] | None = None,
) -> str:
    """Queues every variant that can be trained with every seed; returns the study's id.

    Args:
        studies: where.
        entrants: the variants by name.
        seeds: of each.
        table_of: the table that a description of data needs.
        owner: the visitor.
        kind: of the study.
        more: what else is to be known of it, JSON values.

    Raises:
        StudyError, StoreError: see `Studies.begin`.
    """
    settings = {
        "entrants": [each.to_json() for each in entrants.values()],
        "seeds": list(seeds),
        **(more or {}),
    }
    planned = planned_runs(entrants, seeds, table_of)
    return studies.begin(kind, settings, planned, owner)


def planned_runs(
    entrants: Mapping[str, Entrant], seeds: Sequence[int], table_of: TableOf
) -> list[PlannedRun]:
    """One run for each variant that can be trained, and each seed.

    Args:
        entrants: by name of the variant.
        seeds: of the runs of each.
        table_of: reads the file of an experiment; `None` where there is none.
    """
    return [
        PlannedRun(
            each.name,
            seed,
            with_seed(each.experiment, seed),
            table_of(each.experiment.data),
            each.program,
            each.baseline,
            each.epoch_seconds,
        )
        for each in entrants.values()
        if not each.problem
        for seed in seeds
    ]


def entrants_of(record: StudyRecord) -> dict[str, Entrant]:
    """The variants of a stored comparison, by name. Raises `ExperimentError`."""
    entrants = (Entrant.from_json(stored) for stored in record.settings["entrants"])
    return {each.name: each for each in entrants}


def read(record: StudyRecord, runs: Sequence[Run], curves: Mapping[str, Metrics]) -> Study:
    """A stored comparison as it stands, as a study.

    Args:
        record: what was begun.
        runs: its runs (`Studies.runs`).
        curves: their losses (`Store.curves`).

    Raises:
        ExperimentError: if it is of another version.
    """
    entrants = entrants_of(record)
    results = [seed_run(run, curves.get(run.id), entrants) for run in runs]
    for each in entrants.values():
        if each.problem:
            results += untrained(each, record.settings["seeds"])
    return study_of(entrants, results)


def seed_run(run: Run, curve: Metrics | None, entrants: Mapping[str, Entrant]) -> SeedRun:
    """One stored run as a result.

    Args:
        run: as the store tells it.
        curve: its losses; `None` before its first epoch.
        entrants: the variants, which know how many parameters each has.
    """
    variant = run.variant or ""
    return SeedRun(
        variant,
        run.place or 0,
        LOST if run.status == "failed" else run.status,
        entrants[variant].parameters if variant in entrants else 0,
        run.seconds or 0.0,
        [] if curve is None else curve.loss.tolist(),
        [] if curve is None else curve.val_loss.tolist(),
        run.message if run.status in ("diverged", "failed") else "",
        run.id,
    )
