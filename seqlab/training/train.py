"""Training in this process, for notebooks and tests: `seqlab.train(experiment)`."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment
from seqlab.training.build import build
from seqlab.training.fit import Epoch, Status, fit
from seqlab.training.job import due
from seqlab.training.program import Floats, Program


@dataclass(frozen=True)
class Result:
    """A finished training.

    Attributes:
        history: "loss" and "val_loss", one value an epoch, as in Keras' History.
        model: the network with the final weights.
        snapshots: by epoch, the weights by name and the scaled validation "prediction".
        status: "finished", or "diverged" when a loss became NaN or infinite.
        message: a sentence about that, or "".
    """

    history: dict[str, list[float]]
    model: keras.Model
    snapshots: dict[int, dict[str, Floats]]
    status: Status
    message: str


def train(experiment: Experiment, dataset: Dataset | None = None) -> Result:
    """Trains an experiment and returns when it is done.

    Example:
        >>> result = train(Experiment())
        >>> result.history["val_loss"][-1]

    Args:
        experiment: what to train.
        dataset: its data; by default those that the experiment names.
    """
    if dataset is None:
        from seqlab.data.load import load

        dataset = load(experiment)
    history: dict[str, list[float]] = {"loss": [], "val_loss": []}
    snapshots: dict[int, dict[str, Floats]] = {}

    def on_epoch(epoch: Epoch, program: Program) -> None:
        if epoch.loss is not None:
            history["loss"].append(epoch.loss)
        if epoch.number and epoch.val_loss is not None:
            history["val_loss"].append(epoch.val_loss)
        kept = max(snapshots, default=-1)
        if due(epoch.number, kept, experiment.training.epochs) and epoch.finite:
            snapshots[epoch.number] = program.weights() | {"prediction": epoch.prediction}

    outcome, program = fit(experiment, dataset, on_epoch)
    # The program is used again by the next training: the result takes a model of its own.
    model = build(experiment, Frame.of(dataset))
    model.set_weights(program.model.get_weights())
    return Result(history, model, snapshots, outcome.status, outcome.message)
