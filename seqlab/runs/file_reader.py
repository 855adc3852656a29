"""Strangers' files are read in processes of their own, with limits of time and memory.

A file that takes long, or more memory than there is, costs its visitor a sentence and nobody else
anything: the web process goes on answering, and a process that went too far is ended.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from seqlab.data.upload import Table, UploadError
from seqlab.experiment import ParseOptions

ROOT = Path(__file__).parents[2]
PROGRAM = "seqlab.data.reader.serve"
AT_ONCE = 2
LOOK = 0.05  # seconds between two looks at time and memory
SLOW = "This file took longer than {seconds:g} seconds to read, so reading was stopped. {part}"
LARGE = "Reading this file took more than {gigabytes:g} GB of memory, so it was stopped. {part}"
PART = "Keep a part of its rows or columns, or save it as a plainer CSV."
ENDED = "The process that was reading this file ended. Save the file as a plain CSV and try again."
BUSY = "Others are having files read just now. Try again in a moment."


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

    def read(self, data: bytes, name: str, reading: ParseOptions | None = None) -> Table:
        """`seqlab.read_table` in another process.

        Raises:
            UploadError: if it cannot be read, or not within the limits.
        """
        if not self._turns.acquire(timeout=2 * self._seconds):
            raise UploadError(BUSY)
        process = self._take()
        try:
            kind, found = process.ask((data, name, reading), self._seconds, self._gigabytes)
        except _GoneTooFarError as error:
            raise UploadError(str(error)) from error
        finally:
            if process.alive and not self._closed:
                self._idle.put(process)
            else:
                process.end()
            self._turns.release()
        if kind == "refused":
            raise UploadError(found)
        table: Table = found
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
        # It finds seqlab wherever the server was started.
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": path},
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

    def ask(self, request: tuple[Any, ...], seconds: float, gigabytes: float) -> tuple[str, Any]:
        """The answer to a request; ends itself if that takes too much."""
        answers: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._exchange, args=(request, answers), daemon=True).start()
        end = time.monotonic() + seconds
        while True:
            with suppress(queue.Empty):
                found = answers.get(timeout=LOOK)
                if found is None:
                    self.end()
                    raise _GoneTooFarError(ENDED)
                return found
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
            answers.put(pickle.load(self._process.stdout))
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            answers.put(None)
