"""The run on the playground: where it stands, its curves, its predictions."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.experiment import Data, Experiment
from seqlab.figures.learning import MOST_EPOCHS
from seqlab.figures.thin import MOST_POINTS
from seqlab.forecasting.future import can_forecast
from seqlab.inspection.answers import Answer, answer
from seqlab.inspection.by_series import results_by_series, words_by_series
from seqlab.inspection.by_target import results_by_target
from seqlab.inspection.networks import prediction_of
from seqlab.inspection.typed_text import can_read
from seqlab.report.loss_curve import loss_curve
from seqlab.runs import soon
from seqlab.runs.records import Metrics, Run
from seqlab.ui import networks, services, visitor
from seqlab.ui.cache import few
from seqlab.ui.components.baselines import baselines_table
from seqlab.ui.components.chart import chart
from seqlab.ui.components.table import height_of
from seqlab.ui.components.terms import terms
from seqlab.ui.controls.data import UPLOAD
from seqlab.ui.controls.setup import data_preview, findings_list
from seqlab.ui.draft import kept_dataset
from seqlab.ui.places import PAGES
from seqlab.ui.playground.begin_here import begin_here
from seqlab.ui.playground.downloads import take_away
from seqlab.ui.playground.earlier import (
    LOSS_PLOT,
    Earlier,
    act_on_curve,
    change,
    earlier,
    earlier_menu,
)
from seqlab.ui.playground.forecast_horizon import can_look_ahead, look_ahead
from seqlab.ui.playground.gates_now import chosen_epoch, look_inside
from seqlab.ui.playground.generate import own_words
from seqlab.ui.playground.listen import listen
from seqlab.ui.playground.run_findings import reading
from seqlab.ui.playground.status import status
from seqlab.ui.playground.steering import OF_A_STUDY, steering
from seqlab.ui.shown_target import choose_target, targets_table
from seqlab.ui.words import plain

FORECAST = PAGES / "forecast.py"
CHART, PREVIEW = 200, 190  # pixels
TICK = 0.4  # seconds between two looks at a run that trains
FIRST_LOSS = 0.15  # seconds that a page waits for the first loss of a run that has none yet
_AWAITED = "_first_loss_awaited"  # the run whose page was drawn without it
LOSS_TERMS = ("epoch", "loss", "val_loss", "baseline", "persistence", "RMSE", "overfitting")
FORCED = (
    "The decoder has read the truth before each symbol; in your own text below it writes alone."
)


def run_results(run: Run | None, dataset: Dataset | None, asked: Experiment | None) -> None:
    """Status, curves and gates; looks again every `TICK` seconds while the run trains.

    Args:
        run: what to show, or `None` before the first one.
        dataset: the run's data, or those that would be trained on.
        asked: the settings of the widgets, `None` while they are out of range.
    """
    if run is not None and run.active and run.status != "queued":
        st.fragment(run_every=TICK)(_run_results)(run, dataset, asked)
    else:  # the buttons of an ended run change the whole page
        with st.container():  # as a fragment draws it, so that the charts stay the same elements
            _run_results(run, dataset, asked)


def _run_results(drawn: Run | None, dataset: Dataset | None, asked: Experiment | None) -> None:
    """`drawn` is the run as the rest of the page shows it."""
    store = services.store()
    if drawn is not None and drawn.status == "running":
        # Once the rest of the page is there, its next look waits as long as another would take to
        # come; a click ends the wait, as any access to the session's state does then.
        state = st.session_state
        wait = TICK if state.get(_AWAITED) == drawn.id else FIRST_LOSS
        state[_AWAITED] = drawn.id
        soon.until_loss(store, drawn.id, wait, lambda: state.get(_AWAITED))
    run = store.get(drawn.id) if drawn else None
    if run is not None and run.active:
        services.pool().look(run.id)
    measures = [f"val_{name}" for name in run.experiment.training.metrics] if run else []
    names = dict.fromkeys(["learning_rate", "at", "val_accuracy", *measures])
    metrics = store.metrics(run.id if run else "", *names)
    saved = store.snapshots(run.id) if run else []
    before = earlier(run)
    epoch = chosen_epoch(run, saved) if run else None
    arrays = networks.snapshot(run.id, epoch) if run and saved and epoch is not None else None
    newest, remarks = None, []
    if run is not None and dataset is not None and saved and not run.active:
        newest = arrays if epoch == saved[-1] else networks.snapshot(run.id, saved[-1])
        remarks = reading(run, metrics, dataset, newest, saved[-1])
    with st.container(key="status", gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(key="status_line", width="stretch"):
                if run is not None or dataset is not None:  # else a problem is told of
                    status(run, metrics, len(remarks))
            if run is not None:
                rates = metrics.more["learning_rate"]
                rate = rates[-1] if len(rates) else run.experiment.training.learning_rate
                steering(run, dataset, rate)
                if dataset is not None and saved and not run.active:
                    take_away(run, dataset, saved[-1], _best_epoch(metrics, saved))
        if run is not None and not visitor.owns(run):
            st.caption(visitor.OTHERS)
        if run is not None and run.study is not None:
            st.caption(OF_A_STUDY)
    data = run.experiment.data if run else asked.data if asked else None
    left, right = st.container(key="curves").columns(2)
    with left, st.container(key="loss_chart", gap="xxsmall"):
        loss_chart(run, metrics, dataset, asked or Experiment(), before)
        one_target = dataset  # of several targets the one that is shown
        if dataset is not None and dataset.further:
            one_target = _by_target(dataset, prediction_of(arrays, dataset))
    with right, st.container(key="prediction_chart", gap="xxsmall"):
        if one_target is not None:
            place = st.session_state.get("sequence", 1) - 1
            raw = prediction_of(arrays, one_target)
            weights = None
            if run is not None and epoch is not None and raw is not None:
                weights = store.snapshot_key(run.id, epoch)
            at_rest = data is not None and (run is None or not run.active)
            drawn_of = (data, one_target.target, weights, place) if at_rest else None
            prediction = _answer(*drawn_of) if drawn_of else answer(one_target, raw, epoch, place)
            chart(
                prediction.figure, key="prediction_plot", alt=prediction.sentence, height=CHART,
                view=f"{run.id if run else 'none'}{one_target.target if one_target.joint else ''}",
                depends_on=drawn_of,
            )  # fmt: skip
            with st.container(horizontal=True, gap="small", key="prediction_words"):
                forced = run is not None and run.experiment.network.head == "teacher_forcing"
                note = f" {FORCED}" if forced else ""
                st.caption(plain(f"{prediction.sentence}{note}"), width="stretch")
                about = run.experiment if run else asked
                if about is not None:
                    terms(LOSS_TERMS, about, one_target, "loss_terms")
                _baselines(one_target)
                _by_series(one_target, raw)
    with st.container(key="ways"):
        if run is None and asked is not None and asked.data.source != UPLOAD:
            begin_here()  # who has brought data has begun
    with st.container(key="look", gap="xxsmall"):
        if run and one_target is not None and epoch is not None and arrays is not None:
            look_inside(run, one_target, saved[-1], _best_epoch(metrics, saved))
        elif one_target is not None:
            with st.container(key="preview", gap="xxsmall"):
                data_preview(one_target, PREVIEW, data)
            if run is None:
                st.caption("After the first epoch the gates of the network stand here.")
    # Below the gates: what comes when a run has ended moves nothing.
    with st.container(key="result_findings", gap="xxsmall"):
        findings_list(remarks, key="result_fix")
    if run and dataset is not None and newest is not None:
        if can_read(dataset):
            own_words(run, dataset, saved[-1])
        if dataset.log_mel is not None:
            listen(run, dataset, dataset.log_mel, saved[-1])
        if one_target is not None and can_look_ahead(run, one_target):
            look_ahead(run, one_target, newest, saved[-1])
        if can_forecast(dataset):
            st.page_link(
                FORECAST,
                label="The rows that come: Forecast",
                icon=":material/trending_up:",
                width="content",
            )
    if run is not None and drawn is not None and run.status != drawn.status:
        st.rerun()  # the whole page: its buttons and its ticking follow the run


@few
def _answer(data: Data, target: str, weights: tuple[str, int, int] | None, place: int) -> Answer:
    """What is drawn while no run trains: the same for all who look at it.

    Args:
        data: with truth and baselines.
        target: of several the one that is shown.
        weights: of whose answer (`Store.snapshot_key`), `None` before any network has answered.
        place: which validation sequence, where one is drawn at a time.
    """
    dataset = kept_dataset(data)
    assert dataset is not None
    one_target = dataset.only(target)
    if weights is None:
        return answer(one_target, None, None, place)
    run, epoch, _ = weights
    return answer(one_target, networks.prediction(run, epoch, one_target), epoch, place)


def _best_epoch(metrics: Metrics, saved: list[int]) -> int | None:
    """The epoch with the lowest val_loss, if its weights are kept."""
    epoch = None if metrics.best is None else int(metrics.epoch[metrics.best])
    return epoch if epoch in saved else None


def _baselines(dataset: Dataset) -> None:
    """All rules without learning, one click away."""
    shown = st.popover("Baselines", key="baselines", type="tertiary", on_change="rerun")
    if shown.open:
        with shown:
            baselines_table(dataset, key="baselines_table", width=820)


def _by_target(dataset: Dataset, raw: np.ndarray | None) -> Dataset:
    """The error of each target beside its best rule; the dataset of the one that is chosen."""
    one_target = choose_target(dataset)
    targets_table(results_by_target(dataset, raw), "by_target_table")
    return one_target


def _by_series(dataset: Dataset, raw: np.ndarray | None) -> None:
    """The error on each series, one click away."""
    if dataset.series is None or dataset.goal.kind != "value":
        return
    shown = st.popover("Each series", key="by_series", type="tertiary", on_change="rerun")
    if not shown.open:
        return
    table = results_by_series(dataset, raw)
    if table is None:
        return
    number = st.column_config.NumberColumn
    errors = [name for name in table.columns if name.startswith("RMSE")]
    with shown:
        st.caption(plain(words_by_series(table, dataset.target)))
        st.dataframe(
            table,
            key="by_series_table",
            hide_index=True,
            width=560,
            height=height_of(len(table), 360),
            column_config={name: number(format="%.4g") for name in errors},
        )


def loss_chart(
    run: Run | None,
    metrics: Metrics,
    dataset: Dataset | None,
    asked: Experiment,
    before: Sequence[Earlier] = (),
) -> None:
    """Loss by epoch, with the baseline and earlier runs, and a sentence on where it stands.

    Args:
        run: what was trained, or `None` before the first one.
        metrics: its losses.
        dataset: its data, or those that would be trained on.
        asked: what a first run would train.
        before: earlier runs of this tab, the newest first.
    """
    drawn = loss_curve(
        run.experiment if run else asked,
        dataset,
        metrics,
        run.planned if run else asked.training.epochs,
        run.baseline if run else None,
        [each.ghost for each in before],
        MOST_EPOCHS if run is not None and run.active else MOST_POINTS,
    )
    figure, sentence = drawn.figure, drawn.sentence
    view = run.id if run else "none"
    depends_on: Hashable = None
    if run is None and not before:
        depends_on = drawn.around  # most settings, as the seed, change nothing of it
    elif run is not None and not any(each.active for each in (run, *(b.run for b in before))):
        # An ended run may go on, and have other losses when it has ended again.
        grey = tuple((each.run.id, each.run.seconds, each.name, each.pinned) for each in before)
        depends_on = run.seconds, len(metrics.epoch), dataset is None, grey
    chart(
        figure, key=LOSS_PLOT, alt=sentence, height=CHART, view=view, on_act=act_on_curve,
        depends_on=depends_on,
    )  # fmt: skip
    with st.container(horizontal=True, gap="small", key="loss_words"):
        changed = change(run, metrics, before)
        words = plain(sentence) + (f" **{plain(changed)}**" if changed else "")
        st.caption(words, width="stretch")
        earlier_menu(before)
