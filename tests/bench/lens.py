"""How long each view of the lens takes in the web process, and whether it meets its budget.

    python -m tests.bench.lens [--long]

A run with eight saved epochs is made up (random weights; a view takes the same time for trained
ones). Each view is opened, then asked for another sequence, which computes all of it anew; the
CPU time of that is the time from a click to the message for the browser. The page around the view
is measured by itself and taken off. With `--long` also 1,000 steps of 256 units.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the server

import numpy as np
from streamlit.testing.v1 import AppTest

from seqlab.cells import CELLS
from seqlab.experiment import Data, Experiment, Recurrent
from seqlab.lens import snapshot
from seqlab.runs.pool import Pool
from seqlab.runs.store import Store
from seqlab.ui import services
from seqlab.ui.draft import dataset_of
from seqlab.ui.inspect import views_of

ROOT = Path(__file__).parents[2]
EPOCHS = (0, 1, 2, 4, 8, 16, 32, 64)
BUDGET = 0.150  # seconds a view, for 200 steps of 64 units
TURNS = 4


def made_up(store: Store, cell: str, timesteps: int, units: int) -> tuple[str, list[str]]:
    """A finished run, and the views that it has."""
    experiment = Experiment(
        data=Data(source="adding", window=timesteps, samples=200),
        layers=(Recurrent(cell=cell, units=units),),
    )
    dataset = dataset_of(experiment.data)
    run = store.create(experiment)
    store.set_status(run, "finished")
    draw, columns = np.random.default_rng(0), len(CELLS[cell].blocks) * units
    shapes = {
        f"{cell.lower()}_0/kernel": (2, columns),
        f"{cell.lower()}_0/recurrent_kernel": (units, columns),
        f"{cell.lower()}_0/bias": (2, columns) if cell == "GRU" else (columns,),
        "head/kernel": (units, 1),
        "head/bias": (1,),
    }
    for epoch in EPOCHS:
        arrays = {name: draw.normal(0, 0.1, shape) for name, shape in shapes.items()}
        store.add_snapshot(
            run, epoch, snapshot.pack({name: a.astype(np.float32) for name, a in arrays.items()})
        )
    return run, views_of(dataset)


def seconds(app: AppTest) -> float:
    """CPU time of one run of the page."""
    start = time.process_time()
    app.run(timeout=120)
    taken = time.process_time() - start
    assert not app.exception, app.exception
    return taken


def measured(run: str, view: str) -> float:
    """The median time of a view for a sequence that it has not shown before."""
    app = AppTest.from_file(ROOT / "seqlab/ui/shell.py", default_timeout=120)
    app.query_params["run"] = run
    app.session_state["lens_view"] = view
    app.switch_page(str(ROOT / "pages/lens.py"))
    app.run()
    found = []
    for turn in range(TURNS):
        choice = [slider for slider in app.slider if slider.key == "lens_rank"]
        if choice:
            choice[0].set_value(turn + 2)
        else:
            app.select_slider(key="lens_epoch").set_value(EPOCHS[turn + 2])
        found.append(seconds(app))
    return float(np.median(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="1,000 steps of 256 units as well")
    sizes = [(200, 64), *([(1000, 256)] if parser.parse_args().long else [])]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        services.store = lambda: store
        pool = Pool(store)
        services.pool = lambda: pool
        bare = AppTest.from_file(ROOT / "seqlab/ui/shell.py", default_timeout=120)
        bare.switch_page(str(ROOT / "pages/lens.py"))
        bare.run()
        page = min(seconds(bare) for _ in range(TURNS))
        print(f"the page without a run: {1e3 * page:.0f} ms")
        for timesteps, units in sizes:
            for cell in CELLS:
                run, views = made_up(store, cell, timesteps, units)
                for view in views:
                    taken = measured(run, view) - page
                    late = timesteps == 200 and taken > BUDGET
                    mark = "  over the budget" if late else ""
                    what = f"{cell}({units}) x {timesteps}"
                    print(f"{what:22} {view:22} {1e3 * taken:6.0f} ms{mark}", flush=True)
        store.close()


if __name__ == "__main__":
    main()
