"""Studies: one question, many runs. A comparison, a search and a backtest are such ones.

A study is a named set of runs in the store, so it survives a reload and a restart as they do. Its
runs train like all others, in turns with those of other visitors; what they say together is
worked out by whoever began it, from the store.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqlab.data.upload import Table
from seqlab.experiment import Experiment
from seqlab.runs.pool import Pool
from seqlab.runs.records import ACTIVE, NewRun, Run
from seqlab.runs.store import Store

RUNNING, STOPPED, FINISHED = "running", "stopped", "finished"
LOST = ("interrupted", "failed", "stopped")  # runs that `Studies.go_on` trains anew


class StudyError(ValueError):
    """Why a study cannot begin, in a sentence."""


class TooManyWaitError(StudyError):
    """The visitor's other runs leave no room for these until some of them have ended."""


@dataclass(frozen=True)
class PlannedRun:
    """One run of a study before it is queued.

    Attributes:
        variant: which of the things that are compared it trains, by name.
        place: which of the variant's runs it is: its seed, or its fold.
        experiment: what is trained, with that seed.
        table: of the uploaded file, if its data are one.
        program: what its compiled program depends on (`seqlab.network.program_key`).
        baseline: name and loss of the rule to beat.
        estimated: the seconds foreseen for an epoch.
    """

    variant: str
    place: int
    experiment: Experiment
    table: Table | None = None
    program: Hashable = None
    baseline: tuple[str, float] | None = None
    estimated: float | None = None


