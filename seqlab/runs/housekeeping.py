"""What goes when: runs that are too old, and the oldest ones where too much is kept."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence

from seqlab.runs.store import Kept, Store, StoreError

logger = logging.getLogger(__name__)
EVERY = 600.0  # seconds between two looks
GB = 10**9


def too_much(kept: Sequence[Kept], each: float, total: float) -> list[str]:
    """The runs that have to go, the oldest first, so that quotas hold.

    First those of each visitor who has more than their share, then those of anybody. What is pinned
    or active stays, even if it alone is too much.

    Args:
        kept: all runs.
        each: bytes for one visitor.
        total: bytes for all.

    Returns:
        Ids, in the order in which they go.
    """
    gone: list[str] = []
    owners: dict[str | None, list[Kept]] = defaultdict(list)
    for one in kept:
        owners[one.owner].append(one)
    for own in owners.values():
        gone += _oldest(own, each)
    left = [one for one in kept if one.run not in set(gone)]
    return gone + _oldest(left, total)


def _oldest(kept: Iterable[Kept], room: float) -> list[str]:
    """The oldest runs without which the others fit."""
    ordered = sorted(kept, key=lambda one: one.created)
    over = sum(one.size for one in ordered) - room
    gone = []
    for one in ordered:
        if over <= 0:
            break
        if not one.stays:
            gone.append(one.run)
            over -= one.size
    return gone


def tidy(store: Store, days: float | None, each: float, total: float) -> list[str]:
    """Removes what is too old and what is too much; returns the runs that were too much.

    Args:
        store: where.
        days: after its end, for how long a run is kept; `None` for ever.
        each: GB for one visitor.
        total: GB for all.
    """
    if days is not None:
        store.forget(days)
    gone = too_much(store.kept(), each * GB, total * GB)
    for run in gone:
        store.delete(run)
    if gone:
        logger.info("%d runs were removed, because more was kept than the quota allows.", len(gone))
    return gone


class Housekeeper:
    """Tidies up now and then, in a thread of its own. Arguments as for `tidy`."""

    def __init__(self, store: Store, days: float | None, each: float, total: float) -> None:
        self._arguments = store, days, each, total
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="seqlab-housekeeper", daemon=True)

    def start(self) -> None:
        """Begins, with a first look at once."""
        self._thread.start()

    def close(self) -> None:
        """Ends; a look that is under way is waited for."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _work(self) -> None:
        while True:
            try:
                tidy(*self._arguments)
            except StoreError as error:  # a full disk: the next look tries again
                logger.warning("Nothing was tidied up: %s", error)
            except Exception:
                logger.exception("Tidying up failed; it is tried again.")
            if self._ended.wait(EVERY):
                return
