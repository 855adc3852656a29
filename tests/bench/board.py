"""Processor time of a room's board and class plot, with 30 learners and 20 runs each.

And of a page's answer to a learner who is in a lesson and changes a setting: with what the test
harness adds to it, so rather too much than too little.

`python -m tests.bench.board`
"""

import itertools
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from seqlab.comparison.class_importance import class_importance
from seqlab.experiment import Experiment, Training
from seqlab.runs.board import tiles
from seqlab.runs.class_record import class_runs
from seqlab.runs.pool import Pool
from seqlab.runs.rooms import Rooms
from seqlab.runs.store import Store
from seqlab.ui import services
from seqlab.ui.room.tiles import in_words
from seqlab.workshop.class_runs import comparable, table
from tests.ui.test_room import owner, tab

LEARNERS, RUNS, EPOCHS, TURNS = 30, 20, 100, 5


def fill(rooms: Rooms) -> str:
    """A room in which everybody has trained; returns its code."""
    code, _ = rooms.open()
    draw = np.random.default_rng(0)
    losses = np.linspace(1, 0.4, EPOCHS).tolist()
    for learner in range(LEARNERS):
        member = rooms.join(code, f"owner {learner}")
        rooms.look(member.id)
        for seed in range(RUNS):
            training = Training(learning_rate=float(10 ** draw.uniform(-4, -1)), seed=seed)
            run = rooms.store.create(
                Experiment(training=training), ("a rule", 0.3), 0.1, member.owner
            )
            rooms.store.add_metrics(run, range(1, EPOCHS + 1), losses, losses)
            rooms.store.set_status(run, "finished")
    return code


def learners_page(rooms: Rooms, code: str) -> Callable[[], object]:
    """A learner's page in a lesson, with a run that has ended; what changes the seed there."""
    pool = Pool(rooms.store)  # it is never started
    services.store, services.pool = lambda: rooms.store, lambda: pool
    app = tab("ada")
    app.run()
    member = rooms.join(code, owner("ada"))
    rooms.start_lesson(code, "learning_rate", "en", None)
    run = rooms.store.create(Experiment(), ("a rule", 0.3), 0.1, member.owner)
    rooms.store.add_metrics(run, range(1, EPOCHS + 1), [0.5] * EPOCHS, [0.4] * EPOCHS)
    rooms.store.set_status(run, "finished")
    app.query_params["run"] = run
    app.run()
    assert not app.exception
    seeds = itertools.count(1)
    return lambda: app.number_input(key="seed").set_value(next(seeds)).run()


def report(name: str, call: Callable[[], object]) -> None:
    """The first call, and the least and most of some more."""
    seconds = []
    for _ in range(TURNS + 1):
        begin = time.process_time()
        call()
        seconds.append(1000 * (time.process_time() - begin))
    first, *more = seconds
    print(f"{name}: first {first:.0f} ms, then {min(more):.1f} to {max(more):.1f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as home, closing(Store(Path(home))) as store:
        rooms = Rooms(store)
        code = fill(rooms)
        report("board", lambda: [in_words(tile, "name") for tile in tiles(rooms, code)])
        group = comparable(class_runs(rooms, code))
        largest = next(iter(group.values()))
        report("reading all runs", lambda: class_runs(rooms, code))
        report("which settings mattered", lambda: class_importance(table(largest)))
        report("a learner's page", learners_page(rooms, code))


if __name__ == "__main__":
    main()
