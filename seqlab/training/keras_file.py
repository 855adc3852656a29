"""Keras' own files: a trained network as `.keras`, and a stranger's file as plain arrays.

Runs in a process of its own (`python -m seqlab.training.keras_file ORDER FOLDER`), which
`seqlab.runs.keras_process` starts: the web process never imports Keras, and a file that does harm
does it to a process that has nothing and is ended after a while.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from seqlab.cells import CELLS

# Layers of Keras that run code or read files of their own.
REFUSED = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer", "JaxLayer"}
REFUSED |= {"TextVectorization", "StringLookup", "IntegerLookup"}
CODE = {"Lambda", "__lambda__", "function", "__function__"}
# Where the classes in a file may come from: nothing that could fetch, read or run anything.
MODULES = {"", "keras.layers", "keras.initializers", "keras.regularizers", "keras.constraints"}
MODULES |= {"keras.activations"}
OPERATIONS = "keras.src.ops."  # what a functional model computes between its layers, as a mask
MODELS = {"Sequential", "Functional", "Model", "DTypePolicy"}  # of these modules:
MODEL_MODULES = {"keras", "keras.models", "keras.src.models.functional"}
NOT_LOADED = ("compile_config", "build_config")  # the model is opened without its optimizer
HDF5 = b"\x89HDF\r\n\x1a\n"  # how an .h5 file begins
NEITHER = "This is neither a .keras nor an .h5 file: save it with `model.save('mine.keras')`."
OURS = "Received an invalid value"  # how a sentence of `seqlab.training.inspect` begins
TOLERANCE = 1e-4  # how far the lens may be from Keras, of numbers near 1
TRIED = 2, 12  # sequences and steps of the random input with which that is looked at
NEEDED = {"config.json", "metadata.json", "model.weights.h5"}
MAX_CONFIG, MAX_UNPACKED = 2**20, 2**28  # bytes
MEMORY = 6 * 2**30  # bytes of address space; TensorFlow alone maps some three
NICENESS = 10  # pages and trainings come first
OPTIONS = ("activation", "recurrent_activation", "go_backwards", "reset_after")


class ModelError(ValueError):
    """Why a file is not opened, in a sentence for the user."""


def save(folder: Path) -> None:
    """Reads `request.json` (experiment, frame) and `weights.npz`, writes `model.keras`.

    The model is compiled as in the playground, so that it can be trained further.
    """
    from seqlab.data.frame import Frame
    from seqlab.experiment import Experiment
    from seqlab.network.plan import plan
    from seqlab.training import build

    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    experiment = Experiment.from_json(request["experiment"])
    planned = plan(experiment, Frame(**request["frame"]))
    model = build.build(planned)
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        for name, variable in build.weights(model):
            variable.assign(arrays[name])
    model.compile(build.optimizer(experiment.training), build.loss(planned))
    model.save(folder / "model.keras")


def read(folder: Path) -> None:
    """Reads `model.keras`, writes `weights.npz` and `model.json`, or `refused.txt`."""
    try:
        arrays, told = described(load(folder / "model.keras"))
    except ModelError as error:
        (folder / "refused.txt").write_text(str(error), encoding="utf-8")
        return
    np.savez(folder / "weights.npz", **arrays)
    (folder / "model.json").write_text(json.dumps(told), encoding="utf-8")


def look(folder: Path) -> None:
    """Reads `model.keras` and `x.npz`, writes `gates.npz`, or `refused.txt`: Keras' own numbers.

    The arrays of `gates.npz` are called "layer name|gate", each (timesteps, units) of the first
    sequence; "layer name|gradient" is the length of the gradient of the first output, summed over
    its steps, with respect to the hidden state, (timesteps,), for models with one input; and
    "answer" is what the model gives.
    """
    from seqlab.training.inspect import gates, gradients

    try:
        model = load(folder / "model.keras")
        with np.load(folder / "x.npz", allow_pickle=False) as file:
            x = [file[name] for name in sorted(file.files)]
        given = x if len(x) > 1 else x[0]
        found = {
            f"{name}|{gate}": array[0]
            for name, trace in gates(model, given).items()
            for gate, array in trace.items()
        }
        answers = model(given, training=False)
        answer = np.asarray(answers[0] if isinstance(answers, list | tuple) else answers)
        found["answer"] = answer[0]
        if len(x) == 1 and len(model.outputs) == 1:
            for name, flow in gradients(model, given, np.zeros_like(answer), _first_output).items():
                found[f"{name}|gradient"] = flow.hidden_norm[0]
    except Exception as error:  # noqa: BLE001  whatever a stranger's model does
        ours = isinstance(error, ModelError) or str(error).startswith(OURS)
        sentence = str(error) if ours else "Keras cannot run this model on this sequence."
        (folder / "refused.txt").write_text(sentence, encoding="utf-8")
        return
    np.savez(folder / "gates.npz", **found)


def _first_output(_: Any, output: Any) -> Any:  # noqa: ANN401 (tensors)
    """A loss whose gradient is that of the first output."""
    import keras

    return keras.ops.sum(output[..., 0])


def load(path: Path) -> Any:  # noqa: ANN401 (Keras is not imported at the top)
    """A stranger's file as a Keras model, after a look at it.

    Raises:
        ModelError: if it is refused, or Keras cannot load it.
    """
    legacy = path.read_bytes()[: len(HDF5)] == HDF5
    if legacy:
        _check_hdf5(path)
        path = path.rename(path.with_suffix(".h5"))  # Keras goes by the name
    else:
        check(path)
    import keras

    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # whatever is in a stranger's file
        why = "it may be damaged, or hold what this version of Keras does not know"
        if legacy:
            why = "it comes from an older Keras, not all of which Keras 3 can read"
        raise ModelError(f"Keras cannot load this model: {why}.") from error
    if legacy:
        path.rename(path.with_suffix(".keras"))
    return model


def _check_hdf5(path: Path) -> None:
    """Looks at the configuration in an .h5 file before Keras does. Raises `ModelError`."""
    import h5py

    try:
        with h5py.File(path) as file:
            config = file.attrs.get("model_config")
    except OSError as error:
        raise ModelError(NEITHER) from error
    if config is None:
        raise ModelError("This .h5 file holds weights without a model: save the whole model.")
    text = config.decode() if isinstance(config, bytes) else str(config)
    if len(text) > MAX_CONFIG:
        raise ModelError("This model is too large to be opened here.")
    try:
        _check_config(json.loads(text))
    except json.JSONDecodeError as error:
        raise ModelError(NEITHER) from error


def check(path: Path) -> None:
    """Looks at a file before Keras does: only layers of Keras itself, and no code.

    Raises:
        ModelError: if there is anything else in it.
    """
    try:
        with zipfile.ZipFile(path) as file:
            sizes = {entry.filename: entry.file_size for entry in file.infolist()}
            if not sizes.keys() >= NEEDED:
                raise ModelError(NEITHER)
            if sizes["config.json"] > MAX_CONFIG or sum(sizes.values()) > MAX_UNPACKED:
                raise ModelError("This model is too large to be opened here.")
            config = json.loads(file.read("config.json"))
    except (zipfile.BadZipFile, json.JSONDecodeError, UnicodeDecodeError, OSError) as error:
        raise ModelError(NEITHER) from error
    if isinstance(config, dict):
        config = {name: part for name, part in config.items() if name not in NOT_LOADED}
    _check_config(config)


def _check_config(part: Any) -> None:  # noqa: ANN401 (JSON)
    """Refuses every class that is not Keras' own, and every layer that runs code."""
    if isinstance(part, list):
        for inner in part:
            _check_config(inner)
    if not isinstance(part, dict):
        return
    name = part.get("class_name")
    if name is not None:
        if name in CODE:
            raise ModelError(
                f"This model holds code of its own ({str(name).strip('_')}). Code in an uploaded "
                "file is never run here."
            )
        module = str(part.get("module") or "")
        own = module in MODULES or (module in MODEL_MODULES and name in MODELS)
        own = own or (module.startswith(OPERATIONS) and str(name).isidentifier())
        # Operations are registered under the name of their package.
        registered = str(part.get("registered_name") or name).rpartition(">")[2]
        ours = f"seqlab>{name}" == part.get("registered_name") and name in _own_classes()
        if not ours and (registered != name or not own):
            raise ModelError(
                f"This model has a custom class ({str(name)[:60]!r}). Only Keras' own layers can "
                "be opened here."
            )
        if name in REFUSED:
            raise ModelError(
                f"This model has a layer {str(name)[:60]!r}, which reads or runs what is not in "
                "the file. Save the model without it."
            )
    for inner in part.values():
        _check_config(inner)


def _own_classes() -> set[str]:
    """What the playground itself defines: registered with Keras, so that no file brings its own."""
    layers = [cell.layer() for cell in CELLS.values() if not cell.is_keras]
    return {kind.__name__ for layer in layers for kind in (layer, type(layer(1).cell))}


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
    told = {
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
    told["differs"] = _difference(model, arrays, told)
    return arrays, told


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
            said = np.asarray(model(x, training=False))
            ours = passage.outputs[0] if said.ndim == 3 else passage.answers[0]
            if not np.allclose(ours, said, TOLERANCE, TOLERANCE):
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
    found = {name: config[name] for name in OPTIONS if isinstance(config.get(name), str | bool)}
    return found if recurrent is None else found | {"cell": type(recurrent).__name__}


def limit() -> None:
    """Takes memory and haste from this process, where the system has such limits."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(NICENESS)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    limit()
    {"save": save, "read": read, "look": look}[sys.argv[1]](Path(sys.argv[2]))
