"""A search in the run store: begun, continued, and read back. A `Conductor` leads it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from seqlab.comparison import honest
from seqlab.comparison.found import Found
from seqlab.comparison.honest import BEST, START, Check
from seqlab.comparison.knobs import Knob, values_of
from seqlab.comparison.proposals import Trial, best_of
from seqlab.experiment import Experiment
from seqlab.runs.records import Metrics, Run
from seqlab.runs.studies import LOST, RUNNING, Studies, StudyRecord

TRIAL = "trial"  # the variant of the runs that are tried


def begin(
    studies: Studies,
    start: Experiment,
    knobs: Sequence[Knob],
    seconds: float | None,
    trials: int | None,
    load: honest.Load,
    owner: str | None,
    seed: int = 0,
) -> str:
    """Notes a new search in the store; returns its id. A `Conductor` leads it.

    Args:
        studies: where.
        start: the starting point.
        knobs: what is turned.
        seconds, trials: the budget, at least one of them. The seconds count from when the first
            trial trains, however long it waits for a worker.
        load: data to datasets.
        owner: the visitor.
        seed: of the proposals.

    Raises:
        DataError, StudyError, StoreError: if there are no data, or nothing can be begun.
    """
    part = honest.part_for(start, load)
    settings = {
        "start": start.model_dump(mode="json"),
        "searched": part.experiment.model_dump(mode="json"),
        "knobs": [knob.to_json() for knob in knobs],
        "seconds": seconds,
        "trials": trials,
        "seed": seed,
        "budget": trials,
        "tried": 0,  # trials before the budget that holds now
        "part": part.name,
        "unseen": part.unseen,
        "losses": {},  # of the check, by run; `None` for one that diverged
        "unmeasured": [],  # runs of the check that ended but could not be measured
    }
    return studies.begin("search", settings, [], owner, conducted=True)


def go_on(studies: Studies, record: StudyRecord, more: bool) -> None:
    """Lets a search that was stopped go on: with its budget once more, or with the check at once.

    With more trials another one may be the best, so a check that there was goes.

    Args:
        studies: where.
        record: the search.
        more: whether there are to be more trials.
    """
    settings = {"seed": 0, "tried": 0, **record.settings}  # an earlier version had none of these
    if more:
        studies.drop(record.id, lambda run: run.variant != TRIAL)
        settings["losses"] = {}
    runs = studies.runs(record.id)
    tried = sum(run.variant == TRIAL for run in runs)
    again = {run.id for run in runs if of_the_check(run)}
    settings["losses"] = {run: loss for run, loss in settings["losses"].items() if run not in again}
    settings["unmeasured"] = []
    budget = settings.get("budget", settings["trials"])  # as it was begun
    if more:
        settings["trials"] = None if budget is None else budget + tried
        settings["tried"] = tried
    else:
        settings["trials"] = tried
    studies.set_settings(record.id, settings)
    studies.set_state(record.id, RUNNING)


def of_the_check(run: Run) -> bool:
    """Whether a run belongs to the check and did not come to its end."""
    return run.variant != TRIAL and run.status in LOST


def progress(record: StudyRecord, runs: Sequence[Run]) -> float:
    """How much of its budget a search has used, from 0 to 1; of its check, once that has begun."""
    checks = [run for run in runs if run.variant != TRIAL]
    if checks:
        return sum(not run.active for run in checks) / len(checks)
    of_trials = len(runs) / record.settings["trials"] if record.settings["trials"] else 0.0
    return min(max(of_trials, _of_the_time(record.settings, runs)), 1.0)


def _of_the_time(kept: Mapping[str, Any], trials: Sequence[Run]) -> float:
    """How much of its seconds a search has used; 0 if it has no such budget."""
    began = next((run.started for run in trials[kept["tried"] :]), None)
    return (time.time() - began) / kept["seconds"] if kept["seconds"] and began else 0.0


def read(record: StudyRecord, runs: Sequence[Run], curves: Mapping[str, Metrics]) -> Found:
    """A stored search as it stands. Raises `ExperimentError` if it is of another version.

    Args:
        record: the study of the search.
        runs: all of its runs.
        curves: the losses of each run that has some, by id.
    """
    settings = record.settings
    knobs = tuple(Knob.from_json(each) for each in settings["knobs"])
    start = Experiment.model_validate(settings["start"])
    history = trials_of(runs, curves, knobs)
    return Found(start, knobs, history, _check(settings, start, runs, history))


def trials_of(
    runs: Sequence[Run], curves: Mapping[str, Metrics], knobs: Sequence[Knob]
) -> list[Trial]:
    """The trials among the runs of a search, in their order.

    Args:
        runs: of the search.
        curves: the losses of each run that has some, by id.
        knobs: what was searched.
    """
    trials = []
    for run in runs:
        if run.variant != TRIAL:
            continue
        curve = curves[run.id].val_loss if run.id in curves else ()
        values = values_of(run.experiment, knobs)
        number = run.place or 0
        trials.append(Trial(number, values, curve, run.status, run.seconds or 0.0, run.id))
    return trials


def _check(
    kept: Mapping[str, Any], start: Experiment, runs: Sequence[Run], history: Sequence[Trial]
) -> Check | None:
    losses: Mapping[str, float | None] = kept["losses"]
    by_seed: dict[str, dict[int, float]] = {START: {}, BEST: {}}
    for run in runs:
        if run.variant in by_seed and run.id in losses and run.ended_by_itself:
            value = losses[run.id]
            by_seed[run.variant][run.place or 0] = float("inf") if value is None else value
    best = best_of(history)
    common = sorted(by_seed[START].keys() & by_seed[BEST].keys())
    if not common or not history or best is None:
        return None
    return Check(
        kept["part"],
        [by_seed[START][seed] for seed in common],
        [by_seed[BEST][seed] for seed in common],
        history[0].best,
        best.best,
        kept["unseen"],
        common,
        honest.otherwise(start),
    )
