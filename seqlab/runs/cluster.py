"""The local training cluster, a process of its own.

`python -m seqlab.runs.cluster WORKERS MODULE CACHE`, where the module is that of the training job,
and CACHE is a folder for compiled programs.
How far training stands back behind other processes, so that pages answer while every core trains,
and how much memory it may take, is read from the environment (`seqlab.environment`).

It prints the scheduler's address and the certificate for it, which is made anew each time, as JSON
on its first line, and ends when its standard input closes, so
it cannot outlive the server that started it, not even after kill -9. Being a separate process
keeps the scheduler's work off the web process, keeps worker children from re-executing
Streamlit's main script, and makes a local cluster look the same as a remote one: an address.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from importlib import metadata
from pathlib import Path

import dask
import distributed

from seqlab import environment

# One thread for each library in each worker: two runs on two cores must not get in each other's
# way, and one thread is also the faster setting for these small matrix products.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    ),
    "1",
)
CREDENTIALS = ("tls_ca_file", "tls_client_cert", "tls_client_key")  # of a client, as PEM
PROGRAMS = 1000  # compiled ones that are kept on disk
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"}

CONFIG = {
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.scheduler.allowed-failures": 0,  # a run that killed its worker is not repeated
    "distributed.scheduler.work-stealing": False,
    "distributed.admin.low-level-log-length": 20,  # snapshots pass by here: keep few
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # What Dask watches of itself, many times a second, would cost an idle worker 5 % of a core.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "30s",
    "distributed.admin.system-monitor.interval": "1s",
    "distributed.admin.system-monitor.disk": False,
    # Workers share this process's life; they need no watch of their own on lost connections.
    "distributed.comm.timeouts.connect": "10s",
}


def main(workers: int, job: str, cache: Path) -> None:
    """Runs until standard input closes.

    The job's module, and TensorFlow with it, is imported once in the fork server, so that a new
    worker is there in a fraction of a second. It must only be imported there: forking after
    TensorFlow ran an operation hangs.

    Args:
        workers: how many.
        job: the module of the training job.
        cache: the folder of compiled programs.
    """
    flags = f"--tf_xla_persistent_cache_directory={compiled_programs(cache)}"
    flags = f"{os.environ.get('TF_XLA_FLAGS', '')} {flags}".strip()
    os.environ.update(ONE_THREAD | QUIET | {"TF_XLA_FLAGS": flags})
    settings = environment.current()
    if hasattr(os, "nice"):
        os.nice(settings.nice)
    dask.config.set(CONFIG)
    distributed.utils.get_mp_context().set_forkserver_preload(["distributed", job])
    # A share is left to the server.
    memory = min(distributed.system.MEMORY_LIMIT // (workers + 1), 4 * 2**30)
    if settings.worker_memory is not None:
        memory = int(settings.worker_memory * 2**30)
    # Whoever else is on this machine can neither read what is trained nor run code in a worker.
    security = distributed.security.Security.temporary()
    with distributed.LocalCluster(
        security=security,
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        memory_limit=memory,
        host="127.0.0.1",
        dashboard_address=None,
        worker_dashboard_address=None,
        silence_logs="ERROR",
    ) as cluster:
        # Through the pipe to the server: what stands in arguments or files, others may read.
        credentials = {name: getattr(security, name) for name in CREDENTIALS}
        access = {"address": cluster.scheduler_address, "credentials": credentials}
        print(json.dumps(access), flush=True)  # noqa: T201
        sys.stdin.read()


def compiled_programs(cache: Path) -> Path:
    """The folder where XLA keeps what it compiled, 0.4 MB a program; the oldest ones go.

    A program is made for one TensorFlow and one kind of processor.
    """
    kind = f"{metadata.version('tensorflow')} {platform.node()} {platform.machine()}"
    folder = cache / hashlib.sha256(kind.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    newest_first = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in newest_first[PROGRAMS:]:
        file.unlink(missing_ok=True)
    return folder


if __name__ == "__main__":
    try:
        environment.current()
    except environment.EnvironmentProblem as problem:
        sys.exit(f"The training cluster cannot start. {problem}")
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
