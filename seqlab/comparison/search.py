"""`seqlab.search`: looks for better settings in this process, and checks what it found."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tqdm.auto import tqdm

from seqlab.comparison import honest
from seqlab.comparison.found import Found
from seqlab.comparison.honest import FRESH, Check, measured, part_for
from seqlab.comparison.knobs import knobs_of, values_of, with_values
from seqlab.comparison.proposals import Trial, best_of, hopeless, propose
from seqlab.comparison.race import check_workers, loader
from seqlab.comparison.variants import with_seed
from seqlab.data.dataset import DataError
from seqlab.data.upload import Table
from seqlab.experiment import Experiment, ExperimentError
from seqlab.network.doctor import diagnose


def search(
    experiment: Experiment,
    space: Mapping[str, Any],
    seconds: float | None = None,
    trials: int | None = None,
    seed: int = 0,
    table: Table | None = None,
    progress: bool = True,
    workers: int | None = None,
) -> Found:
    """Looks for the settings with the lowest val_loss, and checks honestly what it found.

    The starting point is the first trial. Optuna proposes the others, and runs that are worse than
    the median of the others are given up. At the end the best and the starting point are trained
    with five fresh seeds and measured on sequences that the search has not seen: data without a
    test part keep their last tenth out of the search for that.

    Example:
        >>> from seqlab.experiment import Training
        >>> e = Experiment(training=Training(epochs=2))
        >>> found = search(e, {"units": [2, 4]}, trials=2, progress=False)
        >>> len(found.trials), len(found.check.best)
        (2, 5)

    Args:
        experiment: the starting point.
        space: by name of a setting, a list of values or a range (low, high).
        seconds: after which no new trial begins; the check comes on top.
        trials: how many there are at most, with the starting point.
        seed: of the proposals.
        table: the uploaded table, for the source "upload".
        progress: shows a bar.
        workers: train in so many processes side by side; by default in this one. They start in
            some ten seconds, so it pays for long searches.

    Raises:
        ExperimentError: for settings or ranges that make no sense, in sentences.
        ValueError: without a budget, for one that is no positive number, for less than one worker,
            and if the starting point cannot be trained.
    """
    _check_budget(seconds, trials)
    check_workers(workers)
    knobs = knobs_of(experiment, space)
    dataset_of = loader(table)
    part = part_for(experiment, dataset_of)
    start = part.experiment
    errors = [f for f in diagnose(start, dataset_of(start.data)) if f.level == "error"]
    if errors:
        raise ValueError(f"The starting point cannot be trained. {errors[0].message}")
    if workers is not None:
        from seqlab.comparison.own_workers import search_side_by_side  # Dask, and only here

        bar = tqdm(total=trials, unit="run", disable=not progress)
        budget = seconds, trials, seed
        with bar:
            return search_side_by_side(
                experiment, knobs, budget, table, dataset_of, workers, bar.update
            )
    history: list[Trial] = []
    until = time.monotonic() + (math.inf if seconds is None else seconds)
    bar = tqdm(total=trials, unit="trial", disable=not progress)
    with bar:
        while not history or (
            time.monotonic() < until and (trials is None or len(history) < trials)
        ):
            values = propose(knobs, history, seed) if history else values_of(start, knobs)
            history.append(_tried(start, values, history, dataset_of))
            bar.update()
            if (best := best_of(history)) is not None:
                bar.set_postfix(val_loss=f"{best.best:.4g}")
    check = _checked(Found(start, knobs, history), part, dataset_of, progress)
    return Found(experiment, knobs, history, check)


def _check_budget(seconds: float | None, trials: int | None) -> None:
    if seconds is None and trials is None:
        raise ValueError("Received no budget, expected `seconds` or `trials`.")
    for name, value in (("seconds", seconds), ("trials", trials)):
        if value is not None and not value > 0:
            raise ValueError(
                f"Received an invalid value for argument `{name}`, expected a positive number, "
                f"got {value}."
            )


def _tried(
    start: Experiment,
    values: Mapping[str, Any],
    past: Sequence[Trial],
    dataset_of: honest.Load,
) -> Trial:
    """Trains one trial, or gives it up."""
    from seqlab.training.fit import fit  # Keras, and only here
    from seqlab.training.listener import Epoch, Listener
    from seqlab.training.program import Program

    number, begin = len(past), time.perf_counter()
    curve: list[float] = []

    class Curve(Listener):
        def epoch(self, epoch: Epoch, program: Program) -> None:
            if epoch.loss is not None:
                curve.append(math.nan if epoch.val_loss is None else epoch.val_loss)

    epochs = start.training.epochs

    def stop() -> bool:
        return hopeless(past, Trial(number, values, tuple(curve)), epochs)

    status = "failed"
    try:
        experiment = with_values(start, values) if past else start
        dataset = dataset_of(experiment.data)
        if not any(f.level == "error" for f in diagnose(experiment, dataset)):
            status = fit(experiment, dataset, Curve(), stop)[0].status
    except (DataError, ExperimentError):  # such values do not go together: a trial without result
        pass
    return Trial(number, values, tuple(curve), status, time.perf_counter() - begin)


def _checked(found: Found, part: honest.Part, dataset_of: honest.Load, progress: bool) -> Check:
    """Best and starting point with fresh seeds, on what the search has not seen."""
    from seqlab.training.train import train  # Keras, and only here

    best = best_of(found.history)
    losses: dict[str, list[float]] = {honest.START: [], honest.BEST: []}
    both = {honest.START: found.start, honest.BEST: found.best}
    bar = tqdm(total=2 * len(FRESH), unit="run", desc="check", disable=not progress)
    with bar:
        for which, experiment in both.items():
            for seed in FRESH:
                result = train(with_seed(experiment, seed), dataset_of(experiment.data))
                value = math.inf
                if result.status == "finished":
                    arrays = result.snapshots[result.best_epoch]
                    value = measured(arrays, experiment, dataset_of)
                losses[which].append(value)
                bar.update()
    return Check(
        part.name,
        losses[honest.START],
        losses[honest.BEST],
        found.history[0].best,
        found.history[0].best if best is None else best.best,
        part.unseen,
        otherwise=honest.otherwise(found.start),
    )
