"""The right column above the run: what the data and the network look like before training."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Finding
from seqlab.figures import preview
from seqlab.network.shapes import Link, Shape, links
from seqlab.ui import state
from seqlab.ui.chart import chart
from seqlab.ui.words import plain


def network_picture(experiment: Experiment, dataset: Dataset) -> None:
    """The shape chain and the parameter count with its formula."""
    first, *rest = links(experiment, Frame.of(dataset))
    parts = [f"`{_shape(first.output)}`"]
    for link in rest:
        colour = "red" if link.broken else "blue"
        parts += [f":{colour}-badge[{link.name}]", f"`{_shape(link.output)}`"]
    st.markdown(" → ".join(parts))
    st.caption(_parameters(rest))


def _shape(shape: Shape) -> str:
    return f"({', '.join(str(size) for size in shape)})"


def _parameters(chain: list[Link]) -> str:
    counts = " + ".join(
        f"{link.name} {link.formula} = {link.parameters:,}" for link in chain if link.parameters
    )
    total = sum(link.parameters for link in chain)
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
    st.session_state["pair"] = min(st.session_state.get("pair", int(dataset.validation[0])), n)
    picture = st.container()
    beside, choice = st.columns([3, 1], vertical_alignment="top")
    with choice:
        pair = st.slider("Pair of X and y", 1, n, key="pair", label_visibility="collapsed") - 1
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
    with picture:
        chart(figure, key="preview_plot", alt=sentence, height=125, view=str(dataset.target))
    beside.caption(plain(sentence))


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
