"""Change the input at one step, and see what the network makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.log_mel import FLOOR
from seqlab.figures import attribution as figures
from seqlab.figures import style
from seqlab.inspection.networks import output_of
from seqlab.inspection.ranges import slider_range
from seqlab.inspection.sequences import Sequence, stepwise
from seqlab.lens import captions
from seqlab.lens.forward import Passage, forward, in_order
from seqlab.lens.stack import Stack
from seqlab.ui.inspect.parts import about, picture
from seqlab.ui.inspect.scene import Scene

MOST_DB = 40  # louder or quieter
MOST_BARS = 12  # classes side by side


def what_if(scene: Scene, network: Stack, shown: Sequence, output: int, first: int) -> None:
    """Another value at one step: answer, gates and states before and after.

    Args:
        scene: the run.
        network: its weights at the chosen epoch.
        shown: the sequence.
        output: which output is followed.
        first: the step to begin with, from 0.
    """
    st.header("Counterfactual input", anchor=False)
    about(captions.WHAT_IF)
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        step = st.slider(
            "Step", 1, max(shown.real, 2), first + 1, key=f"lens_if_step_{hash(shown.key)}"
        )
        place = min(step, shown.real) - 1
        changed, sentence = _changed(scene, shown, place)
    both = np.stack([shown.x, changed] if sentence else [shown.x])
    masks = None if shown.mask is None else np.stack([shown.mask] * len(both))
    passage = in_order(network, forward([network], both, masks))
    _answers(scene, network, shown, passage, output, place, sentence)
    if sentence:
        _moved(network, passage, place)


def _changed(scene: Scene, shown: Sequence, place: int) -> tuple[NDArray[Any], str]:
    """The sequence with another value at one step, and what was done; "" if nothing was."""
    dataset, changed = scene.dataset, shown.x.copy()
    if dataset.vocabulary:
        symbol = st.selectbox(
            "Symbol",
            range(1, len(dataset.vocabulary)),
            index=int(shown.x[place]) - 1,
            format_func=lambda k: repr(dataset.vocabulary[k]),
            key=f"lens_if_symbol_{place}_{hash(shown.key)}",
        )
        changed[place] = symbol
        before = dataset.vocabulary[shown.x[place]]
        same = symbol == shown.x[place]
        return changed, "" if same else f"{dataset.vocabulary[symbol]!r} instead of {before!r}"
    if dataset.log_mel is not None:
        return _louder(dataset, shown, place)
    names = list(dataset.titles)
    feature = 0
    if len(names) > 1:
        feature = st.selectbox(
            "Input", range(len(names)), format_func=names.__getitem__, key="lens_if_input"
        )
    train, scaling = dataset.train, dataset.input_scaling_of(shown.index)
    raw = dataset.input_scaling_of(train).invert(dataset.x[train])[..., feature]
    whole = scaling.invert(shown.x)[place]
    here = float(whole[feature])
    low, high, start, step_size = slider_range(raw, here)
    value = st.slider(
        "Its value",
        low,
        high,
        start,
        step_size,
        key=f"lens_if_value_{place}_{feature}_{hash(shown.key)}",
        format="%.4g",
    )
    if value == start:
        return changed, ""
    whole[feature] = value
    changed[place] = scaling.apply(whole)
    return changed, f"{value:.4g} instead of {here:.4g}"


def _louder(dataset: Dataset, shown: Sequence, place: int) -> tuple[NDArray[Any], str]:
    """A sound with one frame louder or quieter, as a whole or in one of its bands."""
    names = ["all bands", *dataset.names]
    band = st.selectbox(
        "Input", range(len(names)), format_func=names.__getitem__, key="lens_if_input"
    )
    by = st.slider(
        "Louder by (dB)", -MOST_DB, MOST_DB, 0, key=f"lens_if_db_{place}_{band}_{hash(shown.key)}"
    )
    changed = shown.x.copy()
    if not by:
        return changed, ""
    scaling = dataset.input_scaling_of(shown.index)
    raw = scaling.invert(shown.x)[place]
    mine = slice(None) if band == 0 else band - 1
    raw[mine] = np.clip(raw[mine] + by, FLOOR, 0)
    changed[place] = scaling.apply(raw)
    return changed, f"{names[band]} {abs(by)} dB {'louder' if by > 0 else 'quieter'}"


def _answers(
    scene: Scene,
    network: Stack,
    shown: Sequence,
    passage: Passage,
    output: int,
    place: int,
    said: str,
) -> None:
    """The answers to the two sequences, step by step; side by side if there is one only."""
    dataset = scene.dataset
    odds = output_of(network, dataset, passage.outputs[0], shown.index)
    if not said:
        odds = np.repeat(odds, 2, axis=0)
    written = None
    if stepwise(dataset):  # follow the symbols that it chose at first
        likeliest = odds[0].argmax(axis=-1)
        written = ["".join(dataset.goal.classes[k] for k in each.argmax(axis=-1)) for each in odds]
        answers = np.take_along_axis(odds, likeliest[np.newaxis, :, np.newaxis], axis=-1)[..., 0]
        label = "P(what it says as it is)"
    else:
        answers = odds[..., output]
        label = dataset.target if dataset.goal.kind == "value" else "probability"
    if network.bridge is None and network.masked and not network.once:
        answers = answers[:, : shown.real]  # behind its end it says what it said there
    last = 0 if network.ends_first else -1
    then, now = answers[0, last], answers[1, last]
    if written is not None:
        before, after = f"“{written[0]}”", f"“{written[1]}”"
    else:
        before, after = f"{then:.4g}", f"{now:.4g}"
        if dataset.goal.kind == "class":
            before, after = (f"P({dataset.goal.classes[output]}) = {p}" for p in (before, after))
    if not said:
        sentence = (
            f"The input is as it was, and the answer is {before}. Choose another value for step "
            f"{place + 1}, or another step."
        )
    else:
        moved = {
            name: float(np.abs(np.subtract(*arrays["hidden"][0])).max())
            for name, arrays in passage.traces.items()
        }
        states = ", ".join(f"{name} by up to {most:.2g}" for name, most in moved.items())
        change = "" if written is not None else f", {now - then:+.3g}"
        sentence = (
            f"With {said} at step {place + 1} the answer is {after} ({before} before{change}). "
            f"The hidden states move: {states}."
        )
    if scene.dataset.goal.at == "every step" and written is None:
        sentence = sentence.replace("the answer is", "the answer at the last step is")
    if network.once:
        _one_answer(scene, odds[:, -1], label, sentence)
        return
    same_steps = network.bridge is None
    figure = figures.two_answers(
        answers[0],
        answers[1],
        place if same_steps else None,
        label,
        "time step" if same_steps else "step of the answer",
    )
    table = pd.DataFrame(
        {"step": np.arange(1, 1 + len(answers[0])), "as it is": answers[0], "changed": answers[1]}
    )
    picture(figure, sentence, table, key="lens_what_if", height=260, view=scene.run.id)


def _one_answer(scene: Scene, odds: NDArray[np.float64], label: str, sentence: str) -> None:
    """A network that reads from both ends says one thing, when it has read all of the sequence.

    `odds` is (sequences, outputs): the sequence as it is, and as it was changed.
    """
    count = odds.shape[1]
    names = list(scene.dataset.goal.classes) or [f"step {k + 1}" for k in range(count)]
    largest = np.argsort(-odds.max(axis=0), kind="stable")[:MOST_BARS]
    drawn_classes = np.sort(largest) if scene.dataset.goal.kind == "class" else np.arange(count)
    names, (then, now) = [names[k] for k in drawn_classes], odds[:, drawn_classes]
    if len(names) == 1:
        names = [scene.dataset.target]
    figure = figures.two_outcomes(names, then, now, label)
    table = pd.DataFrame({"answer": names, "as it is": then, "changed": now})
    if len(drawn_classes) < count:
        sentence += f" Drawn: the {len(drawn_classes)} most probable of {count} classes."
    picture(figure, sentence, table, key="lens_what_if", height=260, view=scene.run.id)


def _moved(network: Stack, passage: Passage, place: int) -> None:
    """Which gates and states react to a change, at every step."""
    names = list(passage.traces)
    name = names[-1]
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        if len(names) > 1:
            name = st.selectbox("Layer that reacts", names, len(names) - 1, key="lens_moved_layer")
        arrays = passage.traces[name]
        kind = st.segmented_control(
            f"How the gates and states of {name} react",
            list(arrays),
            format_func=style.GATE_NAMES.__getitem__,
            default="hidden",
            required=True,
            key=f"lens_moved_{name}",
        )
    change = arrays[kind][0, 1] - arrays[kind][0, 0]
    step, unit = np.unravel_index(np.abs(change).argmax(), change.shape)
    sentence = (
        f"{style.GATE_NAMES[kind]} moves most in unit {unit + 1} at step {step + 1}: "
        f"{change[step, unit]:+.3g}."
    )
    table = pd.DataFrame(change, columns=[f"unit {u + 1}" for u in range(change.shape[1])])
    table.insert(0, "step", np.arange(1, 1 + len(change)))
    figure = figures.moved(change, None if network.decodes(name) else place)
    picture(figure, sentence, table, key="lens_moved", height=260, view=name)
