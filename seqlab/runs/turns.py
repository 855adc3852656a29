"""Which run gets a worker next, which one makes room, and when that is: visitors in turn."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence


def order(
    waiting: Sequence[Hashable],
    running: Sequence[Hashable],
    served: Mapping[Hashable, float] | None = None,
) -> list[int]:
    """The waiting runs in the order in which they shall begin.

    Next is always a run of a visitor who has the fewest at work, counting those that are already
    in line before it; of several such visitors the one whose last run began longest ago, or who
    came first. So somebody with a hundred runs delays another's single run by one run at most, and
    nobody waits for ever.

    Args:
        waiting: the visitor of each waiting run, as they came; `None` is a visitor of its own.
        running: the visitor of each run that trains.
        served: when the last run of a visitor began, by any clock; who is not in it is first.

    Returns:
        Indices into `waiting`.
    """
    at_work, last = Counter(running), served or {}
    lines: dict[Hashable, list[int]] = {}
    for index, visitor in enumerate(waiting):
        lines.setdefault(visitor, []).append(index)
    turns: list[int] = []
    while lines:
        visitor = min(
            lines, key=lambda one: (at_work[one], last.get(one, -math.inf), lines[one][0])
        )
        turns.append(lines[visitor].pop(0))
        at_work[visitor] += 1
        if not lines[visitor]:
            del lines[visitor]
    return turns


def give_way(
    line: Sequence[Hashable], running: Sequence[Hashable], over: Sequence[bool], leaving: int = 0
) -> list[int]:
    """The running runs that end for those who wait, the one of the busiest visitor first.

    A run ends for one that waits, and only if its visitor has more at work than the one who waits:
    so nobody loses a fair share, and nobody makes room for the next run of their own.

    Args:
        line: the visitor of each waiting run, in the order in which they shall begin.
        running: the visitor of each run that trains and was not asked to stop, the oldest first.
        over: whether each of `running` has had its time.
        leaving: how many more are about to end; the first in line wait for these.

    Returns:
        Indices into `running`.
    """
    stays, comes = Counter(running), Counter[Hashable]()
    left = [index for index, had in enumerate(over) if had]
    ending: list[int] = []
    for place, visitor in enumerate(line):
        if place >= leaving:
            # What comes is not counted: nobody's run ends to make room for their next one.
            has = stays[visitor] + comes[visitor]
            richer = [one for one in left if stays[running[one]] > has]
            if not richer:
                continue
            ends = max(richer, key=lambda one: stays[running[one]])  # the first, so the oldest
            left.remove(ends)
            ending.append(ends)
            stays[running[ends]] -= 1
        comes[visitor] += 1
    return ending


def until_turn(
    training: Sequence[float], before: Sequence[float], turn: float | None = None
) -> float:
    """About the seconds until a worker is free.

    Args:
        training: seconds that are left to each run that trains.
        before: seconds that each run takes that begins earlier, in the order in which they begin.
        turn: the longest that a run trains while others wait, in seconds.
    """
    most = math.inf if turn is None else turn
    free = sorted(min(seconds, most) for seconds in training) or [0.0]  # when each worker is free
    for seconds in before:
        heapq.heapreplace(free, free[0] + min(seconds, most))  # a sorted list is a heap
    return free[0]
