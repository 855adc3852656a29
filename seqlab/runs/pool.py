"""Where training happens: a queue in front of the workers of a Dask cluster.

First come, first served; a job is handed to a worker only when that worker is idle. One thread
owns all state and is the only writer to the run store: pages post commands to it, the cluster
posts events and results. Rules and their reasons: `docs/decisions/0003-training-pool.md`.
"""

from __future__ import annotations

import logging
import os
import queue
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import distributed

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.runs import worker
from seqlab.runs.store import Store

ROOT = Path(__file__).parents[2]
LOST = "The training pool was lost in the middle of this run. It restarts; press Train again."
DIED = (
    "The worker process died in the middle of this run. What it had learned until its last "
    "snapshot is kept, other runs were not touched. Press Train to try again."
)
UNRESPONSIVE = "It did not answer, so its worker was ended. Its last snapshot is kept."
TOO_EARLY = "It was stopped before its first epoch, so there are no weights to keep."
FIRST_GRACE = 0.5  # seconds
UNREACHABLE = "The training pool cannot be reached at the moment. Runs wait until it is back."

logger = logging.getLogger(__name__)


@dataclass
class _Job:
    """A run on its way through the pool. A run that goes on later is another job."""

    run: str
    arguments: tuple[Any, ...]  # experiment, dataset, and for a run that goes on: state, epochs
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    address: str | None = None  # of the worker that trains it
    future: distributed.Future | None = None
    stop_asked: float | None = None  # monotonic time
    ended: bool = False  # its worker was restarted because it did not stop
    missing_since: float | None = None  # when its worker was first seen to be gone


@dataclass
class _State:
    """What the pool's thread knows."""

    waiting: list[_Job] = field(default_factory=list)
    running: dict[str, _Job] = field(default_factory=dict)  # by worker address
    warm: set[str] = field(default_factory=set)
    warming: dict[str, distributed.Future] = field(default_factory=dict)


