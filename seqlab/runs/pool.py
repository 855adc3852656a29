"""Where training happens: a queue in front of the workers of a Dask cluster.

Visitors take turns, and the runs of each come as they were queued (`seqlab.runs.turns`); a job is
handed to a worker only when that worker is idle. One thread owns all state and is the only writer
to the run store: pages post commands to it, the cluster posts events and results. Rules and their
reasons: `docs/decisions/0003-training-pool.md`.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import queue
import threading
import time
import uuid
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import distributed

from seqlab.data.upload import Table
from seqlab.experiment import Experiment
from seqlab.runs import worker
from seqlab.runs.connection import Connection
from seqlab.runs.recorder import Recorder
from seqlab.runs.store import Store
from seqlab.runs.turns import give_way, order
from seqlab.runs.workers import Workers

LOST = (
    "The training pool was lost in the middle of this run. What it had learned until its last "
    "snapshot is kept. New runs wait until the pool is back."
)
DIED = (
    "The worker process died in the middle of this run. What it had learned until its last "
    "snapshot is kept, other runs were not touched. Press Train to try again."
)
UNRESPONSIVE = "It did not answer, so its worker was ended. Its last snapshot is kept."
HUNGRY = (
    "It was stopped because it needed more memory than a worker has ({limit:.1f} GB). What it had "
    "learned until its last snapshot is kept. Fewer units, a shorter window or a smaller batch "
    "need less."
)
UNWATCHED = "Nobody had looked at it for {minutes:g} minutes, so it was stopped."
TURN = (
    "It had trained for {minutes:g} minutes while others were waiting for the worker, so it was "
    "stopped. Its weights are kept, and it can go on."
)
LEFT = "It had been paused for {minutes:g} minutes, so it was stopped: others wait for the worker."
EARLY = "Stopped before its turn came."
TOO_EARLY = "It was stopped before its first epoch, so there are no weights to keep."
FIRST_GRACE = 0.5  # seconds
FETCH = 5.0  # seconds for a result on its way from the worker
WISHED = 60.0  # seconds after which a network that was not trained is not compiled any more
ENDING = 0.5  # seconds that a worker gets to end by itself before it is killed
UNREACHABLE = "The training pool cannot be reached at the moment. Runs wait until it is back."

logger = logging.getLogger(__name__)


@dataclass
class _Job:
    """A run on its way through the pool. A run that goes on later is another job."""

    run: str
    arguments: tuple[Any, ...]  # experiment, table, and for a run that goes on: state, epochs
    program: Hashable = None
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    address: str | None = None  # of the worker that trains it
    future: distributed.Future | None = None
    stop_asked: float | None = None  # monotonic time
    ended: bool = False  # its worker was restarted because it did not stop
    missing_since: float | None = None  # when its worker was first seen to be gone
    paused_since: float | None = None  # monotonic time
    began: float | None = None  # monotonic time
    owner: str | None = None  # the visitor whose it is
    given_up: str | None = None  # why the pool itself stopped it, in a sentence
    hungry: float | None = None  # the bytes that it wanted more than


@dataclass(frozen=True)
class _Wish:
    """A network that somebody looks at and may train."""

    arguments: tuple[Any, ...]  # experiment, table
    program: Hashable
    until: float  # monotonic time


@dataclass
class _State:
    """What the pool's thread knows."""

    waiting: list[_Job] = field(default_factory=list)
    running: dict[str, _Job] = field(default_factory=dict)  # by worker address
    wish: _Wish | None = None  # the newest one
    served: dict[Hashable, float] = field(default_factory=dict)  # when a visitor's last run began


