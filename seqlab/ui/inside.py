"""Inside the network that a run trained: its gates and states."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.figures import gates
from seqlab.lens import cells
from seqlab.runs.store import Run
from seqlab.ui.chart import chart
from seqlab.ui.words import when


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
    st.session_state["sequence"] = min(st.session_state.get("sequence", 1), n)
    with columns[1]:
        if n > 1:
            st.slider("Validation sequence", 1, n, key="sequence")
    index = dataset.validation[st.session_state["sequence"] - 1]
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
    sentence = f"{when(epoch)}: {_gates_sentence(layers[shown].cell, values)}"
    with st.container(key="gate_chart", gap="xxsmall"):
        height = {"LSTM": 370, "GRU": 370, "SimpleRNN": 260}[layers[shown].cell]
        chart(figure, key="gates_plot", alt=sentence, height=height, view=f"{run.id} {shown}")
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
