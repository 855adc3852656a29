"""A Dask cluster as an operator starts it."""

import os
import secrets
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port for a server that may be killed and started again.

    It lies below those that the system gives to connections that go out: one of these could be
    taken by a stranger, or by a browser that looks for the server, while the server is away.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Cluster:
    """A scheduler and two workers as an operator starts them, each in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.processes: list[subprocess.Popen] = []

    def start(self) -> None:
        port = self.address.rpartition(":")[2]
        self._run("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        for name in ("one", "two"):
            self._run("worker", self.address, "--nthreads", "1", "--no-dashboard", name=name)

    def _run(self, what: str, *arguments: str, name: str = "scheduler") -> None:
        folder = self.home / name
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "log", "ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments],
                    cwd=folder,
                    env=os.environ | {"PYTHONPATH": str(ROOT)},
                    stdout=log,
                    stderr=log,
                )
            )

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        self.processes.clear()
