"""The words of a part of the page, one click away."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection import glossary
from seqlab.ui.places import PAGES
from seqlab.ui.words import plain


def terms(
    names: Sequence[str], experiment: Experiment, dataset: Dataset, key: str, above: str = ""
) -> None:
    """A popover that explains words with the numbers of this run.

    Args:
        names: the words, of `seqlab.inspection.glossary`.
        experiment: that the numbers are of.
        dataset: likewise.
        key: the popover's place on the page.
        above: what is said first, as Markdown.
    """
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
        for name in names:
            found = glossary.term(name, values)
            formula = f"  \n:small[{plain(found.formula)}]" if found.formula else ""
            st.markdown(f"**{plain(found.name)}**: {plain(found.means)}{formula}")
            if found.where:
                views[found.where] = None
        if views:
            st.page_link(
                PAGES / "lens.py",
                label=f"See it: Inspect, {' or '.join(views)}",
                icon=":material/search:",
            )
