"""An experiment as a Keras model and a Keras optimizer, exactly as a plain script makes them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from seqlab.cells import CELLS
from seqlab.experiment import Training
from seqlab.fitting.losses import LOSSES
from seqlab.fitting.optimizers import KNOBS
from seqlab.network.plan import L2, Part, Plan, Start
from seqlab.training.keras_seeds import private_seeds

OPTIMIZERS = {name: getattr(keras.optimizers, name) for name in KNOBS}


def build(planned: Plan) -> keras.Model:
    """The network of a plan with its initial weights.

    The layers are those of `seqlab.network.plan`: recurrent ones are called "lstm_0", "gru_1", ...
    and the Dense layer at the end "head". The weights depend on `experiment.training.seed` alone
    and are those of a script that calls `keras.utils.set_random_seed(seed)` before it makes the
    same layers, whatever other threads draw (see `keras_seeds`).

    Args:
        planned: `seqlab.network.plan.plan` of an experiment.

    Returns:
        A model (batch, timesteps, features), or (batch, timesteps) for tokens, -> (batch, outputs)
        or (batch, steps, outputs). With teacher forcing it has a second input (batch, steps), the
        target's classes one step late: `late`.
    """
    with private_seeds(planned.experiment.training.seed):
        model = _functional(planned) if planned.decoder else _sequential(planned)
    for start in planned.starts:
        layer = planned.experiment.layers[start.index]
        _begin(model, layer.cell, layer.units, start, planned)
    return model


def _sequential(planned: Plan) -> keras.Model:
    return keras.Sequential([_layer(part) for part in planned.encoder])


def _functional(planned: Plan) -> keras.Model:
    """An encoder whose last states are the decoder's first ones."""
    source = output = _layer(planned.encoder[0])
    for part in planned.encoder[1:]:
        output = _layer(part)(output)
    states = list(output[1:])
    if planned.encoder[-1].bidirectional:  # of each direction; side by side they are the decoder's
        half = len(states) // 2
        states = [
            keras.layers.Concatenate(name=f"state_{i}")([states[i], states[half + i]])
            for i in range(half)
        ]
    target = output = _layer(planned.decoder[0])
    for part in planned.decoder[1:]:
        layer = _layer(part)
        output = layer(output, initial_state=states) if part.role == "recurrent" else layer(output)
    return keras.Model([source, target], output)


def _layer(part: Part) -> Any:  # noqa: ANN401 (a layer, or the symbol of an input)
    """The Keras layer of a part, or its symbolic input."""
    keywords = {
        name: keras.regularizers.L2(value.factor) if isinstance(value, L2) else value
        for name, value in part.keywords
    }
    if part.kind == "Input":
        return keras.Input(*part.positional, name=part.name, **keywords)
    layer = (
        CELLS[part.kind].layer() if part.role == "recurrent" else getattr(keras.layers, part.kind)
    )
    if part.bidirectional:
        # It copies the layer by its registered name, which an exported script that was run in this
        # process has given to a class of its own.
        with keras.saving.custom_object_scope({keras.saving.get_registered_name(layer): layer}):
            return keras.layers.Bidirectional(layer(*part.positional, **keywords), name=part.name)
    return layer(*part.positional, name=part.name, **keywords)


def _begin(model: keras.Model, cell: str, units: int, start: Start, planned: Plan) -> None:
    """Sets what Keras has no argument for."""
    (name,) = [p.name for p in planned.parts if p.role == "recurrent" and p.index == start.index]
    for _, layer in directions(model.get_layer(name)):
        if start.recurrent_scale != 1:
            kernel = layer.cell.recurrent_kernel
            kernel.assign(start.recurrent_scale * kernel)
        if start.forget_bias is not None:
            block, bias = CELLS[cell].forget_block, layer.cell.bias.numpy()
            assert block is not None
            bias[block * units : (block + 1) * units] = start.forget_bias
            layer.cell.bias.assign(bias)


def loss(planned: Plan, reduction: str = "mean_with_sample_weight") -> keras.losses.Loss:
    """The loss of a network. A cross-entropy takes logits unless the head has an activation.

    It is the mean over what counts: Keras' default would divide by the steps of weight 0 as well,
    and a network that only guesses would seem to beat its baseline.
    """
    record = LOSSES[planned.loss]
    keywords = {"from_logits": planned.from_logits} if record.entropy else {}
    keras_loss: keras.losses.Loss = getattr(keras.losses, record.keras)(
        reduction=reduction, **keywords
    )
    return keras_loss


def late(classes: NDArray[np.integer]) -> NDArray[np.int32]:
    """What a decoder with teacher forcing reads: (n, steps) classes, one step late.

    Class 0, the padding, stands before the first one.
    """
    shifted = np.zeros(classes.shape, np.int32)
    shifted[:, 1:] = classes[:, :-1]
    return shifted


def optimizer(training: Training) -> keras.optimizers.Optimizer:
    """A fresh optimizer. `clipnorm` clips the gradient of each weight on its own, as in Keras."""
    return OPTIMIZERS[training.optimizer](
        learning_rate=training.learning_rate,
        clipnorm=training.clipnorm,
        clipvalue=training.clipvalue,
        **training.knobs,
    )


def weights(model: keras.Model) -> list[tuple[str, keras.Variable]]:
    """The weights by name, in Keras' order: ("lstm_0/kernel", variable), ..., "head/bias".

    Those of a `Bidirectional` are called "lstm_0/forward/kernel" and "lstm_0/backward/kernel".
    """
    return [
        (f"{layer.name}{direction}/{variable.name}", variable)
        for layer in model.layers
        for direction, part in directions(layer)
        for variable in part.weights
    ]


def directions(layer: keras.Layer) -> list[tuple[str, keras.Layer]]:
    """The two layers of a `Bidirectional` as "/forward" and "/backward"; else the layer as ""."""
    if isinstance(layer, keras.layers.Bidirectional):
        return [("/forward", layer.forward_layer), ("/backward", layer.backward_layer)]
    return [("", layer)]
