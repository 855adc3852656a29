"""The way of the hidden state through its space."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from seqlab.figures import hidden_trajectory as figures
from seqlab.inspection.sequences import sample
from seqlab.lens.forward import forward, in_order
from seqlab.lens.hidden_trajectory import principal_path
from seqlab.ui.inspect.choose import choose, choose_layer
from seqlab.ui.inspect.parts import about, picture
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.inspect.view import View
from seqlab.ui.words import plain

MOST_POINTS = 4000
MOST_SEQUENCES = 40


def hidden_trajectory(scene: Scene) -> None:
    """Principal components of the hidden states over time."""
    about(
        "At each step the hidden state is a point in a space of as many dimensions as there are "
        "units. Here it is seen along the two or three directions in which it moves most. A "
        "cycle in the data often becomes a loop."
    )
    layer = choose_layer(scene)
    shown, epoch = choose(scene)
    dataset = scene.dataset
    many = min(MOST_SEQUENCES, MOST_POINTS // dataset.timesteps)
    index = sample(dataset, many, scene.seed)
    if scene.only is not None:
        index = index[:0]
    x = np.concatenate([shown.x[np.newaxis], dataset.x[index]])
    masks = np.concatenate(
        [
            np.arange(dataset.timesteps)[np.newaxis] < shown.real,
            np.arange(dataset.timesteps) < dataset.lengths[index][:, np.newaxis],
        ]
    )
    network = scene.network(epoch)
    passage = forward([network], x, None if masks.all() else masks)
    run = in_order(network, passage).trace(layer)
    steps, decodes = run.hidden.shape[1], network.decodes(layer)
    if decodes or not network.masked:  # every step is one of the network's own
        masks = np.ones(run.hidden.shape[:2], bool)
    left = st.container(horizontal=True, gap="medium")
    kind = left.segmented_control(
        "Dimensions",
        ["2-D", "3-D"],
        default="2-D",
        key="lens_dimensions",
        required=True,
        persist_state="session",
    )
    numbers = not dataset.vocabulary and not decodes
    choices = ["time", *([f"input {dataset.titles[0]}"] if numbers else [])]
    classes = list(dataset.goal.classes) if dataset.y.ndim == 1 and shown.y is not None else []
    if classes:
        choices.append("class")
    by = left.segmented_control(
        "Coloured by",
        choices,
        default="time",
        key=f"lens_coloured_{len(choices)}",
        required=True,
        format_func=plain,
    )
    components = min(3 if kind == "3-D" else 2, network.units(layer))
    if components < 2:
        st.info("A layer of one unit has no plane to show: see its line in the view Gates.")
        return
    path = principal_path(run.hidden, components, masks if run.mask is None else run.mask)
    colour = np.broadcast_to(np.arange(1.0, 1 + steps), masks.shape)
    label = "step"
    if by == "class":
        owner = np.concatenate([[shown.y], dataset.y[index]])
        colour = np.broadcast_to(owner[:, np.newaxis], masks.shape)
    elif by != "time":
        own, others = dataset.input_scaling_of(shown.index), dataset.input_scaling_of(index)
        raw = [own.invert(x[:1]), others.invert(x[1:])]
        colour = np.concatenate(raw)[..., 0]
        label = dataset.titles[0]
    figure = figures.path(
        path.points, path.explained, colour, label, 0, classes if by == "class" else []
    )
    together = path.explained.sum()
    own = path.points[0][np.isfinite(path.points[0, :, 0])]
    length = float(np.linalg.norm(np.diff(own, axis=0), axis=1).sum())
    direct = float(np.linalg.norm(own[-1] - own[0]))
    sentence = (
        f"{components} directions hold {together:.0%} of the movement of {network.units(layer)} "
        f"units. The line is the chosen sequence: it walks {length:.3g} to end {direct:.3g} from "
        f"where it began. The dots are all steps of it"
        f"{f' and of {scene.drawn(index)}' if len(index) else ''}"
        f"{', without padding' if not masks.all() else ''}."
    )
    if network.backward(layer):
        sentence += " This layer reads from the end: it begins at the last step."
    if not decodes:
        sentence += scene.padding(network, shown)
    sequences, places = np.nonzero(np.isfinite(path.points[..., 0]))
    table = pd.DataFrame(path.points[sequences, places], columns=list("xyz")[:components])
    table.insert(0, "step", places + 1)
    table.insert(0, "sequence", sequences)
    picture(figure, sentence, table, key="lens_path", height=520, view=f"{scene.run.id} {kind}")


VIEW = View("State trajectory (PCA)", hidden_trajectory, 7)
