"""The words of a part of the page, one click away."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection import glossary
from seqlab.ui.places import PAGES
from seqlab.ui.words import plain

CELL_VIEW = "One cell"  # of Inspect
MARKED = "lens_marked"  # the word whose place is marked there, until another view is chosen


def terms(
    names: Sequence[str],
    experiment: Experiment,
    dataset: Dataset,
    key: str,
    above: str = "",
    cell: str | None = None,
) -> None:
    """A popover that explains words with the numbers of this run.

    Args:
        names: the words, of `seqlab.inspection.glossary`.
        experiment: that the numbers are of.
        dataset: likewise.
        key: the popover's place on the page.
        above: what is said first, as Markdown.
        cell: in whose picture the words have a place; by default the first layer's.
    """
    cell = cell or experiment.layers[0].cell
    shown = st.popover(
        "Glossary", icon=":material/help:", key=key, type="tertiary", on_change="rerun"
    )
    if not shown.open:
        return
    values = glossary.numbers(experiment, dataset)
    with shown:
        if above:
            st.markdown(above)
        views: dict[str, None] = {}
        in_cell: list[str] = []
        for name in names:
            term = glossary.term(name, values)
            formula = f"  \n:small[{plain(term.formula)}]" if term.formula else ""
            st.markdown(f"**{plain(term.name)}**: {plain(term.means)}{formula}")
            if glossary.letters(name, cell):
                in_cell.append(name)
            elif term.where:
                views[term.where] = None
        if in_cell:
            _places(in_cell, key)
        if views:
            st.page_link(
                PAGES / "lens.py",
                label=f"See it: Inspect, {' or '.join(views)}",
                icon=":material/search:",
            )


def _places(names: Sequence[str], key: str) -> None:
    """Buttons that lead to the places of words in the picture of the cell."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(":material/search: In the picture of the cell:", width="content")
        for name in names:
            if st.button(name, key=f"{key}_{name.replace(' ', '_')}", type="tertiary"):
                st.session_state["lens_view"] = CELL_VIEW
                st.session_state[MARKED] = name
                st.switch_page(PAGES / "lens.py")
