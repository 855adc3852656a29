"""What goes when: what is too old, and the oldest runs and files where too much is kept."""

from __future__ import annotations

import heapq
import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from seqlab.runs.store import Kept, Store, StoreError

logger = logging.getLogger(__name__)
EVERY = 600.0  # seconds between two looks
GB = 10**9


def too_much(kept: Sequence[Kept], each: float, total: float) -> list[Kept]:
    """What has to go, the oldest first, so that quotas hold.

    First of each visitor who has more than their share, then of anybody. What is pinned or active
    stays, even if it alone is too much, and so does a file as long as a run reads it.

    Args:
        kept: all runs and files.
        each: bytes for one visitor.
        total: bytes for all.

    Returns:
        In the order in which they go.
    """
    readers = Counter(one.reads for one in kept)
    owners: dict[str | None, list[Kept]] = defaultdict(list)
    for one in kept:
        owners[one.owner].append(one)
    nobodys = owners.pop(None, [])  # what is nobody's alone counts in the total only
    gone: list[Kept] = []
    more = True
    while more:  # with a run of one visitor, a file of another may no longer be needed
        more = False
        for owner, own in owners.items():
            going = _oldest(own, each, readers)
            owners[owner] = [one for one in own if one not in going]
            gone += going
            more = more or bool(going)
    return gone + _oldest(
        [one for own in (nobodys, *owners.values()) for one in own], total, readers
    )


def _oldest(kept: Iterable[Kept], room: float, readers: Counter[str | None]) -> list[Kept]:
    """The oldest without which the others fit. `readers` loses the runs that go."""
    over = sum(one.size for one in kept) - room
    waiting = {one.id: one for one in kept if one.is_file and readers[one.id]}
    heap = [(one.created, one.id, one) for one in kept if not one.stays and one.id not in waiting]
    heapq.heapify(heap)
    gone = []
    while over > 0 and heap:
        *_, one = heapq.heappop(heap)
        gone.append(one)
        over -= one.size
        if one.reads is not None:
            readers[one.reads] -= 1
            if not readers[one.reads] and (file := waiting.pop(one.reads, None)):
                heapq.heappush(heap, (file.created, file.id, file))
    return gone


def tidy(store: Store, days: float | None, each: float, total: float) -> list[str]:
    """Removes what is too old and what is too much; returns the ids of what was too much.

    Args:
        store: where.
        days: after its end, for how long a run is kept; `None` for ever.
        each: GB for one visitor.
        total: GB for all.
    """
    if days is not None:
        store.forget(days)
    wanted = too_much(store.kept(), each * GB, total * GB)
    gone = [
        one.id
        for one in wanted
        if (store.drop_upload(one.id) if one.is_file else store.delete(one.id, pinned=False))
    ]
    if gone:
        logger.info(
            "%d runs and files were removed, because more was kept than the quota allows.",
            len(gone),
        )
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
