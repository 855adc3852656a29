"""A network at one epoch as bytes: weights by name and the validation predictions. NumPy only."""

from __future__ import annotations

import io
import zipfile

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.float32]]


def pack(arrays: Arrays) -> bytes:
    """Arrays by name ("lstm_0/kernel", ..., "prediction") -> an uncompressed .npz file."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def unpack(data: bytes) -> Arrays:
    """The arrays of `pack`. Raises `ValueError` for anything else, and never unpickles."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, EOFError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError("This is not a snapshot of a network.") from error
