"""The way to the Dask cluster: one that is started here, or one that is there already."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import distributed
from distributed.security import Security

from seqlab import environment
from seqlab.runs.child import child_environment

PATIENCE = 120.0  # seconds for the cluster to start: TensorFlow is imported in them
MOST_LOG = 2**20  # bytes of pool.log; one older file is kept beside it


class Connection:
    """A client of the cluster, and the process of a local one.

    Args:
        scheduler: address of an existing scheduler, or `None` to start a local cluster.
        workers: of the local cluster.
        module: that its workers import before they are needed.
        home: folder for the local cluster's log and its compiled programs.
    """

    def __init__(self, scheduler: str | None, workers: int, module: str, home: Path) -> None:
        self._scheduler = scheduler
        self._workers = workers
        self._module = module
        self._home = home
        self._process: subprocess.Popen[str] | None = None
        self._client: distributed.Client | None = None

    @property
    def client(self) -> distributed.Client:
        """To be used while `alive`."""
        assert self._client is not None
        return self._client

    @property
    def alive(self) -> bool:
        """Whether scheduler and client are there."""
        process = self._process is None or self._process.poll() is None
        return self._client is not None and self._client.status == "running" and process

    def open(self, topic: str, receive: Callable[[dict[str, Any]], None]) -> None:
        """Connects anew; `receive` gets the events of a topic, in a thread of the client.

        Raises:
            OSError: if there is no scheduler.
        """
        self.close()
        address, security = self._scheduler, _remote_security()
        if address is None:
            address, security = self._start()
        self._client = distributed.Client(
            address, security=security, timeout=10, name="seqlab", set_as_default=False
        )
        self._client.subscribe_topic(topic, lambda event: receive(event[1]))

    def close(self) -> None:
        """Leaves the cluster, and ends a local one."""
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

    def _start(self) -> tuple[str, Security]:
        """Starts a cluster of one's own; its address and the certificate for it."""
        cache = self._home / "compiled"
        command = [sys.executable, "-m", "seqlab.runs.cluster"]
        command += [str(self._workers), self._module, str(cache)]
        log_file = self._home / "pool.log"  # TensorFlow's chatter goes there
        if log_file.exists() and log_file.stat().st_size > MOST_LOG:
            log_file.replace(log_file.with_name("pool.log.1"))
        with open(log_file, "ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=child_environment(),
            )
        assert self._process.stdout is not None
        heard, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        line = self._process.stdout.readline() if heard else ""
        if not line:
            self._process.kill()
            raise OSError("The training cluster did not start; see pool.log.")
        access = json.loads(line)
        security = Security(require_encryption=True, **access["credentials"])
        return access["address"], security


def _remote_security() -> Security | None:
    """The certificates for a scheduler of one's own, if it is spoken to by TLS."""
    files = environment.current().tls_files
    if files is None:
        return None
    authority, certificate, key = map(str, files)
    return Security(
        tls_ca_file=authority,
        tls_client_cert=certificate,
        tls_client_key=key,
        require_encryption=True,
    )
