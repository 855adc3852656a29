"""The class is the experiment: what all runs of a room say together, without names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from seqlab.experiment import Experiment, Training

RESULTS = {
    "best_val_loss": "best val_loss",
    "against_baseline": "best val_loss / baseline",
    "best_epoch": "best epoch",
    "epochs_trained": "epochs trained",
    "seconds": "seconds",
}
LEAST_SEEDS = 3  # of one experiment, for a band
_OWN = ("run", "learner", "status", "baseline", *RESULTS)


@dataclass(frozen=True)
class ClassRun:
    """An ended run of a room.

    Attributes:
        run: its id.
        learner: the nickname.
        experiment: what was trained.
        status: as the run store calls it.
        best_val_loss: the lowest; `None` without one.
        best_epoch: its epoch.
        epochs_trained: how many there were.
        seconds: of the training; `None` if it never began.
        baseline: the loss of the best rule without a network, `None` if it cannot be compared.
    """

    run: str
    learner: str
    experiment: Experiment
    status: str
    best_val_loss: float | None = None
    best_epoch: int | None = None
    epochs_trained: int = 0
    seconds: float | None = None
    baseline: float | None = None


def table(runs: Sequence[ClassRun]) -> pd.DataFrame:
    """A row a run: settings by their widget keys, and the results.

    Example:
        >>> found = table([ClassRun("a", "Ada", Experiment(), "finished", 0.3, baseline=0.6)])
        >>> print(found.loc[0, "units_0"], found.loc[0, "against_baseline"])
        16 0.5
    """
    rows = []
    for run in runs:
        best, baseline = run.best_val_loss, run.baseline
        share = best / baseline if best is not None and baseline else np.nan
        own: dict[str, Any] = {"run": run.run, "learner": run.learner, "status": run.status}
        own |= run.experiment.to_flat()
        own |= {"best_val_loss": np.nan if best is None else best, "against_baseline": share}
        own |= {"best_epoch": np.nan if run.best_epoch is None else run.best_epoch}
        own |= {"epochs_trained": run.epochs_trained, "baseline": baseline}
        own |= {"seconds": np.nan if run.seconds is None else run.seconds}
        rows.append(own)
    # As objects, or pandas would make NaN of a setting that is off and floats of its whole numbers.
    frame = pd.DataFrame(rows, dtype=object)
    measured = {name: np.float64 for name in ("baseline", *RESULTS) if name in frame}
    return frame.astype(measured)


def comparable(runs: Sequence[ClassRun]) -> dict[str, list[ClassRun]]:
    """Runs whose losses measure the same, the largest group first, by a name.

    Losses measure the same on the same data, with the same head and loss.
    """
    groups: dict[tuple[object, ...], list[ClassRun]] = {}
    for run in runs:
        experiment = run.experiment
        key = (experiment.data, experiment.network.head, experiment.training.loss)
        groups.setdefault(key, []).append(run)
    by_name: dict[str, list[ClassRun]] = {}
    for group in sorted(groups.values(), key=len, reverse=True):
        data = group[0].experiment.data
        name = f"{data.source}, window {data.window}, horizon {data.horizon}"
        number = sum(other.startswith(name) for other in by_name)
        by_name[f"{name} ({number + 1})" if number else name] = group
    return by_name


def varied(runs: pd.DataFrame) -> list[str]:
    """The settings that are not the same in all runs of `table`, in their order."""
    return [
        name
        for name in runs.columns
        if name not in _OWN and len({repr(value) for value in runs[name]}) > 1
    ]


def together(runs: Sequence[ClassRun]) -> str:
    """What the class has reached, in one line; of runs that can be compared.

    Example:
        >>> together([ClassRun("a", "Ada", Experiment(), "finished", 0.3, baseline=0.6)])
        'Together we beat the baseline by 50% (0.3 against 0.6), in 1 run.'
    """
    losses = [run.best_val_loss for run in runs if run.best_val_loss is not None]
    baseline = next((run.baseline for run in runs if run.baseline), None)
    count = f"{len(runs)} run{'' if len(runs) == 1 else 's'}"
    if not losses:
        return f"{count}, and no result yet."
    best = min(losses)
    if baseline is None:
        return f"The best of {count} has a val_loss of {best:.3g}."
    numbers = f"({best:.3g} against {baseline:.3g})"
    if best >= baseline:
        return f"Nobody has beaten the baseline yet {numbers}, in {count}."
    share = 1 - best / baseline
    sentence = f"Together we beat the baseline by {share:.0%} {numbers}, in {count}"
    if len(runs) == 1:
        return f"{sentence}."
    below = sum(loss < baseline for loss in losses)
    verb = "run is" if below == 1 else "runs are"
    return f"{sentence}; {below} {verb} below it."


def seed_groups(runs: Sequence[ClassRun]) -> list[list[ClassRun]]:
    """Runs that are the same but for the seed, one a seed, the largest group first."""
    groups: dict[Experiment, dict[int, ClassRun]] = {}
    for run in runs:
        training = run.experiment.training
        same = training.model_copy(update={"seed": Training().seed})
        key = run.experiment.model_copy(update={"training": same})
        groups.setdefault(key, {})[training.seed] = run  # the last one of a seed
    large = [list(group.values()) for group in groups.values() if len(group) >= LEAST_SEEDS]
    return sorted(large, key=len, reverse=True)
