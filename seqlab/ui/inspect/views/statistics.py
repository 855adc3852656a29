"""What the gates do on the whole: saturation, memory, and what each unit follows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.cells import CELLS
from seqlab.figures import statistics as figures
from seqlab.figures import style
from seqlab.inspection.networks import steps_of
from seqlab.inspection.sequences import mask_of, sample
from seqlab.inspection.signals import answer_signals, input_signals
from seqlab.lens import captions
from seqlab.lens import statistics as numbers
from seqlab.lens.forward import forward, in_order
from seqlab.lens.trace import Trace
from seqlab.ui.inspect.choose import choose_epoch, choose_layer
from seqlab.ui.inspect.parts import about, picture
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.inspect.view import View

MOST = 2_000_000  # numbers in the traces of all sequences that are read


def statistics(scene: Scene) -> None:
    """Saturation, half-lives, dead and equal units, likeness with the input."""
    many = "many validation sequences" if scene.only is None else "the sequence"
    learned = " Hollow dots: before training." if len(scene.saved) > 1 else ""
    about(f"The network reads {many}, and every unit is judged over all steps.{learned}")
    layer, epoch = choose_layer(scene), choose_epoch(scene)
    network = scene.network(epoch)
    units, timesteps = network.units(layer), steps_of(network, layer, scene.dataset)
    most = min(MOST // (6 * units * timesteps), 200)
    index = sample(scene.dataset, most, scene.seed)
    x, mask = scene.dataset.x[index], mask_of(scene.dataset, index)
    passage = in_order(network, forward([scene.network(scene.saved[0]), network], x, mask))
    before = passage.trace(layer, 0) if len(scene.saved) > 1 else None
    now = passage.trace(layer, 1)
    if not CELLS[now.kind].gates:
        _states(scene, before, now, network.layers[layer].activation)
    else:
        _gates(scene, before, now)
        _memory(scene, before, now)
    _units(scene, layer, before, now, index)
    padded = ""
    if mask is not None and not network.decodes(layer):
        padded = ", padding left out" if network.masked else ", padding among them"
    st.caption(f"Over {scene.drawn(index)} of {timesteps} steps{padded}.")


def _shares(trace: Trace) -> figures.Shares:
    shares = {}
    for name in style.SIGMOID:
        if name in trace:
            each = numbers.saturation(trace[name], trace.mask)
            shares[name] = each.shut, each.open
    return shares


def _gates(scene: Scene, before: Trace | None, now: Trace) -> None:
    st.header("Saturation", anchor=False)
    shares, old = _shares(now), {} if before is None else _shares(before)
    figure = figures.saturation(shares, old, "below 0.1 (closed)", "above 0.9 (open)")
    sentence = captions.shares(
        {
            style.title_of(name): (
                opened.mean(),
                old[name][1].mean() if name in old else None,
                shut.mean(),
            )
            for name, (shut, opened) in shares.items()
        }
    )
    table = pd.DataFrame({"unit": np.arange(1, 1 + now.hidden.shape[-1])})
    for name, (shut, opened) in shares.items():
        table[f"{name} below 0.1"], table[f"{name} above 0.9"] = shut, opened
    picture(figure, sentence, table, key="lens_saturation", height=330, view=scene.run.id)


def _states(scene: Scene, before: Trace | None, now: Trace, activation: str) -> None:
    """Without gates: how often the states are at -1 or 1."""
    st.header("Saturation", anchor=False)
    ends = []
    for trace in (now, before):
        if trace is None:
            continue
        rows = numbers.steps(trace.hidden, trace.mask)
        low, high = (rows < -numbers.OPEN).mean(axis=0), (rows > numbers.OPEN).mean(axis=0)
        ends.append({"hidden": (low, high)})
    old = ends[1] if len(ends) > 1 else {}
    figure = figures.saturation(ends[0], old, "below −0.9", "above 0.9")
    low, high = ends[0]["hidden"]
    was = f" ({sum(share.mean() for share in old['hidden']):.0%} before training)" if old else ""
    sentence = (
        f"The hidden states are beyond ±0.9 for {low.mean() + high.mean():.0%} of the time{was}. "
        f"{captions.saturated(activation)}"
    )
    table = pd.DataFrame({"unit": np.arange(1, 1 + len(low)), "below -0.9": low, "above 0.9": high})
    picture(figure, sentence, table, key="lens_saturation", height=330, view=scene.run.id)


def _memory(scene: Scene, before: Trace | None, now: Trace) -> None:
    keep = CELLS[now.kind].keep
    if keep is None:
        return
    st.header("Memory half-life", anchor=False)
    lives = numbers.half_life(keep.share(now), now.mask)
    old = None if before is None else numbers.half_life(keep.share(before), before.mask)
    timesteps = now.hidden.shape[1]
    figure = figures.half_lives(lives, old, timesteps)
    longest = int(np.argmax(lives))
    was = "" if old is None else f" ({_steps(np.median(old))} before training)"
    sentence = (
        f"If nothing new came in, a typical unit would lose half of what it holds in "
        f"{_steps(np.median(lives))}{was}, by its {keep.words}. Unit {longest + 1} remembers "
        f"longest: {_steps(lives[longest])}. {np.mean(lives > timesteps):.0%} of the units outlive "
        f"{timesteps} steps, the length of {'a' if now.mask is None else 'the longest'} sequence."
    )
    table = pd.DataFrame({"unit": np.arange(1, 1 + len(lives)), "half-life": lives})
    if old is not None:
        table["before training"] = old
    picture(figure, sentence, table, key="lens_half_life", height=280, view=scene.run.id)


def _steps(value: float | np.floating) -> str:
    return f"{value:.3g} steps" if value < figures.LONGEST else "more than 10,000 steps"


def _units(
    scene: Scene, layer: str, before: Trace | None, now: Trace, index: NDArray[np.int64]
) -> None:
    st.header("Correlation of units with signals", anchor=False)
    if scene.network(scene.saved[-1]).decodes(layer):
        signals, mask = answer_signals(scene.dataset, index)
    else:
        signals, mask = input_signals(scene.dataset, index, scene.only is None), now.mask
    names, values = numbers.follows(now.hidden, signals, mask)
    if before is None:
        oddities = _oddities(now)
        sentence = f"{_closest(names, values)}. {oddities[0].upper()}{oddities[1:]}"
    else:
        _, old = numbers.follows(before.hidden, signals, mask)
        sentence = (
            f"{_closest(names, values)}; before training {_closest(names, old, start='unit')}. "
            f"Now {_oddities(now)} Before, {_oddities(before)}"
        )
    table = pd.DataFrame(values, columns=names)
    table.insert(0, "unit", np.arange(1, 1 + len(values)))
    height = 110 + 26 * len(names)
    picture(
        figures.likeness(names, values),
        sentence,
        table,
        key="lens_follows",
        height=height,
        view=f"{scene.run.id} {layer}",
    )


def _closest(names: list[str], values: NDArray[np.floating], start: str = "Unit") -> str:
    """Which unit follows which signal most closely."""
    unit, signal = np.unravel_index(np.abs(values).argmax(), values.shape)
    best = values[unit, signal]
    return f"{start} {unit + 1} follows “{names[signal]}” most closely, correlation {best:+.2f}"


def _oddities(now: Trace) -> str:
    """Dead and equal units, in words."""
    dead, pairs = numbers.dead(now.hidden, now.mask), numbers.equal(now.hidden, now.mask)
    sentences = []
    if len(dead):
        which = ", ".join(str(unit + 1) for unit in dead[:8])
        sentences.append(f"{len(dead)} dead (never move by more than {numbers.DEAD}): {which}.")
    if pairs:
        first, second, likeness = pairs[0]
        how = "the same" if likeness > 0 else "the opposite"
        count = "One pair" if len(pairs) == 1 else f"{len(pairs)} pairs"
        sentences.append(
            f"{count} of units move together; units {first + 1} and {second + 1} do {how}."
        )
    return " ".join(sentences) or "no unit is dead, and no two do the same."


VIEW = View("Statistics", statistics, 3)
