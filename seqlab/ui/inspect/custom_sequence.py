"""A sequence that somebody typed or drew, for the network to read."""

from __future__ import annotations

import re

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection.sequences import Sequence
from seqlab.inspection.typed_text import read, spelled
from seqlab.ui.components.draw_series import draw_series, drawn
from seqlab.ui.words import plain

ROOM = 0.25  # beyond the range of the training part, in shares of it


def own_sequence(dataset: Dataset, run: str, start: Sequence) -> Sequence:
    """Widgets for a sequence of one's own.

    Args:
        dataset: names, scaling, vocabulary.
        run: its id.
        start: what the widgets begin with.
    """
    if dataset.vocabulary:
        return _text(dataset, run, start)
    return _numbers(dataset, run, start)


def _numbers(dataset: Dataset, run: str, start: Sequence) -> Sequence:
    place = f"lens_own_{run}"
    scaling = dataset.input_scaling_of(start.index)
    if place not in st.session_state:
        st.session_state[place] = scaling.invert(start.x)
    raw: NDArray[np.float64] = st.session_state[place].copy()
    names = list(dataset.titles)
    left, right = st.columns([1, 2])
    feature = 0
    if len(names) > 1:
        feature = left.selectbox(
            "Which input", range(len(names)), format_func=names.__getitem__, key="lens_own_input"
        )
    train = dataset.train
    training_values = dataset.input_scaling_of(train).invert(dataset.x[train])[..., feature]
    low, high = float(training_values.min()), float(training_values.max())
    room = ROOM * (high - low) or 1.0
    low, high = min(low - room, raw[:, feature].min()), max(high + room, raw[:, feature].max())
    box = f"lens_own_text_{run}_{feature}"
    name = f"{run} {feature}"
    line = drawn("lens_sketch", name, len(raw))
    if line is not None:
        raw[:, feature] = line
    if line is not None or box not in st.session_state:
        st.session_state[box] = _written(raw[:, feature])
    typed = left.text_area(f"Its {len(raw)} numbers, to type", key=box, height=110)
    try:
        raw[:, feature] = parse(typed, len(raw))
    except ValueError as error:
        left.error(plain(str(error)))
    with right:
        st.caption(f"Or draw it here, from {low:.3g} at the bottom to {high:.3g} at the top.")
        label = f"The values of {names[feature]} at {len(raw)} steps."
        draw_series(raw[:, feature].tolist(), low, high, key="lens_sketch", name=name, label=label)
    st.session_state[place] = raw
    x = scaling.apply(raw).astype(dataset.x.dtype)
    return Sequence(x, None, len(x), "your own sequence", index=start.index)


def _written(values: NDArray[np.float64]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)


def parse(text: str, count: int) -> NDArray[np.float64]:
    """`count` numbers (count,), between which commas, semicolons or spaces stand.

    Raises:
        ValueError: for what is no number, or too few or too many of them.
    """
    parts = [part for part in re.split(r"[,;\s]+", text.strip()) if part]
    numbers = []
    for place, part in enumerate(parts, 1):
        try:
            numbers.append(float(part))
        except ValueError:
            raise ValueError(f"Entry {place}, {part!r}, is not a number.") from None
    if len(numbers) != count:
        raise ValueError(f"Expected {count} numbers, one for each step, got {len(numbers)}.")
    if not np.isfinite(numbers).all():
        raise ValueError("Only finite numbers can be read.")
    return np.array(numbers)


def _text(dataset: Dataset, run: str, start: Sequence) -> Sequence:
    key = f"lens_own_text_{run}"
    if key not in st.session_state:
        st.session_state[key] = spelled(dataset, start.x[: start.real])
    typed = st.text_input("Your own text", key=key)
    tokens, remark = read(dataset, typed)
    tokens = tokens[: dataset.timesteps]
    if remark:
        st.caption(plain(remark))
    if not len(tokens):
        st.caption("Nothing to read yet: the sequence of the data is shown.")
        return start
    x = np.zeros(dataset.timesteps, dataset.x.dtype)
    x[: len(tokens)] = tokens
    return Sequence(x, None, len(tokens), "your own text")
