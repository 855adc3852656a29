"""What is done to the server: kills of workers, of the cluster and of the server, a full disk."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import psutil

from tests.ui.conftest import Server

FULL_FOR = 15.0  # seconds that the disk stays full
SIZE = "3g"  # of the disk that can be filled; an hour of runs takes less


class Disk:
    """A small disk of its own, so that it can be filled for real. Needs the right to mount.

    Args:
        folder: where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
            self.real = done.returncode == 0
        except FileNotFoundError:
            self.real = False

    def fill(self) -> None:
        """Takes all that is left."""
        with open(self._folder / "filler", "wb") as file, suppress(OSError):
            while True:
                file.write(bytes(2**16))
                file.flush()

    def free(self) -> None:
        """Gives it back."""
        (self._folder / "filler").unlink(missing_ok=True)

    def close(self) -> None:
        """Unmounts it, though a process that ends may still have a file open there."""
        if self.real:
            subprocess.run(
                ["umount", "--lazy", str(self._folder)], capture_output=True, check=False
            )


class Faults:
    """Strikes at random until it is told to end.

    Args:
        server: what it strikes.
        disk: what it fills, if that is a disk of its own.
        seed: of what comes when.

    Attributes:
        struck: how often each fault was made.
    """

    def __init__(self, server: Server, disk: Disk, seed: int) -> None:
        self._server = server
        self._disk = disk
        self._draw = random.Random(seed)
        self.struck: dict[str, int] = {}

    async def strike(self, ended: asyncio.Event, pace: float) -> None:
        """One fault after the other.

        Args:
            ended: when to let it be.
            pace: mean seconds between two.
        """
        faults: list[Callable[[], Awaitable[None]]] = [self.worker] * 3 + [self.server]
        faults += [self.cluster] + [self.full] * self._disk.real
        order: list[Callable[[], Awaitable[None]]] = []
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), pace * self._draw.uniform(0.5, 1.5))
                return
            if not order:  # each kind comes in every round
                order = self._draw.sample(faults, len(faults))
            fault = order.pop()
            await fault()
            self.struck[fault.__name__] = self.struck.get(fault.__name__, 0) + 1

    async def worker(self) -> None:
        """Kills one training process, if there is one."""
        if workers := self._server.workers():
            with suppress(psutil.Error):
                self._draw.choice(workers).kill()

    async def cluster(self) -> None:
        """Kills the process of scheduler and workers."""
        for process in psutil.Process(self._server.process.pid).children():
            with suppress(psutil.Error):
                if "seqlab.runs.cluster" in process.cmdline():
                    process.kill()

    async def server(self) -> None:
        """Kills the web server, and starts it again as a supervisor would."""
        self._server.process.kill()
        self._server.process.wait()
        await asyncio.to_thread(self._server.start)

    async def full(self) -> None:
        """Fills the disk for a while."""
        await asyncio.to_thread(self._disk.fill)
        await asyncio.sleep(FULL_FOR)
        self._disk.free()


def descriptors(process: psutil.Process) -> int:
    """Open files, sockets and pipes of a process."""
    return len(os.listdir(f"/proc/{process.pid}/fd"))
