"""Whether a stranger's `.keras` or `.h5` file may be opened: Keras' own layers, and no code."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

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
NEEDED = {"config.json", "metadata.json", "model.weights.h5"}
MAX_CONFIG, MAX_UNPACKED = 2**20, 2**28  # bytes


class ModelError(ValueError):
    """Why a file is not opened, in a sentence for the user."""


def check_hdf5(path: Path) -> None:
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
