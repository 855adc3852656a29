"""Training in this process, for notebooks and tests: `seqlab.train(experiment)`."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.training.build import build
from seqlab.training.fit import fit
from seqlab.training.job import due
from seqlab.training.listener import Epoch, Listener, Status
from seqlab.training.program import Floats, Program
from seqlab.training.state import TrainingState


@dataclass(frozen=True)
class Result:
    """A finished training.

    Attributes:
        history: "loss", "val_loss" and for classes "accuracy", "val_accuracy", one value an epoch,
            as in Keras' History.
        model: the network with the final weights.
        snapshots: by epoch, the weights by name and the validation "prediction", scaled or logits.
        status: "finished", or "diverged" when a loss became NaN or infinite.
        message: a sentence about that, or "".
        state: from which training can go on.
        experiment: what was trained.
        dataset: its data.
    """

    history: dict[str, list[float]]
    model: keras.Model
    snapshots: dict[int, dict[str, Floats]]
    status: Status
    message: str
    state: TrainingState
    experiment: Experiment
    dataset: Dataset

    @property
    def best_epoch(self) -> int:
        """The one with the lowest val_loss, or lowest loss without a validation part; else 0.

        Counted from the very start. Its weights are among `snapshots`, unless it is from before
        the training went on.
        """
        return self.state.best_epoch


def train(
    experiment: Experiment,
    dataset: Dataset | None = None,
    start: TrainingState | None = None,
    epochs: int | None = None,
) -> Result:
    """Trains an experiment and returns when it is done.

    Example:
        >>> from seqlab.experiment import Training
        >>> result = train(Experiment(training=Training(epochs=2)))
        >>> len(result.history["val_loss"]), sorted(result.snapshots)
        (2, [0, 1, 2])

    Args:
        experiment: what to train.
        dataset: its data; by default those that the experiment names.
        start: the state of an earlier result of this experiment, to go on from there.
        epochs: the last epoch, counted from the very start; by default the experiment's.

    Raises:
        DataError: if no dataset is given and none can be made.
        ValueError: if `start` belongs to another network, or Keras refuses this one: see
            `seqlab.diagnose`.
    """
    if dataset is None:
        from seqlab.data.load import load

        dataset = load(experiment)
    memory = _Memory(experiment.training.epochs)
    outcome, program = fit(experiment, dataset, memory, start=start, epochs=epochs)
    # The program is used again by the next training: the result takes a model of its own.
    model = build(program.plan)
    model.set_weights(program.model.get_weights())
    memory.snapshots[outcome.epochs] = program.weights() | {"prediction": outcome.prediction}
    if (best := outcome.best) is not None and best.prediction is not None:
        weights = program.weights(best.variables)
        memory.snapshots.setdefault(best.epoch, weights | {"prediction": best.prediction})
    return Result(
        memory.history,
        model,
        dict(sorted(memory.snapshots.items())),
        outcome.status,
        outcome.message,
        outcome.state,
        experiment,
        dataset,
    )


class _Memory(Listener):
    """Keeps history and snapshots."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self.history: dict[str, list[float]] = {"loss": [], "val_loss": []}
        self.snapshots: dict[int, dict[str, Floats]] = {}

    def epoch(self, epoch: Epoch, program: Program) -> None:
        """Takes in one epoch; the first call is the network as it was before."""
        if epoch.loss is not None:
            losses = {"loss": epoch.loss, "val_loss": epoch.val_loss}
            for name, value in (losses | epoch.metrics).items():
                if value is not None:
                    self.history.setdefault(name, []).append(value)
        newest = max(self.snapshots, default=-1)
        if due(epoch.number, newest, self._epochs) and epoch.finite:
            self.snapshots[epoch.number] = program.weights() | {"prediction": epoch.prediction}
