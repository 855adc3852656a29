"""Ready-made experiments and all built-in sequences, with pictures, to open on the playground."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from seqlab.data.catalogue import ENTRIES
from seqlab.data.entry import Entry
from seqlab.experiment import Experiment
from seqlab.figures.sparkline import sparkline
from seqlab.presets import PRESETS, Preset
from seqlab.ui import state
from seqlab.ui.components.heading import page_title
from seqlab.ui.controls.data import UPLOAD, begin_with
from seqlab.ui.draft import dataset_of
from seqlab.ui.places import PAGES
from seqlab.ui.words import network, plain

T = TypeVar("T")
COLUMNS = 3
PLAYGROUND = PAGES / "train.py"


def settings(experiment: Experiment) -> str:
    training = experiment.training
    rate = f"{training.optimizer} {training.learning_rate:g}"
    return f"{network(experiment)} · {rate} · {training.epochs} epochs"


def value(preset: Preset, number: float) -> str:
    return f"RMSE {number:g}" if preset.measure == "RMSE" else f"{number:.1%} {preset.measure}"


def measured(preset: Preset) -> str:
    """What was reached beside the best rule; measured by tests/bench/presets.py."""
    rule, level = preset.line
    return f"Reached: {value(preset, preset.reached)}. Best baseline, {rule}: {level}."


def use(experiment: Experiment) -> None:
    state.show(experiment)
    state.show_run(None)


def card(preset: Preset) -> bool:
    with st.container(border=True, height="stretch", gap="small"):
        st.html(sparkline(dataset_of(preset.experiment.data)))
        st.markdown(f"**{preset.title}**  \n{preset.about}")
        st.caption(f"{settings(preset.experiment)}  \n{measured(preset)}")
        return st.button(
            "Open in Playground",
            key=f"open_{preset.key}",
            icon=":material/tune:",
            on_click=use,
            args=(preset.experiment,),
        )


def source(entry: Entry) -> bool:
    experiment = Experiment(data=entry.default())
    with st.container(border=True, height="stretch", gap="small"):
        st.html(sparkline(dataset_of(experiment.data)))
        st.markdown(f"**{entry.title}**  \n:small[{plain(entry.about)}]")
        return st.button("Use", key=f"use_{entry.key}", on_click=begin_with, args=(entry.key,))


def in_rows(things: Iterable[T]) -> Iterator[tuple[DeltaGenerator, T]]:
    """Each with the column of its row: cards of one row are equally high."""
    columns: list[DeltaGenerator] = []
    for i, thing in enumerate(things):
        if i % COLUMNS == 0:
            columns = st.columns(COLUMNS)
        yield columns[i % COLUMNS], thing


page_title("Examples")
st.caption(
    "Ready to train. What an example reached counts on the validation part, which the network "
    "never learns from. Its settings were chosen by that part too, and with one seed: other seeds "
    "give somewhat other numbers."
)
go = st.button(
    "My own file",
    key="use_upload",
    icon=":material/upload_file:",
    type="primary",
    on_click=begin_with,
    args=(UPLOAD,),
)
for kind, presets in groupby(PRESETS, key=lambda preset: preset.kind):
    st.header(kind, anchor=False)
    for column, preset in in_rows(presets):
        with column:
            if card(preset):
                st.switch_page(PLAYGROUND, query_params=preset.experiment.to_query())
with st.container(key="all_sources"):
    st.header("All built-in sequences", anchor=False)
    for family, entries in groupby(ENTRIES.values(), key=lambda entry: entry.family):
        st.markdown(f"**{family}**")
        for column, entry in in_rows(entries):
            with column:
                go |= source(entry)
if go:
    st.switch_page(PLAYGROUND)
