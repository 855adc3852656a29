"""A part of the page that is pointed at."""

import streamlit as st


def outline(key: str) -> None:
    """Draws a line around the container or the control of that key."""
    st.html(
        f"<style>.st-key-{key} {{ outline: 3px solid var(--st-primary-color, #1d5fb8); "
        "outline-offset: -1px; border-radius: 6px; }</style>"
    )
