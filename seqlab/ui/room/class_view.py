"""The class plot: any setting against any result of all runs of the room, without names."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from seqlab.comparison.class_importance import LEAST_RUNS, class_importance
from seqlab.figures import class_plot as figures
from seqlab.figures.search import importance
from seqlab.runs.class_record import class_runs
from seqlab.ui import services
from seqlab.ui.cache import ByteCache
from seqlab.ui.components.chart import chart
from seqlab.ui.words import counted, plain
from seqlab.workshop.class_runs import (
    LEAST_SEEDS,
    RESULTS,
    ClassRun,
    comparable,
    seed_groups,
    table,
    together,
    varied,
)

TICK = 5.0  # seconds between two looks
HEIGHT = 340  # pixels
MOST_BARS = 8
USUAL = "learning_rate"
_shares: ByteCache[dict[str, float]] = ByteCache("importance", lambda shares: 64 * len(shares) + 64)


def class_view(code: str) -> None:
    """Points, which settings mattered, and the seeds of one experiment as a band."""
    with st.container(key="class_plot", gap="small"):
        st.fragment(run_every=TICK)(_class)(code)


def _class(code: str) -> None:
    room = services.rooms().get(code)
    if room is None or room.closed is not None:
        st.rerun()
    groups = comparable(class_runs(services.rooms(), code))
    if not groups:
        st.caption("No run of this room has ended yet.")
        return
    names = list(groups)
    name = names[0]
    if len(names) > 1:
        if st.session_state.get("class_group") not in names:
            st.session_state["class_group"] = name
        name = st.selectbox(
            "Runs that can be compared: the same sequences, head and loss",
            names,
            key="class_group",
            format_func=lambda each: f"{each}: {counted(len(groups[each]), 'run')}",
        )
    runs = groups[name]
    st.markdown(f"**{plain(together(runs))}**")
    run_table = table(runs)
    _points(run_table, runs[0].baseline)
    left, right = st.columns(2)
    with left:
        _importance(run_table)
    with right:
        _seeds(runs)


def _points(run_table: pd.DataFrame, baseline: float | None) -> None:
    settings = varied(run_table) or [USUAL]
    results = [name for name in RESULTS if run_table[name].notna().any()]
    if not results:
        st.caption("No run has a result yet.")
        return
    if st.session_state.get("class_x") not in settings:
        st.session_state["class_x"] = USUAL if USUAL in settings else settings[0]
    if st.session_state.get("class_y") not in results:
        st.session_state["class_y"] = results[0]
    with st.container(horizontal=True, gap="small"):
        x = st.selectbox("Setting", settings, key="class_x", width=260) or settings[0]
        y = (
            st.selectbox(
                "Result", results, key="class_y", format_func=RESULTS.__getitem__, width=260
            )
            or results[0]
        )
    level = {"best_val_loss": baseline, "against_baseline": 1.0}.get(y)
    figure = figures.points(run_table, x, y, RESULTS, level)
    with_result = int(run_table[y].notna().sum())
    missing = len(run_table) - with_result
    runs = counted(with_result, "run")
    sentence = f"{runs}: {x} against {RESULTS[y]}, coloured by the cell of the first layer."
    if missing:
        sentence += f" {missing} without that result are not drawn."
    chart(figure, key="class_points", alt=sentence, height=HEIGHT, view=f"{x} {y}")
    st.caption(plain(sentence))


def _importance(run_table: pd.DataFrame) -> None:
    st.header("Settings that mattered most", anchor=False)
    # A tenth of a second for the runs of a whole class, and the plot looks every few seconds.
    cache_key = tuple(run_table["run"]), tuple(run_table["best_val_loss"].fillna(0.0))
    shares = _shares.get(cache_key, lambda: class_importance(run_table))
    if not shares:
        st.caption(f"From {LEAST_RUNS} runs on, with settings that differ.")
        return
    name, share = next(iter(shares.items()))
    sentence = (
        f"Of what sets the best tenth of the runs apart, {share:.0%} is {name} (PED-ANOVA, as for "
        "a search on Compare). Settings that were changed together cannot be told apart, and it is "
        "no cause."
    )
    shown = dict(list(shares.items())[:MOST_BARS])
    height = 80 + 26 * len(shown)
    chart(importance(shown), key="class_shares", alt=sentence, height=height, view="shares")
    st.caption(plain(sentence))


def _seeds(runs: list[ClassRun]) -> None:
    st.header("One experiment, many seeds", anchor=False)
    groups = seed_groups(runs)
    if not groups:
        st.caption(
            f"When {LEAST_SEEDS} runs differ in nothing but the seed, they stand here as a band. "
            "Send one experiment to all, and let everybody choose another seed."
        )
        return
    group = groups[0]
    curves = services.store().loss_curves([run.run for run in group])
    losses = sorted(run.best_val_loss for run in group if run.best_val_loss is not None)
    ends = f" best val_loss from {losses[0]:.3g} to {losses[-1]:.3g}." if losses else ""
    sentence = f"{len(group)} seeds of one experiment:{ends} Nothing but the seed differs."
    figure = figures.band(list(curves.values()), group[0].baseline)
    chart(figure, key="class_seeds", alt=sentence, height=HEIGHT - 80, view="seeds")
    st.caption(plain(sentence))
