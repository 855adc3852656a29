"""The readings of a file that are near each other: a small picture of each, and a button."""

from __future__ import annotations

import streamlit as st

from seqlab.data.alternatives import in_words, others, read_otherwise
from seqlab.data.dataset import DataError
from seqlab.data.reader.roles.candidates import Reading
from seqlab.data.upload import Table, UploadError
from seqlab.experiment import Data, Experiment
from seqlab.figures.sparkline import sparkline
from seqlab.ui.cache import few
from seqlab.ui.controls import parse_options
from seqlab.ui.draft import dataset_of, table_for
from seqlab.ui.words import plain

MOST_OTHERS = 3
AT_ONCE = 1_000_000  # bytes of a file that is read in every way without being asked
MOST_NAMED = 5  # targets


def readings(table: Table, size: int, experiment: Experiment | None) -> None:
    """What each reading gives, if there are others beside the one that was taken.

    Args:
        table: as it is read now.
        size: of the file in bytes; a large one is read in other ways only on demand.
        experiment: whose data it is; `None` while a setting is out of range.
    """
    wish = parse_options.current()
    offered = others(table, wish)[:MOST_OTHERS]
    if not offered:
        return
    wanted = size <= AT_ONCE or st.toggle("Show what each reading would give", key="show_readings")
    data = experiment.data if wanted and experiment is not None else None  # to be pictured
    with st.container(key="readings"):
        places = st.columns(1 + len(offered))
        with places[0], st.container(border=data is not None, key="reading_now"):
            if data is not None:
                _card("As it is read now", data)
        for i, (place, other) in enumerate(zip(places[1:], offered, strict=True)):
            with place, st.container(border=data is not None, key=f"reading_other_{i}"):
                possible = data is None or _card("Or", read_otherwise(data, other))
                _button(i, other, possible)


def rivals(table: Table) -> None:
    """Which column is forecast, where others could be as well."""
    if not table.rivals or table.target is None:
        return
    named = ", ".join(f"“{name}”" for name in table.rivals[:MOST_NAMED])
    more = len(table.rivals) - MOST_NAMED
    named += f" and {more:,} more" if more > 0 else ""
    could = "could be as well" if len(table.rivals) > 1 else "could be, too"
    sentence = (
        f"“{table.target}” is forecast if nothing else is chosen; {named} {could}: see Target."
    )
    st.caption(f":blue[:material/info:] {plain(sentence)}")


def _card(title: str, data: Data) -> bool:
    """The picture of a reading and what it is in words; whether it is possible."""
    picture, words = _look(data)
    st.markdown(f"**{title}**: {plain(words)}")
    if picture:
        st.html(picture)
    return bool(picture)


def _button(number: int, other: Reading, possible: bool) -> None:
    ((name, value),) = other.changes.items()
    st.button(
        plain(other.label),
        key=f"other_{number}",
        icon=":material/swap_horiz:",
        on_click=parse_options.change,
        args=(name, value),
        disabled=not possible,
    )


@few
def _look(data: Data) -> tuple[str, str]:
    """A picture of a reading ("" if there is none), and what it is or why it cannot be."""
    try:
        table = table_for(data)
        assert table is not None
        dataset = dataset_of(data)
    except (UploadError, DataError) as error:
        return "", f"not possible here. {error}"
    kind = "class" if dataset.goal.kind == "class" else "forecast"
    return sparkline(dataset), f"{in_words(table)}; {kind}: “{dataset.target}”."
