"""What the loss would be without a part of the network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from seqlab.figures import attribution as figures
from seqlab.figures import style
from seqlab.inspection.losses import loss
from seqlab.inspection.sequences import sample
from seqlab.lens import ablation, captions
from seqlab.lens.stack import LensError, Stack
from seqlab.network.plan import plan
from seqlab.ui import networks
from seqlab.ui.cache import ByteCache
from seqlab.ui.inspect.choose import choose_layer
from seqlab.ui.inspect.parts import about, picture
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.words import plain

MOST_WORK = 80_000_000  # networks x sequences x timesteps x units squared: some 60 ms
MOST_UNITS = 64  # that are switched off one by one
DRAWN = 6  # of them, those that hurt most
FEWEST, MOST = 4, 200  # sequences

_losses: ByteCache[float] = ByteCache("ablations", lambda _: 100)


def ablations(scene: Scene, network: Stack, epoch: int) -> None:
    """Gates held at 1, units switched off one by one, and those that somebody chooses.

    Args:
        scene: the run and its dataset.
        network: as it was at that epoch.
        epoch: of the weights.
    """

    def measured(part: str, changed: Callable[[], Stack]) -> float:
        """The loss without a part; it does not hang on the sequence that is chosen."""
        weights = networks.version(scene.run.id, epoch, scene.dataset)
        key = weights, layer, part, len(index)
        return _losses.get(key, lambda: loss(changed(), scene.dataset, index))

    st.header("Parts of the network", anchor=False)
    explained = st.container()
    layer = choose_layer(scene)
    with explained:
        about(captions.ablations(bool(network.layers[layer].record.gates)))
    units = network.units(layer)
    work = scene.dataset.timesteps * units**2  # of one sequence through one network
    tried = min(units, MOST_UNITS)
    each = tried * work * FEWEST <= MOST_WORK or st.toggle(
        f"Switch off {tried} units one by one (takes a few seconds)", key="lens_each_unit"
    )
    fits = MOST_WORK // (work * (tried + 5 if each else 5))
    index = sample(scene.dataset, max(FEWEST, min(MOST, fits)), scene.seed)
    whole = measured("", lambda: network)
    gates: dict[str, float] = {}
    problems: list[str] = []
    for gate in [gate.name for gate in network.layers[layer].record.gates]:
        try:
            gates[f"{style.GATE_NAMES[gate]} = 1"] = measured(
                gate, partial(ablation.gate_held_at_1, network, layer, gate)
            )
        except LensError as error:
            problems.append(str(error))
    off: dict[int, float] = {}
    try:
        for unit in range(tried if each else 0):
            off[unit] = measured(f"{unit}", partial(ablation.units_off, network, layer, [unit]))
    except LensError as error:
        problems.append(str(error))
    chosen_units = _chosen(units, key=f"lens_off_{layer}") if not problems else []
    together: dict[str, float] = {}
    if chosen_units:
        name = f"without units {', '.join(str(unit + 1) for unit in chosen_units)}"
        name = name if len(name) < 40 else f"without {len(chosen_units)} units of your choice"
        together[name] = loss(
            ablation.units_off(network, layer, chosen_units), scene.dataset, index
        )
    ranked = sorted(off, key=lambda unit: -off[unit])
    worst_units = ranked[:DRAWN] if len(ranked) > DRAWN + 2 else ranked
    losses = gates | together | {f"without unit {unit + 1}": off[unit] for unit in worst_units}
    parts = {"whole network": whole} | losses
    values = np.array(list(parts.values()))
    experiment = scene.run.experiment
    measured_as, note = captions.loss(
        scene.dataset.goal.kind,
        plan(experiment, scene.dataset.frame).loss,
        any(each.l2 for each in experiment.layers),
        len(index) == len(scene.dataset.validation),
    )
    sentence = (
        f"The loss of the whole network, its {measured_as}, is {whole:.3g} over "
        f"{scene.drawn(index)}. {note}"
    ).rstrip()
    if losses:
        worst = max(losses, key=lambda name: losses[name])
        most = losses[worst]
        sentence += f" It hurts most with “{worst}”: {most:.3g}, {_times(most, whole)}."
    if off:
        idle = sum(value <= whole * 1.01 for value in off.values())
        sentence += f" {idle} of {len(off)} units can go alone without raising it by 1 %."
        if len(worst_units) < len(off):
            sentence += f" The {len(worst_units)} units that hurt most are drawn."
    for name, value in together.items():
        sentence += f" {name.capitalize()} it is {value:.3g}, {_times(value, whole)}."
    if network.bridge is not None and network.bridge.embedding is not None:
        sentence += " The decoder reads its own answers, as after training"
        sentence += "; for the val_loss it reads the truth."
    everything = parts | {f"without unit {unit + 1}": value for unit, value in off.items()}
    table = pd.DataFrame({"part": everything.keys(), "loss": everything.values()})
    table["change"] = table["loss"] - whole
    figure = figures.losses(list(parts), values, whole)
    height = 90 + 26 * len(parts)
    picture(figure, sentence, table, key="lens_ablations", height=height, view=scene.run.id)
    for problem in problems:
        st.caption(plain(problem))


def _chosen(units: int, key: str) -> list[int]:
    """Units that somebody wants to switch off together, from 0."""
    if units < 3:
        return []
    return st.multiselect(
        "Units to ablate",
        range(units),
        format_func=lambda unit: f"unit {unit + 1}",
        key=key,
        placeholder="units of your choice",
        max_selections=units - 1,
    )


def _times(value: float, whole: float) -> str:
    """How a loss compares with that of the whole network."""
    if whole <= 0 or not np.isfinite(value):
        return "more" if value > whole else "no more"
    change = value / whole - 1
    if change <= 2:
        return f"{change:+.0%}"
    times = f"{1 + change:,.0f}" if change > 9 else f"{1 + change:.1f}"
    return f"{times} times as much"
