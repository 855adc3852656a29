"""Strangers' files are read in processes of their own, with limits of time and memory.

A file that takes long, or more memory than there is, costs its visitor a sentence and nobody else
anything: the web process goes on answering, and a process that went too far is ended.
"""

from __future__ import annotations

import logging
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psutil

from seqlab.data.reader.stages import STAGES
from seqlab.data.upload import Table, UploadError
from seqlab.experiment import ParseOptions
from seqlab.runs.child import child_environment

logger = logging.getLogger(__name__)
PROGRAM = "seqlab.data.reader.serve"
AT_ONCE = 2
LOOK = 0.05  # seconds between two looks at time and memory
SLOW = "This file took longer than {seconds:g} seconds to read, so reading was stopped. {part}"
LARGE = "Reading this file took more than {gigabytes:g} GB of memory, so it was stopped. {part}"
PART = "Keep a part of its rows or columns, or save it as a plainer CSV."
ENDED = "The process that was reading this file ended. Save the file as a plain CSV and try again."
CANCELLED = "Reading this file was cancelled."
WAITING = "Waiting for other files"
BUSY = "Others are having files read just now. Try again in a moment."


class FileJob:
    """A file that is being read; it can be asked how far that is, and be given up.

    Attributes:
        name: of the file.
        limit: seconds that it may take.
        stage: what is being done, one of `stages.STAGES`, or that it waits.
        begun: when its turn came (`time.monotonic`); `None` while it waits for others.
    """

    def __init__(self, name: str, limit: float) -> None:
        self.name, self.limit = name, limit
        self.stage = WAITING
        self.begun: float | None = None
        self._cancelled, self._done = threading.Event(), threading.Event()
        self._table: Table | None = None
        self._error: UploadError | None = None

    @property
    def cancelled(self) -> bool:
        """Whether it was given up."""
        return self._cancelled.is_set()

    @property
    def done(self) -> bool:
        """Whether `result` answers at once."""
        return self._done.is_set()

    @property
    def seconds(self) -> float:
        """How long it has been read."""
        return 0.0 if self.begun is None else time.monotonic() - self.begun

    @property
    def share(self) -> float:
        """How far it is, from 0 to 1, by the stages that it has left behind."""
        return STAGES.index(self.stage) / len(STAGES) if self.stage in STAGES else 0.0

    def start(self, work: Callable[[], Table]) -> None:
        """Works it off in a thread of its own."""
        threading.Thread(target=self.run, args=(work,), daemon=True).start()

    def run(self, work: Callable[[], Table]) -> None:
        """Works it off, now."""
        try:
            self._table = work()
        except UploadError as error:
            self._error = error
        except Exception:  # whoever waits must not wait for ever
            logger.exception("A file could not be read.")
            self._error = UploadError(ENDED)
        self._done.set()

    def cancel(self) -> None:
        """Gives it up: its process is ended within a moment."""
        self._cancelled.set()

    def wait(self, seconds: float) -> bool:
        """Waits at most so long, and says whether it is done."""
        return self._done.wait(seconds)

    def result(self) -> Table:
        """The table, as soon as it is there. Raises `UploadError` if the file was not read."""
        self._done.wait()
        if self._error is not None:
            raise self._error
        assert self._table is not None
        return self._table


class FileReader:
    """Processes that wait for files.

    Args:
        seconds: that one file may take.
        gigabytes: of memory that a process may take.
    """

    def __init__(self, seconds: float = 30.0, gigabytes: float = 1.0) -> None:
        self._seconds, self._gigabytes = seconds, gigabytes
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        self._closed = False

    def start(self) -> None:
        """Starts a process ahead of the first file; returns at once."""
        self._idle.put(_Process())

    def begin(self, data: bytes, name: str, reading: ParseOptions | None = None) -> FileJob:
        """Begins to read a file, and returns at once.

        Args:
            data: its bytes.
            name: of the file; its ending says how to read it.
            reading: how to read it; `None` lets the reader guess.
        """
        job = FileJob(name, self._seconds)
        job.start(lambda: self._read(data, name, reading, job))
        return job

    def read(self, data: bytes, name: str, reading: ParseOptions | None = None) -> Table:
        """`seqlab.read_table` in another process.

        Args:
            data, name, reading: as for `begin`.

        Raises:
            UploadError: if it cannot be read, or not within the limits.
        """
        return self.begin(data, name, reading).result()

    def _read(self, data: bytes, name: str, reading: ParseOptions | None, job: FileJob) -> Table:
        end = time.monotonic() + 2 * self._seconds
        while not self._turns.acquire(timeout=LOOK):
            if job.cancelled:
                raise UploadError(CANCELLED)
            if time.monotonic() > end:
                raise UploadError(BUSY)
        process = self._take()
        job.begun = time.monotonic()
        try:
            kind, outcome = process.ask((data, name, reading), self._seconds, self._gigabytes, job)
        except _GoneTooFarError as error:
            raise UploadError(str(error)) from error
        finally:
            if not process.alive or self._closed:
                process.end()
            if not self._closed:  # the next file need not wait for a process to start
                self._idle.put(process if process.alive else _Process())
            self._turns.release()
        if kind == "refused":
            raise UploadError(outcome)
        table: Table = outcome
        return table

    def close(self) -> None:
        """Ends all processes that wait."""
        self._closed = True
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().end()

    def _take(self) -> _Process:
        with suppress(queue.Empty):
            while True:
                process = self._idle.get_nowait()
                if process.alive:
                    return process
        return _Process()


class _GoneTooFarError(Exception):
    """A process was ended, in a sentence for the user."""


class _Process:
    """One process that reads files, one after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment(OPENBLAS_NUM_THREADS="1"),
        )
        self._watched = psutil.Process(self._process.pid)

    @property
    def alive(self) -> bool:
        """Whether it takes another file."""
        return self._process.poll() is None

    def end(self) -> None:
        """Ends it at once."""
        with suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()

    def ask(
        self, request: tuple[Any, ...], seconds: float, gigabytes: float, job: FileJob
    ) -> tuple[str, Any]:
        """The answer to a request; ends itself if that takes too much, or is given up."""
        answers: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._exchange, args=(request, answers), daemon=True).start()
        end, started = time.monotonic() + seconds, False
        while True:
            with suppress(queue.Empty):
                message = answers.get(timeout=LOOK)
                if message is None:
                    self.end()
                    raise _GoneTooFarError(ENDED)
                if message[0] != "stage":
                    return message
                if not started:  # until then the process was starting, which is not the file's time
                    started, job.begun = True, time.monotonic()
                    end = job.begun + seconds
                job.stage = message[1]
            if job.cancelled:
                self.end()
                raise _GoneTooFarError(CANCELLED)
            if time.monotonic() > end:
                self.end()
                raise _GoneTooFarError(SLOW.format(seconds=seconds, part=PART))
            with suppress(psutil.Error):
                if self._watched.memory_info().rss > gigabytes * 2**30:
                    self.end()
                    raise _GoneTooFarError(LARGE.format(gigabytes=gigabytes, part=PART))

    def _exchange(
        self, request: tuple[Any, ...], answers: queue.SimpleQueue[tuple[str, Any] | None]
    ) -> None:
        try:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            pickle.dump(request, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
            answer: tuple[str, Any] = ("stage", "")
            while answer[0] == "stage":
                answer = pickle.load(self._process.stdout)
                answers.put(answer)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            answers.put(None)
