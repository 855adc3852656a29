"""Whether every change is answered while many tabs wait for a worker: `python -m tests.bench.tabs`.

Each tab presses Train at once and then changes a setting now and then. Prints how many of the
changes were answered within a minute, and after how long.
"""

import argparse
import asyncio
import random
import tempfile
from pathlib import Path

import numpy as np

from tests.ui.conftest import Server
from tests.ui.visitor import Visitor

PATIENCE = 60.0  # seconds after which a change counts as never answered
CHANGES = 4  # of each tab


async def visit(port: int, at_once: asyncio.Barrier) -> tuple[list[float | None], list[str]]:
    """Seconds until each change was answered, `None` for never; and what went wrong."""
    visitor, draw = Visitor(port, "epochs=200"), random.Random()
    answers: list[float | None] = []
    async with visitor:
        await visitor.open()
        await at_once.wait()
        await visitor.press("train")
        for _ in range(CHANGES):
            await asyncio.sleep(draw.uniform(1, 5))
            change = visitor.enter("units_0", draw.randint(4, 64))
            try:
                answers.append(await asyncio.wait_for(change, PATIENCE))
            except TimeoutError:
                answers.append(None)
    return answers, visitor.errors


async def all_tabs(port: int, tabs: int) -> None:
    at_once = asyncio.Barrier(tabs)
    found = await asyncio.gather(*(visit(port, at_once) for _ in range(tabs)))
    answers = [answer for each, _ in found for answer in each]
    seconds = [answer for answer in answers if answer is not None]
    half, most, worst = np.percentile(seconds, [50, 95, 100])
    print(
        f"{tabs} tabs, {len(answers)} changes: {answers.count(None)} never answered, median "
        f"{half:.2f} s, p95 {most:.2f} s, worst {worst:.2f} s; errors: "
        f"{sum(len(errors) for _, errors in found)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), {"SEQLAB_NICE": "10"})
        server.start()
        try:
            asyncio.run(all_tabs(server.port, arguments.tabs))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
