"""The run on the playground: where it stands, its curves, its predictions."""

from __future__ import annotations

import time

import numpy as np
import streamlit as st

from seqlab.data.dataset import Dataset, rmse
from seqlab.figures import learning, prediction
from seqlab.runs.store import Run
from seqlab.ui import services
from seqlab.ui.chart import chart
from seqlab.ui.inside import chosen_epoch, look_inside
from seqlab.ui.words import plain, when

TICK = 0.4  # seconds between two looks at a run that trains


def run_results(run: Run | None, dataset: Dataset | None, epochs: int, changed: bool) -> None:
    """Status, curves and gates; looks again every `TICK` seconds while the run is active.

    Args:
        run: what to show, or `None` before the first one.
        dataset: the run's data, or those that would be trained on.
        epochs: how many a first run would have.
        changed: whether the settings are no longer those of the run.
    """
    every = TICK if run is not None and run.active else None
    st.fragment(run_every=every)(_run_results)(run.id if run else None, dataset, epochs, changed)


def _run_results(run_id: str | None, dataset: Dataset | None, epochs: int, changed: bool) -> None:
    store = services.store()
    run = store.get(run_id) if run_id else None
    with st.container(key="status", gap="xxsmall"):
        status(run)
        if changed:
            st.caption("The settings are not those of this run any more. Press **Train again**.")
    saved = store.snapshots(run.id) if run else []
    epoch = chosen_epoch(run, saved) if run else None
    arrays = store.snapshot(run.id, epoch) if run and saved and epoch is not None else None
    left, right = st.container(key="curves").columns(2)
    with left, st.container(key="loss_chart", gap="xxsmall"):
        loss_chart(run, dataset, epochs)
    with right, st.container(key="prediction_chart", gap="xxsmall"):
        if dataset is not None:
            prediction_chart(run, dataset, epoch, arrays)
    if run and dataset is not None and epoch is not None and arrays is not None:
        look_inside(run, dataset, saved[-1])
    if run is not None and not run.active and st.session_state.get("_watched") == run.id:
        st.session_state["_watched"] = None
        st.rerun()  # the whole page: this ends the ticking and wakes the buttons
    st.session_state["_watched"] = run.id if run is not None and run.active else None


def status(run: Run | None) -> None:
    """One line on where the run stands."""
    pool = services.pool()
    if pool.problem:
        st.warning(pool.problem, icon=":material/cloud_off:")
    if run is None:
        ready = "Press **Train** to see the network learn."
        warming = "TensorFlow is warming up in the background. **Train** works already."
        st.caption(ready if pool.ready else warming)
        return
    metrics = services.store().metrics(run.id)
    done = int(metrics.epoch[-1]) if len(metrics.epoch) else 0
    epochs = run.experiment.training.epochs
    numbers = _last_losses(metrics.loss, metrics.val_loss)
    if run.status == "queued":
        position = pool.position(run.id)
        place = f"number {position} in the queue" if position else "about to start"
        what = "a free worker" if pool.ready else "TensorFlow, which is warming up"
        st.progress(0.0, text=f"Waiting for {what}: {place}.")
    elif run.status == "running":
        seconds = time.time() - (run.started or run.created)
        text = f"Epoch {done} of {epochs} · {seconds:.1f} s · {numbers}"
        st.progress(min(done / epochs, 1.0), text=text if done else "Compiling the network …")
    else:
        seconds = (run.ended or run.created) - (run.started or run.ended or run.created)
        colour, icon, words = {
            "finished": ("green", "check_circle", f"Finished: {done} epochs in {seconds:.1f} s."),
            "stopped": ("blue", "stop_circle", f"Stopped after {done} of {epochs} epochs."),
            "interrupted": ("orange", "power_off", f"Interrupted after {done} of {epochs} epochs."),
            "diverged": ("red", "error", f"Diverged in epoch {done}."),
            "failed": ("red", "error", f"Failed after {done} of {epochs} epochs."),
        }[run.status]
        rest = plain(f"{run.message} {numbers}".strip())
        st.markdown(f":{colour}-badge[:material/{icon}: {words}] {rest}")


def _last_losses(loss: np.ndarray, val_loss: np.ndarray) -> str:
    if not len(loss):
        return ""
    return f"loss {loss[-1]:.4g} · val_loss {val_loss[-1]:.4g}"


def loss_chart(run: Run | None, dataset: Dataset | None, epochs: int) -> None:
    """Loss by epoch, with the baseline, and a sentence on where it stands."""
    baseline = run.baseline if run else None
    if run is None and dataset and dataset.baselines:
        name, rule = next(iter(dataset.baselines.items()))
        baseline = (name, rule.loss)
    metrics = services.store().metrics(run.id if run else "")
    total = run.experiment.training.epochs if run else epochs
    figure = learning.loss(metrics.epoch, metrics.loss, metrics.val_loss, baseline, total)
    sentence = _loss_sentence(metrics.epoch, metrics.val_loss, baseline)
    chart(figure, key="loss_plot", alt=sentence, height=215, view=run.id if run else "none")
    st.caption(plain(sentence))


def _loss_sentence(
    epoch: np.ndarray, val_loss: np.ndarray, baseline: tuple[str, float] | None
) -> str:
    if not np.isfinite(val_loss).any():
        if baseline is None:
            return "The loss of each epoch will appear here."
        return f"The line to beat: {baseline[0]}, with a loss of {baseline[1]:.3g}."
    best = int(np.nanargmin(val_loss))
    text = f"Best val_loss {val_loss[best]:.3g} in epoch {epoch[best]}"
    if baseline is None or baseline[1] == 0:
        return f"{text}."
    ratio = val_loss[best] / baseline[1]
    verdict = f"{1 - ratio:.0%} below" if ratio < 1 else f"{ratio - 1:.0%} above"
    return f"{text}, {verdict} {baseline[0]} ({baseline[1]:.3g})."


def prediction_chart(
    run: Run | None,
    dataset: Dataset,
    epoch: int | None,
    arrays: dict[str, np.ndarray] | None,
) -> None:
    """Prediction against truth on the validation part, in original units."""
    truth = dataset.truth(dataset.validation)[:, 0]
    found = None
    if arrays is not None and len(arrays["prediction"]) == len(truth):
        found = dataset.target_scaling.invert(arrays["prediction"])[:, 0]
    name, rule = next(iter(dataset.baselines.items()))
    if dataset.labels is not None and dataset.starts is not None:
        goals = dataset.starts[dataset.validation] + dataset.timesteps + dataset.horizon - 1
        guess = None if rule.prediction is None else (name, rule.prediction[:, 0])
        figure = prediction.over_time(dataset.labels[goals], truth, found, guess, dataset.target)
    else:
        figure = prediction.against_truth(truth, found, dataset.target)
    if found is None:
        sentence = f"Validation part, {len(truth):,} targets. RMSE of {name}: {rule.rmse:.4g}."
    else:
        error = rmse(found, truth)
        ratio = error / rule.rmse if rule.rmse else float("inf")
        verdict = f"{1 - ratio:.0%} better" if ratio < 1 else f"{ratio - 1:.0%} worse"
        sentence = f"{when(epoch)}: RMSE {error:.4g}, {verdict} than {name} ({rule.rmse:.4g})."
    chart(figure, key="prediction_plot", alt=sentence, height=215, view=run.id if run else "none")
    st.caption(plain(sentence))
