"""Experiments with something changed."""

from __future__ import annotations

from seqlab.experiment import Data, Experiment, Network, Recurrent, Training


def with_data(experiment: Experiment, **changes: object) -> Experiment:
    """The experiment with some values of its data changed."""
    data = Data.model_validate(experiment.data.model_dump() | changes)
    return experiment.model_copy(update={"data": data})


def with_layer(experiment: Experiment, index: int, **changes: object) -> Experiment:
    """The experiment with some values of one layer changed."""
    layers = list(experiment.layers)
    layers[index] = Recurrent.model_validate(layers[index].model_dump() | changes)
    return experiment.model_copy(update={"layers": tuple(layers)})


def with_layers(experiment: Experiment, **changes: object) -> Experiment:
    """The experiment with the same values of all layers changed."""
    for index in range(len(experiment.layers)):
        experiment = with_layer(experiment, index, **changes)
    return experiment


def with_network(experiment: Experiment, **changes: object) -> Experiment:
    """The experiment with another head, embedding or masking."""
    network = Network.model_validate(experiment.network.model_dump() | changes)
    return experiment.model_copy(update={"network": network})


def with_training(experiment: Experiment, **changes: object) -> Experiment:
    """The experiment with some values of its training changed."""
    training = Training.model_validate(experiment.training.model_dump() | changes)
    return experiment.model_copy(update={"training": training})
