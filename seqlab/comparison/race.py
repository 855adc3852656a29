"""`seqlab.compare`: trains every variant with every seed, in this process."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tqdm.auto import tqdm

from seqlab.comparison.study import SeedRun, Study
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.load import load
from seqlab.data.upload import Table
from seqlab.experiment import Experiment
from seqlab.network.doctor import diagnose
from seqlab.network.plan import plan
from seqlab.network.shapes import links


def compare(
    variants: Mapping[str, Experiment],
    seeds: int | Sequence[int] = 5,
    table: Table | None = None,
    progress: bool = True,
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

    Returns:
        A study. A variant that cannot be trained has status "failed", with its finding in
        `study.problems`; the others go on.

    Raises:
        ValueError: without variants or seeds, or if a seed comes twice.
    """
    each = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    if not variants:
        raise ValueError("Received no variants, expected at least one experiment by name.")
    if not each or len(set(each)) != len(each):
        raise ValueError(
            f"Received an invalid value for argument `seeds`, expected at least one seed and none "
            f"twice, got {seeds}."
        )

    @lru_cache(maxsize=4)  # variants mostly share their data
    def dataset_of(data: str) -> Dataset:
        return load(Experiment.from_json(data), table)

    results: list[SeedRun] = []
    baselines: dict[str, tuple[str, float] | None] = {}
    bar = tqdm(total=len(variants) * len(each), unit="run", disable=not progress)
    with bar:
        for name, experiment in variants.items():
            bar.set_description(name)
            try:
                dataset = dataset_of(Experiment(data=experiment.data).to_json())
                problem = _obstacle(experiment, dataset)
            except DataError as error:
                dataset, problem = None, str(error)
            if dataset is None or problem is not None:
                results += [SeedRun(name, s, "failed", message=problem or "") for s in each]
                bar.update(len(each))
                continue
            baselines[name] = _best_baseline(experiment, dataset)
            for run in _trained(name, experiment, dataset, each):
                results.append(run)
                bar.update()
    return Study(dict(variants), results, baselines)


def _trained(
    name: str, experiment: Experiment, dataset: Dataset, seeds: Sequence[int]
) -> Iterator[SeedRun]:
    """One variant with one seed after the other: they share a compiled program."""
    from seqlab.training.train import train  # Keras, and only here

    parameters = sum(link.parameters for link in links(plan(experiment, dataset.frame)))
    for seed in seeds:
        training = experiment.training.model_copy(update={"seed": seed})
        start = time.perf_counter()
        result = train(experiment.model_copy(update={"training": training}), dataset)
        loss = result.history["loss"]
        yield SeedRun(
            name,
            seed,
            result.status,
            parameters,
            time.perf_counter() - start,
            loss,
            result.history["val_loss"] or [float("nan")] * len(loss),
            result.message if result.status == "diverged" else "",
        )


def _obstacle(experiment: Experiment, dataset: Dataset) -> str | None:
    """Why an experiment cannot be trained, in a sentence, or `None`."""
    if not len(dataset.validation):
        return "There is no validation part, so nothing says which network is better."
    errors = [f for f in diagnose(experiment, dataset) if f.level == "error"]
    return errors[0].message if errors else None


def _best_baseline(experiment: Experiment, dataset: Dataset) -> tuple[str, float] | None:
    """Name and loss of the best rule without a network, where losses are of one kind."""
    if not plan(experiment, dataset.frame).measured_alike:
        return None
    best = dataset.best_baseline()
    return (best[0], best[1].loss) if best else None
