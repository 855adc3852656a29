"""A race of 3 cells x 5 seeds on the pool, against plain Keras: `python -m tests.bench.race`.

Only on a quiet machine. The race is that of the Compare page (sunspots, 40 epochs, two workers,
compilation included; the workers are warm, as on a server that is up). Plain Keras is build,
compile and fit, one run after the other. To spare time each cell is fitted with one seed, and
counted five times.
"""

import os

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", SEQLAB_NICE="0")

import tempfile
import time
from pathlib import Path

import keras

from seqlab.comparison import on_pool
from seqlab.comparison.entrants import entrant
from seqlab.comparison.variants import variants
from seqlab.data.load import load
from seqlab.experiment import Experiment
from seqlab.network.plan import plan
from seqlab.runs.pool import Pool
from seqlab.runs.store import Store
from seqlab.runs.studies import Studies
from seqlab.training.build import build, optimizer

CELLS, SEEDS, WORKERS = ("SimpleRNN", "LSTM", "GRU"), 5, 2


def race() -> float:
    """Seconds from the start of a race until its last run has ended."""
    base = Experiment()
    dataset = load(base)
    known = {
        name: entrant(name, each, dataset, ())
        for name, each in variants(base, "cell", CELLS).items()
    }
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        pool = Pool(store, WORKERS)
        pool.start()
        while not pool.ready:
            time.sleep(0.1)
        studies = Studies(store, pool)
        begin = time.perf_counter()
        study = on_pool.begin(studies, known, range(SEEDS), lambda data: None, None)
        while studies.get(study).active:
            time.sleep(0.02)
        seconds = time.perf_counter() - begin
        assert studies.get(study).counts == {"finished": len(CELLS) * SEEDS}
        pool.close()
        store.close()
    return seconds


def plain(cell: str) -> float:
    """Seconds of one run with plain `fit`, from building the model on."""
    experiment = variants(Experiment(), "cell", [cell])[cell]
    dataset = load(experiment)
    planned, training = plan(experiment, dataset.frame), experiment.training
    begin = time.perf_counter()
    keras.utils.set_random_seed(0)
    model = build(planned)
    model.compile(optimizer(training), planned.loss)
    parts = [(dataset.x[part], dataset.y[part]) for part in (dataset.train, dataset.validation)]
    model.fit(
        *parts[0],
        validation_data=parts[1],
        epochs=training.epochs,
        batch_size=training.batch_size,
        verbose=0,
    )
    return time.perf_counter() - begin


if __name__ == "__main__":
    ours = race()
    keras_seconds = {cell: plain(cell) for cell in CELLS}
    theirs = SEEDS * sum(keras_seconds.values())
    each = ", ".join(f"{cell} {seconds:.1f} s" for cell, seconds in keras_seconds.items())
    print(f"race of {len(CELLS)} cells x {SEEDS} seeds: {ours:.1f} s")
    print(f"plain Keras, one after the other: {theirs:.1f} s (a run: {each})")
    print(f"ratio: {theirs / ours:.1f}")
