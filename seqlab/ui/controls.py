"""The left column: data, network, training. Every widget's key is a name of the experiment."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from seqlab.data.upload import UploadError, read_table
from seqlab.experiment import MAX_LAYERS, Cell, Optimizer, Recurrent
from seqlab.ui import draft, services, state
from seqlab.ui.words import plain

SOURCES = {
    "sunspots": "Sunspots, 1700 to 2008",
    "sine": "Noisy sine",
    "adding": "Adding problem",
    "upload": "My own CSV file",
}
ABOUT = {
    "sunspots": "Real: one number a year. Forecast the next one. The cycle takes about 11 years.",
    "sine": "Synthetic: forecast a sine of period 25 through its noise.",
    "adding": "Synthetic: add the two marked numbers of a sequence. Needs a long memory.",
    "upload": "One row per time step, a header line, a column to forecast.",
}
PROBLEM = "upload_problem"


def data_controls() -> None:
    """Source, window, and what else that source needs."""
    st.subheader("Data", anchor=False)
    st.selectbox(
        "Sequences",
        list(SOURCES),
        key="data",
        format_func=SOURCES.__getitem__,
        on_change=_new_source,
        persist_state="session",
    )
    source = st.session_state.data
    st.caption(ABOUT[source])
    if source == "upload":
        _upload_controls()
    left, right = st.columns(2)
    if source == "adding":
        left.number_input("Length T", key="window", step=1, persist_state="session")
        right.number_input("Sequences drawn", key="samples", step=100, persist_state="session")
        return
    left.number_input(
        "Window",
        key="window",
        step=1,
        help="How many past steps the network sees: the timesteps of input_shape.",
        persist_state="session",
    )
    right.number_input(
        "Horizon",
        key="horizon",
        step=1,
        help="How many steps after the window the target lies. 1 is the very next step.",
        persist_state="session",
    )
    if source == "sine":
        left.number_input("Points", key="samples", step=100, persist_state="session")
        right.number_input(
            "Noise",
            key="noise",
            step=0.05,
            format="%.2f",
            persist_state="session",
            help="Standard deviation of the noise; the sine's amplitude is 1.",
        )


def _new_source() -> None:
    """Columns of one source mean nothing in another."""
    st.session_state.update(target=None, inputs=[])


def _upload_controls() -> None:
    st.file_uploader(
        "CSV file",
        type=["csv", "txt", "tsv"],
        key="upload",
        on_change=_take_upload,
        max_upload_size=20,
    )
    file = st.session_state.get("file")
    if not file:
        return
    try:
        table = draft.table_of(file)
    except UploadError:
        return  # the findings say it
    kept = services.store().upload(file)
    numeric = list(table.numeric)
    time = f"time column “{table.time}”" if table.time else "no time column"
    if kept:
        st.caption(plain(f"Using {kept[1]}: {len(table.frame):,} rows, {time}."))
    if not numeric:
        return
    if st.session_state.get("target") not in numeric:
        st.session_state.target = numeric[0]
    st.session_state.inputs = [n for n in st.session_state.get("inputs") or [] if n in numeric]
    st.selectbox("Target", numeric, key="target", persist_state="session", format_func=plain)
    if len(numeric) > 1:
        st.multiselect(
            "Inputs",
            numeric,
            key="inputs",
            placeholder="the target alone",
            persist_state="session",
            format_func=plain,
        )


def _take_upload() -> None:
    """A new file: kept if it can be read; if not, everything stays as it was."""
    uploaded = st.session_state.get("upload")
    st.session_state[PROBLEM] = None
    if uploaded is None:
        return
    content = uploaded.getvalue()
    try:
        table = read_table(content, uploaded.name)
    except UploadError as error:
        st.session_state[PROBLEM] = str(error)
        return
    if not table.numeric:
        st.session_state[PROBLEM] = (
            f"“{uploaded.name}” has no column of numbers to learn from. "
            "It needs a header line and at least one numeric column."
        )
        return
    st.session_state.file = services.store().add_upload(content, uploaded.name)
    st.session_state.update(data="upload", target=None, inputs=[])


def network_controls() -> None:
    """One row a recurrent layer."""
    st.subheader("Network", anchor=False)
    layers = st.session_state.layers
    for i in range(layers):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.selectbox(
                f"Layer {i + 1}",
                list(get_args(Cell)),
                key=f"cell_{i}",
                persist_state="session",
                width=130,
            )
            st.number_input(
                "units",
                key=f"units_{i}",
                step=1,
                persist_state="session",
                width=110,
                help="How many numbers the layer remembers: the size of its hidden state.",
            )
            st.toggle(
                "return_sequences",
                key=f"return_sequences_{i}",
                persist_state="session",
                help="On: hand on the state of every step. Off: only the last one.",
            )
    with st.container(horizontal=True, gap="small"):
        if layers < MAX_LAYERS:
            st.button("Add a layer", key="add_layer", on_click=_add_layer, icon=":material/add:")
        if layers > 1:
            st.button(
                f"Remove layer {layers}",
                key="remove_layer",
                on_click=_remove_layer,
                icon=":material/remove:",
            )


def _add_layer() -> None:
    """A copy of the last layer, on top of it."""
    new = st.session_state.layers
    for name in Recurrent.model_fields:
        st.session_state[f"{name}_{new}"] = st.session_state[f"{name}_{new - 1}"]
    st.session_state[f"return_sequences_{new}"] = False
    st.session_state.layers = new + 1


def _remove_layer() -> None:
    st.session_state.layers -= 1


def training_controls() -> None:
    """Optimizer and its numbers."""
    st.subheader("Training", anchor=False)
    left, right = st.columns(2)
    left.selectbox("Optimizer", list(get_args(Optimizer)), key="optimizer", persist_state="session")
    right.number_input(
        "Learning rate", key="learning_rate", step=0.001, format="%g", persist_state="session"
    )
    left.number_input("Batch size", key="batch_size", step=8, persist_state="session")
    right.number_input("Epochs", key="epochs", step=10, persist_state="session")
    left.number_input(
        "Clip norm",
        key="clipnorm",
        value=None,
        placeholder="off",
        step=0.5,
        format="%g",
        persist_state="session",
        help="Gradients longer than this are shortened to it (Keras: clipnorm). Empty: off.",
    )
    right.number_input(
        "Seed",
        key="seed",
        step=1,
        persist_state="session",
        help="The same seed gives the same initial weights and the same order of the batches.",
    )


def train_buttons(ready: bool, active: bool) -> None:
    """Train and Stop."""
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Train again" if state.run_id() else "Train",
            key="train",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not ready,
            on_click=_train,
            help=None if ready else "Mend what is marked in red first.",
        )
        st.button("Stop", key="stop", icon=":material/stop:", disabled=not active, on_click=_stop)


def _train() -> None:
    """Queues the draft as a new run and shows that; an active run of this tab is stopped."""
    now = draft.draft(state.flat())
    if not now.ready or now.experiment is None or now.dataset is None:
        return
    _stop()
    store = services.store()
    name, rule = next(iter(now.dataset.baselines.items()))
    run = store.create(now.experiment, (name, rule.loss))
    state.show_run(run)
    services.pool().submit(run, now.experiment, now.dataset)


def _stop() -> None:
    if run := state.run_id():
        services.pool().stop(run)
