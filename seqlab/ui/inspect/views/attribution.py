"""Which steps and which parts of the network mattered for its answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.figures import attribution as figures
from seqlab.inspection.attribution import attribution_of_steps
from seqlab.inspection.heatmap_strips import levels
from seqlab.inspection.networks import read
from seqlab.inspection.sequences import Sequence, stepwise, symbols
from seqlab.lens import captions
from seqlab.lens.stack import Stack
from seqlab.ui.inspect.ablations import ablations
from seqlab.ui.inspect.choose import choose
from seqlab.ui.inspect.parts import about, picture
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.inspect.view import View
from seqlab.ui.inspect.what_if import what_if
from seqlab.ui.words import plain


def attribution(scene: Scene) -> None:
    """Saliency, occlusion, what-if and ablations."""
    about(
        "Which steps of the input does the answer hang on? Measured twice: by the slope of the "
        "output, and by taking each step away."
    )
    shown, epoch = choose(scene)
    network = scene.network(epoch)
    at, output = -1, 0
    ends = scene.dataset.goal.at == "end" and network.bridge is None
    if not ends or scene.dataset.goal.kind == "class":
        answers = read(network, shown).outputs[0, 0]  # (steps, outputs)
        at = -1 if ends else _choose_step(scene, network, answers)
        output = _output(scene, shown, answers[at], at)
    first = _steps(scene, network, shown, output, at)
    # Fragments of their own: a slider here shall not compute the rest anew.
    st.fragment(what_if)(scene, network, shown, output, first)
    if scene.only is None:  # what a part is worth is measured by the loss
        st.fragment(ablations)(scene, network, epoch)


def _choose_step(scene: Scene, network: Stack, answers: NDArray[np.floating]) -> int:
    """Which step of the answer is meant, from 0."""
    dataset, steps = scene.dataset, len(answers)
    if not stepwise(dataset):
        return int(st.slider("Step of the answer", 1, steps, steps, key="lens_answer_step")) - 1
    classes = dataset.goal.classes
    written = [classes[k] for k in answers.argmax(axis=-1)]
    return st.select_slider(
        "Symbol of the answer",
        range(steps),
        0 if network.bridge is not None else steps - 1,
        format_func=lambda k: plain(f"{k + 1}: {written[k]}"),
        key=f"lens_answer_{steps}",
    )


def _output(scene: Scene, shown: Sequence, answers_of_step: NDArray[np.floating], at: int) -> int:
    """The right class, or the one that was said, or the first value."""
    if scene.dataset.goal.kind != "class":
        return 0
    if shown.y is None:
        return int(answers_of_step.argmax())
    return int(shown.y if shown.y.ndim == 0 else shown.y[at])


def _name(scene: Scene, output: int) -> str:
    if scene.dataset.goal.kind == "class":
        return f"the {_unit_name(scene)} of “{scene.dataset.goal.classes[output]}”"
    return scene.dataset.transform.level(scene.dataset.target)


def _unit_name(scene: Scene) -> str:
    """What the head gives."""
    if scene.dataset.goal.kind != "class":
        return scene.dataset.transform.level(scene.dataset.target)
    activation = scene.run.experiment.network.head_activation
    return {"linear": "logit", "softmax": "probability"}.get(activation, "output")


def _steps(scene: Scene, network: Stack, shown: Sequence, output: int, at: int) -> int:
    """Both measures under the input; returns the step with the largest slope, from 0."""
    st.header("Steps", anchor=False)
    attributed = attribution_of_steps(network, scene.dataset, shown, output, at)
    slopes, change = attributed.slopes, attributed.change
    inputs: dict[str, NDArray[np.floating]] = {}
    scaled = ""
    sound = None
    if (log_mel := scene.dataset.log_mel) is not None:
        sound = (levels(scene.dataset, shown), log_mel)
    elif not scene.dataset.vocabulary:
        scaling, names = scene.dataset.input_scaling_of(shown.index), scene.dataset.titles
        scaled = captions.scaled(len(names), scaling.is_identity)
        x = np.array(shown.x, np.float64) if scaled else scaling.invert(shown.x)
        if network.masked:
            x[shown.real :] = np.nan  # the network does not read them
        inputs = {f"{name}{scaled}": x[:, k] for k, name in enumerate(names[:4])}
    target = _name(scene, output)
    if scene.dataset.goal.at != "end" or network.bridge is not None:
        target += f" at step {at + 1} of the answer"
    slope_name, change_name = "|dy/dx| of each step", f"change of {_unit_name(scene)} without it"
    if scaled:
        slope_name += ", x scaled"
    figure = figures.under_the_input(
        inputs,
        symbols(scene.dataset, shown),
        {slope_name: slopes, change_name: change},
        sound,
    )
    real = slice(0, shown.real)
    top = np.argsort(-slopes[real])[:2] + 1
    share = np.sort(slopes[real])[::-1][:2].sum() / max(slopes[real].sum(), 1e-300)
    most = int(np.abs(change[real]).argmax())
    what = "the mean of the training part" if scene.only is None else "the mean of the sequence"
    what = "padding" if scene.dataset.vocabulary else what
    where = f"steps {top.min()} and {top.max()}, which hold" if len(top) > 1 else "step 1, with"
    sentence = (
        f"The slopes of {target} are largest at {where} "
        f"{share:.0%} of all. Replacing step {most + 1} by {what} changes it most: "
        f"by {change[most]:+.3g}."
    )
    sentence += scene.padding(network, shown)
    if attributed.block > 1:
        sentence += (
            f" Steps were taken away in blocks of {attributed.block}, from the one named on."
        )
    table = pd.DataFrame(
        {"step": np.arange(1, 1 + len(shown.x)), "slope": slopes, "change without it": change}
    )
    picture(figure, sentence, table, key="lens_mattered", height=380, view=scene.run.id)
    return int(slopes[real].argmax())


VIEW = View("Attribution", attribution, 5)
