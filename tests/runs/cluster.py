"""A Dask cluster as an operator starts it, by the README's own commands."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.readme import ROOT, command


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
    """A scheduler and two workers, each in a folder of its own, with a certificate for them.

    Args:
        home: an empty folder.
        packages: where the package is installed; by default this checkout.
    """

    def __init__(self, home: Path, packages: Path = ROOT) -> None:
        self.home = home
        self._packages = packages
        self._place = f"127.0.0.1:{free_port()}"
        self.address = f"tls://{self._place}"
        self.processes: list[subprocess.Popen] = []
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            command("openssl"), shell=True, cwd=home, check=True, capture_output=True, timeout=60
        )

    @property
    def environment(self) -> dict[str, str]:
        """What a server needs to train on it."""
        files = {"CA": "cert.pem", "CERT": "cert.pem", "KEY": "key.pem"}
        paths = {f"SEQLAB_TLS_{name}": str(self.home / file) for name, file in files.items()}
        return {"SEQLAB_SCHEDULER": self.address} | paths

    def start(self) -> None:
        self._run("dask scheduler", "--no-dashboard", name="scheduler")
        for name in ("one", "two"):
            self._run("dask worker", "--no-dashboard", name=name)

    def _run(self, what: str, *more: str, name: str) -> None:
        folder = self.home / name
        folder.mkdir(exist_ok=True)
        for file in ("cert.pem", "key.pem"):  # copied to every machine
            (folder / file).write_bytes((self.home / file).read_bytes())
        with open(folder / "log", "ab") as log:
            self.processes.append(
                subprocess.Popen(
                    " ".join([command(what, self._place), *more]),
                    shell=True,
                    cwd=folder,
                    env=os.environ | {"PYTHONPATH": str(self._packages)},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # a worker's own processes end with it
                )
            )

    def kill(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()


def installed(folder: Path) -> Path:
    """The package as `pip install .` leaves it, without this checkout."""
    target = folder / "packages"
    install = [sys.executable, "-m", "pip", "install", ".", "--no-deps", "--target", str(target)]
    subprocess.run(install, cwd=ROOT, check=True, capture_output=True, timeout=300)
    return target
