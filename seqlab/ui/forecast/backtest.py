"""Walk-forward: the network of a run trained anew on earlier days, beside rules without one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from seqlab import environment
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.upload import UploadError
from seqlab.experiment import ExperimentError
from seqlab.figures import walk_forward as figures
from seqlab.forecasting import on_pool
from seqlab.forecasting.folds import (
    FEWEST,
    MOST,
    most_steps,
    planned_folds,
    usual_steps,
    walk_problem,
)
from seqlab.forecasting.scores import NETWORK
from seqlab.forecasting.walk_forward import Backtest, by_target, of_all
from seqlab.forecasting.words import about_errors, about_folds
from seqlab.network.estimate import about, estimate
from seqlab.report.forecast_charts import folds_chart
from seqlab.runs.storage import StoreError
from seqlab.runs.store import Run
from seqlab.runs.studies import LOST, StudyError, StudyRecord
from seqlab.ui import services, visitor
from seqlab.ui.compare.follow import follow, status_line
from seqlab.ui.compare.steering import at_rest, delete_button
from seqlab.ui.components.chart import chart
from seqlab.ui.components.table import csv
from seqlab.ui.draft import dataset_of, table_for
from seqlab.ui.forecast.folds import Read, read
from seqlab.ui.shown_target import targets_table
from seqlab.ui.words import counted, plain

PROBLEM = "_backtest_problem"
HEIGHT = 320  # pixels
MEASURES = {"RMSE": "rmse", "MAE": "mae", "MASE": "mase"}
ABOUT = (
    "The network is trained anew on each of several earlier days, with what was known on that "
    "day, and forecasts what came next: what the network really is worth, before the future comes."
)


def backtest(run: Run, dataset: Dataset) -> None:
    """A walk-forward of a run that has ended: begun here, followed, and read.

    Args:
        run: whose experiment is trained anew.
        dataset: what it was trained on.
    """
    if problem := walk_problem(dataset):
        st.caption(plain(problem))
        return
    record = services.studies().about(on_pool.KIND, run.id, visitor.owner())
    wanted = st.toggle(
        "Test it on earlier days (walk-forward)", key="forecast_walk", value=record is not None
    )
    if not wanted:
        return
    with st.container(key="backtest", gap="small"):
        st.caption(ABOUT)
        _settings(run, dataset, record)
        if problem := st.session_state.pop(PROBLEM, None):
            st.error(plain(problem), icon=":material/error:")
        if record is not None:
            follow(record, lambda now: _drawn(now, dataset))


def _settings(run: Run, dataset: Dataset, record: StudyRecord | None) -> None:
    with st.container(key="backtest_settings", horizontal=True, vertical_alignment="bottom"):
        count = st.number_input(
            "Folds", FEWEST, MOST, 5, key="backtest_folds", width=130,
            help="How many earlier days. Their stretches stand side by side at the end of the "
            "series.",
        )  # fmt: skip
        most = most_steps(dataset, count)
        wanted = st.session_state.get(
            "backtest_steps", usual_steps(dataset, run.experiment.data, count)
        )
        st.session_state["backtest_steps"] = min(int(wanted), most)
        steps = st.number_input(
            "Rows each", 1, most, key="backtest_steps", width=130,
            help=f"How many rows behind its day each fold forecasts, at most {most:,}: half of the "
            "series lies before the first day.",
        )  # fmt: skip
        active = record is not None and record.active
        st.button(
            "Start" if record is None else "Start anew",
            key="backtest_start",
            type="secondary" if record else "primary",
            icon=":material/play_arrow:",
            disabled=active,
            on_click=_begin,
            args=(run.id, int(count), int(steps)),
        )
    if not active:
        foreseen = estimate(run.experiment, dataset.whole)
        each = run.experiment.training.epochs * foreseen.epoch
        seconds = foreseen.compiling + count * each / min(environment.current().workers, count)
        st.caption(
            f"{counted(int(count), 'training')} of up to "
            f"{counted(run.experiment.training.epochs, 'epoch')}: "
            f"{about(services.store().pace() * seconds)}, if nobody else trains."
        )


def _begin(run_id: str, count: int, steps: int) -> None:
    run = services.store().get(run_id)
    if run is None:
        return
    try:
        dataset = dataset_of(run.experiment.data)
        days = planned_folds(dataset, run.experiment.data, count, steps)
        table = table_for(run.experiment.data)
        on_pool.begin(services.studies(), run, days, dataset_of, table, visitor.owner())
    except (DataError, ExperimentError, StudyError, StoreError, UploadError) as error:
        st.session_state[PROBLEM] = str(error)


def _go_on(study: str) -> None:
    record = visitor.own_study(study)
    if record is None:
        return
    try:
        base = services.store().get(record.settings["run"])
        if base is None:
            raise StudyError("The run that was walked forward is not kept here any more.")
        days, table = on_pool.days_of(record), table_for(base.experiment.data)
        dataset = dataset_of(base.experiment.data)
        planned = on_pool.planned_runs(base.experiment, list(days.values()), dataset, table)
        of_day = {each.place: each for each in planned}
        services.studies().go_on(study, lambda run: of_day[run.place or 0])
    except (DataError, StudyError, StoreError, UploadError) as error:
        st.session_state[PROBLEM] = str(error)


def _buttons(record: StudyRecord) -> None:
    if not at_rest(record, "walk-forward"):
        return
    if any(record.counts.get(status) for status in LOST):
        st.button(
            "Go on", key="backtest_go_on", icon=":material/resume:", on_click=_go_on,
            args=(record.id,), help="Trains the folds that did not come to their end.",
        )  # fmt: skip
    delete_button(record, "Removes this walk-forward and its networks.")


def _drawn(record: StudyRecord, dataset: Dataset) -> bool:
    """Whether it could be read."""
    try:
        level = st.session_state.get("forecast_level", 90) / 100
        state = read(record, dataset.whole, level)
    except (KeyError, TypeError):
        return False
    status_line(
        record,
        _share(record, state),
        f"{state.ended} of {counted(state.planned, 'fold')}",
        lambda: _buttons(record),
    )
    for problem in state.problems:
        st.caption(f":orange[:material/info:] {plain(problem)}")
    if dataset.target in state.each:
        _result(record, dataset, state, level)
    elif record.active:
        st.caption("The first numbers come with the first fold that ends.")
    return True


def _share(record: StudyRecord, made: Read) -> float:
    """How far it is, as a share of all epochs."""
    if not record.active:
        return 1.0
    trained = sum(len(curve.loss) for curve in services.store().curves(record.id).values())
    return trained / max(1, made.epochs)


def _result(record: StudyRecord, dataset: Dataset, made: Read, level: float) -> None:
    """What it says of the target that is shown; the files are of all targets."""
    found = made.each[dataset.target]
    if len(made.each) > 1:
        targets_table(by_target(made.each), "backtest_targets")
    with st.container(key="backtest_chart", gap="xxsmall"):
        st.markdown(f"**{plain(found.words)}**")
        figure = folds_chart(dataset, found, level)
        sentence = about_folds(found, made.planned, level)
        chart(figure, key="backtest_folds_plot", alt=sentence, height=HEIGHT, view=record.id)
        st.caption(plain(sentence))
    with st.container(key="backtest_table", gap="xxsmall"):
        measure = st.segmented_control(
            "Error by rows ahead", list(MEASURES), key="backtest_measure", default="RMSE",
            required=True,
        )  # fmt: skip
        name = str(measure)
        by_step = figures.errors(found.by_step, MEASURES[name], NETWORK)
        sentence = about_errors(found.by_step, MEASURES[name])
        chart(by_step, key="backtest_errors_plot", alt=sentence, height=HEIGHT, view=record.id)
        st.caption(plain(sentence))
        by_fold = _by_fold(found, MEASURES[name])
        digits = st.column_config.NumberColumn(format="%.4g")
        st.dataframe(by_fold, column_config=dict.fromkeys(by_fold.columns, digits))
        with st.container(horizontal=True, gap="small"):
            st.caption(f"{name} of each fold.", width="stretch")
            whole = of_all(made.each)
            csv(whole, "backtest", "Forecasts (.csv)")
            csv(whole.by_step, "backtest_by_step", "By rows ahead (.csv)")


def _by_fold(found: Backtest, measure: str) -> pd.DataFrame:
    """A row a fold, a column a method; then the mean over the folds and their spread."""
    shown = found.by_fold.pivot_table(index="fold", columns="method", values=measure, sort=False)
    shown = shown[found.by_fold["method"].unique()]
    last = pd.DataFrame([shown.mean(), shown.std()], index=["mean", "spread"])
    shown.index = shown.index.map(str)
    return pd.concat([shown, last]).rename_axis("fold")
