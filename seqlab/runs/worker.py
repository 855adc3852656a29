"""The worker's end of the pool: it runs in a training process and talks to `seqlab.runs.pool`."""

from __future__ import annotations

import pkgutil
from typing import Any

import distributed

TOPIC = "seqlab"  # one topic for all runs: a topic each would never be forgotten


def stop_event(run: str) -> str:
    """The name of the event that asks a run to stop."""
    return f"seqlab-stop-{run}"


def work(job: str, run: str, *arguments: Any) -> dict[str, Any]:  # noqa: ANN401
    """Runs `job` ("module:function") as `function(*arguments, report, should_stop)`.

    The job is named, not imported, so that the web process never imports Keras with it.
    """
    worker = distributed.get_worker()
    stop = distributed.Event(stop_event(run))

    def report(event: dict[str, Any]) -> None:
        worker.log_event(TOPIC, event | {"run": run})

    return pkgutil.resolve_name(job)(*arguments, report, stop.is_set)


def prepare(job: str) -> None:
    """Calls `job` ("module:function") once, to warm a new worker."""
    pkgutil.resolve_name(job)()
