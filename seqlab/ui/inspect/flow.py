"""How a gradient fares on its way back through time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.cells import CELLS
from seqlab.figures import through_time
from seqlab.figures.through_time import Line
from seqlab.inspection.gradient_flow import flows_of, theory_line
from seqlab.inspection.networks import read
from seqlab.inspection.sequences import Sequence
from seqlab.inspection.words import when
from seqlab.lens import captions, theory
from seqlab.lens.forward import in_order
from seqlab.ui import services
from seqlab.ui.inspect.parts import about, picture
from seqlab.ui.inspect.scene import Scene, choose

LENGTHS = (10, 25, 50, 100, 200, 400)
LINEAR_STEPS = 50
NOISE, CHOSEN = "noise", "the chosen sequence"


def flow(scene: Scene) -> None:
    """The gradients of this run, untrained cells to play with, and the norm of every epoch."""
    network = scene.network(scene.saved[-1])
    cells = [layer.cell for layer in network.layers.values()]
    about(captions.gradients(cells, [network.backward(name) for name in network.layers]))
    shown, epoch = choose(scene)
    _of_the_run(scene, shown, epoch)
    _by_epoch(scene)
    # A fragment of its own: its sliders shall not compute the rest anew.
    st.fragment(_laboratory)(scene, shown)


def _of_the_run(scene: Scene, shown: Sequence, epoch: int) -> None:
    st.header("In this network", anchor=False)
    network = scene.network(epoch)
    passage = read(network, shown)
    first = scene.saved[0]
    before = flows_of(scene.network(first), scene.dataset, shown) if epoch != first else {}
    passage = in_order(network, passage)
    lines: list[Line] = []
    tables, falls = [], []
    for k, (name, each) in enumerate(flows_of(network, scene.dataset, shown).items()):
        # a decoder goes on where its encoder ended
        start = len(shown.x) if network.decodes(name) else 0
        lines.append(Line(f"{name}: |dL/dh|", each.hidden_norm[0], k, start=start))
        if name in before:
            lines.append(
                Line(
                    f"{name}: |dL/dh| before training",
                    before[name].hidden_norm[0],
                    k,
                    "before",
                    start,
                )
            )
        table = {"layer": name, "step": np.arange(1, 1 + len(each.hidden_norm[0]))}
        table["dL/dh"] = each.hidden_norm[0]
        if each.cell_norm is not None:
            lines.append(Line(f"{name}: |dL/dc|", each.cell_norm[0], k, "cell", start))
            table["dL/dc"] = each.cell_norm[0]
        way = slice(None, None, -1 if network.backward(name) else 1)  # in which it reads
        trace = passage.trace(name)
        kind, line = theory_line(network.layers[name], trace, each, way)
        lines.append(Line(f"{name}: {kind}", line, k, "theory", start))
        counted = np.flatnonzero(np.ones(len(line)) if trace.mask is None else trace.mask[0])[way]
        falls.append(captions.fall(name, each.hidden_norm[0][counted], counted + start + 1))
        tables.append(pd.DataFrame(table))
    figure = through_time.norms(lines, "length of the gradient")
    sentence = f"{when(epoch)}, on the way back, {'; '.join(falls)}."
    if network.bridge is not None:
        sentence += f" The decoder's steps follow those of the encoder, from {len(shown.x) + 1} on."
    if shown.y is None:
        sentence += " There is no target: L is the sum of all that the network answers."
    sentence += scene.padding(network, shown)
    table_of_all = pd.concat(tables, ignore_index=True)
    picture(figure, sentence, table_of_all, key="lens_flow", height=340, view=scene.run.id)


def _by_epoch(scene: Scene) -> None:
    """The gradient's norm over the training, where the run has kept it."""
    metrics = services.store().metrics(scene.run.id, "gradient_norm", "clipped")
    norm, clipped = metrics.more["gradient_norm"], metrics.more["clipped"]
    if not np.isfinite(norm).any():
        return
    st.header("In each epoch", anchor=False)
    training = scene.run.experiment.training
    threshold = training.clipnorm
    figure = through_time.by_epoch(metrics.epoch, norm, threshold)
    longest = int(np.nanargmax(norm))
    sentence = (
        f"The gradient of all weights together, a mean over each epoch, was between "
        f"{np.nanmin(norm):.3g} and {np.nanmax(norm):.3g} long, longest in epoch "
        f"{metrics.epoch[longest]}."
    )
    if (training.clipnorm or training.clipvalue) and np.isfinite(clipped).any():
        sentence += f" In {np.nanmean(clipped):.0%} of all steps something was clipped."
    if training.clipnorm:
        sentence += (
            f" clipnorm = {training.clipnorm:g} clips each weight array by itself: a step whose "
            "whole gradient is shorter than the line is never clipped."
        )
    if training.clipvalue:
        sentence += f" clipvalue = {training.clipvalue:g} clips each number of it by itself."
    table = pd.DataFrame({"epoch": metrics.epoch, "gradient norm": norm, "clipped": clipped})
    picture(figure, sentence, table, key="lens_norms", height=240, view=scene.run.id)


