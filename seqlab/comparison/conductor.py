"""A search on the training pool: a thread that reads the store, proposes, gives up, checks.

All that is known stands in the run store: the thread can end with the server, and another one
goes on where it was.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from seqlab.comparison import honest
from seqlab.comparison.entrants import Entrant
from seqlab.comparison.honest import BEST, FRESH, START
from seqlab.comparison.knobs import Knob, with_values
from seqlab.comparison.on_pool import TableOf, planned_runs
from seqlab.comparison.proposals import Trial, best_of, hopeless, propose
from seqlab.comparison.stored_search import TRIAL, progress, trials_of
from seqlab.data.dataset import DataError
from seqlab.data.upload import UploadError
from seqlab.experiment import Experiment, ExperimentError
from seqlab.lens.stack import LensError
from seqlab.runs.pool import Pool
from seqlab.runs.records import ACTIVE, Metrics, Run
from seqlab.runs.storage import StoreError
from seqlab.runs.store import Store
from seqlab.runs.studies import (
    RUNNING,
    STOPPED,
    PlannedRun,
    Studies,
    StudyError,
    StudyRecord,
    TooManyWaitError,
)

TICK = 0.2  # seconds between two looks
LONGER = 2.0  # seconds, where there is nothing to do but to wait
GIVEN_UP = "Given up: after {epochs} epochs it was worse than the median of the trials before."
MOST_ALIKE = 5  # proposals that cannot be trained, one after the other

WAITS = "The search waits for room among your runs. {}"
NOT_MEASURED = (
    "{} of {} runs of the check could not be measured; the reason is in the server's log."
)

logger = logging.getLogger(__name__)


class Conductor:
    """Leads one search. `start` begins a thread; it ends with the search, or when it is stopped.

    Args:
        study: its id.
        store, pool, studies: of the server.
        load: data to datasets.
        table_of: the table that a description of data needs.
        entrant_of: what is known of an experiment before it is trained.

    Attributes:
        study: its id.
    """

    def __init__(
        self,
        study: str,
        store: Store,
        pool: Pool,
        studies: Studies,
        load: honest.Load,
        table_of: TableOf,
        entrant_of: Callable[[str, Experiment], Entrant],
    ) -> None:
        self.study, self._store, self._pool, self._studies = study, store, pool, studies
        self._load, self._table_of, self._entrant_of = load, table_of, entrant_of
        self._refused = 0
        self._told: set[str] = set()  # the runs that were given up
        self._whole: dict[str, Metrics] = {}  # losses of the runs that have ended
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._lead, name=f"search-{study}", daemon=True)

    def start(self) -> None:
        """Begins, in the background."""
        self._thread.start()

    def close(self) -> None:
        """Ends with the server; what there is stays in the store."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    @property
    def alive(self) -> bool:
        """Whether it still leads."""
        return self._thread.is_alive()

    def _lead(self) -> None:
        while not self._ended.is_set():
            try:
                if not self.step():
                    return
            except TooManyWaitError as error:  # other runs of the visitor: some of them will end
                self._studies.note(self.study, WAITS.format(error))
                self._ended.wait(LONGER)
            except (StudyError, ExperimentError, DataError, UploadError) as error:
                self._stopped(str(error))
                return
            except StoreError as error:  # a full disk: it is tried again
                logger.warning("A search waits: %s", error)
                self._ended.wait(LONGER)
            except Exception:
                logger.exception("Search %s failed.", self.study)
                self._stopped("The search failed; the reason is in the server's log.")
                return
            self._ended.wait(TICK)

    def _stopped(self, why: str) -> None:
        """Notes that it stopped, and tries again while the store cannot be written."""
        while True:
            try:
                self._studies.set_state(self.study, STOPPED, why)
                return
            except StoreError as error:
                logger.warning("A search cannot note why it stopped: %s", error)
                if self._ended.wait(LONGER):
                    return

    def step(self) -> bool:
        """One look: proposes, gives up, checks. `False` when there is nothing more to do.

        Raises:
            TooManyWaitError: while other runs of the visitor leave no room for the next one.
        """
        record = self._studies.get(self.study)
        if record is None or record.state != RUNNING:
            return False
        runs = self._studies.runs(self.study)
        knobs = tuple(Knob.from_json(each) for each in record.settings["knobs"])
        history = trials_of(runs, self._curves(runs), knobs)
        checks = [run for run in runs if run.variant != TRIAL]
        if checks:
            return self._check(record, checks)
        active = [trial for trial in history if trial.status in ACTIVE]
        searched = Experiment.model_validate(record.settings["searched"])
        for trial in active:
            if trial.status != "running" or trial.run in self._told:
                continue
            if hopeless(history, trial, searched.training.epochs):
                self._told.add(trial.run)
                why = GIVEN_UP.format(epochs=len(trial.curve))
                self._pool.stop(trial.run, why)
        if not history or (self._refused < MOST_ALIKE and progress(record, runs) < 1):
            if len(active) < self._pool.width:
                self._try(record, searched, knobs, history)
        elif not active:
            return self._begin_check(record, searched, history)
        return True

    def _curves(self, runs: Sequence[Run]) -> Mapping[str, Metrics]:
        """The losses of the trials; those of a run that has ended are read once."""
        trials = [run for run in runs if run.variant == TRIAL and run.id not in self._whole]
        new = self._store.losses([run.id for run in trials])
        self._whole |= {run.id: new[run.id] for run in trials if run.id in new and not run.active}
        return self._whole | new

    def _add(self, record: StudyRecord, planned: Sequence[PlannedRun]) -> None:
        self._studies.add(self.study, planned)
        if record.message:  # that it waited
            self._studies.note(self.study, "")

    def _try(
        self,
        record: StudyRecord,
        searched: Experiment,
        knobs: Sequence[Knob],
        history: Sequence[Trial],
    ) -> None:
        number = len(history)
        experiment = searched  # as it is: its layers may differ in what is turned
        if history:
            seed = record.settings["seed"]
            experiment = with_values(searched, propose(knobs, history, seed, self._refused))
        entrant = self._entrant_of(TRIAL, experiment)
        if entrant.problem:
            if not history:
                raise ExperimentError([f"The starting point cannot be trained. {entrant.problem}"])
            self._refused += 1
            return
        self._refused = 0
        (planned,) = planned_runs({TRIAL: entrant}, [number], self._table_of)
        # The seed is the same for all: what differs is the knobs alone.
        self._add(record, [replace(planned, experiment=entrant.experiment)])

    def _begin_check(
        self, record: StudyRecord, searched: Experiment, history: Sequence[Trial]
    ) -> bool:
        best = best_of(history)
        if best is None:
            message = "No trial came to its end, so there is nothing to check."
            self._studies.finish(self.study, message)
            return False
        winner = searched if best.number == 0 else with_values(searched, best.values)
        both = {
            START: self._entrant_of(START, searched),
            BEST: self._entrant_of(BEST, winner),
        }
        self._add(record, planned_runs(both, FRESH, self._table_of))
        return True

    def _check(self, record: StudyRecord, checks: Sequence[Run]) -> bool:
        """Measures the runs of the check that have ended on what the search has not seen."""
        losses = dict(record.settings["losses"])
        unmeasured = list(record.settings.get("unmeasured", []))
        for run in checks:
            if not run.ended_by_itself or run.id in losses or run.id in unmeasured:
                continue
            loss = self._loss(run) if run.status == "finished" else None
            if loss is None and run.status == "finished":
                unmeasured.append(run.id)
            else:
                losses[run.id] = loss
            self._studies.set_settings(
                self.study, {**record.settings, "losses": losses, "unmeasured": unmeasured}
            )
            return True  # one a look: others want the processor too
        if any(run.active for run in checks):
            return True
        message = NOT_MEASURED.format(len(unmeasured), len(checks)) if unmeasured else ""
        self._studies.finish(self.study, message)
        return False

    def _loss(self, run: Run) -> float | None:
        """Its loss on what the search has not seen; `None` if that cannot be measured."""
        epoch = self._store.best_snapshot(run.id)
        if epoch is None:
            return None
        try:
            return honest.measured(self._store.snapshot(run.id, epoch), run.experiment, self._load)
        except (LensError, OSError, ValueError):
            logger.exception("Run %s of a check could not be measured.", run.id)
            return None
