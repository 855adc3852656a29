"""What is wrong or unwise before training, in words, each with a one-click fix."""

from __future__ import annotations

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment, Finding, Recurrent


def diagnose(experiment: Experiment, dataset: Dataset | None = None) -> list[Finding]:
    """Findings about an experiment and its data, the gravest first.

    Args:
        experiment: what is about to be trained.
        dataset: its data, if it could be loaded; some findings need it.
    """
    findings = _time_axis(experiment)
    if dataset is not None:
        findings += _data(experiment, dataset)
    order = {"error": 0, "warning": 1, "hint": 2}
    return sorted(findings, key=lambda finding: order[finding.level])


def with_layer(experiment: Experiment, index: int, **changes: object) -> Experiment:
    """The experiment with some values of one layer changed."""
    layers = list(experiment.layers)
    layers[index] = Recurrent.model_validate(layers[index].model_dump() | changes)
    return experiment.model_copy(update={"layers": tuple(layers)})


def _time_axis(experiment: Experiment) -> list[Finding]:
    """A layer needs the time axis exactly when a recurrent layer follows.

    Keras raises "expected ndim=3, found ndim=2" in the first case (keras-team/keras#2721, #3522)
    and, with a single target, silently broadcasts the loss in the second.
    """
    found = []
    last = len(experiment.layers) - 1
    for i, layer in enumerate(experiment.layers):
        if i < last and not layer.return_sequences:
            found.append(
                Finding(
                    "error",
                    "return_sequences_between_layers",
                    f"Layer {i + 1} hands over only its last state, shape (None, {layer.units}), "
                    f"but layer {i + 2} is recurrent and needs one state per time step. "
                    f"Turn on return_sequences in layer {i + 1}.",
                    with_layer(experiment, i, return_sequences=True),
                    f"Turn on return_sequences in layer {i + 1}",
                )
            )
    if experiment.layers[last].return_sequences:
        found.append(
            Finding(
                "error",
                "return_sequences_before_single_target",
                f"Layer {last + 1} hands over a state for every time step, so the network would "
                f"make a prediction at every step, but there is one target per window. "
                f"Turn off return_sequences in layer {last + 1}.",
                with_layer(experiment, last, return_sequences=False),
                f"Turn off return_sequences in layer {last + 1}",
            )
        )
    return found


def _data(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    found = [Finding("warning", "data_note", note) for note in dataset.notes]
    train = len(dataset.train)
    if dataset.timesteps == 1:
        found.append(
            Finding(
                "warning",
                "one_timestep",
                "The window is a single step, so there is nothing to remember: "
                "a recurrent layer here is an ordinary dense layer.",
            )
        )
    if experiment.training.batch_size > train:
        training = experiment.training.model_copy(update={"batch_size": train})
        found.append(
            Finding(
                "hint",
                "batch_larger_than_data",
                f"The batch size {experiment.training.batch_size} is larger than the "
                f"{train} training windows: each epoch is a single step.",
                experiment.model_copy(update={"training": training}),
                f"Use a batch size of {train}",
            )
        )
    if train > 1 and float(dataset.y[dataset.train].std()) == 0:
        found.append(
            Finding(
                "warning",
                "constant_target",
                f"The target {dataset.target!r} is constant in the training part: "
                "there is nothing to learn from it.",
            )
        )
    return found
