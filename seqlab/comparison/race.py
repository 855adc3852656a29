"""`seqlab.compare`: trains every variant with every seed, in this process or beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from tqdm.auto import tqdm

from seqlab.comparison.entrants import Entrant, entrant_of
from seqlab.comparison.study import SeedRun, Study, study_of, untrained
from seqlab.comparison.variants import with_seed
from seqlab.data.dataset import Dataset
from seqlab.data.load import load
from seqlab.data.upload import Table
from seqlab.experiment import Data, Experiment


def compare(
    variants: Mapping[str, Experiment],
    seeds: int | Sequence[int] = 5,
    table: Table | None = None,
    progress: bool = True,
    workers: int | None = None,
) -> Study:
    """Trains several experiments with the same seeds and says which one is better, and how surely.

    A seed decides the initial weights, the order of the sequences and dropout; the data and their
    split stay as the experiments say. Variants that agree in shapes start from the same weights.

    Example:
        >>> from seqlab.experiment import Data, Recurrent, Training
        >>> data = Data(source="sine", samples=120, window=8)
        >>> e = Experiment(data=data, training=Training(epochs=1))
        >>> gru = e.model_copy(update={"layers": (Recurrent(cell="GRU"),)})
        >>> study = compare({"LSTM": e, "GRU": gru}, seeds=2)
        >>> study.summary["n"].tolist(), len(study.pairs)
        ([2, 2], 1)

    Args:
        variants: at least one, by name.
        seeds: how many, counted from 0; or the seeds themselves.
        table: the uploaded table, for variants with the source "upload".
        progress: shows a bar.
        workers: train in so many processes side by side; by default in this one. They start in
            some ten seconds, so it pays for long studies.

    Returns:
        A study. A variant that cannot be trained has status "failed", with its finding in
        `study.problems`; the others go on.

    Raises:
        ValueError: without variants or seeds, if a seed comes twice, or for less than one worker.
    """
    each_seed = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    if not variants:
        raise ValueError("Received no variants, expected at least one experiment by name.")
    if not each_seed or len(set(each_seed)) != len(each_seed):
        raise ValueError(
            f"Received an invalid value for argument `seeds`, expected at least one seed and none "
            f"twice, got {seeds}."
        )

    check_workers(workers)
    dataset_of = loader(table)
    entrants = {name: entrant_of(name, each, dataset_of) for name, each in variants.items()}
    able = {name: one for name, one in entrants.items() if not one.problem}
    results = [run for one in entrants.values() if one.problem for run in untrained(one, each_seed)]
    bar = tqdm(total=len(able) * len(each_seed), unit="run", disable=not progress)
    with bar:
        if workers is not None:
            from seqlab.comparison.own_workers import train_side_by_side  # Dask, and only here

            results += train_side_by_side(able, each_seed, table, workers, bar.update)
        else:
            for name, one in able.items():
                bar.set_description(name)
                for run in _trained(one, dataset_of(one.experiment.data), each_seed):
                    results.append(run)
                    bar.update()
    order = {name: place for place, name in enumerate(variants)}
    results.sort(key=lambda run: (order[run.variant], each_seed.index(run.seed)))
    return study_of(entrants, results)


def check_workers(workers: int | None) -> None:
    """Raises `ValueError` for less than one worker."""
    if workers is not None and workers < 1:
        raise ValueError(
            f"Received an invalid value for argument `workers`, expected at least 1, got {workers}."
        )


def loader(table: Table | None) -> Callable[[Data], Dataset]:
    """Data to datasets, the last few kept: variants mostly share their data."""

    @lru_cache(maxsize=8)
    def dataset_of(data: Data) -> Dataset:
        return load(Experiment(data=data), table)

    return dataset_of


def _trained(one: Entrant, dataset: Dataset, seeds: Sequence[int]) -> Iterator[SeedRun]:
    """One variant with one seed after the other: they share a compiled program."""
    from seqlab.training.train import train  # Keras, and only here

    for seed in seeds:
        start = time.perf_counter()
        result = train(with_seed(one.experiment, seed), dataset)
        loss = result.history["loss"]
        yield SeedRun(
            one.name,
            seed,
            result.status,
            one.parameters,
            time.perf_counter() - start,
            loss,
            result.history["val_loss"] or [float("nan")] * len(loss),
            result.message if result.status == "diverged" else "",
        )
