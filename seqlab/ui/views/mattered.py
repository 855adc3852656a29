"""Which steps and which parts of the network mattered for its answer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.figures import mattered as figures
from seqlab.figures import style
from seqlab.lens import ablation
from seqlab.lens.arithmetic import ORDER
from seqlab.lens.forward import Passage, forward
from seqlab.lens.occlusion import occlusion, saliency
from seqlab.lens.stack import LensError, Stack
from seqlab.ui import networks
from seqlab.ui.networks import Sequence
from seqlab.ui.views.parts import about, picture
from seqlab.ui.views.scene import Scene, choose, choose_layer
from seqlab.ui.words import plain

MOST_WORK = 20_000_000  # sequences x timesteps x units squared: some 15 ms
MOST_UNITS = 64


def mattered(scene: Scene) -> None:
    """Saliency, occlusion, what-if and ablations."""
    about(
        "Which steps of the input does the answer hang on? Measured twice: by the slope of the "
        "output, and by taking each step away."
    )
    shown, epoch = choose(scene)
    network = scene.network(epoch)
    if scene.dataset.goal.at != "end":
        st.info("This network answers at every step; here the answer at the last one counts.")
    output = _choose_output(scene, network, shown)
    _steps(scene, network, shown, output)
    # Fragments of their own: a slider here shall not compute the rest anew.
    st.fragment(_what_if)(scene, network, shown, output)
    st.fragment(_ablations)(scene, network)


def _choose_output(scene: Scene, network: Stack, shown: Sequence) -> int:
    """The right class, or the first value."""
    if scene.dataset.goal.kind == "class" and shown.y is not None and shown.y.ndim == 0:
        return int(shown.y)
    if scene.dataset.goal.kind == "class":
        return int(networks.read(network, shown).answers[0, 0].argmax())
    return 0


def _name(scene: Scene, output: int) -> str:
    if scene.dataset.goal.kind == "class":
        return f"the logit of “{scene.dataset.goal.classes[output]}”"
    return scene.dataset.target


def _unit(scene: Scene, output: int) -> float:
    """How much one unit of the head's output is in original units."""
    if scene.dataset.goal.kind == "class":
        return 1.0
    return float(np.ravel(scene.dataset.target_scaling.scale)[output])


def _typical(scene: Scene) -> NDArray[Any]:
    """What stands in the place of a step that is taken away."""
    if scene.dataset.vocabulary:
        return np.zeros((), np.int32)
    return scene.dataset.x[scene.dataset.train].mean(axis=(0, 1))


def _steps(scene: Scene, network: Stack, shown: Sequence, output: int) -> None:
    st.subheader("Steps", anchor=False)
    slopes = saliency(network, shown.x, output, shown.mask) * _unit(scene, output)
    taken = occlusion(network, shown.x, _typical(scene), shown.mask)
    change = np.repeat(taken.change[:, output], taken.size)[: len(shown.x)] * _unit(scene, output)
    inputs = {}
    if not scene.dataset.vocabulary:
        inputs = {name: shown.x[:, k] for k, name in enumerate(scene.dataset.names[:4])}
    target = _name(scene, output)
    figure = figures.under_the_input(
        inputs,
        networks.symbols(scene.dataset, shown),
        {"|dy/dx| of each step": slopes, "change without it": change},
    )
    real = slice(0, shown.real)
    top = np.argsort(-slopes[real])[:2] + 1
    share = np.sort(slopes[real])[::-1][:2].sum() / max(slopes[real].sum(), 1e-300)
    most = int(np.abs(change[real]).argmax())
    what = "padding" if scene.dataset.vocabulary else "the mean of the training part"
    sentence = (
        f"The slopes of {target} are largest at steps {top.min()} and {top.max()}, which hold "
        f"{share:.0%} of all. Replacing step {most + 1} by {what} changes it most: "
        f"by {change[most]:+.3g}."
    )
    if taken.size > 1:
        sentence += f" Steps were taken away in blocks of {taken.size}, from the one named on."
    table = pd.DataFrame(
        {"step": np.arange(1, 1 + len(shown.x)), "slope": slopes, "change without it": change}
    )
    picture(figure, sentence, table, key="lens_mattered", height=380, view=scene.run.id)


