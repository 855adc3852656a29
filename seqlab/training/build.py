"""An experiment as a Keras model and a Keras optimizer, exactly as a plain script makes them."""

from __future__ import annotations

import random
from typing import get_args

import keras

from seqlab.choices import Optimizer
from seqlab.experiment import Experiment, Training

RECURRENT = {
    "SimpleRNN": keras.layers.SimpleRNN,
    "LSTM": keras.layers.LSTM,
    "GRU": keras.layers.GRU,
}
OPTIMIZERS = {name: getattr(keras.optimizers, name) for name in get_args(Optimizer)}


def build(experiment: Experiment, timesteps: int, features: int, outputs: int) -> keras.Model:
    """The network of an experiment with its initial weights.

    Recurrent layers are called "lstm_0", "gru_1", ...; a linear Dense layer "head" comes last.
    The weights depend on `experiment.training.seed` alone and are those of a script that calls
    `keras.utils.set_random_seed(seed)` before it makes the same layers: Keras draws the seed of
    every initializer from Python's `random`, whose state is put back afterwards.

    Args:
        experiment: layers and seed.
        timesteps: steps of one input sequence.
        features: values at each step.
        outputs: values predicted for each sequence.

    Returns:
        A model (batch, timesteps, features) -> (batch, outputs).
    """
    state = random.getstate()
    random.seed(experiment.training.seed)
    try:
        model = keras.Sequential([keras.Input((timesteps, features))])
        for i, layer in enumerate(experiment.layers):
            model.add(
                RECURRENT[layer.cell](
                    layer.units,
                    return_sequences=layer.return_sequences,
                    name=f"{layer.cell.lower()}_{i}",
                )
            )
        model.add(keras.layers.Dense(outputs, name="head"))
        return model
    finally:
        random.setstate(state)


def optimizer(training: Training) -> keras.optimizers.Optimizer:
    """A fresh optimizer. `clipnorm` clips the gradient of each weight on its own, as in Keras."""
    return OPTIMIZERS[training.optimizer](
        learning_rate=training.learning_rate,
        clipnorm=training.clipnorm,
        clipvalue=training.clipvalue,
        **training.knobs,
    )


def weights(model: keras.Model) -> list[tuple[str, keras.Variable]]:
    """The weights by name, in Keras' order: ("lstm_0/kernel", variable), ..., "head/bias"."""
    return [
        (f"{layer.name}/{variable.name}", variable)
        for layer in model.layers
        for variable in layer.weights
    ]
