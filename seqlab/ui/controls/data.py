"""Which sequences, and how windows are cut from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from seqlab import environment
from seqlab.data import uploaded
from seqlab.data.catalogue import ENTRIES
from seqlab.data.entry import Entry
from seqlab.data.upload import Table, UploadError, read_table
from seqlab.experiment import ParseOptions
from seqlab.runs.store import StoreError
from seqlab.ui import draft, services, state, visitor
from seqlab.ui.controls.fields import changes, field, more
from seqlab.ui.data_page import parse_options
from seqlab.ui.words import plain

UPLOAD = "upload"
FIRST = ("sunspots", "sine", "adding")  # what a newcomer meets
SOURCES = {
    UPLOAD: "My own file (CSV, text, NumPy)",
    **{key: ENTRIES[key].title for key in FIRST},
    **{key: entry.title for key, entry in ENTRIES.items() if key not in FIRST},
}
ABOUT_UPLOAD = (
    "A table with a header line, a running text (.txt), or arrays (.npy, .npz), of at most 20 MB."
)
SEEN = "Everybody who uses this server can see runs and their data."
PROBLEM = "upload_problem"
REFUSED = "refused_upload"  # (content, name) of the file with that problem, if it is a text
# How a series becomes windows; the common ones are in sight.
WHOLE = ("scaling", "split", "test_share", "missing", "longest", "tails", "duplicates")
TEXTS = ("split", "longest", "duplicates")  # with a label each
BY_TIME = {"time": "by time", "random": "at random"}
BY_ID = {"time": "by date or id", "random": "at random"}
STRATIFIED = {"time": "stratified", "random": "at random"}
CUTTING = ("steps", "stride", "scaling", "split", "test_share", "missing", "duplicates", "period")


def data_controls(unfolded: bool = False) -> None:
    """Source, window, and what else that source needs.

    Args:
        unfolded: shows all settings at once, instead of the rare ones behind a button.
    """
    st.header("Settings" if unfolded else "Data", anchor=False)
    st.selectbox(
        "Sequences",
        list(SOURCES),
        key="data",
        format_func=SOURCES.__getitem__,
        on_change=choose_source,
        persist_state="session",
    )
    source = st.session_state.data
    if source == UPLOAD:
        _upload_controls(unfolded)
    else:
        _built_in(ENTRIES[source], unfolded)


def choose_source() -> None:
    """A source begins with its own settings, and with a network whose head fits its task."""
    source = st.session_state.data
    st.session_state[PROBLEM] = st.session_state[REFUSED] = None
    if source != UPLOAD:
        for key, value in ENTRIES[source].default().model_dump(exclude={"source"}).items():
            st.session_state[key] = list(value) if isinstance(value, tuple) else value
    else:
        st.session_state.update(target=None, inputs=[])
    state.show_fitting(draft.draft(state.flat()))


def _built_in(entry: Entry, unfolded: bool) -> None:
    st.caption(f"{entry.family}. {entry.about}")
    _columns(list(entry.targets), list(entry.columns), entry.together)
    columns = st.columns(2)
    for i, knob in enumerate(entry.knobs):
        with columns[i % 2]:
            field(knob.name, knob.label, about=knob.help)
    if entry.targets:
        _cutting(unfolded)
        return
    if entry.columns:  # the parts are given
        field("scaling")
    _cutting(unfolded, ("duplicates",))


def _cutting(
    unfolded: bool, names: Sequence[str] = CUTTING, splits: Mapping[str, str] = BY_TIME
) -> None:
    """How a series becomes windows, but for window and horizon.

    Args:
        unfolded: shows all settings at once.
        names: of those that matter.
        splits: what the ways to split mean for these data.
    """
    if not unfolded:
        more("more_data", names, words={"split": splits})
        changes(names, "changed_data")
        return
    columns = st.columns(2)
    for i, name in enumerate(names):
        with columns[i % 2]:
            field(name, words=splits if name == "split" else None)


def _columns(
    targets: list[str], inputs: list[str], together: bool, usual: str | None = None
) -> None:
    """Which column to predict, and which ones the network sees.

    Args:
        targets: the columns that can be predicted.
        inputs: the columns that the network can see.
        together: whether it sees all of them if none is chosen, or the target alone.
        usual: the target if none is chosen; the first one if nothing is said.
    """
    if st.session_state.get("target") not in (None, *targets):
        st.session_state.target = None
    if len(targets) > 1:
        st.session_state.target = st.session_state.get("target") or usual or targets[0]
        st.selectbox("Target", targets, key="target", persist_state="session")
    chosen = st.session_state.get("inputs") or []
    st.session_state.inputs = [name for name in chosen if name in inputs]
    if len(inputs) > 1:
        st.multiselect(
            "Inputs",
            inputs,
            key="inputs",
            placeholder="All columns" if together else "Target only",
            persist_state="session",
        )


def _upload_controls(unfolded: bool) -> None:
    days = environment.current().keep_days
    kept_for = "" if days is None else f" They are kept for at least {days:g} days."
    st.caption(f"{ABOUT_UPLOAD} {SEEN}{kept_for}")
    st.file_uploader(
        "File",
        key="upload",
        on_change=_take_upload,
        max_upload_size=20,
        label_visibility="collapsed",
    )
    file = st.session_state.get("file")
    if not file:
        return
    try:
        table = draft.table_of(file, parse_options.current())
    except UploadError:
        return  # the findings say it
    kept = services.store().about_upload(file)
    if kept:
        st.caption(plain(f"Using {kept[0]}: {_what(table)}."))
    targets, inputs = uploaded.columns(table)
    usual = uploaded.default_target(table)
    _columns(list(targets), list(inputs), _by_label(table), usual)
    if _by_label(table):
        _cutting(unfolded, WHOLE, STRATIFIED)
    elif table.kind == "text":
        _cutting(unfolded, TEXTS, STRATIFIED)
    elif table.kind == "pairs":
        _cutting(unfolded, TEXTS[1:])
    elif table.kind == "corpus":
        field("window", "Window")
        _cutting(unfolded, ("duplicates",))
    elif table.kind in ("series", "wide", "long", "arrays"):
        left, right = st.columns(2)
        with left:
            field("window", "Window")
        with right:
            field("horizon")
        _cutting(unfolded, splits=BY_TIME if table.kind == "series" else BY_ID)


def _by_label(table: Table) -> bool:
    """Whether whole sequences are asked for their label: nothing is cut into windows."""
    if table.kind == "arrays":
        return table.label is not None
    chosen = st.session_state.get("target")
    of_sequences = table.kind in ("wide", "long") and table.label is not None
    return of_sequences and chosen in (None, table.label)


def _what(table: Table) -> str:
    """What a file holds, in a few words."""
    rows = f"{len(table.frame):,} rows"
    return {
        "series": f"a series of {rows}, "
        + (f"time in “{table.time}”" if table.time else "no time column"),
        "wide": f"one sequence a row, {rows}",
        "long": f"many sequences by “{table.sequence_id}”, {rows}",
        "text": f"texts with a label, {rows}",
        "pairs": f"pairs of texts, {rows}",
        "corpus": "a running text",
        "arrays": "arrays of numbers",
    }[table.kind]


def _take_upload() -> None:
    """A new file: used if it can be read; if not, everything stays as it was."""
    uploaded_file = st.session_state.get("upload")
    st.session_state[PROBLEM] = st.session_state[REFUSED] = None
    if uploaded_file is None:
        return
    data, name = uploaded_file.getvalue(), uploaded_file.name
    try:
        _use(draft.take(data, name))
    except StoreError as error:
        st.session_state[PROBLEM] = str(error)
    except UploadError as error:
        st.session_state[PROBLEM] = str(error)
        st.session_state[REFUSED] = (data, name) if _is_text(data, name) else None


def _is_text(data: bytes, name: str) -> bool:
    """Whether some reading makes sense: not for a picture or a workbook."""
    try:
        read_table(data, name, ParseOptions(kind="corpus"))
    except UploadError:
        return False
    return True


def _use(file: str) -> None:
    """A file that the store keeps becomes the source, read by the reader's own guess."""
    st.session_state[PROBLEM] = st.session_state[REFUSED] = None
    st.session_state.update(file=file, data=UPLOAD, target=None, inputs=[], reading={})
    state.show_fitting(draft.draft(state.flat()))


def _use_anyway() -> None:
    """Keeps the file that was refused."""
    data, name = st.session_state[REFUSED]
    try:
        _use(services.store().add_upload(data, name, visitor.owner()))
    except StoreError as error:
        st.session_state[PROBLEM] = str(error)


def offer_anyway() -> None:
    """A text file that was refused can be used all the same, to be read in another way."""
    if not st.session_state.get(REFUSED) or not st.session_state.get(PROBLEM):
        return
    st.button(
        "Use this file and change how it is read",
        key="use_anyway",
        icon=":material/tune:",
        on_click=_use_anyway,
    )