class Pool:
    """Trains runs in worker processes and writes what they report into the store.

    Args:
        store: where events and results go.
        workers: how many runs train at once, on the local cluster.
        scheduler: address of an existing scheduler to use instead of a local cluster.
        job: "module:function" of the training job.
        warm_up: "module:function" called once in each new worker, or `None`.
        grace: seconds that a stopped run gets before its worker is restarted.
        unwatched: seconds after which a run that no page looks at, or that is paused, is stopped;
            `None` for never.
        turn: seconds after which a run is stopped while another visitor waits; `None` for never.
    """

    def __init__(
        self,
        store: Store,
        workers: int = 2,
        scheduler: str | None = None,
        job: str = "seqlab.training.recipe:run",
        warm_up: str | None = "seqlab.training.job:warm_up",
        grace: float = 5.0,
        unwatched: float | None = None,
        turn: float | None = None,
    ) -> None:
        self._store = store
        self._recorder = Recorder(store)
        self._wanted = workers
        self._workers = Workers(warm_up)
        self._connection = Connection(scheduler, workers, job.partition(":")[0], store.home)
        self._job = job
        self._grace = grace
        self._unwatched = unwatched
        self._turn = turn
        self._seen: dict[str, float] = {}  # when a page last looked at a run, monotonic time
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._state = _State()
        self._positions: tuple[str, ...] = ()  # replaced whole, so that pages can read it
        self._ready = threading.Event()
        self._cluster_problem: str | None = None
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

    @property
    def ready(self) -> bool:
        """Whether the workers are up and warm."""
        return self._ready.is_set()

    @property
    def problem(self) -> str | None:
        """A sentence for the page while the cluster is away or the disk is full."""
        return self._cluster_problem or self._recorder.problem

    def submit(
        self,
        run: str,
        experiment: Experiment,
        table: Table | None = None,
        program: Hashable = None,
    ) -> None:
        """Queues a run that the store knows.

        Args:
            run: its id.
            experiment: what is trained.
            table: of the uploaded file, if its data are one. The worker cuts the windows.
            program: what its compiled program depends on (`seqlab.network.program_key`). Runs
                with the same go to the same worker, if that one is free.
        """
        self._queue(_Job(run, (experiment, table), program))

    def go_on(self, run: str, table: Table | None, epochs: int, program: Hashable = None) -> bool:
        """Queues an ended run again, to train from its last state until that epoch.

        Arguments as for `submit`.

        Returns:
            `False` if it is active already (a second click), or no state of it is kept.
        """
        found, state = self._store.get(run), self._store.state(run)
        if found is None or state is None or not self._store.claim(run, epochs):
            return False
        self._store.add_log(run, f"To be trained until epoch {epochs}.")
        self._queue(_Job(run, (found.experiment, table, state, epochs), program))
        return True

    def _queue(self, job: _Job) -> None:
        self.look(job.run)
        known = self._store.get(job.run)
        job.owner = known.owner if known else None
        self._positions = (*self._positions, job.run)
        self._inbox.put(lambda: self._state.waiting.append(job))

    def stop(self, run: str) -> None:
        """Asks a run to stop; its weights are kept."""
        self._inbox.put(lambda: self._stop(run))

    def tell(self, run: str, command: worker.Command) -> None:
        """Sends a command to a run that trains, see `seqlab.training.control`."""
        self._inbox.put(lambda: self._tell(run, command))

    def prepare(self, experiment: Experiment, table: Table | None, program: Hashable) -> None:
        """Compiles a network that may be trained soon, if a worker has nothing else to do.

        One worker always stays free for a run, and nothing is compiled while one waits.

        Args:
            experiment: what may be trained.
            table: of the uploaded file, if its data are one.
            program: as for `submit`.
        """
        wish = _Wish((experiment, table), program, time.monotonic() + WISHED)
        self._inbox.put(lambda: setattr(self._state, "wish", wish))

    def look(self, run: str) -> None:
        """Says that somebody looks at a run; see `unwatched`."""
        self._seen[run] = time.monotonic()

    def compiled(self, program: Hashable) -> bool:
        """Whether a worker has compiled this network, as given to `submit`."""
        return self._workers.compiled(program)

    @property
    def memory_budget(self) -> float | None:
        """Bytes of memory that a training may take, if the workers have a limit."""
        return self._workers.memory_budget

    def ahead(self, run: str) -> tuple[list[str], list[str]]:
        """The runs that train, and those that wait before this one."""
        before = itertools.takewhile(lambda other: other != run, self._positions)
        return [job.run for job in list(self._state.running.values())], list(before)

    @property
    def others_wait(self) -> bool:
        """Whether any run waits for a worker."""
        return bool(self._positions)

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
                if self._connection.alive:
                    self._tick()
                else:
                    self._connect()
                self._cluster_problem = None
                self._recorder.retry()
            except OSError:
                logger.warning(UNREACHABLE, exc_info=True)
                self._cluster_problem = UNREACHABLE
                time.sleep(1)
            except Exception:  # the pool outlives whatever goes wrong with one run
                logger.exception("The training pool stumbled; it goes on.")
                time.sleep(0.2)
        self._shut_down()

    def _connect(self) -> None:
        """Starts or restarts the cluster; runs that were on a lost one have failed."""
        self._ready.clear()
        for job in self._state.running.values():
            self._recorder.status(job.run, "failed", LOST)
        self._state.running.clear()
        self._workers.clear()
        self._connection.open(
            worker.TOPIC, lambda event: self._inbox.put(lambda: self._receive(event))
        )

    def _tick(self) -> None:
        state = self._state
        addresses = self._workers.look(self._connection.client, state.running)
        if addresses and self._workers.ready >= min(self._wanted, len(addresses)):
            self._ready.set()
        while state.waiting:
            first = self._in_line()[0]
            if len(state.waiting) == 1 and self._workers.prepares(first.program):
                break  # its network is being compiled: another worker would begin anew
            busy = {address: job.stop_asked for address, job in state.running.items()}
            address = self._workers.choose(first.program, busy)
            if address is None:
                break
            state.waiting.remove(first)
            self._begin(first, address)
        self._positions = tuple(job.run for job in self._in_line())
        for job in list(state.running.values()):
            self._watch(job, addresses)
        self._stop_unwatched()
        self._end_turns()
        self._prepare()

    def _in_line(self) -> list[_Job]:
        """The waiting runs by turn; `_State.waiting` keeps them as they came."""
        at_work = [job.owner for job in self._state.running.values()]
        waiting = self._state.waiting
        turns = order([job.owner for job in waiting], at_work, self._state.served)
        return [waiting[i] for i in turns]

    def _end_turns(self) -> None:
        """Stops runs that have had their time while visitors wait who have less at work."""
        if self._turn is None or not self._state.waiting:
            return
        running = list(self._state.running.values())
        staying = [job for job in running if job.stop_asked is None]
        staying.sort(key=lambda job: job.began or 0.0)
        latest = time.monotonic() - self._turn
        ending = give_way(
            [job.owner for job in self._in_line()],
            [job.owner for job in staying],
            [job.began is not None and job.began < latest for job in staying],
            leaving=len(running) - len(staying),
        )
        for index in ending:
            staying[index].given_up = TURN.format(minutes=self._turn / 60)
            self._stop(staying[index].run)

    def _stop_unwatched(self) -> None:
        """Stops runs that nobody looks at, and those that keep a worker though they are paused."""
        if self._unwatched is None:
            return
        longest, minutes = time.monotonic() - self._unwatched, self._unwatched / 60
        for job in [*self._state.waiting, *self._state.running.values()]:
            if job.given_up:
                continue
            if self._seen[job.run] < longest:
                job.given_up = UNWATCHED.format(minutes=minutes)
            elif job.paused_since and job.paused_since < longest:
                job.given_up = LEFT.format(minutes=minutes)
            else:
                continue
            self._stop(job.run)

    def _prepare(self) -> None:
        """Compiles what was last wished for, in a quiet moment."""
        wish = self._state.wish
        if wish is None or self._state.waiting or not self._ready.is_set():
            return
        done = time.monotonic() > wish.until or self._workers.prepare(
            self._connection.client,
            f"{self._job.partition(':')[0]}:prepare",
            wish.arguments,
            wish.program,
            list(self._state.running),
        )
        if done:
            self._state.wish = None

    def _watch(self, job: _Job, addresses: set[str]) -> None:
        """Ends a run that does not obey, and one whose worker left without a word."""
        assert job.address is not None
        assert job.future is not None
        now = time.monotonic()
        if job.stop_asked and not job.ended:
            # A run that has no weights to lose, as one that still compiles, is not waited for.
            kept = self._store.snapshots(job.run)
            if now - job.stop_asked > (self._grace if kept else min(self._grace, FIRST_GRACE)):
                self._end_worker(job)
        if job.address in addresses or job.future.done():
            job.missing_since = None
        else:
            job.missing_since = job.missing_since or now
            if now - job.missing_since > self._grace:
                del self._state.running[job.address]
                self._killed(job)
                job.future.cancel()

    def _end_worker(self, job: _Job) -> None:
        job.ended = True
        self._connection.client.restart_workers(
            [job.address], raise_for_error=False, timeout=ENDING
        )

    def _begin(self, job: _Job, address: str) -> None:
        job.began = self._state.served[job.owner] = time.monotonic()
        self._recorder.status(job.run, "running")
        job.address = address
        self._state.running[address] = job
        self._workers.took(address, job.program)
        job.future = self._connection.client.submit(
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
        if event["kind"] == "memory":
            jobs[0].hungry = event["limit"]
            self._end_worker(jobs[0])
            return
        if event["kind"] in ("paused", "resumed"):
            jobs[0].paused_since = time.monotonic() if event["kind"] == "paused" else None
        self._recorder.event(jobs[0].run, event)

    def _finish(self, job: _Job) -> None:
        """Writes how a run ended. Its events came before: they took the same way, earlier."""
        address = job.address or ""
        if job.future is None or self._state.running.get(address) is not job:
            return
        del self._state.running[address]
        try:
            result = job.future.result(timeout=FETCH)
            if job.given_up and result["status"] == "stopped":
                result["message"] = job.given_up
            self._recorder.end(job.run, result)
        except distributed.client.FutureCancelledError:  # the scheduler went, not only the worker
            self._recorder.status(job.run, "failed", LOST)
            return
        except distributed.KilledWorker:
            self._killed(job)
        except Exception as error:  # whatever the job raised is the run's end, not the pool's
            if isinstance(error, TimeoutError) and job.future.status != "error":
                # The machine has no time for it now: the run is well, and is asked again. Or the
                # cluster went: then `_connect` comes before that, and says that the run is lost.
                self._state.running[address] = job
                self._inbox.put(lambda: self._finish(job))
                return
            logger.exception("Run %s failed.", job.run)
            self._recorder.log(job.run, repr(error))
            self._recorder.status(job.run, "failed", f"Training failed: {error}")
        job.future.release()

    def _killed(self, job: _Job) -> None:
        """Writes why the worker of a run is no more."""
        if job.hungry:
            message = HUNGRY.format(limit=job.hungry / 2**30)
            self._recorder.status(job.run, "failed", message)
        elif job.ended:
            kept = bool(self._store.snapshots(job.run))
            self._recorder.status(job.run, "stopped", UNRESPONSIVE if kept else TOO_EARLY)
        else:
            self._recorder.status(job.run, "failed", DIED)

    def _stop(self, run: str) -> None:
        for job in self._state.waiting:
            if job.run == run:
                self._state.waiting.remove(job)
                self._recorder.status(run, "stopped", job.given_up or EARLY)
                return
        for job in self._state.running.values():
            if job.run == run and job.stop_asked is None:
                job.stop_asked = time.monotonic()
                self._recorder.log(run, "Asked to stop.")
        self._tell(run, {"kind": "stop"})

    def _tell(self, run: str, command: worker.Command) -> None:
        for job in self._state.running.values():
            if job.run == run:
                # `tell` runs beside the training. A worker that does not even take it in time is
                # left to the grace time: the other runs shall not wait for it.
                try:
                    self._connection.client.run(
                        worker.tell, job.key, command, workers=[job.address], callback_timeout=1
                    )
                except (TimeoutError, OSError):
                    self._recorder.log(run, f"The worker has not answered “{command['kind']}” yet.")

    def _shut_down(self) -> None:
        message = "The server was stopped while this run was active. What it had learned is kept."
        for job in [*self._state.waiting, *self._state.running.values()]:
            self._recorder.status(job.run, "interrupted", message)
        self._connection.close()


def _nothing() -> None:
    """The command of a quiet moment."""


def until_turn(
    training: Sequence[float], before: Sequence[float], turn: float | None = None
) -> float:
    """About the seconds until a worker is free.

    Args:
        training: seconds that are left to each run that trains.
        before: seconds that each run takes that begins earlier, in the order in which they begin.
        turn: the longest that a run trains while others wait, in seconds.
    """
    most = math.inf if turn is None else turn
    free = sorted(min(seconds, most) for seconds in training) or [0.0]  # when each worker is free
    for seconds in before:
        heapq.heapreplace(free, free[0] + min(seconds, most))  # a sorted list is a heap
    return free[0]
