"""How long a class waits: runs of many learners on few workers."""

from __future__ import annotations

import math


def seconds_for_all(first: float, again: float, learners: int, workers: int) -> float:
    """Seconds until everybody's run has ended, if all press Train at once.

    Each worker compiles the network with its first run and keeps the program for the others.

    Args:
        first: seconds of a run whose network is compiled, measured.
        again: seconds of a run whose program is kept, measured.
        learners: how many press Train, each once.
        workers: how many runs train at once.

    Example:
        >>> seconds_for_all(first=3.0, again=2.0, learners=30, workers=2)
        31.0

    Raises:
        ValueError: if there is no worker or a negative number of learners.
    """
    if workers < 1 or learners < 0:
        raise ValueError(
            f"Received an invalid value for argument `workers` or `learners`, expected at least "
            f"one worker and no negative number of learners, got {workers} and {learners}."
        )
    rounds = math.ceil(learners / workers)
    return first + (rounds - 1) * again if rounds else 0.0
