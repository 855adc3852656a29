"""A network at one epoch as bytes: weights, architecture, validation predictions. NumPy only."""

from __future__ import annotations

import io
import zipfile

import numpy as np
from numpy.typing import NDArray

from seqlab.lens.architecture import KEY, Architecture

Arrays = dict[str, NDArray[np.float32]]


def pack(arrays: Arrays, architecture: Architecture | None = None) -> bytes:
    """Arrays by name ("lstm_0/kernel", ..., "prediction") -> an uncompressed .npz file."""
    file = io.BytesIO()
    more = {} if architecture is None else {KEY: architecture.to_array()}
    np.savez(file, **arrays, **more)  # type: ignore[arg-type]
    return file.getvalue()


def unpack(data: bytes) -> Arrays:
    """The arrays of `pack`. Raises `ValueError` for anything else, and never unpickles."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, EOFError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError("This is not a snapshot of a network.") from error
