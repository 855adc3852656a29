"""Controls that a lesson, or whoever leads a room, has locked or taken away for now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from seqlab.ui.state import for_widget

_LOCKED = "_locked_controls"


def hold(locked: Iterable[str], hidden: Iterable[str]) -> None:
    """Locks some controls and hides others, in this run of the page.

    To be called before the controls are drawn, and in every run: what is not named is free again.

    Args:
        locked: keys of settings, which are seen and cannot be changed.
        hidden: keys of controls or containers.
    """
    st.session_state[_LOCKED] = frozenset(locked)
    hide(hidden)


def hide(keys: Iterable[str]) -> None:
    """Takes controls or containers out of sight. They keep their values; it is no lock."""
    selectors = ", ".join(f".st-key-{key}" for key in keys)
    if selectors:
        st.html(f"<style>{selectors} {{ display: none !important; }}</style>")


def turns(wanted: Mapping[str, object], now: Mapping[str, object]) -> bool:
    """Whether other settings would change one that is locked. Both by widget key."""
    locked: frozenset[str] = st.session_state.get(_LOCKED, frozenset())
    return any(for_widget(wanted.get(key)) != for_widget(now[key]) for key in locked & now.keys())


def is_locked(key: str) -> bool:
    """Whether a setting cannot be changed now."""
    return key in st.session_state.get(_LOCKED, ())
