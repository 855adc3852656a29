"""The one store and the one pool of this server."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from seqlab import environment
from seqlab.data.upload import Table, read_table
from seqlab.experiment import ParseOptions
from seqlab.runs.file_reader import FileJob, FileReader
from seqlab.runs.housekeeping import Housekeeper, forget
from seqlab.runs.pool import Pool
from seqlab.runs.rooms import Rooms
from seqlab.runs.store import Store
from seqlab.runs.studies import Studies

if TYPE_CHECKING:
    from seqlab.comparison.conductor import Conductor

_lock = threading.Lock()
_store: Store | None = None
_pool: Pool | None = None
_housekeeper: Housekeeper | None = None
_reader: FileReader | None = None
_rooms: Rooms | None = None
_leaders: dict[str, Conductor] = {}  # by the search that each leads


def start_reader() -> None:
    """From now on files are read in processes of their own; a server does so, a test need not."""
    global _reader
    with _lock:
        if _reader is None:
            settings = environment.current()
            _reader = FileReader(settings.read_seconds, settings.read_gb)
            _reader.start()


def read_file(data: bytes, name: str, reading: ParseOptions | None = None) -> Table:
    """The table in a file. Raises `UploadError`.

    Args:
        data: the bytes of the file.
        name: of the file.
        reading: how to read it; `None` lets the reader guess.
    """
    reader = _reader
    return read_table(data, name, reading) if reader is None else reader.read(data, name, reading)


def begin_reading(data: bytes, name: str) -> FileJob:
    """Begins to read a file; without another process for it, it is read by then."""
    reader = _reader
    if reader is not None:
        return reader.begin(data, name)
    job = FileJob(name, environment.current().read_seconds)
    job.run(lambda: read_table(data, name))
    return job


def store() -> Store:
    """The run store under `SEQLAB_HOME`, opened at the first call, without what is too old.

    Raises:
        StoreError: if the folder cannot be written.
    """
    global _store, _housekeeper
    with _lock:
        if _store is None:
            settings = environment.current()
            _store = Store(settings.home)
            _store.interrupt_orphans()
            if settings.keep_days is not None:
                forget(_store, settings.keep_days)
            _housekeeper = Housekeeper(
                _store, settings.keep_days, settings.visitor_gb, settings.total_gb
            )
            _housekeeper.start()
        return _store


def rooms() -> Rooms:
    """The rooms of the store, without those that nobody uses any more."""
    global _rooms
    runs = store()
    with _lock:
        if _rooms is None or _rooms.store is not runs:
            _rooms = Rooms(runs)
            _rooms.sweep()
            if (days := environment.current().keep_days) is not None:
                _rooms.forget(days)
        return _rooms


def pool() -> Pool:
    """The training pool, started at the first call."""
    global _pool
    runs = store()
    with _lock:
        if _pool is None:
            settings = environment.current()
            _pool = Pool(
                runs,
                workers=settings.workers,
                scheduler=settings.scheduler,
                unwatched=60 * settings.unwatched,
                turn=None if settings.turn is None else 60 * settings.turn,
            )
            Studies(runs, _pool).interrupt()
            _pool.start()
        return _pool


def studies() -> Studies:
    """The comparisons, searches and backtests of this server."""
    return Studies(store(), pool(), environment.current().study_runs)


def lead(leader: Conductor) -> None:
    """Starts what leads a search, unless somebody leads it already; it ends with the server."""
    with _lock:
        for study in [study for study, conductor in _leaders.items() if not conductor.alive]:
            del _leaders[study]
        if leader.study not in _leaders:
            _leaders[leader.study] = leader
            leader.start()


def close() -> None:
    """Stops the pool and closes the store; active runs become interrupted."""
    global _store, _pool, _housekeeper, _reader, _rooms
    for leader in _leaders.values():
        leader.close()
    _leaders.clear()
    with _lock:
        if _reader is not None:
            _reader.close()
        if _pool is not None:
            _pool.close()
        if _housekeeper is not None:
            _housekeeper.close()
        if _store is not None:
            _store.close()
        _pool = _store = _housekeeper = _reader = _rooms = None
