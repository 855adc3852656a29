"""A Keras model from a file of the visitor's own: its layers, and its gates on a typed sequence."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.figures.gates import heat_maps
from seqlab.lens.forward import forward
from seqlab.lens.stack import LensError, stack
from seqlab.runs.keras_process import (
    MAX_BYTES,
    MOST_NUMBERS,
    STEPS,
    BusyError,
    ModelError,
    OpenedModel,
    open_model,
)
from seqlab.ui.cache import ByteCache
from seqlab.ui.views.own import parse
from seqlab.ui.views.parts import by_step_and_unit, picture
from seqlab.ui.words import plain

PERIOD = 10  # steps of the wave to begin with
MOST = 1_000_000  # numbers in the pictures of one layer
MOST_WORK = 10_000_000  # numbers in all layers, for all steps
ANSWERS = 5  # outputs that are told

# What opening a file came to: the model, or the sentence on why there is none.
_opened: ByteCache[OpenedModel | str] = ByteCache(
    2**28,
    lambda found: (
        len(found) if isinstance(found, str) else sum(a.nbytes for a in found.weights.values())
    ),
)


def my_model() -> None:
    """An upload, and what is in it."""
    st.caption(
        "A model that was saved with `model.save('mine.keras')`. No code in the file is run: a "
        "Lambda or a layer of its own is refused."
    )
    file = st.file_uploader(
        "A .keras file", type="keras", key="my_model", max_upload_size=MAX_BYTES // 2**20
    )
    if file is None:
        return
    data = file.getvalue()
    key = hashlib.sha256(data).hexdigest()
    try:
        with st.spinner("Keras reads the file …"):
            found = _opened.get(key, lambda: _open(data))
    except BusyError as error:  # which is not kept: the next look tries again
        found = str(error)
    if isinstance(found, str):
        st.error(plain(found))
        return
    st.dataframe(pd.DataFrame(found.layers).astype(str), hide_index=True)
    try:
        _look(found, key)
    except LensError as error:
        st.warning(plain(str(error)), icon=":material/visibility_off:")


def _open(data: bytes) -> OpenedModel | str:
    try:
        return open_model(data)
    except BusyError:
        raise
    except ModelError as error:
        return str(error)


def _look(model: OpenedModel, key: str) -> None:
    """The gates of one layer while the model reads what was typed. Raises `LensError`."""
    network = stack(model.weights, model.options, model.sequences)
    names = list(network.layers)
    layer = names[0]
    if len(names) > 1:
        layer = st.selectbox("Layer", names, key=f"my_model_layer_{key}")
    typed = st.text_area(
        _asked(model),
        _wave(model),
        key=f"my_model_text_{key}",
        height=110,
        max_chars=10 * MOST_NUMBERS,
    )
    try:
        x = entered(model, typed)
    except ValueError as error:
        st.error(plain(str(error)))
        return
    kind, units = network.layers[layer].cell, network.units(layer)
    if 6 * len(x) * units > MOST:
        most = MOST // (6 * units)
        raise LensError(
            f"{len(x):,} steps of {units:,} units are too many to draw; at most {most:,} steps are."
        )
    # The last axis of each array is what its layer works out at a step, all gates of it.
    width = sum(array.shape[-1] for array in model.weights.values())
    if width * len(x) > MOST_WORK:
        raise LensError(
            f"{len(x):,} steps through layers of {width:,} numbers are too many to follow; at most "
            f"{MOST_WORK // width:,} steps are."
        )
    padding = (x == 0) if model.vocabulary else (x == 0).all(axis=-1)
    mask = ~padding[np.newaxis] if model.masked else None
    passage = forward([network], x[np.newaxis], mask)
    arrays = {name: array[0, 0] for name, array in passage.traces[layer].items()}
    hidden = arrays["hidden"]  # (timesteps, units)
    step, unit = np.unravel_index(np.abs(hidden).argmax(), hidden.shape)
    answer = passage.answers[0, 0]
    said = ", ".join(f"{value:.4g}" for value in answer[:ANSWERS])
    more = f" and {len(answer) - ANSWERS:,} more" if len(answer) > ANSWERS else ""
    sentence = (
        f"{layer}: {len(hidden):,} steps, {units:,} units. The hidden state reaches furthest in "
        f"unit {unit + 1} at step {step + 1}: {hidden[step, unit]:.3g}. After the last step the "
        f"model gives {said}{more}."
    )
    picture(
        heat_maps(kind, arrays),
        sentence,
        by_step_and_unit(arrays),
        key="my_model_gates",
        height=480,
        view=f"{key} {layer}",
    )


def entered(model: OpenedModel, typed: str) -> NDArray[np.float32] | NDArray[np.int64]:
    """What was typed as one sequence, (timesteps, features), or tokens (timesteps,).

    Raises:
        ValueError: if it is none that the model can read, in a sentence.
    """
    count = len([part for part in re.split(r"[,;\s]+", typed.strip()) if part])
    if model.timesteps is not None:
        count = model.timesteps * model.features
    elif not count or count % model.features:
        raise ValueError(
            f"Expected {model.features} numbers for each step, got {count:,} numbers in all."
        )
    numbers = parse(typed, count)
    if not model.vocabulary:
        return numbers.reshape(-1, model.features).astype(np.float32)
    tokens = numbers.astype(np.int64)
    if (tokens != numbers).any() or tokens.min() < 0 or tokens.max() >= model.vocabulary:
        raise ValueError(f"Expected whole numbers from 0 to {model.vocabulary - 1}, the tokens.")
    return tokens


def _asked(model: OpenedModel) -> str:
    steps = "any number of steps" if model.timesteps is None else f"{model.timesteps} steps"
    if model.vocabulary:
        return f"Tokens to read: {steps}, whole numbers from 0 to {model.vocabulary - 1}"
    if model.features == 1:
        return f"Numbers to read: {steps}"
    return f"Numbers to read: {steps} of {model.features} each, one step a line"


def _wave(model: OpenedModel) -> str:
    """Something to begin with: waves, a step of phase apart, or tokens in turn."""
    steps = np.arange(STEPS if model.timesteps is None else model.timesteps)
    if model.vocabulary:
        return ", ".join(str(1 + step % max(1, model.vocabulary - 1)) for step in steps)
    waves = np.sin(2 * np.pi * (steps[:, np.newaxis] + np.arange(model.features)) / PERIOD)
    lines = [", ".join(f"{value:.3f}" for value in row) for row in waves]
    return (", " if model.features == 1 else "\n").join(lines)
