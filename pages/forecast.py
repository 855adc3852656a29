"""Forecast: the network of a run put to use on rows that nobody has seen."""

from pathlib import Path

import streamlit as st

from seqlab.forecasting.future import can_forecast
from seqlab.inspection.baselines import standing
from seqlab.inspection.by_target import results_by_target, words_by_target
from seqlab.lens.stack import LensError
from seqlab.ui import networks, services, state
from seqlab.ui.components.heading import page_title
from seqlab.ui.draft import kept_dataset
from seqlab.ui.forecast.backtest import backtest
from seqlab.ui.forecast.future import chosen_epoch, future
from seqlab.ui.forecast.new_data import new_data
from seqlab.ui.inspect import scene
from seqlab.ui.lesson import card
from seqlab.ui.shown_target import choose_target
from seqlab.ui.words import plain

PLAYGROUND, RUNS = (Path(__file__).with_name(name) for name in ("train.py", "runs.py"))

state.begin()
run = services.store().get(state.run_id() or "")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    page_title("Forecast")
    st.caption(plain(scene.summary(run)) if run else "", width="stretch")


def stop(sentence: str) -> None:
    """Nothing to forecast with: says why, and where to go."""
    st.info(sentence)
    st.page_link(PLAYGROUND, label="Go to the playground")
    st.page_link(RUNS, label="See all runs")
    state.finish(run.experiment if run else None)
    st.stop()


if covered := card.elsewhere(run):
    stop(covered)
if run is None:
    stop("Train a network first, or open a run. Then it can forecast the rows that come.")
if run.active:
    stop("This run still trains. When it has ended, its network can forecast here.")
saved = services.store().snapshots(run.id)
if not saved:
    stop("Of this run no weights are kept, so nothing can be forecast. Train it again.")
dataset = kept_dataset(run.experiment.data)
if dataset is None:
    stop(
        "The file of this run is no longer kept, so there are no rows to go on from. "
        "Upload it again and train anew."
    )
metrics = services.store().metrics(run.id)
best = None if metrics.best is None else int(metrics.epoch[metrics.best])
epoch = chosen_epoch(saved[-1], best if best in saved else None)
shown = metrics.val_loss[metrics.epoch == epoch]
verdict, worse = standing(run.experiment, dataset, float(shown[-1])) if len(shown) else ("", False)
if worse:
    st.warning(plain(verdict), icon=":material/compare_arrows:")
elif verdict:
    st.caption(plain(verdict))
if dataset.further:
    raw = networks.prediction(run.id, epoch, dataset)
    st.caption(plain(words_by_target(results_by_target(dataset, raw))))
dataset = choose_target(dataset)
try:
    if can_forecast(dataset):
        future(run, dataset, epoch)
        backtest(run, dataset)
    else:
        st.caption("This network answers whole sequences: no series goes on here.")
    new_data(run, dataset, epoch)
except LensError as error:
    st.warning(plain(str(error)), icon=":material/visibility_off:")
state.finish(run.experiment)
