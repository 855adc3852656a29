"""A comparison or a search of a notebook on worker processes of its own, which end with it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from seqlab.comparison import conductor, on_pool, stored_search
from seqlab.comparison.entrants import Entrant, entrant_of
from seqlab.comparison.found import Found
from seqlab.comparison.honest import Load
from seqlab.comparison.knobs import Knob
from seqlab.comparison.study import SeedRun
from seqlab.data.upload import Table
from seqlab.experiment import Experiment
from seqlab.runs.pool import Pool
from seqlab.runs.store import Store
from seqlab.runs.studies import Studies

TICK = 0.1  # seconds between two looks
MOST = 1_000_000  # runs: whoever calls this limits them


@contextmanager
def _own_pool(workers: int) -> Iterator[tuple[Store, Pool, Studies]]:
    """A store and a pool that end with the block."""
    with tempfile.TemporaryDirectory(prefix="seqlab-") as folder:
        store = Store(Path(folder))
        pool = Pool(store, workers)
        pool.start()
        try:
            yield store, pool, Studies(store, pool, most=MOST)
        finally:
            pool.close()
            store.close()


def train_side_by_side(
    entrants: Mapping[str, Entrant],
    seeds: Sequence[int],
    table: Table | None,
    workers: int,
    ended: Callable[[int], object],
) -> list[SeedRun]:
    """Trains all entrants with all seeds in worker processes; returns when the last one is done.

    Args:
        entrants: variants that can be trained.
        seeds: of each.
        table: the uploaded table, for the source "upload".
        workers: how many processes.
        ended: is told how many more runs have ended.
    """
    if not entrants:
        return []
    with _own_pool(workers) as (store, _, studies):
        study = on_pool.begin(studies, entrants, seeds, _only(table), None)
        _until_the_end(studies, study, ended, lambda: True)
        curves = store.curves(study)
        return [on_pool.seed_run(run, curves.get(run.id), entrants) for run in studies.runs(study)]


def search_side_by_side(
    start: Experiment,
    knobs: Sequence[Knob],
    budget: tuple[float | None, int | None, int],
    table: Table | None,
    load: Load,
    workers: int,
    ended: Callable[[int], object],
) -> Found:
    """Searches in worker processes; returns after the honest check.

    Args:
        start: the starting point, which can be trained.
        knobs: what is turned.
        budget: seconds, trials, and the seed of the proposals.
        table: the uploaded table, for the source "upload".
        load: data to datasets.
        workers: how many processes.
        ended: is told how many more runs have ended.
    """
    seconds, trials, seed = budget
    with _own_pool(workers) as (store, pool, studies):
        study = stored_search.begin(studies, start, knobs, seconds, trials, load, None, seed)
        leader = conductor.Conductor(
            *(study, store, pool, studies, load, _only(table)),
            lambda name, experiment: entrant_of(name, experiment, load),
        )
        _until_the_end(studies, study, ended, leader.step)
        record = studies.get(study)
        assert record is not None
        return stored_search.read(record, studies.runs(study), store.curves(study))


def _only(table: Table | None) -> on_pool.TableOf:
    return lambda data: table if data.source == "upload" else None


def _until_the_end(
    studies: Studies, study: str, ended: Callable[[int], object], step: Callable[[], bool]
) -> None:
    """Looks again and again, and tells how many more runs have ended."""
    done = 0
    while True:
        goes_on = step()
        record = studies.get(study)
        assert record is not None
        now = record.total - record.waiting
        ended(now - done)
        done = now
        if not (goes_on and record.active):
            return
        time.sleep(TICK)
