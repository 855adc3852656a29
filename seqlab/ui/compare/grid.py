"""A grid over two settings: which, with which values, and the heat map."""

from __future__ import annotations

import streamlit as st

from seqlab.comparison import on_pool, words
from seqlab.comparison.grid import Grid, labels
from seqlab.comparison.variants import all_parsed, options_of, ready_values, settings_of, value_of
from seqlab.experiment import Experiment, ExperimentError
from seqlab.field_words import in_words
from seqlab.figures import search as figures
from seqlab.runs.studies import StudyRecord
from seqlab.ui import services
from seqlab.ui.compare.follow import follow
from seqlab.ui.compare.race import status
from seqlab.ui.compare.variants import title_of
from seqlab.ui.components.chart import chart
from seqlab.ui.components.table import csv
from seqlab.ui.words import plain

HEIGHT = 420
USUAL = ("units", "learning_rate")  # across, down


def choose_grid(base: Experiment | None) -> tuple[Grid | None, dict[str, Experiment], str]:
    """Widgets for the two settings.

    Returns:
        The grid; the experiments of its cells by name; and why there is none, or "".
    """
    st.header("Two settings", anchor=False)
    if base is None:
        return None, {}, "The playground's settings are out of range: mend them there first."
    keys = [key for key in settings_of(base) if key not in ("loss", "scaling", "l2")]
    setting_keys, values, problems = [], [], []
    for way, usual in zip(("across", "down"), USUAL, strict=True):
        if st.session_state.get(f"grid_{way}") not in keys:
            st.session_state[f"grid_{way}"] = usual
        key = st.selectbox(
            f"Setting {way}", keys, key=f"grid_{way}", format_func=title_of,
            persist_state="session",
        )  # fmt: skip
        text = st.text_input(
            f"Values {way}",
            _usual(base, key),
            key=f"grid_{way}_values_{key}",
            help="With commas between them.",
            persist_state="session",
        )
        setting_keys.append(key)
        try:
            values.append(all_parsed(key, text or ""))
        except ExperimentError as error:
            problems += error.sentences
    if problems:
        return None, {}, " ".join(problems)
    grid = Grid(setting_keys[0], setting_keys[1], *(tuple(dict.fromkeys(each)) for each in values))
    try:
        return grid, grid.variants(base), ""
    except ExperimentError as error:
        return None, {}, str(error)


def grid(record: StudyRecord) -> None:
    """A grid as it stands; looks again while it goes on."""
    follow(record, _grid)


def _grid(record: StudyRecord) -> bool:
    """Whether it could be read."""
    studies = services.studies()
    try:
        curves = services.store().curves(record.id)
        study = on_pool.read(record, studies.runs(record.id), curves)
    except (ExperimentError, KeyError):
        return False
    grid = Grid.from_json(record.settings["grid"])
    with st.container(key="compare_status", gap="xxsmall"):
        status(record, study)
    with st.container(key="compare_chart", gap="xxsmall"):
        figure = figures.grid(
            grid.medians(study),
            (title_of(grid.across), labels(grid.across_values)),
            (title_of(grid.down), labels(grid.down_values)),
            f"best {study.measure.name}",
        )
        sentence = grid.words(study)
        chart(figure, key="grid_map", alt=sentence, height=HEIGHT, view=record.id)
        with st.container(horizontal=True, gap="small"):
            st.caption(
                plain(f"{sentence} Dark is good; each cell is the median of its seeds."),
                width="stretch",
            )
            csv(study.runs, "grid_runs", "Runs (.csv)")
    with st.container(key="compare_table", gap="xxsmall"):
        for note in (study.measure.problem, words.same_targets(on_pool.entrants_of(record))):
            if note:
                st.caption(f":orange[:material/info:] {plain(note)}")
    return True


def _usual(base: Experiment, key: str) -> str:
    values = ready_values(key) or options_of(key) or (value_of(base, key),)
    return ", ".join(in_words(value) for value in values)
