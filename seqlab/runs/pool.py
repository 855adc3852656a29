"""Where training happens: a queue in front of the workers of a Dask cluster.

Visitors take turns, and the runs of each come as they were queued (`seqlab.runs.turns`); a job is
handed to a worker only when that worker is idle. One thread owns all state and is the only writer
to the run store: pages post commands to it, the cluster posts events and results. Rules and their
reasons: `docs/decisions/0003-training-pool.md`.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from seqlab.data.upload import Table
from seqlab.experiment import Experiment
from seqlab.runs import worker
from seqlab.runs.at_work import AtWork
from seqlab.runs.connection import Connection
from seqlab.runs.jobs import Job, Jobs
from seqlab.runs.recorder import Recorder
from seqlab.runs.store import Store
from seqlab.runs.workers import Workers

EARLY = "Stopped before its turn came."
WISHED = 60.0  # seconds after which a network that was not trained is not compiled any more
UNREACHABLE = "The training pool cannot be reached at the moment. Runs wait until it is back."

# run, experiment, table, program: see `Pool.submit`
Submission = tuple[str, Experiment, Table | None, Hashable]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Wish:
    """A network that somebody looks at and may train."""

    arguments: tuple[Any, ...]  # experiment, table
    program: Hashable
    until: float  # monotonic time


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
            `None` for never. Runs of studies need nobody who looks.
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
        self._unwatched = unwatched
        self._turn = turn
        self._seen: dict[str, float] = {}  # when a page last looked at a run, monotonic time
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._jobs = Jobs()
        self._wish: _Wish | None = None  # the newest one
        self._line: tuple[Job, ...] = ()  # replaced whole, so that pages can read it
        self._at_work = AtWork(
            *(store, self._recorder, self._connection, self._jobs, job, grace), self._inbox.put
        )
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
        known = self._store.get(run)
        owner, study = (known.owner, known.study) if known else (None, None)
        self._queue(Job(run, (experiment, table), program, owner=owner, study=study))

    def submit_study(self, study: str, owner: str | None, runs: Sequence[Submission]) -> None:
        """Queues runs of a study, in their order.

        Args:
            study: its id.
            owner: the visitor whose it is.
            runs: the arguments of `submit` for each.
        """
        self._queue(
            *(
                Job(run, (experiment, table), program, owner=owner, study=study)
                for run, experiment, table, program in runs
            )
        )

    def go_on(self, run: str, table: Table | None, epochs: int, program: Hashable = None) -> bool:
        """Queues an ended run again, to train from its last state until that epoch.

        Args:
            run: its id.
            table: of the uploaded file, if its data are one.
            epochs: the last epoch, counted from the first of all.
            program: what its compiled program depends on, as in `submit`.

        Returns:
            `False` if it is active already (a second click), or no state of it is kept.
        """
        known, state = self._store.get(run), self._store.state(run)
        if known is None or state is None or not self._store.claim(run, epochs):
            return False
        self._store.add_log(run, f"To be trained until epoch {epochs}.")
        arguments = (known.experiment, table, state, epochs)
        self._queue(Job(run, arguments, program, owner=known.owner, study=known.study))
        return True

    def _queue(self, *jobs: Job) -> None:
        for job in jobs:
            self.look(job.run)
        self._line = (*self._line, *jobs)
        self._inbox.put(lambda: self._jobs.waiting.extend(jobs))

    def stop(self, run: str, why: str | None = None) -> None:
        """Asks a run to stop; its weights are kept.

        Args:
            run: its id.
            why: a sentence for its message.
        """
        self._inbox.put(lambda: self._stop(run, why))

    def stop_study(self, study: str) -> None:
        """Asks all runs of a study to stop."""
        self._inbox.put(lambda: self._stop_study(study))

    def tell(self, run: str, command: worker.Command) -> None:
        """Sends a command to a run that trains, see `seqlab.training.control`."""
        self._inbox.put(lambda: self._at_work.tell(run, command))

    def prepare(self, experiment: Experiment, table: Table | None, program: Hashable) -> None:
        """Compiles a network that may be trained soon, if a worker has nothing else to do.

        One worker always stays free for a run, and nothing is compiled while one waits.

        Args:
            experiment: what may be trained.
            table: of the uploaded file, if its data are one.
            program: as for `submit`.
        """
        wish = _Wish((experiment, table), program, time.monotonic() + WISHED)
        self._inbox.put(lambda: setattr(self, "_wish", wish))

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
        waiting = [job.run for job in self._line]
        before = itertools.takewhile(lambda other: other != run, waiting)
        return [job.run for job in list(self._jobs.running.values())], list(before)

    def others_wait(self, owner: str | None) -> bool:
        """Whether a run of another visitor waits for a worker."""
        return any(job.owner != owner for job in self._line)

    def position(self, run: str) -> int | None:
        """The run's place in the queue, 1 for the next one, or `None` if it does not wait."""
        waiting = [job.run for job in self._line]
        return waiting.index(run) + 1 if run in waiting else None

    @property
    def width(self) -> int:
        """How many runs train side by side: as many as workers are warm, at first as were asked."""
        return self._workers.ready or self._wanted

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
        self._at_work.lost()
        self._workers.clear()
        self._connection.open(
            worker.TOPIC, lambda event: self._inbox.put(lambda: self._at_work.receive(event))
        )

    def _tick(self) -> None:
        jobs, now = self._jobs, time.monotonic()
        addresses = self._workers.look(self._connection.client, jobs.running)
        if addresses and self._workers.ready >= min(self._wanted, len(addresses)):
            self._ready.set()
        self._begin_next()
        self._line = tuple(jobs.in_line())
        self._at_work.watch(addresses)
        if self._unwatched is not None:
            self._end(jobs.unwatched(self._seen, self._unwatched, now))
        if self._turn is not None:
            self._end(jobs.after_their_turn(self._turn, now))
        self._prepare()

    def _end(self, leaving: list[tuple[Job, str]]) -> None:
        for job, why in leaving:
            self._stop(job.run, why)

    def _begin_next(self) -> None:
        """Sends waiting runs to workers that are free, in their turns."""
        jobs = self._jobs
        while jobs.waiting:
            line = jobs.in_line()
            first = line[0]
            busy = {address: job.stop_asked for address, job in jobs.running.items()}
            if first.study is not None:  # of its study, any may be the next
                same = [job for job in line if job.study == first.study]
                first = same[self._workers.suit([job.program for job in same], busy)]
            address = self._workers.choose(first.program, busy)
            if address is None:
                break
            jobs.waiting.remove(first)
            self._workers.took(address, first.program)
            self._at_work.begin(first, address)

    def _prepare(self) -> None:
        """Compiles what was last wished for, in a quiet moment."""
        wish = self._wish
        if wish is None or self._jobs.waiting or not self._ready.is_set():
            return
        done = time.monotonic() > wish.until or self._workers.prepare(
            self._connection.client,
            f"{self._job.partition(':')[0]}:prepare",
            wish.arguments,
            wish.program,
            list(self._jobs.running),
        )
        if done:
            self._wish = None

    def _stop(self, run: str, why: str | None = None) -> None:
        for job in self._jobs.active:
            if job.run == run:
                job.given_up = job.given_up or why
        for job in self._jobs.waiting:
            if job.run == run:
                self._jobs.waiting.remove(job)
                self._recorder.status(run, "stopped", job.given_up or EARLY)
                return
        for job in self._jobs.running.values():
            if job.run == run and job.stop_asked is None:
                job.stop_asked = time.monotonic()
                self._recorder.log(run, "Asked to stop.")
        self._at_work.tell(run, {"kind": "stop"})

    def _stop_study(self, study: str) -> None:
        for job in self._jobs.active:
            if job.study == study:
                self._stop(job.run)

    def _shut_down(self) -> None:
        message = "The server was stopped while this run was active. What it had learned is kept."
        for job in self._jobs.active:
            self._recorder.status(job.run, "interrupted", message)
        self._connection.close()


def _nothing() -> None:
    """The command of a quiet moment."""
