"""A soak: `python -m tests.bench.soak --minutes 60`.

Random visitors train, change, upload, steer and leave on a real server with its real training
pool; meanwhile workers, the cluster and the server are killed and the disk is filled. At the end
nothing may be lost: each run that a page named is there, has ended, and has one past; no page
showed a failure; every action was answered. Prints what it found as a table for
`docs/reliability.md`, and ends with 1 if there is a problem. The same seed gives the same
intentions; what comes of them depends on the clock.
"""

from __future__ import annotations

import argparse
import asyncio
import http.cookiejar
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from seqlab.runs.store import Store
from tests.bench.soak import verdict
from tests.bench.soak.faults import Disk, Faults
from tests.bench.soak.gauges import Gauges
from tests.bench.soak.person import Person, Tab
from tests.ui.conftest import Server

QUIET = 420.0  # seconds that the last runs get to end
FIRST_FAULT = 0.1  # of the whole time is without faults, and as much at the end


@dataclass(frozen=True)
class Plan:
    """How much of what.

    Attributes:
        minutes: with visitors; the last runs get some more.
        visitors: at once.
        pace: mean seconds between two actions of one visitor.
        faults: how many a minute, 0 for none.
        seed: of visitors and faults.
    """

    minutes: float = 60.0
    visitors: int = 10
    pace: float = 2.0
    faults: float = 1.0
    seed: int = 0


async def sample_run(server: Server) -> str:
    """Trains the default experiment in 20 epochs, undisturbed; its id."""
    async with Tab(server.port, "epochs=20", http.cookiejar.CookieJar()) as tab:
        await tab.open()
        await tab.press("train")
        assert tab.run is not None
        with closing(Store(server.home / "home")) as store:
            while (run := store.get(tab.run)) is None or run.active:
                await asyncio.sleep(0.5)
        return tab.run


async def soak(plan: Plan, server: Server, faults: Faults, gauges: Gauges) -> verdict.Verdict:
    """Lets visitors and faults loose, and looks at what is left."""
    ended, calm = asyncio.Event(), asyncio.Event()
    strangers: set[str] = set()
    before = await sample_run(server)
    people = [Person(server.port, plan.seed + i, strangers) for i in range(plan.visitors)]
    seconds = 60 * plan.minutes
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(gauges.watch(ended))
        for person in people:
            tasks.create_task(person.live(ended, plan.pace))
        await asyncio.sleep(FIRST_FAULT * seconds)
        if plan.faults:
            tasks.create_task(faults.strike(calm, 60 / plan.faults))
        await asyncio.sleep((1 - 2 * FIRST_FAULT) * seconds)
        calm.set()
        await asyncio.sleep(FIRST_FAULT * seconds)
        ended.set()
    with closing(Store(server.home / "home")) as store:
        end = time.monotonic() + QUIET
        promised = {run for person in people for run in person.diary.runs}
        while time.monotonic() < end and any((r := store.get(n)) and r.active for n in promised):
            await asyncio.sleep(1)
        after = await sample_run(server)
        parts = [
            verdict.visitors([person.diary for person in people]),
            verdict.runs(store, promised),
            verdict.log(server.log),
            verdict.growth(gauges.longest()),
        ]
        one, other = (store.metrics(run) for run in (before, after))
    whole = verdict.Verdict()
    if one.loss.tolist() != other.loss.tolist() or one.val_loss.tolist() != other.val_loss.tolist():
        whole.problems.append("The same experiment had other losses before the soak and after.")
    if not faults.struck and plan.faults:
        whole.problems.append("No fault was made: the soak was too short.")
    whole.figures.append(("minutes, visitors", f"{plan.minutes:g}, {plan.visitors}"))
    whole.figures += [(f"faults: {name}", str(n)) for name, n in sorted(faults.struck.items())]
    for part in parts:
        whole.problems += part.problems
        whole.figures += part.figures
    return whole


def run(plan: Plan, folder: Path) -> verdict.Verdict:
    """A whole soak on a server of its own, whose data lie under a folder.

    Args:
        plan: how much of what.
        folder: an empty one; its subfolder `home` becomes a disk that can be filled, if this
            process may mount one.
    """
    temporary = folder / "tmp"
    temporary.mkdir()
    disk = Disk(folder / "home")
    # What its visitors leave behind is stopped soon: at the end all runs shall have ended.
    unwatched = min(1.0, plan.minutes / 2)
    settings = {"TMPDIR": str(temporary), "SEQLAB_NICE": "5", "SEQLAB_UNWATCHED": f"{unwatched:g}"}
    server = Server(folder, settings)
    try:
        server.start()
        faults = Faults(server, disk, plan.seed)
        gauges = Gauges(server, folder / "home", temporary)
        result = asyncio.run(soak(plan, server, faults, gauges))
        if not disk.real:
            result.figures.append(("full disk", "not played: no right to mount one"))
        return result
    finally:
        server.stop()
        disk.close()


def main() -> int:
    """Reads the command line, soaks, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in vars(Plan()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    plan = Plan(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory(prefix="seqlab-soak-") as folder:
        result = run(plan, Path(folder))
    print("| what | how much |\n|--|--|")
    for name, value in result.figures:
        print(f"| {name} | {value} |")
    for problem in result.problems:
        print(f"\nPROBLEM: {problem}")
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
