"""Waiting a moment for what a run is about to say, so that a page need not be drawn twice.

A page that looks again at fixed times shows a first loss up to such a time late. What comes within
a tenth of a second is worth waiting for; the thread that waits is that of one tab.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from seqlab.runs.store import Store

BETWEEN = 0.01  # seconds between two looks into the store


def until_begun(store: Store, run: str, seconds: float) -> bool:
    """Waits until a run is not queued any more.

    Args:
        store: where it is.
        run: its id.
        seconds: how long at most.

    Returns:
        Whether that is so.
    """

    def begun() -> bool:
        record = store.get(run)
        return record is None or record.status != "queued"

    return _until(begun, seconds)


def until_loss(
    store: Store, run: str, seconds: float, between: Callable[[], object] = bool
) -> bool:
    """Waits until a run that trains has a first loss, or does not train any more.

    Args:
        store: where it is.
        run: its id.
        seconds: how long at most.
        between: called between two looks; it may end the wait by an exception.

    Returns:
        Whether that is so.
    """

    def told() -> bool:
        record = store.get(run)
        active = record is not None and record.status == "running"
        return not active or store.standing(run)[run].epoch > 0

    return _until(told, seconds, between)


def _until(holds: Callable[[], bool], seconds: float, between: Callable[[], object] = bool) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= end:
            return False
        between()
        time.sleep(BETWEEN)
    return True
