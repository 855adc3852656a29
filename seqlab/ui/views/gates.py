"""Every gate and state over time, from before training to the last epoch."""

from __future__ import annotations

import streamlit as st

from seqlab.ui.player import gates_player
from seqlab.ui.views.scene import Scene, choose_layer, choose_sequence

ABOUT = (
    "Each picture is one gate or state of the layer: time runs to the right, each row is a unit. "
    "The input stands above, the answer of the network below. Move the slider or press play to "
    "see them change while the network learned. Click a row to follow one unit."
)


def gates(scene: Scene) -> None:
    """The gates player, with a choice of layer and sequence."""
    st.caption(ABOUT)
    layer = choose_layer(scene)
    shown = choose_sequence(scene)
    gates_player(scene.run, scene.dataset, shown, layer, key="lens_player", tells_unit=True)