class Pool:
    """Trains runs in worker processes and writes what they report into the store.

    Args:
        store: where events and results go.
        workers: how many runs train at once, on the local cluster.
        scheduler: address of an existing scheduler to use instead of a local cluster.
        job: "module:function" of the training job.
        warm_up: "module:function" called once in each new worker, or `None`.
        grace: seconds that a stopped run gets before its worker is restarted.
    """

    def __init__(
        self,
        store: Store,
        workers: int = 2,
        scheduler: str | None = None,
        job: str = "seqlab.training.job:run",
        warm_up: str | None = "seqlab.training.job:warm_up",
        grace: float = 5.0,
    ) -> None:
        self._store = store
        self._workers = workers
        self._scheduler = scheduler
        self._job = job
        self._warm_up = warm_up
        self._grace = grace
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._state = _State()
        self._positions: tuple[str, ...] = ()  # replaced whole, so that pages can read it
        self._process: subprocess.Popen[str] | None = None
        self._client: distributed.Client | None = None
        self._ready = threading.Event()
        self.problem: str | None = None  # a sentence for the page while the cluster is away
        self._thread = threading.Thread(target=self._loop, name="seqlab-pool", daemon=True)

    # For pages: each returns at once -----------------------------------------------------------

    def start(self) -> None:
        """Starts the cluster in the background."""
        self._thread.start()

    def close(self) -> None:
        """Stops the cluster; active runs become interrupted."""
        self._inbox.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=15)

    def wait_until_ready(self, timeout: float) -> bool:
        """Waits until every worker is warm."""
        return self._ready.wait(timeout)

    @property
    def ready(self) -> bool:
        """Whether the workers are up and warm."""
        return self._ready.is_set()

    def submit(self, run: str, experiment: Experiment, dataset: Dataset) -> None:
        """Queues a run that the store knows."""
        self._queue(_Job(run, (experiment, dataset)))

    def go_on(self, run: str, dataset: Dataset, epochs: int) -> bool:
        """Queues an ended run again, to train from its last state until that epoch.

        Returns:
            `False` if it is active already (a second click), or no state of it is kept.
        """
        found, state = self._store.get(run), self._store.state(run)
        if found is None or state is None or not self._store.claim(run, epochs):
            return False
        self._store.add_log(run, f"To be trained until epoch {epochs}.")
        self._queue(_Job(run, (found.experiment, dataset, state, epochs)))
        return True

    def _queue(self, job: _Job) -> None:
        self._positions = (*self._positions, job.run)
        self._inbox.put(lambda: self._state.waiting.append(job))

    def stop(self, run: str) -> None:
        """Asks a run to stop; its weights are kept."""
        self._inbox.put(lambda: self._stop(run))

    def tell(self, run: str, command: worker.Command) -> None:
        """Sends a command to a run that trains, see `seqlab.training.control`."""
        self._inbox.put(lambda: self._tell(run, command))

    def position(self, run: str) -> int | None:
        """The run's place in the queue, 1 for the next one, or `None` if it does not wait."""
        positions = self._positions
        return positions.index(run) + 1 if run in positions else None

    # The pool's own thread ---------------------------------------------------------------------

    def _loop(self) -> None:
        while True:
            try:
                command = self._inbox.get(timeout=0.2)
            except queue.Empty:
                command = _nothing
            if command is None:
                break
            try:
                command()
                if self._connected():
                    self._tick()
                else:
                    self._connect()
                self.problem = None
            except OSError:
                logger.warning(UNREACHABLE, exc_info=True)
                self.problem = UNREACHABLE
                time.sleep(1)
            except Exception:  # the pool outlives whatever goes wrong with one run
                logger.exception("The training pool stumbled; it goes on.")
                time.sleep(0.2)
        self._shut_down()

    def _connected(self) -> bool:
        alive = self._process is None or self._process.poll() is None
        return self._client is not None and self._client.status == "running" and alive

    def _connect(self) -> None:
        """Starts or restarts the cluster; runs that were on a lost one have failed."""
        self._ready.clear()
        for job in self._state.running.values():
            self._store.set_status(job.run, "failed", LOST)
        self._state.running.clear()
        self._state.warm.clear()
        self._state.warming.clear()
        self._disconnect()
        self._client = distributed.Client(
            self._scheduler or self._start_cluster(),
            timeout=10,
            name="seqlab",
            set_as_default=False,
        )
        self._client.subscribe_topic(
            worker.TOPIC, lambda event: self._inbox.put(lambda: self._receive(event[1]))
        )

    def _start_cluster(self) -> str:
        module = self._job.partition(":")[0]
        command = [sys.executable, "-m", "seqlab.runs.cluster", str(self._workers), module]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        with open(self._store.home / "pool.log", "wb") as log:  # TensorFlow's chatter goes there
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=os.environ | {"PYTHONPATH": path},
            )
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip()
        if not address:
            raise OSError("The training cluster did not start.")
        return address

    def _tick(self) -> None:
        state, client = self._state, self._client
        assert client is not None
        addresses = set(client.scheduler_info(n_workers=-1)["workers"])
        state.warm &= addresses
        for address in [a for a, future in state.warming.items() if future.done()]:
            future = state.warming.pop(address)
            state.warm.add(address)
            future.release()
        for address in addresses - state.warm - set(state.warming) - set(state.running):
            if self._warm_up is None:
                state.warm.add(address)
            else:
                state.warming[address] = client.submit(
                    worker.prepare, self._warm_up, workers=[address], pure=False, retries=0
                )
        if addresses and len(state.warm) >= min(self._workers, len(addresses)):
            self._ready.set()
        for address in sorted(state.warm - set(state.running)):
            if state.waiting:
                self._begin(state.waiting.pop(0), address)
        self._positions = tuple(job.run for job in state.waiting)
        for job in list(state.running.values()):
            self._watch(job, addresses)

    def _watch(self, job: _Job, addresses: set[str]) -> None:
        """Ends a run that does not obey, and one whose worker left without a word."""
        assert self._client is not None
        assert job.address is not None
        assert job.future is not None
        now = time.monotonic()
        # A run that has no weights to lose, as one that still compiles, is not waited for.
        grace = self._grace if self._store.snapshots(job.run) else min(self._grace, FIRST_GRACE)
        if job.stop_asked and not job.ended and now - job.stop_asked > grace:
            job.ended = True
            self._client.restart_workers([job.address], raise_for_error=False, timeout=10)
        if job.address in addresses or job.future.done():
            job.missing_since = None
        else:
            job.missing_since = job.missing_since or now
            if now - job.missing_since > self._grace:
                del self._state.running[job.address]
                self._store.set_status(job.run, "failed", DIED)
                job.future.cancel()

    def _begin(self, job: _Job, address: str) -> None:
        assert self._client is not None
        self._store.set_status(job.run, "running")
        job.address = address
        self._state.running[address] = job
        job.future = self._client.submit(
            worker.work,
            self._job,
            job.key,
            *job.arguments,
            key=f"{job.run}-{job.key}",
            workers=[address],
            pure=False,
            retries=0,
        )
        job.future.add_done_callback(lambda _: self._inbox.put(lambda: self._finish(job)))

    def _receive(self, event: dict[str, Any]) -> None:
        """Writes what a worker reports into the store, of the runs that train."""
        jobs = [job for job in self._state.running.values() if job.key == event["job"]]
        if not jobs:
            return  # of a worker that was given up
        run = jobs[0].run
        try:
            self._write(run, event)
        except (OSError, sqlite3.Error):  # a full disk: the training goes on, this is not kept
            logger.exception("What run %s reported could not be kept.", run)

    def _write(self, run: str, event: dict[str, Any]) -> None:
        match event["kind"]:
            case "metrics":
                known = ("kind", "job", "epoch", "loss", "val_loss", "worker")  # the last by Dask
                more = {name: values for name, values in event.items() if name not in known}
                more["at"] = [time.time()] * len(event["epoch"])  # for the time that is left
                self._store.add_metrics(run, event["epoch"], event["loss"], event["val_loss"], more)
            case "snapshot":
                self._store.add_snapshot(run, event["epoch"], event["data"])
            case "timing":
                self._store.set_measured(run, event["epoch"])
            case "state":
                self._store.add_state(run, event["data"])
            case "paused":
                self._store.set_status(run, "paused")
                self._store.add_log(run, f"Paused after epoch {event['epoch']}.")
            case "resumed":
                self._store.set_status(run, "running")
                self._store.add_log(run, f"Resumed after epoch {event['epoch']}.")
            case "learning_rate":
                words = f"Learning rate {event['value']:g} after epoch {event['epoch']}."
                self._store.add_log(run, words)
            case "planned":
                self._store.plan(run, event["epochs"])
                self._store.add_log(run, f"To be trained until epoch {event['epochs']}.")
            case "log":
                self._store.add_log(run, event["message"])

    def _finish(self, job: _Job) -> None:
        """Writes how a run ended. Its events came before: they took the same way, earlier."""
        address = job.address or ""
        if job.future is None or self._state.running.get(address) is not job:
            return
        del self._state.running[address]
        try:
            result = job.future.result(timeout=10)
            self._store.drop_snapshots_after(job.run, result["epochs"])
            self._store.set_status(job.run, result["status"], result["message"])
        except distributed.client.FutureCancelledError:  # the scheduler went, not only the worker
            self._store.set_status(job.run, "failed", LOST)
            return
        except distributed.KilledWorker:
            if job.ended:
                kept = bool(self._store.snapshots(job.run))
                self._store.set_status(job.run, "stopped", UNRESPONSIVE if kept else TOO_EARLY)
            else:
                self._store.set_status(job.run, "failed", DIED)
        except Exception as error:  # whatever the job raised is the run's end, not the pool's
            logger.exception("Run %s failed.", job.run)
            self._store.add_log(job.run, repr(error))
            self._store.set_status(job.run, "failed", f"Training failed: {error}")
        job.future.release()

    def _stop(self, run: str) -> None:
        for job in self._state.waiting:
            if job.run == run:
                self._state.waiting.remove(job)
                self._store.set_status(run, "stopped", "Stopped before its turn came.")
                return
        for job in self._state.running.values():
            if job.run == run and job.stop_asked is None:
                job.stop_asked = time.monotonic()
        self._tell(run, {"kind": "stop"})

    def _tell(self, run: str, command: worker.Command) -> None:
        if self._client is None:
            return  # nothing trains
        for job in self._state.running.values():
            if job.run == run:
                # `tell` runs beside the training. A worker that does not even take it in time is
                # left to the grace time: the other runs shall not wait for it.
                try:
                    self._client.run(
                        worker.tell, job.key, command, workers=[job.address], callback_timeout=1
                    )
                except (TimeoutError, OSError):
                    self._store.add_log(run, f"The worker did not hear “{command['kind']}”.")

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close(timeout=2)
            self._client = None
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()  # it ends by itself
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _shut_down(self) -> None:
        message = "The server was stopped while this run was active. What it had learned is kept."
        for job in [*self._state.waiting, *self._state.running.values()]:
            self._store.set_status(job.run, "interrupted", message)
        self._disconnect()


def _nothing() -> None:
    """The command of a quiet moment."""
