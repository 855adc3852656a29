"""Keras' own files: a trained network as `.keras`, and a stranger's `.keras` as plain arrays.

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

LAYERS = {
    "InputLayer",
    "Embedding",
    "Masking",
    "Bidirectional",
    "SimpleRNN",
    "LSTM",
    "GRU",
    "LayerNormalization",
    "Dropout",
    "SpatialDropout1D",
    "Dense",
    "TimeDistributed",
}
# Where the classes in a file may come from: nothing that could fetch, read or run anything.
MODULES = {"", "keras.layers", "keras.initializers", "keras.regularizers", "keras.constraints"}
MODELS = {"Sequential", "Functional", "Model", "DTypePolicy"}  # of these modules:
MODEL_MODULES = {"keras", "keras.models", "keras.src.models.functional"}
RECURRENT = ("SimpleRNN", "LSTM", "GRU")
NEEDED = {"config.json", "metadata.json", "model.weights.h5"}
MAX_CONFIG, MAX_UNPACKED = 2**20, 2**28  # bytes
MEMORY = 6 * 2**30  # bytes of address space; TensorFlow alone maps some three
NICENESS = 10  # pages and trainings come first
OPTIONS = ("activation", "recurrent_activation", "go_backwards")


class ModelError(ValueError):
    """Why a file is not opened, in a sentence for the user."""


def save(folder: Path) -> None:
    """Reads `request.json` (experiment, frame) and `weights.npz`, writes `model.keras`.

    The model is compiled as in the playground, so that it can be trained further.
    """
    from seqlab.data.frame import Frame
    from seqlab.experiment import Experiment
    from seqlab.training import build

    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    experiment = Experiment.from_json(request["experiment"])
    frame = Frame(**request["frame"])
    model = build.build(experiment, frame)
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        for name, variable in build.weights(model):
            variable.assign(arrays[name])
    model.compile(build.optimizer(experiment.training), build.loss(experiment, frame))
    model.save(folder / "model.keras")


def read(folder: Path) -> None:
    """Reads `model.keras`, writes `weights.npz` and `model.json`, or `refused.txt`."""
    path = folder / "model.keras"
    try:
        check(path)
        arrays, told = described(path)
    except ModelError as error:
        (folder / "refused.txt").write_text(str(error), encoding="utf-8")
        return
    np.savez(folder / "weights.npz", **arrays)
    (folder / "model.json").write_text(json.dumps(told), encoding="utf-8")


def check(path: Path) -> None:
    """Looks at a file before Keras does: only layers of Keras itself, and no code.

    Raises:
        ModelError: if there is anything else in it.
    """
    try:
        with zipfile.ZipFile(path) as file:
            sizes = {entry.filename: entry.file_size for entry in file.infolist()}
            if not sizes.keys() >= NEEDED:
                raise ModelError("This is not a .keras file: save it with `model.save(...keras)`.")
            if sizes["config.json"] > MAX_CONFIG or sum(sizes.values()) > MAX_UNPACKED:
                raise ModelError("This model is too large to be opened here.")
            config = json.loads(file.read("config.json"))
    except (zipfile.BadZipFile, json.JSONDecodeError, UnicodeDecodeError, OSError) as error:
        raise ModelError(
            "This is not a .keras file: save it with `model.save(...keras)`."
        ) from error
    _check_config(config)


def _check_config(part: Any) -> None:  # noqa: ANN401 (JSON)
    """Refuses every class that is not Keras' own, and every layer that is not in `LAYERS`."""
    if isinstance(part, list):
        for inner in part:
            _check_config(inner)
    if not isinstance(part, dict):
        return
    name = part.get("class_name")
    if name is not None:
        if name in ("Lambda", "__lambda__", "function", "__function__"):
            raise ModelError(
                f"This model holds code of its own ({str(name).strip('_')}). Code in an uploaded "
                "file is never run here."
            )
        module = str(part.get("module") or "")
        model = module in MODEL_MODULES and name in MODELS
        if part.get("registered_name") not in (None, name) or not (model or module in MODULES):
            raise ModelError(
                f"This model has a custom class ({str(name)[:60]!r}). Only Keras' own layers can "
                "be opened here."
            )
        if module == "keras.layers" and name not in LAYERS:
            raise ModelError(
                f"This model has a layer {str(name)[:60]!r}. The lens knows "
                f"{', '.join(sorted(LAYERS))}."
            )
    for inner in part.values():
        _check_config(inner)


def described(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The weights of a checked file by name, as in a snapshot, and what the lens must know.

    Raises:
        ModelError: if Keras cannot load it, or it is no chain with a recurrent layer.
    """
    import keras

    from seqlab.training import build

    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # whatever is in a stranger's file
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(f"Keras cannot load this model: {reason[0][:200]}") from error
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    chain = len(model.inputs) == 1 and len(model.outputs) == 1
    for before, after in itertools.pairwise(layers):
        read = after.input
        chain = chain and getattr(read, "_keras_history", (None,))[0] is before
    if not chain:
        raise ModelError("Only a chain of layers can be opened here, one after the other.")
    recurrent = [layer for layer in layers if _recurrent(layer) is not None]
    if not recurrent:
        raise ModelError("This model has no SimpleRNN, LSTM or GRU layer to look into.")
    shape = model.inputs[0].shape
    first = layers[0]
    embedded = isinstance(first, keras.layers.Embedding)
    told = {
        "layers": [
            {
                "name": layer.name,
                "kind": type(layer).__name__,
                "parameters": layer.count_params(),
                "output": list(layer.output.shape),
            }
            for layer in layers
        ],
        "options": {layer.name: _options(layer) for layer in layers},
        "sequences": bool(_recurrent(recurrent[-1]).return_sequences),
        "timesteps": shape[1] if len(shape) > 1 else None,
        "features": 1 if embedded else shape[-1],
        "vocabulary": int(first.input_dim) if embedded else 0,
        "masked": bool(embedded and first.mask_zero)
        or any(isinstance(layer, keras.layers.Masking) for layer in layers),
    }
    arrays = {name: variable.numpy() for name, variable in build.weights(model)}
    return arrays, told


def _recurrent(layer: Any) -> Any:  # noqa: ANN401 (Keras is not imported at the top)
    """The recurrent layer that a layer is, or the forward one of a `Bidirectional`."""
    inner = getattr(layer, "forward_layer", layer)
    return inner if type(inner).__name__ in RECURRENT else None


def _options(layer: Any) -> dict[str, Any]:  # noqa: ANN401
    """What the lens cannot tell from the shapes of a layer's weights."""
    inner = _recurrent(layer) or getattr(layer, "layer", layer)
    config = inner.get_config()
    return {name: config[name] for name in OPTIONS if isinstance(config.get(name), str | bool)}


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
    {"save": save, "read": read}[sys.argv[1]](Path(sys.argv[2]))
