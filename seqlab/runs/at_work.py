"""Runs on their workers: begun, told, watched, and how each ended is written into the store."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import distributed

from seqlab.runs import worker
from seqlab.runs.connection import Connection
from seqlab.runs.jobs import Job, Jobs
from seqlab.runs.recorder import Recorder
from seqlab.runs.store import Store

LOST = (
    "The training pool was lost in the middle of this run. What it had learned until its last "
    "snapshot is kept. New runs wait until the pool is back."
)
DIED = (
    "The worker process died in the middle of this run. What it had learned until its last "
    "snapshot is kept, other runs were not touched. Press Train to try again."
)
UNRESPONSIVE = "It did not answer, so its worker was ended. Its last snapshot is kept."
ANEW = "Its worker process died; it begins anew on another one."
HUNGRY = (
    "It was stopped because it needed more memory than a worker has ({limit:.1f} GB). What it had "
    "learned until its last snapshot is kept. Fewer units, a shorter window or a smaller batch "
    "need less."
)
TOO_EARLY = "It was stopped before its first epoch, so there are no weights to keep."
FIRST_GRACE = 0.5  # seconds
FETCH = 5.0  # seconds for a result on its way from the worker
ENDING = 0.5  # seconds that a worker gets to end by itself before it is killed

logger = logging.getLogger(__name__)


class AtWork:
    """What the pool's thread does with the runs that train.

    Args:
        store: is asked whether a run has weights to lose.
        recorder: writes.
        connection: to the cluster.
        jobs: all that wait or train.
        function: "module:function" of the training job.
        grace: seconds that a stopped run gets before its worker is restarted.
        post: gives the pool's thread something to do, from any thread.
    """

    def __init__(
        self,
        store: Store,
        recorder: Recorder,
        connection: Connection,
        jobs: Jobs,
        function: str,
        grace: float,
        post: Callable[[Callable[[], None]], None],
    ) -> None:
        self._store, self._recorder, self._connection = store, recorder, connection
        self._jobs, self._function, self._post = jobs, function, post
        self.grace = grace

    def begin(self, job: Job, address: str) -> None:
        """Sends a run to a worker."""
        job.began = self._jobs.served[job.owner] = time.monotonic()
        self._recorder.status(job.run, "running")
        job.address = address
        self._jobs.running[address] = job
        job.future = self._connection.client.submit(
            worker.work,
            self._function,
            job.key,
            *job.arguments,
            key=f"{job.run}-{job.key}",
            workers=[address],
            pure=False,
            retries=0,
        )
        job.future.add_done_callback(lambda _: self._post(lambda: self.finish(job)))

    def tell(self, run: str, command: worker.Command) -> None:
        """Sends a command to a run that trains.

        `worker.tell` runs beside the training. A worker that does not even take the command in time
        is left to the grace time: the other runs shall not wait for it.
        """
        for job in self._jobs.running.values():
            if job.run == run:
                try:
                    self._connection.client.run(
                        worker.tell, job.key, command, workers=[job.address], callback_timeout=1
                    )
                except (TimeoutError, OSError):
                    self._recorder.log(run, f"The worker has not answered “{command['kind']}” yet.")

    def receive(self, event: dict[str, Any]) -> None:
        """Writes what a worker reports into the store, of the runs that train."""
        jobs = [job for job in self._jobs.running.values() if job.key == event["job"]]
        if not jobs:
            return  # of a worker that was given up
        if event["kind"] == "memory":
            jobs[0].hungry = event["limit"]
            self._end_worker(jobs[0])
            return
        if event["kind"] in ("paused", "resumed"):
            jobs[0].pause(event["kind"] == "paused", time.monotonic())
        self._recorder.event(jobs[0].run, event)

    def watch(self, addresses: set[str]) -> None:
        """Ends runs that do not obey, and those whose worker left without a word.

        Args:
            addresses: of the workers that are there.
        """
        for job in list(self._jobs.running.values()):
            assert job.address is not None
            assert job.future is not None
            now = time.monotonic()
            if job.stop_asked and not job.ended:
                # A run without weights to lose, as one that still compiles, is not waited for.
                snapshots = self._store.snapshots(job.run)
                grace = self.grace if snapshots else min(self.grace, FIRST_GRACE)
                if now - job.stop_asked > grace:
                    self._end_worker(job)
            if job.address in addresses or job.future.done():
                job.missing_since = None
            else:
                job.missing_since = job.missing_since or now
                if now - job.missing_since > self.grace:
                    del self._jobs.running[job.address]
                    self._killed(job)
                    job.future.cancel()

    def finish(self, job: Job) -> None:
        """Writes how a run ended. Its events came before: they took the same way, earlier."""
        address = job.address or ""
        if job.future is None or self._jobs.running.get(address) is not job:
            return
        del self._jobs.running[address]
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
                # cluster went: then `lost` comes before that, and says so.
                self._jobs.running[address] = job
                self._post(lambda: self.finish(job))
                return
            logger.exception("Run %s failed.", job.run)
            self._recorder.log(job.run, repr(error))
            self._recorder.status(job.run, "failed", f"Training failed: {error}")
        job.future.release()

    def lost(self) -> None:
        """Writes that the cluster went, with all that trained."""
        for job in self._jobs.running.values():
            self._recorder.status(job.run, "failed", LOST)
        self._jobs.running.clear()

    def _end_worker(self, job: Job) -> None:
        job.ended = True
        self._connection.client.restart_workers(
            [job.address], raise_for_error=False, timeout=ENDING
        )

    def _killed(self, job: Job) -> None:
        """Writes why the worker of a run is no more."""
        if job.hungry:
            message = HUNGRY.format(limit=job.hungry / 2**30)
            self._recorder.status(job.run, "failed", message)
        elif job.ended:
            has_weights = bool(self._store.snapshots(job.run))
            self._recorder.status(job.run, "stopped", UNRESPONSIVE if has_weights else TOO_EARLY)
        elif job.study is not None and not job.again and job.stop_asked is None:
            # Nobody watches each run of a study, and one that is missing would bend its numbers.
            self._recorder.anew(job.run, ANEW)
            again = Job(
                *(job.run, job.arguments, job.program), owner=job.owner, study=job.study, again=True
            )
            self._jobs.waiting.append(again)
        else:
            self._recorder.status(job.run, "failed", DIED)
