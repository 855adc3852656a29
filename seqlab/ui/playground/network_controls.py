"""The recurrent layers, and what lies before and behind them."""

from __future__ import annotations

from functools import partial

import streamlit as st

from seqlab.cells import CELLS
from seqlab.experiment import MAX_LAYERS, Recurrent
from seqlab.network.doctor.axes import settled
from seqlab.network.doctor.objective import activations_for, heads_for
from seqlab.ui.controls.fields import changes, field, more
from seqlab.ui.draft import Draft

IN_SIGHT = ("cell", "units", "return_sequences")


def network_controls(now: Draft) -> None:
    """One row a recurrent layer, then what the data need around them.

    Args:
        now: its data decide which settings of the input and the head there are.
    """
    st.header("Network", anchor=False)
    layers = st.session_state.layers
    usual = _usual(now)
    for i in range(layers):
        _layer(i, layers, usual)
    frame = None if now.dataset is None else now.dataset.frame
    tokens = frame is not None and frame.vocabulary > 0
    padded = frame is not None and frame.padded
    names = [*(["embedding"] if tokens else []), *(["masking"] if tokens or padded else [])]
    names += ["head", "head_activation"]
    fitting = None
    if frame is not None:
        fitting = {"head": heads_for(frame), "head_activation": activations_for(frame)}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if layers < MAX_LAYERS:
            st.button("Add a layer", key="add_layer", on_click=_add, icon=":material/add:")
        more("more_head", names, title="Head", fitting=fitting)
        changes(names, "changed_head")


def _usual(now: Draft) -> dict[str, bool]:
    """Where `return_sequences` must be on, being on is no change."""
    if now.experiment is None or now.dataset is None:
        return {}
    layers = settled(now.experiment, now.dataset.frame).layers
    return {f"return_sequences_{i}": layer.return_sequences for i, layer in enumerate(layers)}


def _layer(i: int, layers: int, usual: dict[str, bool]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        field(f"cell_{i}", f"Layer {i + 1}", width=132)
        field(f"units_{i}", width=96)
        field(f"return_sequences_{i}")
        cell = CELLS[st.session_state[f"cell_{i}"]]
        names = [name for name in Recurrent.model_fields if name not in IN_SIGHT and cell.has(name)]
        above = partial(_arrange, i, layers) if layers > 1 else None
        more(f"more_{i}", names, f"_{i}", above=above)
        changes([f"{name}_{i}" for name in (*IN_SIGHT, *names)], f"changed_{i}", usual)


def _arrange(i: int, layers: int) -> None:
    """Buttons that move or remove a layer."""
    with st.container(horizontal=True, gap="small"):
        if i > 0:
            st.button(
                f"Before layer {i}",
                key=f"up_{i}",
                icon=":material/arrow_upward:",
                on_click=_swap,
                args=(i - 1,),
            )
        if i < layers - 1:
            st.button(
                f"Behind layer {i + 2}",
                key=f"down_{i}",
                icon=":material/arrow_downward:",
                on_click=_swap,
                args=(i,),
            )
        st.button(
            f"Remove layer {i + 1}",
            key=f"remove_layer_{i}",
            icon=":material/delete:",
            on_click=_remove,
            args=(i, layers),
        )


def _get(i: int) -> dict[str, object]:
    return {name: st.session_state[f"{name}_{i}"] for name in Recurrent.model_fields}


def _set(i: int, values: dict[str, object]) -> None:
    st.session_state.update({f"{name}_{i}": value for name, value in values.items()})


def _add() -> None:
    """A copy of the last layer, on top of it."""
    new = st.session_state.layers
    _set(new, _get(new - 1) | {"return_sequences": False})
    st.session_state.layers = new + 1


def _swap(i: int) -> None:
    """Layers `i` and `i + 1` change places; whether time goes on belongs to the place."""
    lower, upper = _get(i), _get(i + 1)
    place = "return_sequences"
    _set(i, upper | {place: lower[place]})
    _set(i + 1, lower | {place: upper[place]})


def _remove(i: int, layers: int) -> None:
    for below in range(i, layers - 1):
        _set(below, _get(below + 1))
    if i == layers - 1:  # the layer below becomes the last one
        st.session_state[f"return_sequences_{i - 1}"] = st.session_state[f"return_sequences_{i}"]
    st.session_state.layers = layers - 1
