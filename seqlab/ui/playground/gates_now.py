"""Inside the network that a run trained: the gates player of the playground."""

from __future__ import annotations

import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.inspection import glossary
from seqlab.inspection.sequences import sequence, title_of
from seqlab.lens.stack import LensError
from seqlab.runs.records import Run
from seqlab.ui import networks
from seqlab.ui.components import player
from seqlab.ui.components.terms import terms
from seqlab.ui.places import PAGES
from seqlab.ui.words import plain

KEY = "gates_player"
PAGE = PAGES / "lens.py"


def look_inside(run: Run, dataset: Dataset, newest: int, best: int | None = None) -> None:
    """Gates and states of one layer, for one validation sequence, at every saved epoch.

    Args:
        run: whose network.
        dataset: what it was trained on.
        newest: the newest epoch whose weights are kept.
        best: the epoch with the lowest val_loss, if its weights are kept.
    """
    with st.container(key="gate_chart", gap="xxsmall"):
        try:
            network = networks.network(run.id, newest, run.experiment, dataset)
            layers = list(network.layers)
            with st.container(
                horizontal=True, vertical_alignment="center", gap="medium", key="gate_choice"
            ):
                with st.container(width=200):
                    place = _sequence(len(dataset.validation))
                title = title_of(dataset, place)
                st.caption(plain(title[0].upper() + title[1:]), width="stretch")
                layer = _layer(layers)
                cell = network.layers[layer].cell
                words = [*glossary.of_cell(cell), "vanishing gradient"]
                terms(words, run.experiment, dataset, "gate_terms", cell=cell)
                st.page_link(
                    PAGE, label="More views: Inspect", icon=":material/search:", width="content"
                )
            shown_sequence = sequence(dataset, int(dataset.validation[place]), title)
            player.gates_player(
                run, dataset, shown_sequence, layer, key=KEY, best=best, compact=True
            )
        except LensError as error:
            st.caption(plain(str(error)))


def chosen_epoch(run: Run, saved: list[int]) -> int | None:
    """The epoch at which the player stands: the newest one, unless it was moved."""
    return player.chosen_epoch(run, KEY, saved) if saved else None


def moved_to(run: Run) -> int | None:
    """The epoch at which the player's handle was let go; `None` if it was never moved."""
    return player.moved_to(run, KEY)


def _sequence(n: int) -> int:
    """Which of the `n` validation sequences to read, from 0."""
    if n == 1:
        return 0
    st.session_state["sequence"] = min(st.session_state.get("sequence", 1), n)
    label = "Validation sequence"
    return st.slider(label, 1, n, key="sequence", label_visibility="collapsed") - 1


def _layer(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    if st.session_state.get("layer") not in names:
        st.session_state["layer"] = names[0]
    chosen = st.segmented_control(
        "Layer", names, key="layer", required=True, label_visibility="collapsed"
    )
    return chosen or names[0]
