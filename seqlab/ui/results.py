"""The right column of the playground: what the data and the network look like, and the run."""

from __future__ import annotations

import time

import numpy as np
import streamlit as st

from seqlab.data.dataset import Dataset, rmse
from seqlab.experiment import Experiment, Finding
from seqlab.figures import gates, learning, prediction, preview
from seqlab.lens import cells
from seqlab.network.shapes import Link, Shape, chain
from seqlab.runs.store import Run
from seqlab.ui import services, state
from seqlab.ui.chart import chart
from seqlab.ui.words import plain

TICK = 0.4  # seconds between two looks at a run that trains

# Before training -----------------------------------------------------------------------------


def network_picture(experiment: Experiment, dataset: Dataset) -> None:
    """The shape chain and the parameter count with its formula."""
    links = chain(experiment.layers, dataset.timesteps, dataset.features, dataset.outputs)
    parts = [f"`{_shape((None, dataset.timesteps, dataset.features))}`"]
    for link in links:
        colour = "red" if link.broken else "blue"
        parts += [f":{colour}-badge[{link.name}]", f"`{_shape(link.output)}`"]
    st.markdown(" → ".join(parts))
    st.caption(_parameters(links))


def _shape(shape: Shape) -> str:
    return f"({', '.join(str(size) for size in shape)})"


def _parameters(links: tuple[Link, ...]) -> str:
    counts = " + ".join(f"{link.name} {link.formula} = {link.parameters:,}" for link in links)
    total = sum(link.parameters for link in links)
    return f"**{total:,} parameters**: {counts}"


def findings_list(findings: list[Finding]) -> None:
    """Each finding in a box of its own, with its Fix button."""
    icons = {
        "error": ":material/error:",
        "warning": ":material/warning:",
        "hint": ":material/info:",
    }
    boxes = {"error": st.error, "warning": st.warning, "hint": st.info}
    if not findings:
        st.caption(":green[:material/check:] No problems found.")
    for i, finding in enumerate(findings):
        boxes[finding.level](plain(finding.message), icon=icons[finding.level])
        if finding.fix is not None:
            st.button(
                finding.fix_label,
                key=f"fix_{i}",
                icon=":material/build:",
                on_click=state.show,
                args=(finding.fix,),
            )


def data_preview(dataset: Dataset) -> None:
    """One (X, y) pair on the data it comes from."""
    n = len(dataset.x)
    # A slider remembers its value; new data may have fewer pairs.
    st.session_state["pair"] = min(
        st.session_state.get("pair", int(dataset.validation[0]) - 1), n - 1
    )
    pair = st.slider("Pair", 0, n - 1, key="pair", label_visibility="collapsed")
    if dataset.values is None or dataset.starts is None or dataset.labels is None:
        x = dataset.input_scaling.invert(dataset.x[pair])  # (T, 2)
        first, second = np.flatnonzero(x[:, 1] > 0.5)
        figure = preview.sequence(x, dataset.names)
        sentence = (
            f"Pair {pair + 1:,} of {n:,}: X is {len(x)} steps of (value, marker), "
            f"y = {x[first, 0]:.2f} + {x[second, 0]:.2f} = {dataset.y[pair, 0]:.2f}."
        )
    else:
        start, window = int(dataset.starts[pair]), dataset.timesteps
        goal = start + window + dataset.horizon - 1
        split = len(dataset.values) - len(dataset.validation)
        figure = preview.pair(
            dataset.labels,
            dataset.values[:, 0],
            _inputs(dataset),
            start,
            window,
            dataset.horizon,
            split,
            dataset.target,
        )
        part = "validation" if goal >= split else "training"
        sentence = (
            f"Pair {pair + 1:,} of {n:,} ({part}): rows {start + 1:,} to {start + window:,} "
            f"({_time(dataset.labels[start])} to "
            f"{_time(dataset.labels[start + window - 1])}) are X, "
            f"row {goal + 1:,} ({_time(dataset.labels[goal])}) is y. "
            f"The shaded {len(dataset.validation):,} rows are for validation."
        )
    chart(figure, key="preview_chart", alt=sentence, height=140, view=str(dataset.target))
    st.caption(plain(sentence))


def _inputs(dataset: Dataset) -> dict[str, np.ndarray]:
    """Raw rows of each column that the network sees, (rows,) by name."""
    assert dataset.values is not None
    columns = dataset.values
    # Column 0 is the target; the inputs are it, or follow it.
    others = [name for name in dataset.names if name != dataset.target]
    index = {dataset.target: 0} | {name: i for i, name in enumerate(others, 1)}
    return {name: columns[:, index[name]] for name in dataset.names[:6]}


def _time(label: np.generic) -> str:
    if isinstance(label, np.datetime64):
        text = np.datetime_as_string(label, unit="s").replace("T", " ")
        return text.removesuffix(" 00:00:00")
    return f"{label:g}" if isinstance(label, np.floating) else str(label)