@dataclass(frozen=True)
class StudyRecord:
    """A study as it stands.

    Attributes:
        created: Unix seconds.
        kind: "race", "grid", "search", "backtest".
        settings: what the one who began it wants to know again; JSON values only.
        state: "running", "stopped" or "finished", as it was written last. Whoever only queues
            runs leaves it at "running": see `status`.
        message: what is to be told about it, or "".
        owner: the visitor who began it.
        counts: how many of its runs have which status.
        conducted: whether more runs may come after those that there are, as in a search.
    """

    id: str
    created: float
    kind: str
    settings: Mapping[str, Any]
    state: str
    message: str
    owner: str | None
    counts: Mapping[str, int]
    conducted: bool = False

    @property
    def total(self) -> int:
        """All its runs so far."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """How many of its runs wait or train."""
        return sum(self.counts.get(status, 0) for status in ACTIVE)

    @property
    def active(self) -> bool:
        """Whether anything of it waits or trains, or will."""
        return bool(self.waiting) or (self.conducted and self.state == RUNNING)

    @property
    def status(self) -> str:
        """In a word: "running", "stopped", "interrupted" or "finished"."""
        if self.active:
            return RUNNING
        if self.state == STOPPED:
            return STOPPED
        return "interrupted" if self.counts.get("interrupted") else FINISHED


class Studies:
    """Begins, stops and continues studies. Safe to use from many threads.

    Args:
        store: where runs and studies are kept.
        pool: where they train.
        most: how many runs of studies one visitor may have waiting or training.
    """

    def __init__(self, store: Store, pool: Pool, most: int = 200) -> None:
        self._store = store
        self._pool = pool
        self._most = most

    def begin(
        self,
        kind: str,
        settings: Mapping[str, Any],
        planned: Sequence[PlannedRun],
        owner: str | None,
        conducted: bool = False,
    ) -> str:
        """Queues the runs of a new study; returns its id.

        Args:
            kind, settings, owner, conducted: see `StudyRecord`.
            planned: its runs, in the order in which they shall train. Those that share a compiled
                program are kept together by the pool.

        Raises:
            StudyError: if the visitor would have more runs waiting than is allowed; as
                `TooManyWaitError` if there will be room for these when others have ended.
            StoreError: if the store cannot be written. Then nothing was begun.
        """
        self._check(len(planned), owner)
        study = secrets.token_hex(6)
        about = json.dumps({"conducted": conducted, "settings": settings})
        self._store.write(
            "INSERT INTO studies (id, created, kind, settings, state, owner) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (study, time.time(), kind, about, RUNNING, owner),
        )
        try:
            self._queue(study, planned, owner)
        except BaseException:
            self._store.write("DELETE FROM studies WHERE id = ?", (study,))
            raise
        return study

    def add(self, study: str, planned: Sequence[PlannedRun]) -> list[str]:
        """Queues more runs of a study, as further seeds or trials; returns their ids.

        None if it is a search that was stopped meanwhile.

        Raises:
            StudyError, StoreError: as for `begin`; also if there is no such study any more.
        """
        record = self.get(study)
        if record is None:
            raise StudyError("This study is not kept here any more.")
        if record.conducted and record.state != RUNNING:
            return []
        self._check(len(planned), record.owner)
        ids = self._queue(study, planned, record.owner)
        if not record.conducted:
            self.set_state(study, RUNNING)
        return ids

    def get(self, study: str) -> StudyRecord | None:
        """The study of that id, or `None`."""
        studies = self._select("WHERE id = ?", study)
        return studies[0] if studies else None

    def newest(self, limit: int = 20, owner: str | None = None) -> list[StudyRecord]:
        """The newest studies, of one visitor if one is named; the newest first."""
        if owner is None:
            return self._select("ORDER BY created DESC LIMIT ?", limit)
        return self._select("WHERE owner = ? ORDER BY created DESC LIMIT ?", owner, limit)

    def about(self, kind: str, run: str, owner: str | None) -> StudyRecord | None:
        """The newest study of that kind whose settings name a run; the owner's, if there is one.

        Args:
            kind: as it was begun with.
            run: the id of the run that it is about.
            owner: a visitor, whose own study comes first.
        """
        records = self._select(
            "WHERE kind = ? AND json_extract(settings, '$.settings.run') = ? "
            "ORDER BY owner IS ? DESC, created DESC LIMIT 1",
            *(kind, run, owner),
        )
        return records[0] if records else None

    def of_ids(self, studies: Collection[str]) -> list[StudyRecord]:
        """Those of these studies that are kept, the newest first."""
        places = ", ".join("?" * len(studies))
        return self._select(f"WHERE id IN ({places}) ORDER BY created DESC", *studies)

    def runs(self, study: str) -> list[Run]:
        """Its runs, as they were queued."""
        return self._store.runs_of(study)

    def stop(self, study: str, message: str = "") -> None:
        """Stops all that waits or trains; what is there is kept."""
        self.set_state(study, STOPPED, message)
        self._pool.stop_study(study)

    def go_on(
        self,
        study: str,
        plan_of: Callable[[Run], PlannedRun],
        which: Callable[[Run], bool] = lambda run: run.status in LOST,
    ) -> int:
        """Trains anew what did not come to its end: stopped, interrupted and failed runs.

        A run begins again with its first epoch, so that it is what its seed says.

        Args:
            study: its id.
            plan_of: gives table and program of a run.
            which: says which runs these are, if not all of them.

        Returns:
            How many runs were queued.

        Raises:
            StudyError, StoreError: as for `begin`.
        """
        record = self.get(study)
        lost = [run for run in self.runs(study) if which(run)]
        self._check(len(lost), record.owner if record else None)
        plans = [plan_of(run) for run in lost]
        again = []
        for run, planned in zip(lost, plans, strict=True):
            if self._store.claim(run.id, run.experiment.training.epochs):
                self._store.reset(run.id)
                again.append((run.id, run.experiment, planned.table, planned.program))
        self._pool.submit_study(study, record.owner if record else None, again)
        self.set_state(study, RUNNING)
        return len(again)

    def interrupt(self) -> None:
        """Notes that nobody leads a search any more: to be called when a server starts."""
        self._store.write(
            "UPDATE studies SET state = ?, message = ? "
            "WHERE state = ? AND json_extract(settings, '$.conducted')",
            (STOPPED, "The server stopped while it went on.", RUNNING),
        )

    def delete(self, study: str) -> bool:
        """Removes a study with its runs and their files; `False` while any of it is active."""
        record = self.get(study)
        if record is None or record.active:
            return False
        for run in self.runs(study):
            self._store.delete(run.id)
        self._store.write("DELETE FROM studies WHERE id = ?", (study,))
        return True

    def drop(self, study: str, which: Callable[[Run], bool]) -> None:
        """Removes some of its runs, if they have ended, with their files."""
        for run in self.runs(study):
            if which(run):
                self._store.delete(run.id)

    def set_state(self, study: str, state: str, message: str = "") -> None:
        """Notes how a study stands; see `StudyRecord`.

        Args:
            study: its id.
            state: the new one.
            message: why, in words.
        """
        self._store.write(
            "UPDATE studies SET state = ?, message = ? WHERE id = ?", (state, message, study)
        )

    def finish(self, study: str, message: str = "") -> None:
        """Notes that a study is finished, unless it was stopped meanwhile."""
        self._store.write(
            "UPDATE studies SET state = ?, message = ? WHERE id = ? AND state = ?",
            (FINISHED, message, study, RUNNING),
        )

    def note(self, study: str, message: str) -> None:
        """Notes what is to be told about a study that goes on."""
        self._store.write(
            "UPDATE studies SET message = ? WHERE id = ? AND state = ?", (message, study, RUNNING)
        )

    def set_settings(self, study: str, settings: Mapping[str, Any]) -> None:
        """Replaces what the one who began it wants to know again."""
        self._store.write(
            "UPDATE studies SET settings = json_set(settings, '$.settings', json(?)) WHERE id = ?",
            (json.dumps(settings), study),
        )

    def _check(self, more: int, owner: str | None) -> None:
        places = ", ".join("?" for _ in ACTIVE)
        ((waiting,),) = self._store.read(
            "SELECT count(*) FROM runs WHERE study IS NOT NULL AND owner IS ? "
            f"AND status IN ({places})",
            owner,
            *ACTIVE,
        )
        if waiting + more > self._most:
            already = f", and {waiting:,} wait or train already" if waiting else ""
            kind = TooManyWaitError if more <= self._most else StudyError
            raise kind(
                f"This would be {more:,} runs{already}; one visitor may have {self._most:,} on "
                "this server. Take fewer, or wait until those have ended."
            )

    def _queue(self, study: str, planned: Sequence[PlannedRun], owner: str | None) -> list[str]:
        ids = self._store.create_all(
            [
                NewRun(
                    each.experiment,
                    each.baseline,
                    each.estimated,
                    owner,
                    study,
                    each.variant,
                    each.place,
                )
                for each in planned
            ]
        )
        self._pool.submit_study(
            study,
            owner,
            [
                (run, each.experiment, each.table, each.program)
                for run, each in zip(ids, planned, strict=True)
            ],
        )
        return ids

    def _select(self, where: str, *values: object) -> list[StudyRecord]:
        rows = self._store.read(
            f"SELECT id, created, kind, state, message, owner, settings FROM studies {where}",
            *values,
        )
        counts: dict[str, dict[str, int]] = {row[0]: {} for row in rows}
        places = ", ".join("?" * len(counts))
        for study, status, count in self._store.read(
            f"SELECT study, status, count(*) FROM runs WHERE study IN ({places}) "
            "GROUP BY study, status",
            *counts,
        ):
            counts[study][status] = count
        studies = []
        for *about, text in rows:
            stored = json.loads(text)
            study, created, kind, state, message, owner = about
            studies.append(
                StudyRecord(
                    *(study, created, kind, stored["settings"], state, message, owner),
                    counts[study],
                    stored["conducted"],
                )
            )
        return studies
