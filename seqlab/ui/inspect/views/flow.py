"""How a gradient fares on its way back through time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from seqlab.figures import through_time
from seqlab.figures.through_time import Line
from seqlab.inspection.gradient_flow import flows_of, theory_line
from seqlab.inspection.networks import read
from seqlab.inspection.sequences import Sequence
from seqlab.inspection.words import when
from seqlab.lens import captions
from seqlab.lens.forward import in_order
from seqlab.ui import services
from seqlab.ui.inspect.choose import choose
from seqlab.ui.inspect.parts import about, picture
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.inspect.view import View


def flow(scene: Scene) -> None:
    """The gradients of this run, and the norm of every epoch."""
    network = scene.network(scene.saved[-1])
    cells = [layer.cell for layer in network.layers.values()]
    about(captions.gradients(cells, [network.backward(name) for name in network.layers]))
    shown, epoch = choose(scene)
    _of_the_run(scene, shown, epoch)
    _by_epoch(scene)


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


VIEW = View("Gradient through time", flow, 4)
