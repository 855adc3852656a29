"""The variants of a race as a visitor puts them together."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from seqlab.comparison.entrants import Entrant
from seqlab.comparison.variants import (
    MOST,
    VARIATIONS,
    all_parsed,
    matters,
    options_of,
    ready_values,
    settings_of,
    value_of,
    variants,
)
from seqlab.experiment import Experiment, ExperimentError
from seqlab.field_words import in_words, label_of
from seqlab.figures.race import colour_of
from seqlab.runs.records import Run
from seqlab.ui import services
from seqlab.ui.words import network, plain

RUNS = "earlier runs"
ALONE = "these settings"
SHOWN = 50  # runs that are offered
_VARIANTS = "_compare_variants"  # [(name, experiment)]
_BEGUN = "_compare_begun"  # whether the visitor has put the list together
_PROBLEM = "_compare_problem"


def chosen(base: Experiment | None) -> dict[str, Experiment]:
    """The variants so far; before anything was chosen, three cells."""
    if not st.session_state.get(_BEGUN) and base is not None:
        first = VARIATIONS[0]
        st.session_state[_VARIANTS] = list(variants(base, first.key, first.values).items())
    return dict(st.session_state.get(_VARIANTS, []))


def choose_variants(base: Experiment | None, entrants: Mapping[str, Entrant]) -> None:
    """The list of variants, and how more of them come in.

    Args:
        base: the playground's settings; `None` while they are out of range.
        entrants: the variants so far.
    """
    st.header("Variants", anchor=False)
    with st.container(key="compare_variants", gap="xxsmall"):
        for i, each in enumerate(entrants.values()):
            _row(i, each)
        if not entrants:
            st.caption("None yet: choose below what is to differ, and add.")
    if base is None:
        st.warning("The playground's settings are out of range: mend them there first.")
        return
    varies = [each.key for each in VARIATIONS if _fits(base, each.key)]
    keys = [*varies, *(key for key in settings_of(base) if key not in varies), RUNS, ALONE]
    if st.session_state.get("compare_vary") not in keys:
        st.session_state["compare_vary"] = keys[0]
    key = st.selectbox(
        "What differs",
        keys,
        key="compare_vary",
        format_func=title_of,
        persist_state="session",
        help="One setting, so that one knows what made the difference. All others are as they "
        "stand on the playground.",
    )
    _values(base, key)
    with st.container(horizontal=True, gap="small"):
        st.button("Add", key="compare_add", icon=":material/add:", on_click=_add, args=(base, key))
        if entrants:
            st.button(
                "Clear", key="compare_clear", type="tertiary", icon=":material/close:",
                on_click=set_variants, args=({},),
            )  # fmt: skip
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(plain(problem), icon=":material/error:")


def title_of(key: str) -> str:
    """What a setting is called in a menu."""
    named = {each.key: each.title for each in VARIATIONS}
    others = {RUNS: "Earlier runs", ALONE: "The playground as it is"}
    return named.get(key) or others.get(key) or label_of(key)


def _fits(base: Experiment, key: str) -> bool:
    return key == "layers" or matters(base, key)


def _row(index: int, each: Entrant) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        mark = f'<span style="color:{colour_of(index)}">■</span>'
        size = f"{each.parameters:,} parameters" if not each.problem else "cannot be trained"
        st.html(f"{mark} <b>{html.escape(each.name)}</b> <small>{size}</small>", width="stretch")
        st.button(
            "Remove",
            key=f"compare_remove_{index}",
            icon=":material/close:",
            type="tertiary",
            help=f"Leave {plain(each.name)} out.",
            on_click=_remove,
            args=(each.name,),
        )
    if each.problem:
        st.caption(f":red[:material/error: {plain(each.problem)}]")


def _values(base: Experiment, key: str) -> None:
    """The widget for the values of what differs."""
    if key == ALONE:
        return
    if key == RUNS:
        runs = {run.id: run for run in services.store().runs(SHOWN) if run.study is None}
        st.multiselect(
            "Runs",
            list(runs),
            key="compare_runs",
            format_func=lambda run: f"{network(runs[run].experiment)} · {run}",
            placeholder="Choose runs",
            max_selections=MOST,
        )
        return
    values = ready_values(key) or (value_of(base, key),)
    options = options_of(key)
    if options is None:
        st.text_input(
            "Values",
            ", ".join(in_words(value) for value in values),
            key=f"compare_values_{key}",
            help="Two to six, with commas between them.",
        )
        return
    usual = [value for value in values if value in options]
    st.multiselect(
        "Values",
        options,
        usual,
        key=f"compare_values_{key}",
        format_func=in_words,
        max_selections=MOST,
    )


def _add(base: Experiment, key: str) -> None:
    """Adds what was chosen; the three cells of the beginning make room for it."""
    before = dict(st.session_state.get(_VARIANTS, [])) if st.session_state.get(_BEGUN) else {}
    try:
        new = _wanted(base, key)
    except ExperimentError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    merged = before | new
    if not new:
        st.session_state[_PROBLEM] = "Choose at least one value."
    elif len(merged) > MOST:
        st.session_state[_PROBLEM] = (
            f"That would be {len(merged)} variants; a race has at most {MOST}. Leave some out."
        )
    else:
        set_variants(merged)


def _wanted(base: Experiment, key: str) -> dict[str, Experiment]:
    """The variants that the widgets describe. Raises `ExperimentError`."""
    if key == ALONE:
        return {network(base): base}
    if key == RUNS:
        chosen_runs = [
            services.store().get(run) for run in st.session_state.get("compare_runs", [])
        ]
        return variants_of([run for run in chosen_runs if run is not None])
    values: Any = st.session_state.get(f"compare_values_{key}", [])
    if isinstance(values, str):
        values = all_parsed(key, values)
    return variants(base, key, values)


def variants_of(runs: Sequence[Run]) -> dict[str, Experiment]:
    """The settings of runs, by their network, and the run's id where that is not enough."""
    titles = [network(run.experiment) for run in runs]
    return {
        (title if titles.count(title) == 1 else f"{title} {run.id[:4]}"): run.experiment
        for title, run in zip(titles, runs, strict=True)
    }


def _remove(name: str) -> None:
    set_variants({key: each for key, each in st.session_state.get(_VARIANTS, []) if key != name})


def set_variants(wanted: Mapping[str, Experiment]) -> None:
    """Makes these the variants, instead of those there were."""
    st.session_state[_VARIANTS] = list(wanted.items())
    st.session_state[_BEGUN] = True
