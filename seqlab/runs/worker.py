"""The worker's end of the pool: it runs in a training process and talks to `seqlab.runs.pool`."""

from __future__ import annotations

import pkgutil
import queue
import threading
from collections.abc import Callable
from typing import Any

import distributed
import psutil

TOPIC = "seqlab"  # one topic for all runs: a topic each would never be forgotten

SHARE = 0.8  # of a worker's memory that a run may use
LOOK = 0.1  # seconds between two looks at it

Command = dict[str, Any]
_inboxes: dict[str, queue.SimpleQueue[Command]] = {}


class Control:
    """Where a job finds its commands. They are pushed here: a look costs nothing."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._inbox = _inbox(key)

    def commands(self) -> list[Command]:
        """The commands that came since the last look, the oldest first."""
        commands = []
        while not self._inbox.empty():
            commands.append(self._inbox.get())
        return commands

    def close(self) -> None:
        """Forgets the job."""
        _inboxes.pop(self._key, None)


def tell(key: str, command: Command) -> None:
    """Leaves a command for a job; the pool has this called in the worker's process."""
    _inbox(key).put(command)


def work(job: str, key: str, *arguments: Any) -> dict[str, Any]:  # noqa: ANN401
    """Runs `job` ("module:function") as `function(experiment, table, report, control, *more)`.

    The job is named, not imported, so that the web process never imports Keras with it.
    """
    worker = distributed.get_worker()
    control = Control(key)

    def report(event: dict[str, Any]) -> None:
        worker.log_event(TOPIC, event | {"job": key})

    experiment, table, *rest = arguments
    ended = threading.Event()
    limit = worker.memory_manager.memory_limit
    if limit:
        guard = threading.Thread(target=_guard, args=(limit, report, ended), daemon=True)
        guard.start()
    try:
        return pkgutil.resolve_name(job)(experiment, table, report, control, *rest)
    finally:
        ended.set()
        control.close()


def _guard(limit: float, report: Callable[[dict[str, Any]], None], ended: threading.Event) -> None:
    """Tells the pool when this process uses too much memory, before Dask kills it unexplained."""
    process = psutil.Process()
    while not ended.wait(LOOK):
        if process.memory_info().rss > SHARE * limit:
            report({"kind": "memory", "limit": limit})
            return


def prepare(job: str, *arguments: Any) -> None:  # noqa: ANN401
    """Calls `job` ("module:function"), to warm a new worker or to compile ahead of a run."""
    pkgutil.resolve_name(job)(*arguments)


def _inbox(key: str) -> queue.SimpleQueue[Command]:
    return _inboxes.setdefault(key, queue.SimpleQueue())  # one call: safe between threads