# The run -------------------------------------------------------------------------------------


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
    epoch = st.session_state.get("epoch") if run and not run.active else None
    if epoch not in saved:
        epoch = saved[-1] if saved else None
    arrays = store.snapshot(run.id, epoch) if run and saved and epoch is not None else None
    left, right = st.columns(2)
    with left, st.container(key="loss_chart", gap="xxsmall"):
        loss_chart(run, dataset, epochs)
    with right, st.container(key="prediction_chart", gap="xxsmall"):
        if dataset is not None:
            prediction_chart(run, dataset, epoch, arrays)
    if run and dataset is not None and epoch is not None and arrays is not None:
        look_inside(run, dataset, saved, epoch, arrays)
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
        st.progress(0.0, text=f"Waiting for a free worker: {place}.")
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
    baseline = None
    if dataset and dataset.baselines:
        name, rule = next(iter(dataset.baselines.items()))
        baseline = (name, rule.loss)
    metrics = services.store().metrics(run.id if run else "")
    total = run.experiment.training.epochs if run else epochs
    figure = learning.loss(metrics.epoch, metrics.loss, metrics.val_loss, baseline, total)
    sentence = _loss_sentence(metrics.epoch, metrics.val_loss, baseline)
    chart(figure, key="loss", alt=sentence, height=240, view=run.id if run else "none")
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


def _when(epoch: int | None) -> str:
    return f"After epoch {epoch}" if epoch else "Before training"


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
        sentence = f"{_when(epoch)}: RMSE {error:.4g}, {verdict} than {name} ({rule.rmse:.4g})."
    chart(figure, key="prediction", alt=sentence, height=240, view=run.id if run else "none")
    st.caption(plain(sentence))


# Inside the network --------------------------------------------------------------------------


def look_inside(
    run: Run, dataset: Dataset, saved: list[int], epoch: int, arrays: dict[str, np.ndarray]
) -> None:
    """Gates and states of one layer, for one sequence, at one saved epoch."""
    layers = run.experiment.layers
    names = [f"{layer.cell.lower()}_{i}" for i, layer in enumerate(layers)]
    columns = st.columns([3, 3, 2] if len(layers) > 1 else 2)
    with columns[0]:
        if run.active:
            st.caption("The newest weights are shown. When the run ends, every saved epoch is.")
        elif len(saved) > 1:
            st.session_state["epoch"] = epoch
            st.select_slider("Epoch of the weights", saved, key="epoch")
    n = len(dataset.validation)
    st.session_state["sequence"] = min(st.session_state.get("sequence", 0), n - 1)
    with columns[1]:
        if n > 1:
            st.slider("Validation sequence", 0, n - 1, key="sequence")
    index = dataset.validation[st.session_state["sequence"]]
    shown = 0
    if len(layers) > 1:
        with columns[2]:
            shown = st.segmented_control(
                "Layer",
                range(len(layers)),
                format_func=lambda i: f"Layer {i + 1}",
                key="layer",
                default=0,
                required=True,
            )
    x = dataset.x[[index]]  # (1, T, features)
    for i in range(shown + 1):
        weights = [arrays[f"{names[i]}/{part}"] for part in ("kernel", "recurrent_kernel", "bias")]
        trace = cells.trace(layers[i].cell, weights, x)
        x = trace["hidden"]  # (1, T, units), what the next layer sees
    values = {name: trace[name][0] for name in trace}
    figure = gates.heat_maps(layers[shown].cell, values)
    sentence = f"{_when(epoch)}: {_gates_sentence(layers[shown].cell, values)}"
    with st.container(key="gate_chart", gap="xxsmall"):
        height = {"LSTM": 370, "GRU": 370, "SimpleRNN": 260}[layers[shown].cell]
        chart(figure, key="gates", alt=sentence, height=height, view=f"{run.id} {shown}")
        st.caption(sentence)


def _gates_sentence(cell: str, trace: dict[str, np.ndarray]) -> str:
    """What the heat maps say, in numbers."""
    steps, units = trace["hidden"].shape
    size = f"{units} units over {steps} time steps"
    if cell == "LSTM":
        f = trace["forget_gate"]
        return (
            f"{size}. Forget gate: {np.mean(f > 0.9):.0%} of it is open (above 0.9, keeps), "
            f"{np.mean(f < 0.1):.0%} shut (below 0.1, forgets). "
            f"The cell state reaches {np.abs(trace['cell']).max():.2f}."
        )
    if cell == "GRU":
        z = trace["update_gate"]
        return (
            f"{size}. Update gate: {np.mean(z > 0.9):.0%} of it is above 0.9 (keeps the old "
            f"state), {np.mean(z < 0.1):.0%} below 0.1 (takes the candidate)."
        )
    h = np.abs(trace["hidden"])
    return f"{size}. {np.mean(h > 0.9):.0%} of the hidden states are saturated (beyond ±0.9)."
