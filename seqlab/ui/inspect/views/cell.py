"""One cell, one step: the arithmetic of a single unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from seqlab.inspection import glossary, heatmap_strips
from seqlab.inspection.networks import read
from seqlab.inspection.sequences import stepwise, symbols
from seqlab.lens.arithmetic import Unit, unit
from seqlab.lens.forward import Passage
from seqlab.lens.stack import Stack
from seqlab.ui.components.cell import cell_picture
from seqlab.ui.components.player import chosen_unit
from seqlab.ui.components.table import csv
from seqlab.ui.components.terms import CELL_VIEW, MARKED
from seqlab.ui.inspect.choose import choose, choose_layer
from seqlab.ui.inspect.parts import about
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.inspect.view import View


def cell(scene: Scene) -> None:
    """The textbook's picture with the numbers of this unit at this step."""
    about(
        "This is the cell of the textbooks, with the numbers of one unit of your network at one "
        "time step. They are those of the heat maps. Move the slider or press play to go through "
        "time."
    )
    layer = choose_layer(scene)
    shown, epoch = choose(scene)
    network = scene.network(epoch)
    passage = read(network, shown)
    place, decodes = network.place(layer), network.decodes(layer)
    rows = passage.inputs[place][0, 0]
    mask = None if decodes or not network.masked else shown.mask
    begins = [state[0, 0] for state in passage.begins] if decodes else []
    number = _choose_unit(scene, network.units(layer), passage.trace(layer).hidden[0].std(axis=0))
    chosen_unit = unit(network.layers[layer], rows, number - 1, mask, begins)
    backwards = network.layers[layer].go_backwards
    order = slice(None, None, -1) if backwards else slice(None)
    labels: list[str] = []
    sound = None
    if place == 0 and (log_mel := scene.dataset.log_mel) is not None:
        sound = heatmap_strips.sound(scene.dataset, log_mel, shown, backwards)
        loudest = heatmap_strips.levels(scene.dataset, shown)[order].argmax(axis=1)
        inputs = {}
        inputs_in_words = [
            f"{log_mel.bands} bands, the loudest at {scene.dataset.names[k]}" for k in loudest
        ]
    elif place == 0 and not scene.dataset.vocabulary:
        names = scene.dataset.titles[:3]
        unit_of = "" if scene.dataset.input_scaling.is_identity else " (scaled)"
        inputs = {f"input {name}{unit_of}": shown.x[order, k] for k, name in enumerate(names)}
        inputs_in_words = [", ".join(f"{value:.3f}" for value in row[:3]) for row in shown.x[order]]
    elif place == 0:
        labels = symbols(scene.dataset, shown)[order]
        inputs, inputs_in_words = {}, [repr(label) for label in labels]
    else:
        inputs, inputs_in_words = {}, _from_below(scene, network, passage, place)
        if decodes and stepwise(scene.dataset):
            classes = scene.dataset.goal.classes
            labels = [classes[k] for k in passage.outputs[0, 0].argmax(axis=-1)]
    padding = ~mask[order] if mask is not None else np.zeros(len(rows), bool)
    name = f"{scene.run.id} {epoch} {layer} {number} {hash(shown.key)}"
    word = st.session_state.get(MARKED)
    marked = glossary.letters(word, chosen_unit.cell.name) if word in glossary.names() else ()
    if marked:
        st.caption(f"From the glossary: **{word}** is marked in the picture.")
    cell_picture(
        chosen_unit,
        number,
        inputs,
        inputs_in_words,
        padding,
        labels,
        sound,
        key="lens_cell",
        name=name,
        marked=marked,
    )
    if backwards:
        st.caption("This layer reads the sequence from its end: step 1 is the last one.")
    csv(_table(chosen_unit), "lens_cell_numbers")


def _from_below(scene: Scene, network: Stack, passage: Passage, place: int) -> list[str]:
    """What a layer reads that does not rows the data, in words, one for each step."""
    rows = passage.inputs[place][0, 0]
    bridge = network.bridge
    if bridge is None or place != bridge.block:
        return [f"{rows.shape[1]} numbers from the layer below"] * len(rows)
    if bridge.embedding is None:
        return [f"the encoder's summary, {rows.shape[1]} numbers"] * len(rows)
    classes = scene.dataset.goal.classes
    wrote = [repr(classes[k]) for k in passage.outputs[0, 0].argmax(axis=-1)]
    return ["nothing yet", *(f"its own {symbol}" for symbol in wrote[:-1])]


def _choose_unit(scene: Scene, units: int, movement: np.ndarray) -> int:
    """A choice of the unit, from 1: the one that was clicked in the heat maps, or the liveliest."""
    clicked = chosen_unit(scene.run, "lens_player")
    first = clicked if clicked is not None and clicked < units else int(np.argmax(movement))
    st.session_state["lens_unit"] = min(st.session_state.get("lens_unit", first + 1), units)
    if units == 1:
        return 1
    return st.slider("Unit", 1, units, key="lens_unit", persist_state="session")


def _table(found: Unit) -> pd.DataFrame:
    """Every number of the unit, one row a step."""
    columns: dict[str, np.ndarray] = {"step": np.arange(1, 1 + len(found.states["hidden"]))}
    for gate, term in found.gates.items():
        columns[f"{gate}: W x"] = term.from_input
        columns[f"{gate}: U h"] = term.from_state
        columns[f"{gate}: bias"] = term.bias
        columns[gate] = term.value
    return pd.DataFrame(columns | found.states)


VIEW = View(CELL_VIEW, cell, 2)
