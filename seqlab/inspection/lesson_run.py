"""A run as lessons see it: its settings and what it came to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection.baselines import losses_to_beat
from seqlab.network.plan import plan
from seqlab.network.shapes import links
from seqlab.workshop.numbers import results
from seqlab.workshop.rules import LessonRun


def lesson_run(
    run: str,
    status: str,
    experiment: Experiment,
    dataset: Dataset | None,
    curves: Mapping[str, NDArray[np.float64]],
    seconds: float | None = None,
) -> LessonRun:
    """What rules and texts of a lesson may ask of a run.

    Args:
        run: its id.
        status: as the run store calls it.
        experiment: what was trained.
        dataset: its data; `None` if they are no longer kept.
        curves: (epochs,) "loss" and "val_loss", and "val_accuracy" for classes.
        seconds: of the training.
    """
    settings = experiment.to_flat()
    baseline = scale = parameters = timesteps = None
    if dataset is not None:
        planned = plan(experiment, dataset.frame)
        baseline = next(iter(losses_to_beat(experiment, dataset).items()), None)
        parameters = sum(link.parameters for link in links(planned))
        timesteps = dataset.timesteps
        if planned.loss == "mean_squared_error" and dataset.goal.kind == "value":
            scale = dataset.target_unit
    accuracy = curves.get("val_accuracy")
    numbers = results(
        curves["loss"],
        curves["val_loss"],
        settings,
        baseline=baseline,
        val_accuracy=accuracy if accuracy is not None and np.isfinite(accuracy).any() else None,
        scale=scale,
        parameters=parameters,
        timesteps=timesteps,
        seconds=seconds,
    )
    return LessonRun(run, settings, status, numbers)
