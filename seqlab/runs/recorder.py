"""Writes what runs report into the store, and bears a disk that is full for a while."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from seqlab.runs.store import Store

UNWRITABLE = (
    "The server's disk is full or cannot be written. Training goes on and its curves will be "
    "shown later, but no weights are kept until there is room again."
)
MOST_WAITING = 100_000  # writes that are kept for later
NOT_METRICS = ("kind", "job", "epoch", "loss", "val_loss", "worker")  # the last is Dask's

logger = logging.getLogger(__name__)


class Recorder:
    """The pool's pen: one thread writes with it, pages only read `problem`.

    What is small (losses, how a run ended, its log) waits for a disk that cannot be written and
    keeps its order. Weights would fill the memory; they are given up.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[Callable[[], object]] = deque(maxlen=MOST_WAITING)
        self.problem: str | None = None  # a sentence for the page while nothing can be written

    def status(self, run: str, status: str, message: str = "") -> None:
        """Moves a run on.

        Args:
            run: its id.
            status: the new one.
            message: why, in words.
        """
        self._keep(self._store.set_status, run, status, message)

    def anew(self, run: str, why: str) -> None:
        """Queues a run again, from its first epoch on."""
        self.log(run, why)
        self._keep(self._store.reset, run)
        self.status(run, "queued")

    def log(self, run: str, message: str, epoch: int | None = None) -> None:
        """Adds a line to the run's log, which may belong to an epoch.

        Args:
            run: its id.
            message: the line.
            epoch: that it belongs to, if it does to one.
        """
        self._keep(self._store.add_log, run, message, epoch)

    def end(self, run: str, result: dict[str, Any]) -> None:
        """Writes how a run ended by itself; its best weights may be earlier ones."""
        self._keep(self._store.drop_snapshots_after, run, result["epochs"])
        self.status(run, result["status"], result["message"])

    def event(self, run: str, event: dict[str, Any]) -> None:
        """Writes what a worker reported, see `seqlab.training.job`."""
        match event["kind"]:
            case "started":
                self._keep(self._store.forget_after, run, event["epoch"])
            case "metrics":
                more = {name: event[name] for name in event if name not in NOT_METRICS}
                more["at"] = [time.time()] * len(event["epoch"])  # for the time that is left
                losses = event["epoch"], event["loss"], event["val_loss"]
                self._keep(self._store.add_metrics, run, *losses, more)
            case "snapshot":
                epoch, needless = event["epoch"], event.get("instead_of")
                if self._weights(self._store.add_snapshot, run, epoch, event["data"]) and needless:
                    self._weights(self._store.drop_snapshot, run, needless)
            case "state":
                self._weights(self._store.add_state, run, event["data"], event["epoch"])
            case "timing":
                self._keep(self._store.set_measured, run, event["epoch"])
            case "paused":
                self.status(run, "paused")
                self.log(run, f"Paused after epoch {event['epoch']}.", event["epoch"])
            case "resumed":
                self.status(run, "running")
                self.log(run, f"Resumed after epoch {event['epoch']}.", event["epoch"])
            case "learning_rate":
                line = f"Learning rate {event['value']:g} after epoch {event['epoch']}."
                self.log(run, line, event["epoch"] + 1)
            case "log":
                self.log(run, event["message"])

    def retry(self) -> None:
        """Writes what waits, as far as it can be written now."""
        while self._waiting:
            write = self._waiting.popleft()
            if not self._try(write):
                self._waiting.appendleft(write)
                return

    def _keep(self, write: Callable[..., object], *values: object) -> None:
        self._waiting.append(partial(write, *values))
        self.retry()

    def _weights(self, write: Callable[..., object], *values: object) -> bool:
        """Writes weights now, or never: they must not overtake the losses before them."""
        self.retry()
        return not self._waiting and self._try(write, *values)

    def _try(self, write: Callable[..., object], *values: object) -> bool:
        try:
            write(*values)
        except (OSError, sqlite3.OperationalError) as error:
            if self.problem is None:
                logger.warning("%s (%s)", UNWRITABLE, error)
            self.problem = UNWRITABLE
            return False
        self.problem = None
        return True
