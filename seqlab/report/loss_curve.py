"""The losses of a run by epoch, with the baseline to beat, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import plotly.graph_objects as go

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.figures import learning
from seqlab.figures.learning import Ghost
from seqlab.figures.thin import MOST_POINTS
from seqlab.inspection.baselines import losses_to_beat
from seqlab.inspection.words import beside, in_units
from seqlab.network.plan import plan
from seqlab.runs.records import Metrics

BALANCED = "The training loss counts all classes alike, the val_loss all targets."
TITLES = {"sparse categorical crossentropy": "cross-entropy (nats)"}


@dataclass(frozen=True)
class LossCurve:
    """A picture and what it says.

    Attributes:
        figure: draws it.
        sentence: what it shows.
        around: all that the picture depends on beside the losses of runs.
    """

    figure: Callable[[], go.Figure]
    sentence: str
    around: Hashable


def loss_curve(
    experiment: Experiment,
    dataset: Dataset | None,
    metrics: Metrics,
    epochs: int,
    baseline: tuple[str, float] | None = None,
    ghosts: Sequence[Ghost] = (),
    most: int = MOST_POINTS,
) -> LossCurve:
    """Loss by epoch as a picture, and a sentence.

    Args:
        experiment: what was trained, or would be.
        dataset: its data, if they are there.
        metrics: its losses.
        epochs: how many epochs the run will have.
        baseline: the rule to beat, for data that are gone.
        ghosts: earlier runs.
        most: epochs of a curve that are drawn.
    """
    title, others, measured_alike = "loss", {}, False
    if dataset is not None:
        others = losses_to_beat(experiment, dataset)
        # Earlier versions noted the first rule, not the best one.
        baseline = next(iter(others.items()), None)
        planned = plan(experiment, dataset.frame)
        title, measured_alike = planned.loss.replace("_", " "), planned.measured_alike
    others = {name: level for name, level in others.items() if (name, level) != baseline}
    title = TITLES.get(title, title)
    losses = metrics.epoch, metrics.loss, metrics.val_loss
    figure = partial(learning.loss, *losses, baseline, epochs, title, others, ghosts, most)
    sentence = _sentence(metrics, baseline)
    # Of a val_loss, or of a rule before there is one.
    is_best = metrics.best is not None or not np.isfinite(metrics.loss).any()
    if is_best and dataset is not None and measured_alike:
        val_loss = None if metrics.best is None else float(metrics.val_loss[metrics.best])
        sentence += in_units(dataset, val_loss, baseline)
    by_class = dataset is not None and dataset.goal.kind == "class"
    if by_class and experiment.training.class_weight == "balanced":
        sentence += f" {BALANCED}"
    return LossCurve(figure, sentence, (baseline, epochs, title, *others.items()))


def _sentence(metrics: Metrics, baseline: tuple[str, float] | None) -> str:
    epoch, loss, val_loss, best = metrics.epoch, metrics.loss, metrics.val_loss, metrics.best
    if best is None:
        if np.isfinite(loss).any():
            lowest = int(np.nanargmin(loss))
            text = f"Lowest loss {loss[lowest]:.3g} in epoch {epoch[lowest]}, of the training part"
            return f"{text}: there is no val_loss."
        if baseline is None:
            return "The loss of each epoch will appear here."
        return f"Best baseline: {baseline[0]}, with a loss of {baseline[1]:.3g}."
    text = f"Best val_loss {val_loss[best]:.3g} in epoch {epoch[best]}"
    if baseline is None or baseline[1] == 0:
        return f"{text}."
    verdict = beside(val_loss[best] / baseline[1], "below", "above")
    return f"{text}, {verdict} {baseline[0]} ({baseline[1]:.3g})."
