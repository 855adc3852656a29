"""The run on the playground: where it stands, its curves, its predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.figures import learning
from seqlab.inspection.answers import answer
from seqlab.inspection.baselines import losses_to_beat
from seqlab.inspection.typed_text import can_read
from seqlab.inspection.words import beside, in_units
from seqlab.network.plan import plan
from seqlab.runs.store import Metrics, Run
from seqlab.ui import services, visitor
from seqlab.ui.components.baselines import baselines_table
from seqlab.ui.components.chart import chart
from seqlab.ui.components.terms import terms
from seqlab.ui.controls.setup import findings_list
from seqlab.ui.playground.begin_here import begin_here
from seqlab.ui.playground.downloads import take_away
from seqlab.ui.playground.earlier import change, earlier, earlier_menu, ghosts
from seqlab.ui.playground.forecast_horizon import can_look_ahead, look_ahead
from seqlab.ui.playground.gates_now import chosen_epoch, look_inside
from seqlab.ui.playground.generate import own_words
from seqlab.ui.playground.run_findings import reading
from seqlab.ui.playground.status import status
from seqlab.ui.playground.steering import steering
from seqlab.ui.words import plain

CHART = 200  # pixels
TICK = 0.4  # seconds between two looks at a run that trains
LOSS_TERMS = ("epoch", "loss", "val_loss", "baseline", "persistence", "RMSE", "overfitting")
FORCED = (
    "The decoder has read the truth before each symbol; in your own text below it writes alone."
)
BALANCED = "The training loss counts all classes alike, the val_loss all targets."
TITLES = {"sparse categorical crossentropy": "cross-entropy (nats)"}


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
    run = store.get(drawn.id) if drawn else None
    if run is not None and run.active:
        services.pool().look(run.id)
    measures = [f"val_{name}" for name in run.experiment.training.metrics] if run else []
    names = dict.fromkeys(["learning_rate", "at", "val_accuracy", *measures])
    metrics = store.metrics(run.id if run else "", *names)
    saved = store.snapshots(run.id) if run else []
    before = earlier(run)
    with st.container(key="status", gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(key="status_line", width="stretch"):
                status(run, metrics)
            if run is not None:
                rates = metrics.more["learning_rate"]
                rate = rates[-1] if len(rates) else run.experiment.training.learning_rate
                steering(run, dataset, rate)
                if dataset is not None and saved and not run.active:
                    take_away(run, dataset, saved[-1], _best_epoch(metrics, saved))
        if run is not None and not visitor.owns(run):
            st.caption(visitor.OTHERS)
        if run is not None and asked not in (None, run.experiment):
            st.caption("The settings are not those of this run any more. Press **Train again**.")
    epoch = chosen_epoch(run, saved) if run else None
    arrays = _snapshot(run.id, epoch) if run and saved and epoch is not None else None
    left, right = st.container(key="curves").columns(2)
    with left, st.container(key="loss_chart", gap="xxsmall"):
        loss_chart(run, metrics, dataset, asked or Experiment(), before)
    with right, st.container(key="prediction_chart", gap="xxsmall"):
        if dataset is not None:
            raw = None if arrays is None else arrays.get("prediction")
            said = answer(dataset, raw, epoch, st.session_state.get("sequence", 1) - 1)
            view = run.id if run else "none"
            chart(said.figure, key="prediction_plot", alt=said.sentence, height=CHART, view=view)
            with st.container(horizontal=True, gap="small", key="prediction_words"):
                forced = run is not None and run.experiment.network.head == "teacher_forcing"
                note = f" {FORCED}" if forced else ""
                st.caption(plain(f"{said.sentence}{note}"), width="stretch")
                about = run.experiment if run else asked
                if about is not None:
                    terms(LOSS_TERMS, about, dataset, "loss_terms")
                _baselines(dataset)
    ended = run is not None and dataset is not None and not run.active and bool(saved)
    newest = None
    with st.container(key="result_findings", gap="xxsmall"):
        if run and dataset is not None and ended:
            newest = arrays if epoch == saved[-1] else _snapshot(run.id, saved[-1])
            findings_list(reading(run, metrics, dataset, newest, saved[-1]), key="result_fix")
    with st.container(key="look", gap="xxsmall"):
        if run and dataset is not None and epoch is not None and arrays is not None:
            look_inside(run, dataset, saved[-1], _best_epoch(metrics, saved))
        elif dataset is not None:
            begin_here(dataset, run)
    if run and dataset is not None and newest is not None:
        if can_read(dataset):
            own_words(run, dataset, saved[-1])
        if can_look_ahead(run, dataset):
            look_ahead(run, dataset, newest, saved[-1])
    if run is not None and drawn is not None and run.status != drawn.status:
        st.rerun()  # the whole page: its buttons and its ticking follow the run


def _best_epoch(metrics: Metrics, saved: list[int]) -> int | None:
    """The epoch with the lowest val_loss, if its weights are kept."""
    epoch = None if metrics.best is None else int(metrics.epoch[metrics.best])
    return epoch if epoch in saved else None


def _baselines(dataset: Dataset) -> None:
    """All rules without learning, one click away."""
    shown = st.popover("Baselines", key="baselines", type="tertiary", on_change="rerun")
    if shown.open:
        with shown:
            baselines_table(dataset, key="baselines_table", width=640)


def _snapshot(run: str, epoch: int) -> dict[str, np.ndarray] | None:
    """The weights and predictions of an epoch, or `None` if their file is missing or damaged."""
    try:
        return services.store().snapshot(run, epoch)
    except (FileNotFoundError, ValueError):
        return None


def loss_chart(
    run: Run | None,
    metrics: Metrics,
    dataset: Dataset | None,
    asked: Experiment,
    before: Sequence[Run] = (),
) -> None:
    """Loss by epoch, with the baseline and earlier runs, and a sentence on where it stands.

    Args:
        run: what was trained, or `None` before the first one.
        metrics: its losses.
        dataset: its data, or those that would be trained on.
        asked: what a first run would train.
        before: earlier runs of this tab, the newest first.
    """
    baseline = run.baseline if run else None
    experiment = run.experiment if run else asked
    title, others = "loss", {}
    if dataset is not None:
        others = losses_to_beat(experiment, dataset)
        # Earlier versions noted the first rule, not the best one.
        baseline = next(iter(others.items()), None)
        title = plan(experiment, dataset.frame).loss.replace("_", " ")
    figure = learning.loss(
        metrics.epoch,
        metrics.loss,
        metrics.val_loss,
        baseline,
        run.planned if run else asked.training.epochs,
        TITLES.get(title, title),
        {name: level for name, level in others.items() if (name, level) != baseline},
        ghosts(run, before),
    )
    sentence = _loss_sentence(metrics, baseline)
    told = metrics.best is not None or not np.isfinite(metrics.loss).any()  # of a val_loss or rule
    if told and dataset is not None and plan(experiment, dataset.frame).measured_alike:
        val_loss = None if metrics.best is None else float(metrics.val_loss[metrics.best])
        sentence += in_units(dataset, val_loss, baseline)
    by_class = dataset is not None and dataset.goal.kind == "class"
    if by_class and experiment.training.class_weight == "balanced":
        sentence += f" {BALANCED}"
    chart(figure, key="loss_plot", alt=sentence, height=CHART, view=run.id if run else "none")
    with st.container(horizontal=True, gap="small", key="loss_words"):
        changed = change(run, metrics, before)
        words = plain(sentence) + (f" **{plain(changed)}**" if changed else "")
        st.caption(words, width="stretch")
        earlier_menu(run, before)


def _loss_sentence(metrics: Metrics, baseline: tuple[str, float] | None) -> str:
    epoch, loss, val_loss, best = metrics.epoch, metrics.loss, metrics.val_loss, metrics.best
    if best is None:
        if np.isfinite(loss).any():
            lowest = int(np.nanargmin(loss))
            text = f"Lowest loss {loss[lowest]:.3g} in epoch {epoch[lowest]}, of the training part"
            return f"{text}: there is no val_loss."
        if baseline is None:
            return "The loss of each epoch will appear here."
        return f"Best baseline: {baseline[0]}, with a loss of {baseline[1]:.3g}."
    text = f"Best val_loss {val_loss[best]:.3g} in epoch {epoch[best]}"
    if baseline is None or baseline[1] == 0:
        return f"{text}."
    verdict = beside(val_loss[best] / baseline[1], "below", "above")
    return f"{text}, {verdict} {baseline[0]} ({baseline[1]:.3g})."
