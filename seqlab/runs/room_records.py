"""A room and a member of it as they are kept, and why something cannot be done with a room."""

from __future__ import annotations

from dataclasses import dataclass

from seqlab.experiment import Experiment, ExperimentError
from seqlab.runs.store import experiment_of

UNKNOWN = "There is no room {code}. Look at the code again, or ask your teacher."
CLOSED = "The room {code} was closed, and all that was kept of it was deleted."
FULL = "The room {code} has {most} learners already, and no more fit in."
TAKEN = "“{nickname}” is taken in this room. Choose another nickname."
TOO_MANY = "This server has {most} open rooms already. Close one that is no longer needed."
TOO_MANY_OF_ONE = "You have opened {most} rooms already. Close one that is no longer needed."


class RoomError(ValueError):
    """Why something cannot be done with a room, in a sentence."""


@dataclass(frozen=True)
class Room:
    """A room as it stands. Times are Unix seconds.

    Attributes:
        code: four letters.
        closed: when it was closed; nothing of it is left then but the code.
        paused: since when everybody looks up; `None` while they work.
        hidden: names of the controls that are hidden from all.
        push: what was sent to all and the lessons that were started, counted up to the last
            experiment.
        pushed: the last of them.
        lesson: the key of the lesson that was started for all, or `None`.
        language: of the lesson.
        started: the same, counted up to that lesson: the greater one came later.
        pages: how many pages of the lesson are open; `None` for all.
    """

    code: str
    opened: float
    closed: float | None
    paused: float | None
    hidden: tuple[str, ...]
    push: int
    pushed: Experiment | None
    lesson: str | None
    language: str
    started: int
    pages: int | None


@dataclass(frozen=True)
class Member:
    """A learner in a room. Times are Unix seconds.

    Attributes:
        id: which may be shown to the teacher; `owner` stays on the server.
        room: its code.
        changed: when they last did something, in words `change`.
        help: since when they have asked for help; `None` if they have not.
        experiment: what their page shows.
        run: the id of the run that their page shows.
        push: the number of the last experiment that they took over from the teacher.
        before: what their page showed before that, to go back to.
        started: the number of the last lesson that their page has begun for the teacher.
    """

    id: str
    room: str
    owner: str
    nickname: str
    joined: float
    changed: float
    change: str
    help: float | None
    experiment: Experiment | None
    run: str | None
    push: int
    before: Experiment | None
    started: int


def kept_experiment(text: str | None) -> Experiment | None:
    """An experiment of JSON; `None` for none, and for one of another version."""
    if text is None:
        return None
    try:
        return experiment_of(text)
    except ExperimentError:
        return None
