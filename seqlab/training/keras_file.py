"""Keras' own files: a trained network as `.keras`, and a stranger's file as plain arrays.

Runs in a process of its own (`python -m seqlab.training.keras_file ORDER FOLDER`), which
`seqlab.runs.keras_process` starts: the web process never imports Keras, and a file that does harm
does it to a process that has nothing and is ended after a while.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from seqlab.training.keras_described import described
from seqlab.training.keras_safety import HDF5, ModelError, check, check_hdf5

OURS = "Received an invalid value"  # how a sentence of `seqlab.training.inspect` begins
MEMORY = 6 * 2**30  # bytes of address space; TensorFlow alone maps some three
NICENESS = 10  # pages and trainings come first


def save(folder: Path) -> None:
    """Reads `request.json` (experiment, frame) and `weights.npz`, writes `model.keras`.

    The model is compiled as in the playground, so that it can be trained further. Beside it stands
    `model.tflite`, or in `lite.txt` why there is none.
    """
    from seqlab.data.frame import Frame
    from seqlab.experiment import Experiment
    from seqlab.network.plan import plan
    from seqlab.training import build
    from seqlab.training.lite import LiteError, lite_file

    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    experiment = Experiment.from_json(request["experiment"])
    planned = plan(experiment, Frame(**request["frame"]))
    model = build.build(planned)
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        for name, variable in build.weights(model):
            variable.assign(arrays[name])
    model.compile(build.optimizer(experiment.training), build.loss(planned))
    model.save(folder / "whole.keras")
    (folder / "whole.keras").rename(folder / "model.keras")  # there, or not there at all
    try:
        (folder / "model.tflite").write_bytes(lite_file(model))
    except LiteError as error:
        (folder / "lite.txt").write_text(str(error), encoding="utf-8")


def read(folder: Path) -> None:
    """Reads `model.keras`, writes `weights.npz` and `model.json`, or `refused.txt`."""
    try:
        arrays, about = described(load(folder / "model.keras"))
    except ModelError as error:
        (folder / "refused.txt").write_text(str(error), encoding="utf-8")
        return
    np.savez(folder / "weights.npz", **arrays)
    (folder / "model.json").write_text(json.dumps(about), encoding="utf-8")


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
        arrays = {
            f"{name}|{gate}": array[0]
            for name, trace in gates(model, given).items()
            for gate, array in trace.items()
        }
        answers = model(given, training=False)
        answer = np.asarray(answers[0] if isinstance(answers, list | tuple) else answers)
        arrays["answer"] = answer[0]
        if len(x) == 1 and len(model.outputs) == 1:
            for name, flow in gradients(model, given, np.zeros_like(answer), _first_output).items():
                arrays[f"{name}|gradient"] = flow.hidden_norm[0]
    except Exception as error:  # noqa: BLE001  whatever a stranger's model does
        ours = isinstance(error, ModelError) or str(error).startswith(OURS)
        sentence = str(error) if ours else "Keras cannot run this model on this sequence."
        (folder / "refused.txt").write_text(sentence, encoding="utf-8")
        return
    np.savez(folder / "gates.npz", **arrays)


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
        check_hdf5(path)
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
