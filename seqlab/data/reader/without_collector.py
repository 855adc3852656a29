"""Python's garbage collector, switched off while a file is read."""

from __future__ import annotations

import gc
import threading


class _WithoutCollector:
    """Python's garbage collector looks at every row again and again: a third of the time.

    It belongs to the whole process, where others may read a file at the same time: the first one
    switches it off, and the last one on again if it was on before.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._was_on = False

    def __enter__(self) -> None:
        with self._lock:
            if self._readers == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._readers += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._readers -= 1
            if self._readers == 0 and self._was_on:
                gc.enable()


without_collector = _WithoutCollector()