def _laboratory(scene: Scene, shown: Sequence) -> None:
    st.header("Untrained cells", anchor=False)
    *others, last_one = CELLS
    about(
        f"{', '.join(others)} and {last_one} as Keras begins them read the same input; the loss "
        "sees only the last step. Nothing is trained: the sliders act at once. All lines begin at "
        "1 on the right."
    )
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        source = st.segmented_control(
            "Input", (NOISE, CHOSEN), default=NOISE, key="lens_lab_input", required=True
        )
        scale = st.slider(
            "Recurrent scale ρ",
            0.5,
            1.5,
            1.0,
            0.05,
            key="lens_scale",
            persist_state="session",
            help="The recurrent kernel, orthogonal at first, is multiplied by it.",
        )
        bias = st.slider(
            "Forget bias",
            -1.0,
            5.0,
            1.0,
            0.5,
            key="lens_bias",
            persist_state="session",
            help="Keras begins with 1 (unit_forget_bias). "
            f"Only the {' and the '.join(c.name for c in CELLS.values() if c.has('forget_bias'))} "
            "has it.",
        )
        units = st.select_slider(
            "Units", (4, 8, 16, 32, 64), 32, key="lens_units", persist_state="session"
        )
        steps = 50
        if source == NOISE:
            steps = st.select_slider(
                "Steps", LENGTHS, 50, key="lens_steps", persist_state="session"
            )
    x: NDArray[np.floating] = np.random.default_rng(0).normal(size=(1, steps + 1, 1))
    what = "of noise"
    if source == CHOSEN:
        x = scene.network(scene.saved[0]).embed(shown.x[np.newaxis])[:, : shown.real]
        steps, what = x.shape[1] - 1, "of the chosen sequence"
    lines, shares = [], {}
    table = pd.DataFrame({"step": np.arange(1, steps + 2)})
    for k, (cell, record) in enumerate(CELLS.items()):
        layer = theory.untrained(cell, x.shape[2], units, 0, scale, bias)
        norms = theory.from_the_end(layer, x).hidden_norm[0]
        lines.append(Line(cell, norms / norms[-1], k))
        shares[cell] = norms[0] / norms[-1]
        table[cell] = norms / norms[-1]
        if record.has("forget_bias") and record.keep is not None:
            line = theory.product_line(record.keep.share(theory.read(layer, x))[0])
            name = f"product of the {record.keep.plural}"
            lines.append(Line(name, line, k, "theory"))
            table[name] = line
    power = theory.power_line(scale, steps + 1)
    table["rho^t"] = power
    lines.append(Line(f"ρ^t, ρ = {scale:g}", power, 5, "theory"))
    figure = through_time.norms(lines, "share of the gradient")
    said = ", ".join(f"{cell} {share:.2g}" for cell, share in shares.items())
    sentence = (
        f"Back through {steps} steps {what} arrives: {said} of the gradient. "
        f"Linear theory: {scale:g}^{steps} = {scale**steps:.3g}. {_warning(scale, bias, shares)}"
    )
    picture(figure, sentence, table, key="lens_laboratory", height=340, view="laboratory")
    st.caption(_linear())


@cache
def _linear() -> str:
    """The case that theory solves, measured by the same backward pass as everything here."""
    said = []
    x = np.zeros((1, LINEAR_STEPS + 1, 16))
    for rho in (0.9, 1.0, 1.1):
        norms = theory.from_the_end(theory.linear(16, rho), x).hidden_norm[0]
        said.append(f"{rho:g}^{LINEAR_STEPS} = {_digits(norms[0] / norms[-1])}")
    return (
        "Without the activation, h = ρ Q h with Q orthogonal, theory is exact. Measured over "
        f"{LINEAR_STEPS} steps: {', '.join(said)}."
    )


def _digits(value: float) -> str:
    return f"{value:.1f}" if value >= 100 else f"{value:.3g}"


def _warning(scale: float, bias: float, shares: Mapping[str, float]) -> str:
    """With the defaults of Keras the textbooks' ranking is upside down."""
    plain = next(cell.name for cell in CELLS.values() if not cell.gates)
    gated = next(cell.name for cell in CELLS.values() if cell.has("forget_bias"))
    if scale == 1 and bias == 1 and shares[plain] > shares[gated]:
        return (
            f"So with Keras' defaults an untrained {plain} passes more gradient than an untrained "
            f"{gated}: its recurrent kernel is orthogonal, while the {gated} forgets a quarter at "
            f"each step (sigmoid of 1 is 0.73). Raise the forget bias to 3 to see what the {gated} "
            "can do."
        )
    return ""
