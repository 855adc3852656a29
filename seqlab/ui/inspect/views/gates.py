"""Every gate and state over time, from before training to the last epoch."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from seqlab.inspection.sequences import Sequence
from seqlab.ui.components.player import chosen_epoch, gates_player
from seqlab.ui.components.table import csv
from seqlab.ui.inspect.choose import choose_layer, choose_sequence, in_numbers
from seqlab.ui.inspect.parts import by_step_and_unit
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.inspect.view import View

PLAYER = "lens_player"
ABOUT = (
    "Each picture is one gate or state of the layer: time runs to the right, each row is a unit. "
    "Input and answer of the network stand above (the answer below, on a phone). Move the slider "
    "or press play to see them change while the network learned. Click a row to follow one unit."
)


def gates(scene: Scene) -> None:
    """The gates player, with a choice of layer and sequence."""
    st.caption(ABOUT)
    layer = choose_layer(scene)
    shown = choose_sequence(scene)
    epoch = chosen_epoch(scene.run, PLAYER, scene.saved)
    in_numbers(scene, shown, epoch)
    gates_player(
        scene.run,
        scene.dataset,
        shown,
        layer,
        key=PLAYER,
        saved=scene.saved,
        best=scene.best,
        tells_unit=True,
    )
    csv(_table(scene, shown, layer, epoch), "lens_gates")


def _table(scene: Scene, shown: Sequence, layer: str, epoch: int) -> Callable[[], pd.DataFrame]:
    """The exact numbers of one epoch, one row for each step and unit, made when asked for."""

    def make() -> pd.DataFrame:
        trace = scene.traces(epoch, shown)[layer]
        table = by_step_and_unit({name: trace[name][0] for name in trace})
        table.insert(0, "epoch", epoch)
        return table

    return make


VIEW = View("Gates", gates, 1, of_files=False)
