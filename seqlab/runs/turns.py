"""In which order waiting runs get a worker: visitors in turn, each one's runs as they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def order(waiting: Sequence[Hashable], running: Sequence[Hashable]) -> list[int]:
    """The waiting runs in the order in which they shall begin.

    Next is always a run of a visitor who has the fewest at work, counting those that are already
    in line before it; of several such visitors the one who has waited longest. So somebody with a
    hundred runs delays another's single run by one run at most, and nobody waits for ever.

    Args:
        waiting: the visitor of each waiting run, as they came; `None` is a visitor of its own.
        running: the visitor of each run that trains.

    Returns:
        Indices into `waiting`.
    """
    at_work = Counter(running)
    lines: dict[Hashable, list[int]] = {}
    for index, visitor in enumerate(waiting):
        lines.setdefault(visitor, []).append(index)
    turns: list[int] = []
    while lines:
        visitor = min(lines, key=lambda one: (at_work[one], lines[one][0]))
        turns.append(lines[visitor].pop(0))
        at_work[visitor] += 1
        if not lines[visitor]:
            del lines[visitor]
    return turns
