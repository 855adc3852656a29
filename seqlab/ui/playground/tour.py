"""A first look round: five places on the page, each outlined while it is told of."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from seqlab.ui.components.outline import outline

_AT = "_tour"  # the number of the stop, from 0; None when there is no tour


@dataclass(frozen=True)
class Stop:
    """One place to look at.

    Attributes:
        key: of the container.
        title: what it is.
        words: what to see there.
    """

    key: str
    title: str
    words: str


STOPS = (
    Stop(
        "network",
        "The network",
        "From left to right: what goes in, the layers, what comes out. Numbers in brackets are "
        "shapes: sequences, time steps, features.",
    ),
    Stop(
        "loss_chart",
        "The loss",
        "How wrong the network is, after each epoch. Blue: on what it learns from. Orange: on the "
        "part that it never sees. Grey and dashed: what a rule without a network reaches.",
    ),
    Stop(
        "prediction_chart",
        "The answers",
        "The validation part: the truth, what the network says, and what the best rule says.",
    ),
    Stop(
        "gate_chart",
        "The gates",
        "Each row of a picture is one unit, each column one time step. Drag the slider or press "
        "play, and see how training changed them.",
    ),
    Stop(
        "units_0",
        "Your turn",
        "Change one number, `units` for instance, and press Train again. The old curve stays in "
        "grey behind the new one.",
    ),
)


def begin() -> None:
    """Starts at the first stop."""
    st.session_state[_AT] = 0


def tour() -> None:
    """The card of the stop, if a tour is on its way."""
    at = st.session_state.get(_AT)
    if at is None:
        return
    stop = STOPS[at]
    outline(stop.key)
    # Never over what it points at.
    side = "right" if at == len(STOPS) - 1 else "left"
    st.html(f"<style>.st-key-tour {{ {side}: 1.2rem; }}</style>")
    with st.container(key="tour", border=True, gap="xsmall"):
        st.markdown(f"**{at + 1} of {len(STOPS)}. {stop.title}**  \n{stop.words}")
        with st.container(horizontal=True, gap="small"):
            last = at == len(STOPS) - 1
            st.button("Done" if last else "Next", key="tour_next", type="primary", on_click=_next)
            if not last:
                st.button("Skip", key="tour_skip", type="tertiary", on_click=_end)


def _next() -> None:
    at = st.session_state.get(_AT, 0) + 1
    st.session_state[_AT] = at if at < len(STOPS) else None


def _end() -> None:
    st.session_state[_AT] = None
