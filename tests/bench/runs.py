"""What the pages of many runs cost: `python -m tests.bench.runs`.

Processor time, the least of five, of all that is worked out for the Runs page with 1,000 runs
(questions to the store, filters, table, the sentence on storage), and for one look of the Compare
page at a race (curves from the store, bands, intervals, table, sentences, figures).
"""

import tempfile
import time
from pathlib import Path

import numpy as np

from seqlab.comparison import on_pool, words
from seqlab.comparison.entrants import entrant
from seqlab.comparison.variants import variants
from seqlab.data.load import load
from seqlab.experiment import Experiment, Recurrent
from seqlab.figures import race as figures
from seqlab.runs.housekeeping import kept_by
from seqlab.runs.listing import Wanted, everything, table, wanted_runs
from seqlab.runs.pool import Pool
from seqlab.runs.records import NewRun
from seqlab.runs.store import Store
from seqlab.runs.studies import Studies
from seqlab.ui.compare.race import lanes

RUNS, EPOCHS = 1000, 40
UNITS, SEEDS = (4, 8, 16, 32, 64, 128), 20  # of the race


def fill(store: Store) -> None:
    experiments = [Experiment(layers=(Recurrent(units=1 + i % 64),)) for i in range(RUNS)]
    for run in store.create_all([NewRun(each, ("rule", 0.3), owner="me") for each in experiments]):
        losses = [1 / epoch for epoch in range(1, EPOCHS + 1)]
        store.add_metrics(run, range(1, EPOCHS + 1), losses, losses)
        store.set_status(run, "finished")


def page(store: Store) -> None:
    runs = store.runs(RUNS)
    fitting = wanted_runs(runs, Wanted(text="lstm"), store.upload_names())
    standings = store.standing(*(run.id for run in fitting))
    table(fitting, standings, {}, {run.id for run in runs})
    kept_by(store)


def race(store: Store) -> tuple[Studies, str]:
    """A race whose runs have all ended."""
    base, studies = Experiment(), Studies(store, Pool(store))  # a pool that never starts
    dataset = load(base)
    known = {
        name: entrant(name, each, dataset, ())
        for name, each in variants(base, "units", UNITS).items()
    }
    study = on_pool.begin(studies, known, range(SEEDS), lambda data: None, None)
    draw = np.random.default_rng(0)
    for run in studies.runs(study):
        losses = 1 / np.arange(1, EPOCHS + 1) + draw.random(EPOCHS)
        store.add_metrics(run.id, range(1, EPOCHS + 1), losses.tolist(), losses.tolist())
        store.set_status(run.id, "finished")
    return studies, study


def look(store: Store, studies: Studies, study: str) -> None:
    record = studies.get(study)
    found = on_pool.read(record, studies.runs(study), store.curves(study))
    drawn = lanes(found, "min to max")
    figures.curves(drawn, None, EPOCHS, "val_loss").to_json()
    figures.dots(drawn, None, "best val_loss").to_json()
    words.table(found)
    words.verdict(found)
    words.chart_sentence(found)


def milliseconds(work, *arguments) -> float:
    begin = time.process_time()
    work(*arguments)
    return 1000 * (time.process_time() - begin)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        fill(store)
        print(f"page of {RUNS} runs: {min(milliseconds(page, store) for _ in range(5)):.0f} ms")
        runs = store.runs(RUNS)
        standings = store.standing(*(run.id for run in runs))
        took = milliseconds(everything, runs, standings, {})
        print(f"CSV of everything, only on a click: {took:.0f} ms")
        about = store, *race(store)
        first = milliseconds(look, *about)
        took = min(milliseconds(look, *about) for _ in range(5))
        print(f"a look at a race of {len(UNITS)} variants x {SEEDS} seeds: {took:.0f} ms")
        print(f"the first one, which works out all intervals: {first:.0f} ms")
        store.close()
