"""Who needs the teacher: what can be said of a learner, and in which order the board shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

STUCK = 180.0  # seconds without a change, while the page is open and nothing trains
AWAY = 20.0  # seconds after which a page that does not look any more is closed or cut off

Need = Literal["asked", "stuck", "failed", "working", "training", "away"]
# Who asked comes first; who is away cannot be helped.
ORDER: tuple[Need, ...] = ("asked", "stuck", "failed", "working", "training", "away")


@dataclass(frozen=True)
class Learner:
    """What is known of a learner now. Times are seconds ago.

    Attributes:
        nickname: for equal need, by name.
        changed: since they changed a setting, began a run or answered.
        seen: since their page last looked; `None` if it never did since the server started.
        asked: since they asked for help; `None` if they did not.
        status: of their newest run, as the run store calls it; `None` without one.
        paused: since the room was paused; `None` while it is not.
    """

    nickname: str
    changed: float
    seen: float | None = None
    asked: float | None = None
    status: str | None = None
    paused: float | None = None


def need(learner: Learner) -> Need:
    """What the teacher should know first of a learner.

    Somebody is stuck who has the page open but has changed nothing for three minutes, while no run
    of theirs waits or trains. The time for which the whole room is paused does not count.

    Example:
        >>> need(Learner("Brisk Otter", changed=200, seen=1))
        'stuck'
    """
    if learner.asked is not None:
        return "asked"
    if learner.seen is None or learner.seen > AWAY:
        return "away"
    if learner.status in ("queued", "running"):
        return "training"
    idle = learner.changed - (learner.paused or 0.0)
    if idle >= STUCK:
        return "stuck"
    return "failed" if learner.status in ("failed", "diverged") else "working"


def by_need(learners: Sequence[Learner]) -> list[int]:
    """Indices of the learners, the greatest need first.

    Of those who asked, the one who has waited longest comes first, and of those who are stuck, too.

    Example:
        >>> by_need([Learner("a", 5, 1), Learner("b", 5, 1, asked=3), Learner("c", 5, 1, asked=9)])
        [2, 1, 0]
    """

    def place(index: int) -> tuple[int, float, str]:
        learner = learners[index]
        kind = need(learner)
        waiting = {"asked": learner.asked or 0.0, "stuck": learner.changed}.get(kind, 0.0)
        return ORDER.index(kind), -waiting, learner.nickname.casefold()

    return sorted(range(len(learners)), key=place)
