"""A Keras model from a file of the visitor's own: its layers, and its gates on a typed sequence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.figures import through_time
from seqlab.figures.gates import heat_maps
from seqlab.figures.through_time import Line
from seqlab.lens import captions
from seqlab.lens.forward import forward, in_order
from seqlab.lens.stack import LensError, stack
from seqlab.runs.keras_process import (
    MAX_BYTES,
    MOST_NUMBERS,
    STEPS,
    BusyError,
    KerasTraces,
    ModelError,
    ModelInput,
    OpenedModel,
    open_model,
)
from seqlab.ui.cache import ByteCache
from seqlab.ui.inspect.custom_sequence import parse
from seqlab.ui.inspect.opened import opened_scene
from seqlab.ui.inspect.parts import by_step_and_unit, picture
from seqlab.ui.inspect.view import View
from seqlab.ui.inspect.views import VIEWS
from seqlab.ui.words import plain

PERIOD = 10  # steps of the wave to begin with
MOST = 1_000_000  # numbers in the pictures of one layer
MOST_WORK = 10_000_000  # numbers in all layers, for all steps
GATES = "Gates"
ANSWERS = 5  # outputs that are told

# What opening a file came to: the model, or the sentence on why there is none.
_opened: ByteCache[OpenedModel | str] = ByteCache(
    "opened models",
    lambda found: (
        len(found)
        if isinstance(found, str)
        else len(found.file) + sum(a.nbytes for a in found.weights.values())
    ),
)
# What Keras said about a sequence.
_looked: ByteCache[KerasTraces] = ByteCache(
    "traces by Keras",
    lambda found: sum(a.nbytes for gates in found.traces.values() for a in gates.values()),
)


def my_model() -> None:
    """An upload, and what is in it."""
    st.caption(
        "A model that was saved with `model.save('mine.keras')`, or an older .h5 file. No code in "
        "the file is run: a Lambda or a layer of its own is refused."
    )
    file = st.file_uploader(
        "A .keras or .h5 file",
        type=["keras", "h5", "hdf5"],
        key="my_model",
        max_upload_size=MAX_BYTES // 2**20,
    )
    if file is None:
        return
    data = file.getvalue()
    key = hashlib.sha256(data).hexdigest()
    try:
        with st.spinner("Keras reads the file …"):
            opened = _opened.get(key, lambda: _open(data))
    except BusyError as error:  # which is not kept: the next look tries again
        opened = str(error)
    if isinstance(opened, str):
        st.error(plain(opened))
        return
    st.dataframe(pd.DataFrame(opened.layers).astype(str), hide_index=True)
    try:
        _look(opened, key)
    except LensError as error:
        st.warning(plain(str(error)), icon=":material/visibility_off:")


def _open(data: bytes) -> OpenedModel | str:
    try:
        return open_model(data)
    except BusyError:
        raise
    except ModelError as error:
        return str(error)


@dataclass(frozen=True, eq=False)
class Looked:
    """What is drawn of one layer while the model reads one sequence.

    Attributes:
        arrays: every gate and state, (timesteps, units).
        answer: what the model gives, without the batch axis.
        gradient: see `KerasTraces.gradients`; `None` where it is not known.
    """

    arrays: Mapping[str, NDArray[np.floating]]
    answer: NDArray[np.floating]
    gradient: NDArray[np.floating] | None = None


def _look(model: OpenedModel, key: str) -> None:
    """The gates of one layer while the model reads what was typed. Raises `LensError`."""
    who = "The lens shows it: checked against Keras on random sequences, it gives the same."
    if model.differs:
        who = f"Keras itself shows it, in a process of its own. {model.differs}"
    st.caption(plain(who))
    names = list(model.recurrent)
    view = None if model.differs else _choose_view(key)
    layer = max(names, key=lambda name: model.recurrent[name]["units"])
    if len(names) > 1 and view is None:  # the views have a choice of their own
        layer = st.selectbox("Layer", names, key=f"my_model_layer_{key}")
    sequences = []
    for i, read in enumerate(model.inputs):
        title = f"{read.name}. " if len(model.inputs) > 1 else ""
        typed = st.text_area(
            f"{title}{_asked(read)}",
            _wave(read),
            key=f"my_model_text_{key}_{i}" if i else f"my_model_text_{key}",
            height=110,
            max_chars=10 * MOST_NUMBERS,
        )
        try:
            sequences.append(entered(read, typed))
        except ValueError as error:
            st.error(plain(str(error)))
            return
    kind, units = model.recurrent[layer]["cell"], model.recurrent[layer]["units"]
    steps = max(map(len, sequences))
    if 6 * steps * units > MOST:
        most = MOST // (6 * units)
        raise LensError(
            f"{steps:,} steps of {units:,} units are too many to draw; at most {most:,} steps are."
        )
    # The last axis of each array is what its layer works out at a step, all gates of it.
    width = sum(array.shape[-1] for array in model.weights.values())
    if width * steps > MOST_WORK:
        raise LensError(
            f"{steps:,} steps through layers of {width:,} numbers are too many to follow; at most "
            f"{MOST_WORK // width:,} steps are."
        )
    if view is not None:
        network = stack(model.weights, model.architecture)
        view.draw(opened_scene(network, model.inputs[0], sequences[0], key))
        return
    try:
        by_keras = _by_keras(model, layer, sequences, key) if model.differs else None
    except ModelError as error:
        st.error(plain(str(error)))
        return
    looked = by_keras or _by_lens(model, layer, sequences[0])
    hidden = looked.arrays["hidden"]  # (timesteps, units)
    step, unit = np.unravel_index(np.abs(hidden).argmax(), hidden.shape)
    answer = looked.answer.reshape(-1, looked.answer.shape[-1])[-1]
    numbers = ", ".join(f"{value:.4g}" for value in answer[:ANSWERS])
    more = f" and {len(answer) - ANSWERS:,} more" if len(answer) > ANSWERS else ""
    sentence = (
        f"{layer}: {len(hidden):,} steps, {units:,} units. The hidden state reaches furthest in "
        f"unit {unit + 1} at step {step + 1}: {hidden[step, unit]:.3g}. After the last step the "
        f"model gives {numbers}{more}."
    )
    backward = model.architecture.layers.get(layer.partition("/")[0], {}).get("go_backwards", False)
    if not model.differs and (backward != layer.endswith("/backward")):
        sentence += f" {captions.direction(True)}"
    picture(
        heat_maps(kind, looked.arrays),
        sentence,
        by_step_and_unit(looked.arrays),
        key="my_model_gates",
        height=480,
        view=f"{key} {layer}",
    )
    if looked.gradient is not None:
        _gradient(layer, looked.gradient, f"{key} {layer}")


def _choose_view(key: str) -> View | None:
    """A choice of what is drawn; `None` for the gates."""
    names = [GATES, *(name for name, view in VIEWS.items() if view.of_files)]
    chosen = st.segmented_control(
        "View",
        names,
        default=GATES,
        key=f"my_model_view_{key}",
        required=True,
        label_visibility="collapsed",
    )
    return None if chosen in (None, GATES) else VIEWS[chosen]


def _by_lens(model: OpenedModel, layer: str, x: NDArray[np.generic]) -> Looked:
    network = stack(model.weights, model.architecture)
    padding = (x == 0) if model.inputs[0].vocabulary else (x == 0).all(axis=-1)
    mask = ~padding[np.newaxis] if model.architecture.masked else None
    passage = in_order(network, forward([network], x[np.newaxis], mask))
    arrays = {name: array[0, 0] for name, array in passage.traces[layer].items()}
    return Looked(arrays, passage.answers[0, 0])


def _by_keras(
    model: OpenedModel, layer: str, sequences: Sequence[NDArray[Any]], key: str
) -> Looked:
    """Raises `ModelError`."""
    place = key, *(x.tobytes() for x in sequences)
    with st.spinner("Keras reads the sequence …"):
        looked = _looked.get(place, lambda: model.gates(*sequences))
    return Looked(looked.traces[layer], looked.answer, looked.gradients.get(layer))


def _gradient(layer: str, norms: NDArray[np.floating], view: str) -> None:
    """How much of the gradient of the answer comes to each step."""
    steps = np.arange(1, len(norms) + 1)
    figure = through_time.norms([Line(f"{layer}: |dy/dh|", norms, 0)], "length of the gradient")
    reached = steps[norms > 0]
    where = f"from step {reached[0]} to {reached[-1]}" if len(reached) else "at no step"
    sentence = (
        "How strongly the first output, summed over its steps, depends on the hidden state at each "
        f"step: {where}, at most {norms.max():.3g} at step {int(norms.argmax()) + 1}."
    )
    table = pd.DataFrame({"step": steps, "gradient": norms})
    picture(figure, sentence, table, key="my_model_gradient", height=240, view=view)


def entered(read: ModelInput, typed: str) -> NDArray[np.float32] | NDArray[np.int64]:
    """What was typed as one sequence, (timesteps, features), or tokens (timesteps,).

    Raises:
        ValueError: if it is none that the model can read, in a sentence.
    """
    count = len([part for part in re.split(r"[,;\s]+", typed.strip()) if part])
    if read.timesteps is not None:
        count = read.timesteps * read.features
    elif not count or count % read.features:
        raise ValueError(
            f"Expected {read.features} numbers for each step, got {count:,} numbers in all."
        )
    numbers = parse(typed, count)
    if not read.vocabulary:
        values = numbers.astype(np.float32)
        return values if read.rank == 2 else values.reshape(-1, read.features)
    tokens = numbers.astype(np.int64)
    if (tokens != numbers).any() or tokens.min() < 0 or tokens.max() >= read.vocabulary:
        raise ValueError(f"Expected whole numbers from 0 to {read.vocabulary - 1}, the tokens.")
    return tokens


def _asked(read: ModelInput) -> str:
    steps = "any number of steps" if read.timesteps is None else f"{read.timesteps} steps"
    if read.vocabulary:
        return f"Tokens to read: {steps}, whole numbers from 0 to {read.vocabulary - 1}"
    if read.features == 1:
        return f"Numbers to read: {steps}"
    return f"Numbers to read: {steps} of {read.features} each, one step a line"


def _wave(read: ModelInput) -> str:
    """Something to begin with: waves, a step of phase apart, or tokens in turn."""
    steps = np.arange(STEPS if read.timesteps is None else read.timesteps)
    if read.vocabulary:
        return ", ".join(str(1 + step % max(1, read.vocabulary - 1)) for step in steps)
    waves = np.sin(2 * np.pi * (steps[:, np.newaxis] + np.arange(read.features)) / PERIOD)
    lines = [", ".join(f"{value:.3f}" for value in row) for row in waves]
    return (", " if read.features == 1 else "\n").join(lines)
