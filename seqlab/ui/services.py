"""The one store and the one pool of this server."""

from __future__ import annotations

import threading

from seqlab import environment
from seqlab.data.upload import Table, read_table
from seqlab.experiment import ParseOptions
from seqlab.runs.file_reader import FileReader
from seqlab.runs.housekeeping import Housekeeper
from seqlab.runs.pool import Pool
from seqlab.runs.store import Store

_lock = threading.Lock()
_store: Store | None = None
_pool: Pool | None = None
_housekeeper: Housekeeper | None = None
_reader: FileReader | None = None


def start_reader() -> None:
    """From now on files are read in processes of their own; a server does so, a test need not."""
    global _reader
    with _lock:
        if _reader is None:
            settings = environment.current()
            _reader = FileReader(settings.read_seconds, settings.read_gb)
            _reader.start()


def read_file(data: bytes, name: str, reading: ParseOptions | None = None) -> Table:
    """The table in a file. Raises `UploadError`."""
    reader = _reader
    return read_table(data, name, reading) if reader is None else reader.read(data, name, reading)


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
                _store.forget(settings.keep_days)
            _housekeeper = Housekeeper(
                _store, settings.keep_days, settings.visitor_gb, settings.total_gb
            )
            _housekeeper.start()
        return _store


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
            _pool.start()
        return _pool


def close() -> None:
    """Stops the pool and closes the store; active runs become interrupted."""
    global _store, _pool, _housekeeper, _reader
    with _lock:
        if _reader is not None:
            _reader.close()
        if _pool is not None:
            _pool.close()
        if _housekeeper is not None:
            _housekeeper.close()
        if _store is not None:
            _store.close()
        _pool = _store = _housekeeper = _reader = None
