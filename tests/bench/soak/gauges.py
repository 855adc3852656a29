"""What the server takes while it is soaked: memory, descriptors, threads, processes, files."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.soak.faults import descriptors
from tests.ui.conftest import Server

EVERY = 5.0  # seconds between two looks


@dataclass(frozen=True)
class Sample:
    """One look.

    Attributes:
        at: seconds since the start.
        pid: of the server; another one after a kill.
        megabytes: resident memory of the server.
        descriptors: of the server.
        threads: of the server.
        processes: that it has, workers and readers of files among them.
        files: under the server's home and in its folder for temporary files.
    """

    at: float
    pid: int
    megabytes: float
    descriptors: int
    threads: int
    processes: int
    files: int


class Gauges:
    """Samples of one soak, in order."""

    def __init__(self, server: Server, *folders: Path) -> None:
        self._server = server
        self._folders = folders
        self._begin = time.monotonic()
        self.samples: list[Sample] = []

    async def watch(self, ended: asyncio.Event) -> None:
        """Looks now and then; while the server is away there is nothing to see."""
        while not ended.is_set():
            with suppress(psutil.Error, OSError):
                self.samples.append(await asyncio.to_thread(self._look))
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), EVERY)

    def _look(self) -> Sample:
        process = psutil.Process(self._server.process.pid)
        files = sum(1 for folder in self._folders for f in folder.rglob("*") if f.is_file())
        return Sample(
            at=time.monotonic() - self._begin,
            pid=process.pid,
            megabytes=process.memory_info().rss / 2**20,
            descriptors=descriptors(process),
            threads=process.num_threads(),
            processes=len(process.children(recursive=True)),
            files=files,
        )

    def longest(self) -> list[Sample]:
        """The samples of the server process that lived longest: growth is seen in one process."""
        by_pid: dict[int, list[Sample]] = {}
        for sample in self.samples:
            by_pid.setdefault(sample.pid, []).append(sample)
        return max(by_pid.values(), key=lambda samples: samples[-1].at - samples[0].at)
