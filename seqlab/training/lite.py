"""A network for LiteRT (TensorFlow Lite), which answers on small devices without TensorFlow.

Which networks can be exported was measured: docs/export.md.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

TOLERANCE = 1e-4  # how far its answers may be from Keras', of numbers near 1
STATEFUL = (
    "A stateful network is made for batches of one size and cannot be exported for LiteRT, which "
    "reads one sequence at a time."
)
REFUSED = "Keras could not export this network for LiteRT."
DIFFERS = "LiteRT gave other answers than Keras with this network, so it is left out."


class LiteError(ValueError):
    """Why there is no such file, in a sentence for the user."""


def lite_file(model: keras.Model) -> bytes:
    """The network as the bytes of a `.tflite` file, by `keras.Model.export`.

    It reads one sequence at a time, (1, timesteps, features), and needs nothing but LiteRT's own
    operations. It was tried on a random sequence.

    Args:
        model: that was called, or has an input of a fixed length.

    Raises:
        LiteError: if it cannot be made, in a sentence.
    """
    if any(getattr(layer, "stateful", False) for layer in model.layers):
        raise LiteError(STATEFUL)
    reads = [
        tf.TensorSpec((1, *each.shape[1:]), each.dtype, name=f"x{i}")
        for i, each in enumerate(model.inputs)
    ]
    quiet = contextlib.redirect_stdout(io.StringIO())
    try:
        with tempfile.TemporaryDirectory() as folder, quiet:
            path = Path(folder) / "model.tflite"
            model.export(
                str(path),
                format="litert",
                verbose=False,
                input_signature=reads if len(reads) == 1 else [reads],
                target_spec={"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]},
            )
            data = path.read_bytes()
        draw = np.random.default_rng(0)
        x = [draw.uniform(0, 1, each.shape).astype(each.dtype.as_numpy_dtype) for each in reads]
        outputs = answers(data, x)
    except Exception as error:  # whatever a converter does with what it does not know
        raise LiteError(REFUSED) from error
    truth = np.asarray(model(x if len(x) > 1 else x[0], training=False))
    if not np.allclose(outputs, truth, rtol=TOLERANCE, atol=TOLERANCE):
        raise LiteError(DIFFERS)
    return data


def answers(data: bytes, x: list[np.ndarray]) -> np.ndarray:
    """What a `.tflite` file answers to one sequence for each of its inputs, (1, ...) each."""
    runner = tf.lite.Interpreter(model_content=data).get_signature_runner()
    names = sorted(runner.get_input_details())
    (outputs,) = runner(**dict(zip(names, x, strict=True))).values()
    return np.asarray(outputs)
