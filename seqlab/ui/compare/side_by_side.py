"""The networks of a race beside each other, on the same sequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.figures import gates as gate_figures
from seqlab.figures import through_time
from seqlab.figures.through_time import Line
from seqlab.inspection import sequences
from seqlab.inspection.answers import answer
from seqlab.inspection.gradient_flow import flows_of
from seqlab.inspection.networks import read
from seqlab.inspection.words import when
from seqlab.lens import forward
from seqlab.lens.stack import LensError, Stack
from seqlab.runs.records import Run
from seqlab.runs.studies import StudyRecord
from seqlab.ui import networks, services
from seqlab.ui.components.chart import chart
from seqlab.ui.draft import kept_dataset
from seqlab.ui.shown_target import KEY, choose_target
from seqlab.ui.words import plain

FORECAST, GATES, GRADIENT = "Forecast", "Gates", "Gradient through time"
VIEWS = (FORECAST, GATES, GRADIENT)
IN_A_ROW = {FORECAST: 3, GATES: 2}
HEIGHT = {FORECAST: 270, GATES: 340}
DECIMALS = 3


@dataclass(frozen=True, eq=False)
class Side:
    """One variant as it is shown.

    Attributes:
        run: the one of the chosen seed.
        dataset: its data.
        epoch: of the weights: the best one, if they are kept.
        shown: the sequence that it reads.
        place: of that in the validation part.
    """

    name: str
    run: Run
    dataset: Dataset
    epoch: int
    shown: sequences.Sequence
    place: int

    @property
    def network(self) -> Stack:
        """Raises `LensError`."""
        return networks.network(self.run.id, self.epoch, self.run.experiment, self.dataset)


def side_by_side(record: StudyRecord) -> None:
    """Forecasts, gates and gradients through time of the variants on one sequence."""
    runs = [run for run in services.studies().runs(record.id) if run.status == "finished"]
    seeds = sorted({run.place for run in runs if run.place is not None})
    if not seeds:
        return
    st.header("On the same sequence", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        view = st.segmented_control(
            "View", VIEWS, key="compare_view", default=VIEWS[0], required=True,
            persist_state="session",
        )  # fmt: skip
        if st.session_state.get("compare_seed") not in seeds:
            st.session_state["compare_seed"] = seeds[0]
        seed = st.selectbox("Seed", seeds, key="compare_seed", width=110)
        datasets = {run.variant: kept_dataset(run.experiment.data) for run in runs}
        there = [dataset for dataset in datasets.values() if dataset is not None]
        if not there:
            st.caption("The file of these runs is not kept any more.")
            return
        choose_target(there[0])
        count = min(len(dataset.validation) for dataset in there)
        number = count
        whole = view == FORECAST and there[0].goal.at == "end"  # all of the part in one picture
        if count > 1 and not whole:
            st.session_state["compare_sequence"] = min(
                st.session_state.get("compare_sequence", count), count
            )
            number = st.slider(
                "Validation sequence", 1, count, key="compare_sequence", width="stretch"
            )
    try:
        sides = list(_sides(runs, seed, count - number))
        with st.container(key="compare_side_by_side"):
            if view == GRADIENT:
                _gradients(sides)
            else:
                with st.container(key=f"compare_{str(view).lower()}"):
                    _pictures(sides, str(view))
    except LensError as error:
        st.warning(plain(str(error)), icon=":material/visibility_off:")


def _sides(runs: Sequence[Run], seed: int, from_the_end: int) -> Iterator[Side]:
    """Each variant with the run of a seed. Counted from the end, targets are the same ones."""
    for run in runs:
        if run.place != seed:
            continue
        dataset = kept_dataset(run.experiment.data)
        epoch = services.store().best_snapshot(run.id)
        if dataset is None or epoch is None:
            continue
        dataset = dataset.only(st.session_state.get(KEY))
        place = len(dataset.validation) - 1 - from_the_end
        sequence = sequences.sequence(
            dataset, int(dataset.validation[place]), sequences.title_of(dataset, place)
        )
        yield Side(run.variant or "", run, dataset, epoch, sequence, place)


def _pictures(sides: Sequence[Side], view: str) -> None:
    columns = []
    for i, side in enumerate(sides):
        across = IN_A_ROW[view]
        if i % across == 0:
            columns = st.columns(min(across, len(sides)))
        with columns[i % across]:
            st.markdown(f"**{plain(side.name)}**")
            key = f"compare_{view.lower()}_{i}"
            if view == FORECAST:
                raw = networks.prediction(side.run.id, side.epoch, side.dataset)
                answered = answer(side.dataset, raw, side.epoch, side.place)
                figure, sentence = answered.figure, answered.sentence
            else:
                network = side.network
                layer = next(iter(network.layers))
                trace = forward.in_order(network, read(network, side.shown)).trace(layer)
                arrays = {name: trace[name][0] for name in trace}
                figure = gate_figures.heat_maps(network.layers[layer].cell, arrays)
                sentence = f"{when(side.epoch)}: {layer} reads {side.shown.title}."
            chart(figure, key=key, alt=sentence, height=HEIGHT[view], view=side.run.id)
            st.caption(plain(sentence))


def _gradients(sides: Sequence[Side]) -> None:
    """The length of dL/dh of the last recurrent layer at each step, one line a variant."""
    lines, shares = [], []
    for k, side in enumerate(sides):
        network = side.network
        flows = flows_of(network, side.dataset, side.shown)
        layer = list(flows)[-1]
        norms = flows[layer].hidden_norm[0]
        start = max(len(each.shown.x) for each in sides) - len(norms)
        lines.append(Line(side.name, norms, k, start=start))
        if norms[-1] > 0 and np.isfinite(norms).all():
            shares.append(f"{side.name} {norms[0] / norms[-1]:.{DECIMALS}g}")
    sentence = (
        "Length of dL/dh of the last recurrent layer, for one sequence, ending at the last step. "
        f"Of the last step's gradient the first step gets: {', '.join(shares)}."
    )
    figure = through_time.norms(lines, "length of the gradient")
    chart(figure, key="compare_gradient", alt=sentence, height=300, view="compare")
    st.caption(plain(sentence))
