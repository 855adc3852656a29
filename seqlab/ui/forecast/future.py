"""The rows that come: settings, chart, table, file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from seqlab.data.dataset import DataError, Dataset
from seqlab.data.describe import time
from seqlab.data.upload import UploadError
from seqlab.experiment import ExperimentError
from seqlab.forecasting.carry import Carry
from seqlab.forecasting.forecaster import WINDOWS, carried_columns, end_of
from seqlab.forecasting.future import Future, longest, look_ahead
from seqlab.forecasting.times import continued
from seqlab.forecasting.words import (
    about_carried,
    about_coverage,
    about_future,
    about_given,
    about_sign,
    about_way,
)
from seqlab.inspection.words import when
from seqlab.lens.stack import LensError, Stack
from seqlab.report.forecast_charts import future_chart
from seqlab.runs.records import Run
from seqlab.ui import networks, services
from seqlab.ui.cache import ByteCache
from seqlab.ui.components.chart import chart
from seqlab.ui.components.table import csv, days, height_of
from seqlab.ui.words import plain

HEIGHT = 340  # pixels
TALLEST = 320  # of the table
LAST, SEASON, OWN = "Last value", "Same season", "My own values"
RULES: dict[str, Carry] = {LAST: "last value", SEASON: "seasonal naive", OWN: "last value"}
AT_ONCE, STEPWISE = "At once", "Step by step"

_futures: ByteCache[Future] = ByteCache(
    "futures", lambda found: found.residuals.nbytes + int(found.table.memory_usage(deep=True).sum())
)


def chosen_epoch(newest: int, best: int | None) -> int:
    """Of which epoch the weights are taken: a choice, if the last is not the best.

    Args:
        newest: the newest epoch whose weights are kept.
        best: the epoch with the lowest val_loss, if its weights are kept.
    """
    if best is None or best == newest:
        return newest
    words = {newest: f"Last, {newest}", best: f"Best val_loss, {best}"}
    chosen = st.segmented_control(
        "Epoch", list(words), key="forecast_epoch", default=newest, required=True,
        format_func=words.__getitem__,
    )  # fmt: skip
    return chosen if chosen in words else newest


def future(run: Run, dataset: Dataset, epoch: int) -> None:
    """The forecast of a run that has ended.

    Args:
        run: whose network.
        dataset: what it was trained on: one series or many.
        epoch: of the weights.
    """
    by_class = dataset.goal.kind == "class"
    with st.container(key="forecast_settings", horizontal=True, vertical_alignment="bottom"):
        network = networks.network(run.id, epoch, run.experiment, dataset.whole)
        steps = _steps(dataset, network)
        level = 0.9 if by_class else _level()
        stepwise = _stepwise(run, dataset)
        rule = _rule(dataset)
        series = _series(dataset)
    try:
        known = _own_values(dataset, steps) if rule == OWN else None
        typed = "" if known is None else known.to_json()

        def found_of(one: Dataset) -> Future:
            key = (networks.version(run.id, epoch, one), steps, level, stepwise, rule, typed)
            return _futures.get(
                key,
                lambda: look_ahead(
                    run.experiment, one, network, steps, level, RULES[rule], known, stepwise
                ),
            )

        found = found_of(dataset)
    except (DataError, ExperimentError, LensError, UploadError) as error:
        st.warning(plain(str(error)), icon=":material/trending_flat:")
        return
    with st.container(key="forecast_chart", gap="xxsmall"):
        _drawn(run, dataset, found, series, epoch)
    with st.container(key="forecast_table", gap="xxsmall"):
        _table(found, partial(_of_all, dataset.joint, found_of) if dataset.joint else None)


def _steps(dataset: Dataset, network: Stack) -> int:
    most = longest(dataset, network)
    wanted = st.session_state.get("forecast_steps", min(most, dataset.timesteps))
    st.session_state["forecast_steps"] = min(max(int(wanted), 1), most)
    ten_windows = most == WINDOWS * dataset.timesteps
    why = f"How many rows behind the last one, at most {most:,}: "
    why += "ten windows." if ten_windows else "more would take too long here."
    return int(st.number_input("Rows ahead", 1, most, key="forecast_steps", help=why, width=130))


def _level() -> float:
    st.session_state.setdefault("forecast_level", 90)
    percent = st.number_input(
        "Band (%)",
        50,
        99,
        key="forecast_level",
        help="The share of values that the band is to hold. It is drawn from the errors of earlier "
        "forecasts of rows that training has not seen (split conformal prediction).",
        width=130,
    )
    return percent / 100


def _stepwise(run: Run, dataset: Dataset) -> bool:
    if dataset.goal.kind == "class" or dataset.y.shape[1] < 2:
        return False
    ways = (AT_ONCE, STEPWISE)
    about = (
        f"The network answers for {run.experiment.data.steps:,} rows at once. Step by step it uses "
        "only the first of them, and reads its own forecasts."
    )
    chosen = st.segmented_control(
        "Rows", ways, key="forecast_way", default=AT_ONCE, required=True, help=about
    )
    return chosen == STEPWISE


def _rule(dataset: Dataset) -> str:
    if not carried_columns(dataset) or dataset.goal.kind == "class":
        return LAST
    rules = [LAST, *([SEASON] if dataset.season > 1 else [])]
    rules += [OWN] if len(dataset.stretches) == 1 else []
    about = "How columns go on that the network reads and does not forecast."
    return str(st.selectbox("Other columns", rules, key="forecast_carry", help=about, width=190))


def _series(dataset: Dataset) -> str | None:
    names = [stretch.name for stretch in dataset.stretches]
    if len(names) < 2:
        return None
    return str(st.selectbox("Series", names, key="forecast_series", width=220))


def _own_values(dataset: Dataset, steps: int) -> pd.DataFrame | None:
    """What the visitor knows of the rows that come: typed, or from a file with such columns."""
    names = list(carried_columns(dataset))
    st.caption(plain(about_given(dataset)))
    file = st.file_uploader(
        "A file with the values of the next rows, a column each", key="forecast_known"
    )
    if file is not None:
        frame = services.read_file(file.getvalue(), file.name).frame
        known = [name for name in names if name in frame]
        if not known:
            raise DataError(
                f"The file has none of the columns {', '.join(names)}. It has: "
                f"{', '.join(map(str, frame.columns))}."
            )
        return frame[known].head(steps)
    assert dataset.labels is not None
    behind = dataset.labels[end_of(dataset, dataset.stretches[0]) :]  # rows without a target
    rows = [*behind, *continued(dataset.labels, steps).times][:steps]
    times = [time(each) for each in rows]
    empty = pd.DataFrame(np.nan, index=pd.Index(times, name="row"), columns=names)
    st.caption("Or type them, a row for each of the next ones; what is empty keeps its last value.")
    height = height_of(steps, 250)
    typed = st.data_editor(empty, key=f"forecast_typed_{steps}", height=height)
    typed = typed.reset_index(drop=True)
    return typed[[name for name in names if typed[name].notna().any()]]


def _drawn(run: Run, dataset: Dataset, found: Future, series: str | None, epoch: int) -> None:
    table = found.table if series is None else found.table[found.table["series"] == series]
    if not len(table):
        st.info(
            plain(
                f"{series} is not continued: it is too short for a window, or its last rows have "
                "missing values."
            )
        )
        return
    notes = [about_future(found, series), about_way(found), about_carried(found)]
    held = about_coverage(found.coverage, found.steps)
    if dataset.goal.kind == "value":
        figure = future_chart(dataset, found, series)
        alt = " ".join(note for note in (*notes[:1], held) if note)
        chart(figure, key="forecast_plot", alt=alt, height=HEIGHT, view=f"{run.id} {series}")
    lines = [f"{when(epoch)}. {notes[0]}", *notes[1:]]
    st.markdown(plain(" ".join(line for line in lines if line)))
    if held:
        st.markdown(f"**{plain(held)}**")
    sign = about_sign(found, dataset.values[:, 0]) if dataset.values is not None else ""
    for note in (*found.notes, sign):
        if note:
            st.caption(plain(note))


def _of_all(joint: Dataset, found_of: Callable[[Dataset], Future]) -> pd.DataFrame:
    """The tables of all targets below each other."""
    return pd.concat([found_of(one).table for one in joint.views])


def _table(found: Future, saved: Callable[[], pd.DataFrame] | None) -> None:
    """The table of one target, and the file: of all of them, or of the only one."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**The next rows**", width="stretch")
        csv(saved or found.table, "forecast")
    config: dict[str, Any] = {
        name: st.column_config.NumberColumn(format="%.5g")
        for name in ("forecast", "low", "high", "probability")
        if name in found.table and found.table[name].dtype.kind == "f"
    }
    config |= days(found.table)
    height = height_of(len(found.table), TALLEST)
    st.dataframe(found.table, hide_index=True, height=height, column_config=config)
