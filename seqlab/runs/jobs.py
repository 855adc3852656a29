"""Runs on their way through the pool: who waits in which order, who trains, whose time is over.

Times are those of `time.monotonic`.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import distributed

from seqlab.runs.turns import give_way, order

UNWATCHED = "Nobody had looked at it for {minutes:g} minutes, so it was stopped."
TURN = (
    "It had trained for {minutes:g} minutes while others were waiting for the worker, so it was "
    "stopped. Its weights are kept, and it can go on."
)
LEFT = "It had been paused for {minutes:g} minutes, so it was stopped: others wait for the worker."


@dataclass
class Job:
    """A run on its way through the pool. A run that goes on later is another job."""

    run: str
    arguments: tuple[Any, ...]  # experiment, table, and for a run that goes on: state, epochs
    program: Hashable = None
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    address: str | None = None  # of the worker that trains it
    future: distributed.Future | None = None
    stop_asked: float | None = None
    ended: bool = False  # its worker was restarted because it did not stop
    missing_since: float | None = None  # when its worker was first seen to be gone
    paused_since: float | None = None
    began: float | None = None  # later by its pauses
    owner: str | None = None  # the visitor whose it is
    study: str | None = None  # that it belongs to
    again: bool = False  # whether its worker died once, and it has been begun anew
    given_up: str | None = None  # why the pool itself stopped it, in a sentence
    hungry: float | None = None  # the bytes that it wanted more than

    def pause(self, paused: bool, now: float) -> None:
        """Notes that it pauses or goes on; a pause is no part of its turn."""
        if not paused and self.paused_since is not None and self.began is not None:
            self.began += now - self.paused_since
        self.paused_since = now if paused else None


class Jobs:
    """All runs that wait or train.

    Attributes:
        waiting: as they came; `in_line` gives their turns.
        running: by the address of the worker.
        served: when a visitor's last run began.
    """

    def __init__(self) -> None:
        self.waiting: list[Job] = []
        self.running: dict[str, Job] = {}
        self.served: dict[Hashable, float] = {}

    @property
    def active(self) -> list[Job]:
        """Those that wait and those that train."""
        return [*self.waiting, *self.running.values()]

    def in_line(self) -> list[Job]:
        """The waiting runs by turn.

        Of one visitor, single runs begin before those of studies: somebody waits in front of them.
        Then studies take turns too: a search must not wait for all of a race.
        """
        at_work = [job.owner for job in self.running.values()]
        at_work_for = Counter(job.study for job in self.running.values())
        places: list[int] = []
        for job in self.waiting:
            places.append(0 if job.study is None else 1 + at_work_for[job.study])
            at_work_for[job.study] += 1
        in_turn = sorted(zip(places, self.waiting, strict=True), key=itemgetter(0))
        waiting = [job for _, job in in_turn]
        turns = order([job.owner for job in waiting], at_work, self.served)
        return [waiting[i] for i in turns]

    def after_their_turn(self, turn: float, now: float) -> list[tuple[Job, str]]:
        """Runs that have had their time while visitors wait who have less at work, and why.

        Args:
            turn: seconds that a run has while others wait.
            now: the time.
        """
        running = list(self.running.values())
        staying = [job for job in running if job.stop_asked is None]
        staying.sort(key=lambda job: job.began or 0.0)
        ending = give_way(
            [job.owner for job in self.in_line()],
            [job.owner for job in staying],
            [
                # A paused run, as one that the teacher holds, has its own limit: `unwatched`.
                job.paused_since is None and job.began is not None and job.began < now - turn
                for job in staying
            ],
            leaving=len(running) - len(staying),
        )
        return [(staying[index], TURN.format(minutes=turn / 60)) for index in ending]

    def unwatched(
        self, seen: Mapping[str, float], longest: float, now: float
    ) -> list[tuple[Job, str]]:
        """Runs that nobody looks at, those that keep a worker though they are paused, and why.

        Args:
            seen: when a page last looked at each run.
            longest: seconds that a run may be without that.
            now: the time.
        """
        leaving, minutes, latest = [], longest / 60, now - longest
        for job in self.active:
            if job.given_up:
                continue
            if job.study is None and seen[job.run] < latest:
                leaving.append((job, UNWATCHED.format(minutes=minutes)))
            elif job.paused_since and job.paused_since < latest:
                leaving.append((job, LEFT.format(minutes=minutes)))
        return leaving
