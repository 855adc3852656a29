"""All that the web process keeps between two looks at a page, whoever asked for it.

Large things stand in a `ByteCache`, whose bytes are planned in `BUDGETS`; a cache that is not
planned there cannot be made. Small ones, at most some kB each, are kept by `few`
and `many`. Beside them the
server keeps the scripts that it sends (`seqlab/ui/server`), some MB whoever visits. Nothing else
below `seqlab/ui` keeps anything (`tests/ui/test_cache.py`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Generic, TypeVar

Value = TypeVar("Value")

MB = 2**20
BUDGETS = {  # bytes: 1.4 GB in all
    "datasets": 512 * MB,  # windows of the drafts and runs that are looked at
    "tables": 256 * MB,  # uploaded files
    "opened models": 256 * MB,  # .keras files with their weights
    "models to download": 128 * MB,
    "networks": 64 * MB,  # weights of saved epochs
    "heat maps": 64 * MB,  # of a sequence at an epoch
    "traces by Keras": 64 * MB,  # of opened models
    "states and gradients": 64 * MB,  # what the findings after a run look at
    "findings": MB,  # after a run
    "forecasts": 32 * MB,  # that run free
    "futures": 32 * MB,  # of the Forecast page, with the errors of earlier forecasts
    "folds": 8 * MB,  # what each fold of a walk-forward forecast
    "answers": 32 * MB,  # to new files
    "pictures": 8 * MB,  # of what is not trained now: many look at it, or one again and again
    "errors": 8 * MB,  # of each validation sequence
    "ablations": MB,
    "importance": MB,  # of the settings of a class
    "runs of lessons": MB,  # settings and results, by name
}
# They decorate functions: of results of some kB each, and of some hundred bytes.
few = lru_cache(maxsize=16)
many = lru_cache(maxsize=256)


class ByteCache(Generic[Value]):
    """Keeps what was used last, until its budget is full. Safe to use from many threads.

    Args:
        name: of what is kept, in `BUDGETS`.
        size: (value) -> its bytes.

    Raises:
        KeyError: if nothing is planned under that name.

    Example:
        >>> cache: ByteCache[bytes] = ByteCache("tables", len)
        >>> cache.get("a", lambda: b"made once")
        b'made once'
        >>> cache.get("a", lambda: b"not made again")
        b'made once'
    """

    def __init__(self, name: str, size: Callable[[Value], int]) -> None:
        self._limit, self._size = BUDGETS[name], size
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> Value | None:
        """The value of that key, or `None` if it is not there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, value: Value) -> None:
        """Keeps a value, unless it is too large."""
        size = self._size(value)
        with self._lock:
            if key in self._kept or size > self._limit:
                return
            self._kept[key] = value
            self._bytes += size
            while self._bytes > self._limit:
                self._bytes -= self._size(self._kept.popitem(last=False)[1])

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of that key, made if it is not there.

        It is made without a lock: two threads may both make it, and both are right.
        """
        value = self.find(key)
        if value is None:
            value = make()
            self.keep(key, value)
        return value

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0
