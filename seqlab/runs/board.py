"""What the teacher's board shows of each learner, read from the store."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.runs.progress import Progress, ProgressStore
from seqlab.runs.records import Run
from seqlab.runs.room_records import Member
from seqlab.runs.rooms import Rooms
from seqlab.workshop.need import Learner, Need, by_need, need


@dataclass(frozen=True)
class Tile:
    """A learner on the board. Times are seconds ago.

    Attributes:
        member: who it is.
        need: what the teacher should know first.
        run: their newest run, or `None`.
        losses: (epochs,) its val_loss, or its loss where there is no validation part.
        best: the lowest of all their runs in the room that have the baseline of `run`.
        baseline: the loss of the rule to beat.
        runs: how many they have begun in the room.
        changed: since they did something.
        asked: since they asked for help; `None` if they did not.
        seen: since their page last looked; `None` if it never did since the server started.
        progress: how far they are in the lesson on their page, or `None`.
    """

    member: Member
    need: Need
    run: Run | None
    losses: NDArray[np.float64]
    best: float | None
    baseline: float | None
    runs: int
    changed: float
    asked: float | None
    seen: float | None
    progress: Progress | None = None


def tiles(rooms: Rooms, code: str) -> list[Tile]:
    """The board of a room, the greatest need first."""
    now, store = time.time(), rooms.store
    room, members, begun = rooms.get(code), rooms.members(code), rooms.runs(code)
    bests = rooms.bests([run for own in begun.values() for run in own])
    last = {own[-1]: member for member, own in begun.items() if own}
    newest = {last[run.id]: run for run in store.by_ids(list(last))}
    curves = store.loss_curves([run.id for run in newest.values()])
    lessons = ProgressStore(store).of_learners(*(member.owner for member in members))
    paused = None if room is None or room.paused is None else now - room.paused
    tiles_of_all, learners = [], []
    for member in members:
        run, seen = newest.get(member.id), rooms.seen(member.id)
        lesson = lessons.get(member.owner)
        acted = max(member.changed, lesson.acted if lesson else 0.0)
        learner = Learner(
            member.nickname,
            now - acted,
            None if seen is None else now - seen,
            None if member.help is None else now - member.help,
            None if run is None else run.status,
            paused,
        )
        losses = [
            bests[other][1]
            for other in begun.get(member.id, [])
            if run is not None and other in bests and bests[other][0] == run.baseline
        ]
        learners.append(learner)
        tiles_of_all.append(
            Tile(
                member,
                need(learner),
                run,
                curves.get(run.id, np.empty(0)) if run else np.empty(0),
                min(losses, default=None),
                run.baseline[1] if run and run.baseline else None,
                len(begun.get(member.id, [])),
                learner.changed,
                learner.asked,
                learner.seen,
                lesson,
            )
        )
    return [tiles_of_all[i] for i in by_need(learners)]
