"""The one store and the one pool of this server."""

from __future__ import annotations

import os
import threading

from seqlab.runs.pool import Pool
from seqlab.runs.store import Store, default_home

_lock = threading.Lock()
_store: Store | None = None
_pool: Pool | None = None


def keep_days() -> float | None:
    """How long runs and uploads are kept: `SEQLAB_KEEP_DAYS`; `None` for ever.

    Raises:
        ValueError: if it is no positive number.
    """
    text = os.environ.get("SEQLAB_KEEP_DAYS")
    if not text:
        return None
    days = float(text)
    if not days > 0:
        raise ValueError(f"SEQLAB_KEEP_DAYS must be a positive number of days, got {text}.")
    return days


def store() -> Store:
    """The run store under `SEQLAB_HOME`, opened at the first call, without what is too old."""
    global _store
    with _lock:
        if _store is None:
            days = keep_days()
            _store = Store(default_home())
            _store.interrupt_orphans()
            if days is not None:
                _store.forget(days)
        return _store


def pool() -> Pool:
    """The training pool, started at the first call.

    `SEQLAB_WORKERS` runs train at once (default 2), on the cluster of `SEQLAB_SCHEDULER` if that
    is set. A run that nobody looks at for `SEQLAB_UNWATCHED` minutes (default 15) is stopped.
    """
    global _pool
    runs = store()
    with _lock:
        if _pool is None:
            _pool = Pool(
                runs,
                workers=int(os.environ.get("SEQLAB_WORKERS", "2")),
                scheduler=os.environ.get("SEQLAB_SCHEDULER") or None,
                unwatched=60 * float(os.environ.get("SEQLAB_UNWATCHED", "15")),
            )
            _pool.start()
        return _pool


def close() -> None:
    """Stops the pool and closes the store; active runs become interrupted."""
    global _store, _pool
    with _lock:
        if _pool is not None:
            _pool.close()
        if _store is not None:
            _store.close()
        _pool = _store = None
