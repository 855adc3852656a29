"""How far ahead a trained network can see: its error by horizon, and running free."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.figures import horizon as figures
from seqlab.inspection.networks import prediction_of
from seqlab.inspection.words import when
from seqlab.lens.stack import LensError
from seqlab.network.horizon import (
    Horizon,
    at_once,
    furthest,
    longest_run,
    running_free,
    runs_free,
)
from seqlab.runs.records import Run
from seqlab.ui import networks
from seqlab.ui.cache import ByteCache
from seqlab.ui.components.chart import chart
from seqlab.ui.words import plain

FURTHEST = 200  # steps of a free run
SHOWN_RULES = 4

Arrays = Mapping[str, NDArray[np.floating]]

# by run, epoch and steps
_runs: ByteCache[Horizon] = ByteCache("forecasts", lambda found: 3 * found.forecast.nbytes)


def can_look_ahead(run: Run, dataset: Dataset) -> bool:
    """Whether a network forecasts a series: several values at once, or the next one."""
    several = dataset.goal.kind == "value" and dataset.goal.at == "end" and dataset.outputs > 1
    return bool(several) or (runs_free(run.experiment, dataset) and longest_run(dataset) > 1)


@st.fragment
def look_ahead(run: Run, dataset: Dataset, arrays: Arrays, epoch: int) -> None:
    """The error by horizon, and one forecast of several steps.

    Args:
        run: whose network; see `can_look_ahead`.
        dataset: what it was trained on.
        arrays: weights by name and the validation prediction, as in a snapshot.
        epoch: of the weights.
    """
    free = dataset.outputs == 1
    title = "Recursive forecast: it reads its own forecasts" if free else "Error by horizon"
    shown = st.expander(title, icon=":material/trending_up:", key="ahead", on_change="rerun")
    if not shown.open:
        return
    left, right = shown.container(key="ahead_charts").columns(2)
    with left:
        try:
            horizon = _horizon(run, dataset, arrays, epoch, free)
        except LensError as error:
            st.caption(plain(str(error)))
            return
        rules = dict(list(horizon.rule_errors.items())[:SHOWN_RULES])
        sentence = _sentence(horizon, rules, free, epoch)
        figure = figures.errors(horizon.errors, rules, dataset.target)
        chart(figure, key="ahead_errors", alt=sentence, height=210, view=run.id)
        st.caption(plain(sentence))
    with right:
        _one(run, dataset, horizon)


def _horizon(run: Run, dataset: Dataset, arrays: Arrays, epoch: int, free: bool) -> Horizon:
    if not free:
        prediction = prediction_of(arrays, dataset)
        if prediction is None or prediction.shape != dataset.y[dataset.validation].shape:
            raise LensError("The predictions of this epoch are not kept.")
        return at_once(dataset, prediction)
    most = min(longest_run(dataset), FURTHEST)
    network = networks.network(run.id, epoch, run.experiment, dataset)
    quick = furthest(dataset, network)
    if quick < most:
        most = quick
        far = f"{most:,} steps" if most > 1 else "one step"
        st.caption(f"Further than {far} ahead this network would take too long here.")
    st.session_state["ahead_steps"] = min(st.session_state.get("ahead_steps", 24), most)
    steps = st.slider("Steps ahead", 1, most, key="ahead_steps") if most > 1 else most
    key = networks.version(run.id, epoch, dataset), steps
    return _runs.get(key, lambda: running_free(run.experiment, dataset, network, steps))


def _one(run: Run, dataset: Dataset, found: Horizon) -> None:
    """One of the forecasts, to choose."""
    count, place = len(found.rows), 0
    if count > 1:
        st.session_state["ahead_from"] = min(st.session_state.get("ahead_from", 1), count)
        place = st.slider("Forecast", 1, count, key="ahead_from") - 1
    row, window = int(found.rows[place]), dataset.timesteps
    if dataset.values is None:
        return
    rows = np.arange(row - window - dataset.horizon + 1, row + found.steps)
    past = dataset.values[rows[: -found.steps], 0]
    times = rows if dataset.labels is None else dataset.labels[rows]
    forecast, truth = found.forecast[place], found.truth[place]
    off = float(np.sqrt(np.nanmean((forecast - truth) ** 2)))
    sentence = f"Forecast {place + 1} of {count}: RMSE {off:.4g} over {found.steps} steps."
    figure = figures.forecast(times, past, truth, forecast, dataset.target)
    chart(figure, key="ahead_one", alt=sentence, height=210, view=run.id)
    st.caption(plain(sentence))


def _sentence(
    found: Horizon, rules: Mapping[str, NDArray[np.float64]], free: bool, epoch: int
) -> str:
    """What the curve says: at its ends, and where a rule overtakes the network."""
    errors = found.errors
    how = "reading its own forecasts" if free else "all steps at once"
    count = len(found.rows)
    many = f"{count:,} forecasts"
    if count < found.windows:
        many = f"forecasts from {count:,} of {found.windows:,} windows"
    text = (
        f"{when(epoch)}, {how}: RMSE {errors[0]:.4g} one step ahead, {errors[-1]:.4g} at step "
        f"{found.steps}, over {many}."
    )
    name, line = next(iter(rules.items()))
    worse = errors > line
    if not worse.any():
        return f"{text} Better than {name} at every distance."
    first = int(worse.argmax()) + 1
    return f"{text} {name.capitalize()} is better at {worse.sum()} of them, first at step {first}."
