"""The one heading of a page that says what it is."""

from __future__ import annotations

import streamlit as st


def page_title(title: str) -> None:
    """The h1 of a page, of which each has one."""
    st.title(title, anchor=False, width="content")
