"""A stranger's Keras model in the words of the lens, and whether the lens gives Keras' numbers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from seqlab.cells import CELLS
from seqlab.training.keras_safety import ModelError

TOLERANCE = 1e-4  # how far the lens may be from Keras, of numbers near 1
TRIED = 2, 12  # sequences and steps of the random input with which that is looked at
OPTIONS = ("activation", "recurrent_activation", "go_backwards", "reset_after")


def described(model: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401
    """The weights of a model by name, as in a snapshot, and what the page must know.

    Raises:
        ModelError: if it has no recurrent layer, or one that nobody here can look into.
    """
    import keras

    from seqlab.training import build
    from seqlab.training.inspect import recurrent_layers

    try:
        recurrent = recurrent_layers(model)
    except ValueError as error:
        if any(_recurrent(layer) is not None for layer in model.layers):
            raise ModelError(str(error)) from error
        raise ModelError(f"This model has no layer to look into ({', '.join(CELLS)}).") from error
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    try:
        inputs = [_input(model, symbol) for symbol in model.inputs]
    except AttributeError as error:
        raise ModelError(
            "This model does not say what it reads: begin it with keras.Input, or call it once "
            "before it is saved."
        ) from error
    ends = [layer for layer in layers if _recurrent(layer) is not None]
    masked = any(
        isinstance(layer, keras.layers.Masking) or getattr(layer, "mask_zero", False)
        for layer in layers
    )
    about = {
        "layers": [
            {
                "name": layer.name,
                "kind": type(layer).__name__,
                "parameters": layer.count_params(),
                "output": _shape(layer),
            }
            for layer in layers
        ],
        "recurrent": {
            name: {"cell": type(layer).__name__, "units": layer.units}
            for name, layer in recurrent.items()
        },
        "architecture": {
            "layers": {layer.name: _options(layer) for layer in layers},
            "sequences": bool(ends and _recurrent(ends[-1]).return_sequences),
            "masked": masked,
        },
        "inputs": inputs,
    }
    arrays = {name: variable.numpy() for name, variable in build.weights(model)}
    about["differs"] = _difference(model, arrays, about)
    return arrays, about


def _input(model: Any, symbol: Any) -> dict[str, Any]:  # noqa: ANN401
    """Name, timesteps, features and vocabulary of one input."""
    import keras

    shape = symbol.shape
    reads = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Embedding) and _source(layer) is symbol
    ]
    return {
        "name": str(symbol.name),
        "timesteps": shape[1] if len(shape) > 1 else None,
        "features": 1 if reads or len(shape) < 3 else shape[-1],
        "vocabulary": int(reads[0].input_dim) if reads else 0,
        "rank": len(shape),
    }


def _source(layer: Any) -> Any:  # noqa: ANN401
    """The symbol that a layer reads, without its mask; `None` for several."""
    import keras

    try:
        return keras.tree.flatten(layer.input)[0]
    except (AttributeError, ValueError):  # it is used more than once
        return None


def _shape(layer: Any) -> list[int | None]:  # noqa: ANN401
    try:
        return list(layer.output.shape)
    except (AttributeError, ValueError):  # several outputs
        return []


def _difference(model: Any, arrays: dict[str, Any], told: dict[str, Any]) -> str:  # noqa: ANN401
    """Why the lens does not show this model; "" if it gives Keras' numbers on a random input."""
    import keras

    from seqlab.lens.architecture import Architecture
    from seqlab.lens.forward import forward
    from seqlab.lens.stack import LensError, stack
    from seqlab.training import private_keras
    from seqlab.training.inspect import gates

    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    chain = len(model.inputs) == 1 == len(model.outputs)
    for before, after in itertools.pairwise(layers):
        chain = chain and private_keras.maker_of(_source(after)) is before
    if not chain:
        return "It is no chain of layers, one after the other."
    (read,) = told["inputs"]
    try:
        network = stack(arrays, Architecture(**told["architecture"]))
        for seed in (0, 1):
            x = _random(read, seed, padded=network.masked and seed == 1)
            mask = (x == 0) if read["vocabulary"] else (x == 0).all(axis=-1)
            passage = forward([network], x, ~mask)
            for name, trace in gates(model, x).items():
                for gate, array in trace.items():
                    if not np.allclose(passage.traces[name][gate][0], array, TOLERANCE, TOLERANCE):
                        return f"Its equations differ from Keras' in {name}."
            answer = np.asarray(model(x, training=False))
            ours = passage.outputs[0] if answer.ndim == 3 else passage.answers[0]
            if not np.allclose(ours, answer, TOLERANCE, TOLERANCE):
                return "Its layers behind the last recurrent one are not followed."
    except LensError as error:
        return str(error)
    except Exception:  # noqa: BLE001  a layer that the lens does not know breaks it in any way
        return "It has layers that the lens does not know."
    return ""


def _random(read: dict[str, Any], seed: int, padded: bool) -> Any:  # noqa: ANN401
    """Sequences to try a model with, (2, timesteps, features), or tokens (2, timesteps)."""
    draw = np.random.default_rng(seed)
    count, steps = TRIED[0], read["timesteps"] or TRIED[1]
    if read["vocabulary"]:
        x = draw.integers(min(1, read["vocabulary"] - 1), read["vocabulary"], (count, steps))
    else:
        x = draw.normal(size=(count, steps, read["features"])).astype(np.float32)
    if padded:
        x[0, (steps + 1) // 2 :] = 0
    return x


def _recurrent(layer: Any) -> Any:  # noqa: ANN401 (Keras is not imported at the top)
    """The recurrent layer that a layer is, or the forward one of a `Bidirectional`."""
    inner = getattr(layer, "forward_layer", layer)
    return inner if type(inner).__name__ in CELLS else None


def _options(layer: Any) -> dict[str, Any]:  # noqa: ANN401
    """What the lens cannot tell from the shapes of a layer's weights."""
    recurrent = _recurrent(layer)
    config = (recurrent or getattr(layer, "layer", layer)).get_config()
    options = {name: config[name] for name in OPTIONS if isinstance(config.get(name), str | bool)}
    return options if recurrent is None else options | {"cell": type(recurrent).__name__}