def _what_if(scene: Scene, network: Stack, shown: Sequence, output: int) -> None:
    st.subheader("What if?", anchor=False)
    about("Change the input at one step and see what the network would say from then on.")
    left, middle, right = st.columns(3)
    st.session_state["lens_if_step"] = min(
        st.session_state.get("lens_if_step", shown.real), shown.real
    )
    step = left.slider("Step", 1, max(shown.real, 2), key="lens_if_step", persist_state="session")
    place = min(step, shown.real) - 1
    changed = shown.x.copy()
    dataset = scene.dataset
    if dataset.vocabulary:
        symbol = middle.selectbox(
            "Symbol",
            range(1, len(dataset.vocabulary)),
            index=int(shown.x[place]) - 1,
            format_func=lambda k: repr(dataset.vocabulary[k]),
            key=f"lens_if_symbol_{place}",
        )
        changed[place] = symbol
        said = f"{dataset.vocabulary[symbol]!r}"
    else:
        names = list(dataset.names)
        feature = 0
        if len(names) > 1:
            feature = middle.selectbox(
                "Input", range(len(names)), format_func=names.__getitem__, key="lens_if_input"
            )
        raw = dataset.input_scaling.invert(dataset.x[dataset.train])[..., feature]
        here = float(dataset.input_scaling.invert(shown.x)[place, feature])
        low, high, start, step_size = slider_range(raw, here)
        value = right.slider(
            "Its value",
            low,
            high,
            start,
            step_size,
            key=f"lens_if_value_{place}_{feature}_{hash(shown.key)}",
            format="%.4g",
        )
        whole = dataset.input_scaling.invert(shown.x)[place]
        whole[feature] = value
        if value != start:
            changed[place] = dataset.input_scaling.apply(whole)
        said = f"{value:.4g} instead of {here:.4g}"
    pair = np.stack([shown.x, changed])
    masks = None if shown.mask is None else np.stack([shown.mask] * 2)
    passage = forward([network], pair, masks)
    answers = networks.output_of(scene.run.experiment, dataset, passage.outputs[0])[..., output]
    then, now = answers[0, -1], answers[1, -1]
    moved = {
        name: float(np.abs(np.subtract(*arrays["hidden"][0])).max())
        for name, arrays in passage.traces.items()
    }
    states = ", ".join(f"{name} by up to {most:.2g}" for name, most in moved.items())
    if (changed == shown.x).all():
        sentence = (
            f"The input is as it was, and the answer is {then:.4g}. Choose a step and another "
            "value for it."
        )
    else:
        sentence = (
            f"With {said} at step {place + 1} the answer is {now:.4g} ({then:.4g} before, "
            f"{now - then:+.3g}). The hidden states move: {states}."
        )
    label = dataset.target if dataset.goal.kind == "value" else "probability"
    figure = figures.two_answers(answers[0], answers[1], place, label)
    table = pd.DataFrame(
        {"step": np.arange(1, 1 + len(answers[0])), "as it is": answers[0], "changed": answers[1]}
    )
    picture(figure, sentence, table, key="lens_what_if", height=260, view=scene.run.id)
    if (changed != shown.x).any():
        _moved(scene, passage, place)


def slider_range(seen: NDArray[np.floating], here: float) -> tuple[float, float, float, float]:
    """Low, high, start and step of a slider through the values that the training part has seen.

    In round numbers: the browser sends decimals, and one that falls a hair below the lower end
    would be taken for none.
    """
    low, high = min(float(seen.min()), here), max(float(seen.max()), here)
    room = 0.25 * (high - low) or 1.0
    digits = 3 - math.floor(math.log10(high - low + 2 * room))
    low, high = round(low - room, digits), round(high + room, digits)
    return low, high, round(here, digits), 10.0**-digits


