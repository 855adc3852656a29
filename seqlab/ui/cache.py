"""A cache that is bounded by bytes, for results of very different size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ByteCache(Generic[Value]):
    """Keeps what was used last, until `limit` bytes are full. Safe to use from many threads."""

    def __init__(self, limit: int, size: Callable[[Value], int]) -> None:
        self._limit, self._size = limit, size
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
