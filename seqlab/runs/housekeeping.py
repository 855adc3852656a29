"""What goes when: what is too old, and the oldest runs and files where too much is kept."""

from __future__ import annotations

import heapq
import logging
import shutil
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from seqlab.runs.records import ACTIVE, ENDED, Kept
from seqlab.runs.storage import StoreError
from seqlab.runs.store import Store
from seqlab.runs.uploads import FILE_OF_RUN

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


def kept_by(store: Store) -> list[Kept]:
    """All runs and uploaded files."""
    rows = store.read(
        "SELECT id, owner, created, pinned, status, "
        f"CASE WHEN json_valid(experiment) THEN {FILE_OF_RUN} END FROM runs"
    )
    runs = [
        Kept(run, owner, created, store.size(run), bool(pinned) or status in ACTIVE, file)
        for run, owner, created, pinned, status, file in rows
    ]
    rows = store.read(
        "SELECT file, created, min(owner), count(owner) "
        "FROM uploads LEFT JOIN uploaders USING (file) GROUP BY file"
    )
    return runs + [
        Kept(
            file,
            owner if owners == 1 else None,
            created,
            _bytes_of(store.home / "uploads" / file),
            is_file=True,
        )
        for file, created, owner, owners in rows
    ]


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def forget(store: Store, days: float) -> None:
    """Removes the runs that ended more than so many days ago, and what no run needs.

    That is weights without a run and uploads that no run reads, if they are as old.
    """
    before = time.time() - 86_400 * days
    places = ", ".join("?" for _ in ENDED)
    old = store.read(
        f"SELECT id FROM runs WHERE ended < ? AND status IN ({places}) AND NOT pinned",
        before,
        *ENDED,
    )
    gone = [run for (run,) in old if store.delete(run, pinned=False)]
    runs = {run for (run,) in store.read("SELECT id FROM runs")}
    for path in (store.home / "runs").iterdir():
        if path.name not in runs and path.stat().st_mtime < before:
            shutil.rmtree(path, ignore_errors=True)
    known = {file for (file,) in store.read("SELECT file FROM uploads")}
    for path in (store.home / "uploads").iterdir():
        if path.stat().st_mtime < before:
            if path.name in known:
                store.drop_upload(path.name)
            else:
                path.unlink(missing_ok=True)
    if gone:
        logger.info("%d runs that ended more than %g days ago were removed.", len(gone), days)


def tidy(store: Store, days: float | None, each: float, total: float) -> list[str]:
    """Removes what is too old and what is too much; returns the ids of what was too much.

    Args:
        store: where.
        days: after its end, for how long a run is kept; `None` for ever.
        each: GB for one visitor.
        total: GB for all.
    """
    if days is not None:
        forget(store, days)
    wanted = too_much(kept_by(store), each * GB, total * GB)
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