def _moved(scene: Scene, passage: Passage, place: int) -> None:
    """Which gates and states react to a change, at every step."""
    name = list(passage.traces)[-1]
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
    figure = figures.moved(change, place)
    picture(figure, sentence, table, key="lens_moved", height=260, view=scene.run.id)


def _ablations(scene: Scene, network: Stack) -> None:
    st.subheader("Parts of the network", anchor=False)
    about(
        "The loss on validation sequences if a part is taken away: a gate held at 1 (always "
        "open), or a unit that nobody reads. Nothing is trained again."
    )
    layer = choose_layer(scene)
    cell, units = network.layers[layer].cell, network.units(layer)
    work = scene.dataset.timesteps * units**2  # of one sequence through one network
    index = scene.dataset.validation[: max(8, min(200, MOST_WORK // work))]
    tried = min(units, MOST_UNITS)
    skipped = tried * work * len(index) > 10 * MOST_WORK and not st.toggle(
        f"Switch off {tried} units one by one (takes a few seconds)", key="lens_each_unit"
    )
    whole = loss(scene, network, index)
    names, values, problems = ["whole network"], [whole], []
    for gate in [name for name in ORDER[cell] if name in style.SIGMOID]:
        try:
            changed = ablation.gate_held_at_1(network, layer, gate)
        except LensError as error:
            problems.append(str(error))
            continue
        names.append(f"{style.GATE_NAMES[gate]} = 1")
        values.append(loss(scene, changed, index))
    try:
        off = [
            (unit, loss(scene, ablation.units_off(network, layer, [unit]), index))
            for unit in range(0 if skipped else tried)
        ]
    except LensError as error:
        problems.append(str(error))
        off = []
    ranked = sorted(off, key=lambda pair: -pair[1])
    shown = ranked[:6] if len(ranked) > 8 else ranked
    names += [f"without unit {unit + 1}" for unit, _ in shown]
    values += [value for _, value in shown]
    figure = figures.losses(names, np.array(values), whole)
    worst = int(np.argmax(values[1:])) + 1 if len(values) > 1 else 0
    sentence = (
        f"The loss of the whole network is {whole:.3g} over {len(index)} sequences. "
        f"It hurts most with “{names[worst]}”: {values[worst]:.3g}."
    )
    if off:
        idle = sum(value <= whole * 1.01 for _, value in off)
        sentence += f" {idle} of {len(off)} units can go alone without raising it by 1 %."
        if len(shown) < len(off):
            sentence += f" The {len(shown)} units that hurt most are drawn."
    table = pd.DataFrame(
        {
            "part": [*names[: len(names) - len(shown)], *(f"without unit {u + 1}" for u, _ in off)],
            "loss": [*values[: len(values) - len(shown)], *(value for _, value in off)],
        }
    )
    height = 90 + 26 * len(names)
    picture(figure, sentence, table, key="lens_ablations", height=height, view=scene.run.id)
    for problem in problems:
        st.caption(plain(problem))


def loss(scene: Scene, network: Stack, index: NDArray[np.int64]) -> float:
    """Mean squared error of scaled values, or the cross-entropy, over some sequences."""
    dataset = scene.dataset
    passage = forward([network], dataset.x[index], networks.mask_of(dataset, index))
    said = passage.answers[0] if dataset.goal.at == "end" else passage.outputs[0]
    truth = dataset.y[index]
    counts = np.ones(truth.shape) if dataset.y_weights is None else dataset.y_weights[index]
    if dataset.goal.kind == "value":
        squares = (said.astype(np.float64) - truth) ** 2
        return float(squares.mean())
    odds = networks.output_of(scene.run.experiment, dataset, said)
    right = np.take_along_axis(odds, truth[..., np.newaxis].astype(np.int64), axis=-1)[..., 0]
    return float((-np.log(np.maximum(right, 1e-300)) * counts).sum() / counts.sum())
