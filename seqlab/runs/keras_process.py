"""Keras files for the web process, made and read by a short-lived process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data.frame import Frame
from seqlab.experiment import Experiment
from seqlab.lens.architecture import Architecture
from seqlab.lens.snapshot import pack, unpack

PROGRAM = "seqlab.training.keras_file"
SECONDS = 60.0
AT_ONCE = 2  # processes; each is a TensorFlow of half a gigabyte
PATIENCE = 2 * SECONDS  # to wait for one's turn
MAX_BYTES = 50 * 2**20
MAX_WEIGHTS = 2 * MAX_BYTES  # unpacked: a small file can hold a large array of zeros
STEPS = 20  # of the sequence to begin with, if a model reads any number of steps
MOST_NUMBERS = 20_000  # steps x features of that sequence, which stands in a text box

NO_LITE = "The network could not be exported for LiteRT here."

_turns = threading.BoundedSemaphore(AT_ONCE)


class ModelError(ValueError):
    """Why there is no model, in a sentence for the user.

    Example:
        >>> try:
        ...     open_model(b"no model")
        ... except ModelError as error:
        ...     print(error)
        This is neither a .keras nor an .h5 file: save it with `model.save('mine.keras')`.
    """


class BusyError(ModelError):
    """Too many others want the same just now."""


@dataclass(frozen=True)
class ModelInput:
    """What a model reads.

    Attributes:
        name: of the input.
        timesteps: `None` for any number.
        features: 1 for tokens.
        vocabulary: how many tokens it knows; 0 for numbers.
        rank: axes of its array, the batch included.
    """

    name: str
    timesteps: int | None
    features: int
    vocabulary: int = 0
    rank: int = 3


@dataclass(frozen=True, eq=False)
class KerasTraces:
    """What Keras says about one sequence.

    Attributes:
        traces: by layer, every gate and state, (timesteps, units).
        gradients: by layer, the length of the gradient of the first output with respect to the
            hidden state, (timesteps,); empty for models with several inputs or outputs.
        answer: what the model gives, without the batch axis.
    """

    traces: dict[str, dict[str, NDArray[Any]]]
    gradients: dict[str, NDArray[Any]]
    answer: NDArray[Any]


@dataclass(frozen=True, eq=False)
class OpenedModel:
    """A model from a file, as arrays.

    Attributes:
        weights: by name, as in a snapshot: for `seqlab.lens.stack.stack`.
        architecture: how the layers are put together; likewise.
        layers: name, kind, parameters and output shape of each layer.
        inputs: what it reads.
        recurrent: by name, "cell" and "units" of each recurrent layer.
        differs: why Keras itself has to look into it; "" if the lens was checked to give the same.
        file: the bytes that it was opened from.
    """

    weights: dict[str, NDArray[Any]]
    architecture: Architecture
    layers: list[dict[str, Any]]
    inputs: tuple[ModelInput, ...]
    recurrent: dict[str, dict[str, Any]]
    differs: str = ""
    file: bytes = b""

    def gates(self, *x: NDArray[Any]) -> KerasTraces:
        """Keras' own gates and states for one sequence, from a process of its own.

        Args:
            x: for each input one sequence, (timesteps, features), or tokens (timesteps,).

        Raises:
            ModelError: if it cannot be looked into, in a sentence.
            BusyError: if too many others want the same just now.
        """
        with tempfile.TemporaryDirectory(prefix="seqlab-") as name:
            folder = Path(name)
            (folder / "model.keras").write_bytes(self.file)
            named = {f"x{i:02}": array[np.newaxis] for i, array in enumerate(x)}
            np.savez(folder / "x.npz", **named)  # type: ignore[arg-type]
            _run("look", folder)
            _raise_if_refused(folder)
            try:
                with np.load(folder / "gates.npz", allow_pickle=False) as file:
                    arrays = {key: file[key] for key in file.files}
            except (OSError, ValueError) as error:
                raise ModelError("This model is too large or too odd to be looked into.") from error
        traces: dict[str, dict[str, NDArray[Any]]] = {layer: {} for layer in self.recurrent}
        gradients: dict[str, NDArray[Any]] = {}
        for key, array in arrays.items():
            layer, _, gate = key.rpartition("|")
            if gate == "gradient":
                gradients[layer] = array
            elif layer:
                traces[layer][gate] = array
        return KerasTraces(traces, gradients, arrays["answer"])


@dataclass(frozen=True)
class NetworkFiles:
    """A trained network as files.

    Attributes:
        keras: `.keras`, which plain Keras loads.
        lite: `.tflite` for LiteRT, which reads one sequence at a time; empty if there is none.
        why: why there is none, in a sentence; else "".
    """

    keras: bytes
    lite: bytes = b""
    why: str = ""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.keras) + len(self.lite)


def network_files(
    experiment: Experiment, frame: Frame, weights: Mapping[str, NDArray[Any]]
) -> NetworkFiles:
    """A trained network for plain Keras, and for LiteRT if it can be exported.

    Takes some seconds: a Python with TensorFlow is started for it.

    Args:
        experiment: the network.
        frame: the shapes of its data.
        weights: by name, in the shapes of Keras, as in a snapshot.

    Raises:
        ModelError: if it could not be made.
    """
    with tempfile.TemporaryDirectory(prefix="seqlab-") as name:
        folder = Path(name)
        request = {"experiment": experiment.to_json(), "frame": asdict(frame)}
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        (folder / "weights.npz").write_bytes(pack(dict(weights)))
        try:
            _run("save", folder)
        except BusyError:
            raise
        except ModelError:
            if not (folder / "model.keras").exists():
                raise
        try:
            keras = (folder / "model.keras").read_bytes()
        except OSError as error:
            raise ModelError("The model could not be written as a .keras file.") from error
        lite, why = folder / "model.tflite", folder / "lite.txt"
        if lite.exists():
            return NetworkFiles(keras, lite.read_bytes())
        # Without a word the process was ended in the middle of it.
        return NetworkFiles(keras, b"", why.read_text("utf-8") if why.exists() else NO_LITE)


def open_model(data: bytes) -> OpenedModel:
    """A stranger's `.keras` or `.h5` file as arrays. No code in it is run.

    The lens is tried on a random input; `differs` says where Keras itself has to look.

    Raises:
        ModelError: if it is no such file, too large, not of Keras' own layers, without a recurrent
            layer, or reads longer sequences than can be typed.
        BusyError: if too many others want the same just now.

    Example:
        >>> import keras, tempfile
        >>> model = keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(3, name="lstm")])
        >>> with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        ...     model.save(file.name)
        ...     opened = open_model(open(file.name, "rb").read())
        >>> list(opened.recurrent), opened.weights["lstm/kernel"].shape
        (['lstm'], (2, 12))
    """
    if len(data) > MAX_BYTES:
        raise ModelError(
            f"This file has {len(data) / 2**20:,.0f} MB; at most {MAX_BYTES // 2**20} MB are read."
        )
    with tempfile.TemporaryDirectory(prefix="seqlab-") as name:
        folder = Path(name)
        (folder / "model.keras").write_bytes(data)
        _run("read", folder)
        _raise_if_refused(folder)
        try:
            about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            about["architecture"] = Architecture(**about["architecture"])
            about["inputs"] = tuple(ModelInput(**each) for each in about["inputs"])
            for read in about["inputs"]:
                _check_input(read)
            _check_weights(folder / "weights.npz")
            weights = unpack((folder / "weights.npz").read_bytes())
        except ModelError:
            raise
        except (OSError, ValueError) as error:
            raise ModelError("This model is too large or too odd to be opened here.") from error
    return OpenedModel(weights=dict(weights), file=data, **about)


def _raise_if_refused(folder: Path) -> None:
    refused = folder / "refused.txt"
    if refused.exists():
        raise ModelError(refused.read_text(encoding="utf-8"))


def _check_input(read: ModelInput) -> None:
    """Looks at what a file asks somebody to type.

    Raises:
        ModelError: if that is no sequence, or too long.
    """
    if read.rank not in (2, 3) or read.features is None:
        raise ModelError(
            f"The input {read.name!r} of this model has {read.rank} axes or an open width; "
            "sequences (batch, timesteps, features) and tokens (batch, timesteps) can be typed."
        )
    steps = STEPS if read.timesteps is None else read.timesteps
    if not 1 <= steps * read.features <= MOST_NUMBERS:
        raise ModelError(
            f"This model reads {steps:,} steps of {read.features:,} numbers each; sequences of 1 "
            f"to {MOST_NUMBERS:,} numbers can be typed here."
        )


def _check_weights(weights: Path) -> None:
    """Looks at what a file asks this process to hold, before it does. Raises `ModelError`."""
    size = weights.stat().st_size
    if size > MAX_WEIGHTS:
        raise ModelError(
            f"The weights of this model take {size / 2**20:,.0f} MB; at most "
            f"{MAX_WEIGHTS // 2**20} MB are opened here."
        )


def _run(order: str, folder: Path) -> None:
    """Runs the other process; what it did is in the folder.

    Raises:
        ModelError: if it takes too long.
        BusyError: if too many others want the same.
    """
    quiet = {
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_BACKEND": "tensorflow",
    }
    # Its own home, so that neither a configuration of Keras nor one it leaves behind matters.
    root = str(Path(__file__).parents[2])
    environment = os.environ | quiet | {"KERAS_HOME": str(folder), "PYTHONPATH": root}
    if not _turns.acquire(timeout=PATIENCE):
        raise BusyError("Many models are being opened or written just now. Try again later.")
    try:
        subprocess.run(
            [sys.executable, "-m", PROGRAM, order, str(folder)],
            env=environment,
            cwd=folder,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"This model took longer than {SECONDS:.0f} seconds.") from error
    finally:
        _turns.release()
