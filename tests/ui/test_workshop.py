"""A workshop: thirty visitors press Train at once, on the real server and training pool."""

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from seqlab.runs.store import Store
from tests.ui.visitor import Visitor

VISITORS = 30
EPOCHS = 100
BOUND = 150.0  # seconds for all of it
PAUSE = 5.0, 12.0  # seconds between two clicks of one visitor


async def visit(visitor: Visitor, store: Store, at_once: asyncio.Barrier) -> dict[str, list[float]]:
    """Trains, and goes on to click here and there until the run has ended."""
    draw = random.Random(id(visitor))
    async with visitor:
        opened = await visitor.open()
        await at_once.wait()
        pressed = await visitor.press("train")
        assert visitor.run is not None
        clicks = []
        while store.get(visitor.run).active:
            await asyncio.sleep(draw.uniform(*PAUSE))
            clicks.append(await visitor.enter("units_0", draw.randint(4, 64)))
    return {"opened": [opened], "pressed": [pressed], "clicks": clicks}


async def workshop(port: int, store: Store) -> tuple[list[Visitor], dict[str, list[float]]]:
    """All visitors, and the seconds that the page took to answer them."""
    at_once = asyncio.Barrier(VISITORS)
    visitors = [Visitor(port, f"epochs={EPOCHS}") for _ in range(VISITORS)]
    async with asyncio.timeout(BOUND):
        found = await asyncio.gather(*(visit(visitor, store, at_once) for visitor in visitors))
    return visitors, {name: [t for times in found for t in times[name]] for name in found[0]}


def report(times: dict[str, list[float]]) -> str:
    """Median and 95th percentile of each kind of answer, in milliseconds."""
    rows = []
    for name, seconds in times.items():
        half, most = 1000 * np.percentile(seconds, [50, 95])
        rows.append(f"{name}: {len(seconds)} answers, median {half:.0f} ms, p95 {most:.0f} ms")
    return "; ".join(rows)


def served(server) -> float:
    """One workshop in which nothing may go wrong; returns the 95th percentile of the clicks."""
    store = Store(server.home / "home")
    begin = time.monotonic()
    with ThreadPoolExecutor(1) as thread:  # Playwright has an event loop in this one
        visitors, times = thread.submit(asyncio.run, workshop(server.port, store)).result()
    print(report(times), f"{time.monotonic() - begin:.0f} s in all")  # noqa: T201
    assert [visitor.errors for visitor in visitors] == [[]] * VISITORS
    runs = [store.get(visitor.run) for visitor in visitors]
    assert len({run.id for run in runs}) == VISITORS
    assert {run.status for run in runs} == {"finished"}
    assert all(len(store.metrics(run.id).epoch) == EPOCHS for run in runs)
    store.close()
    return np.percentile(times["clicks"], 95)


def test_thirty_visitors_who_train_at_once_are_all_served(server):
    # Two more goes, should another process have taken the machine during the first.
    assert any(served(server) < 0.5 for _ in range(3))
