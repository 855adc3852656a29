"""Which sequences, and how windows are cut from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from seqlab import environment
from seqlab.choices import countries
from seqlab.data import series
from seqlab.data.alternatives import in_words
from seqlab.data.catalogue import ENTRIES
from seqlab.data.columns import Choice, choice, of_whole
from seqlab.data.entry import Entry
from seqlab.data.layouts.rows import as_series
from seqlab.data.upload import UploadError
from seqlab.experiment import Data, ParseOptions
from seqlab.field_words import label_of
from seqlab.runs.storage import StoreError
from seqlab.settings import help_of
from seqlab.ui import draft, services, state, visitor
from seqlab.ui.controls import parse_options
from seqlab.ui.controls.fields import changes, field, more
from seqlab.ui.controls.held import is_locked
from seqlab.ui.controls.reading_progress import READING, SOON, give_up, pending, progress
from seqlab.ui.controls.record import record_controls
from seqlab.ui.words import plain

UPLOAD = "upload"
FIRST = ("sunspots", "sine", "adding")  # what a newcomer meets
SOURCES = {
    UPLOAD: "My own file or voice (CSV, text, NumPy, sound)",
    **{key: ENTRIES[key].title for key in FIRST},
    **{key: entry.title for key, entry in ENTRIES.items() if key not in FIRST},
}
ABOUT_UPLOAD = (
    "A table (CSV, Excel, Parquet, ARFF …), a running text (.txt), arrays (.npy, .npz), or a .zip "
    "of sounds with a folder for each word, of at most 20 MB."
)
SEEN = "Everybody who uses this server can see runs and their data."
PROBLEM = "upload_problem"
REFUSED = "refused_upload"  # (content, name) of the file with that problem, if it is a text
# How a series becomes windows; the common ones are in sight.
WHOLE = ("scaling", "split", "test_share", "missing", "longest", "tails", "duplicates")
AS_CUT = ("scaling", "split", "test_share", "missing", "duplicates")  # windows cut before
TEXTS = ("split", "longest", "duplicates")  # with a label each
BY_TIME = {"time": "by time", "random": "at random"}
BY_ID = {"time": "by date or id", "random": "at random"}
IN_ORDER = {"time": "in order", "random": "at random"}
STRATIFIED = {"time": "stratified", "random": "at random"}
ROWS = ("split", "test_share", "missing", "duplicates", "period")
CHANGES = ("logarithm", "difference", "transform_inputs", "calendar")
HOLIDAYS = "holidays"
CUTTING = ("steps", "stride", "scaling", *CHANGES, HOLIDAYS, *ROWS, "rows")
MOST_REASONS = 6  # why a column is not offered, in one help text
SEVERAL = ("steps", "stride", "scaling", "series_scaling", *CHANGES, *ROWS)  # series in one file


def data_controls(unfolded: bool = False) -> None:
    """Source, window, and what else that source needs.

    Args:
        unfolded: shows all settings at once, instead of the rare ones behind a button.
    """
    _take_over()  # before the widgets, which it changes
    st.header("Settings" if unfolded else "Data", anchor=False)
    st.selectbox(
        "Sequences",
        list(SOURCES),
        key="data",
        format_func=SOURCES.__getitem__,
        on_change=choose_source,
        persist_state="session",
        disabled=is_locked("data"),
    )
    source = st.session_state.data
    if source == UPLOAD:
        _upload_controls(unfolded)
    else:
        _built_in(ENTRIES[source], unfolded)


def begin_with(source: str) -> None:
    """Leaves the run that is shown, for sequences of another source.

    Args:
        source: one of `SOURCES`.
    """
    state.show_run(None)
    st.session_state.data = source
    choose_source()


def choose_source() -> None:
    """A source begins with its own settings, and with a network whose head fits its task."""
    source = st.session_state.data
    st.session_state[PROBLEM] = st.session_state[REFUSED] = None
    if source != UPLOAD:
        for key, value in ENTRIES[source].default().model_dump(exclude={"source"}).items():
            st.session_state[key] = state.for_widget(value)
    else:
        st.session_state.update(_unchosen())
    state.show_fitting(draft.draft(state.flat()))


def _built_in(entry: Entry, unfolded: bool) -> None:
    st.caption(f"{entry.family}. {entry.about}")
    rows = bool(entry.choice.targets)
    _columns(entry.choice, rows, rows)
    columns = st.columns(2)
    for i, knob in enumerate(entry.knobs):
        with columns[i % 2]:
            field(knob.name, knob.label, about=knob.help)
    if entry.choice.targets:
        _cutting(unfolded, calendar=series.calendar_of(entry.key))
        return
    if entry.choice.inputs:  # the parts are given
        field("scaling")
    _cutting(unfolded, ("duplicates",))


def _cutting(
    unfolded: bool,
    names: Sequence[str] = CUTTING,
    splits: Mapping[str, str] = BY_TIME,
    calendar: Sequence[str] = (),
) -> None:
    """How a series becomes windows, but for window and horizon.

    Args:
        unfolded: shows all settings at once.
        names: of those that matter.
        splits: what the ways to split mean for these data.
        calendar: the parts of the calendar that tell rows apart.
    """
    fitting = {"calendar": calendar}
    if not calendar and not st.session_state.get("calendar"):
        names = [name for name in names if name != "calendar"]
    words = {"split": splits}
    if "weekday" in calendar or st.session_state.get(HOLIDAYS):
        words[HOLIDAYS] = countries()
    else:
        names = [name for name in names if name != HOLIDAYS]
    if not unfolded:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            more("more_data", names, fitting=fitting, words=words)
            changes(names, "changed_data")
        return
    with st.container(key="data_unfolded"):  # on a phone below the pictures
        columns = st.columns(2)
    for i, name in enumerate(names):
        with columns[i % 2]:
            field(name, fitting=fitting, words=words.get(name))


def _columns(choice: Choice, of_rows: bool, goes_on: bool) -> None:
    """Which column to predict, and which ones the network sees.

    Args:
        choice: what each column can be.
        of_rows: whether they are columns of rows, so that some may be known ahead.
        goes_on: whether the next values are forecast, so that several columns may be.
    """
    if st.session_state.get("target") not in (None, *choice.targets):
        st.session_state.target = None
    left_out = _left_out(choice)
    if len(choice.targets) > 1:
        st.session_state.target = st.session_state.get("target") or choice.usual
        there = left_out if len(choice.inputs) < 2 else None
        st.selectbox("Target", choice.targets, key="target", persist_state="session", help=there)
    chosen = st.session_state.get("inputs") or []
    st.session_state.inputs = [name for name in chosen if name in choice.inputs]
    target = st.session_state.get("target") or choice.usual
    targets = (target, *_further(choice, target, goes_on))
    if len(choice.inputs) > 1:
        alone = choice.asked(Data(target=target)).inputs == (target,)
        joined = alone and not st.session_state.inputs
        only = "Target only" if len(targets) == 1 else "Targets only"
        st.multiselect(
            "Inputs",
            choice.inputs,
            key="inputs",
            placeholder=only if alone else "All columns",
            help=left_out,
            persist_state="session",
            on_change=_beside_targets if joined else None,
            args=targets if joined else None,
        )
    inputs_of_rows = [name for name in choice.inputs if name not in targets] if of_rows else []
    _several("known_ahead", inputs_of_rows, offered=len(choice.inputs) > 1)


def _left_out(choice: Choice) -> str | None:
    """Which columns are no choice, and why; `None` if all are."""
    if not choice.left_out:
        return None
    reasons = [f"“{name}”: {why}" for name, why in choice.left_out.items()]
    more = f" And {len(reasons) - MOST_REASONS:,} more." if len(reasons) > MOST_REASONS else ""
    return plain(f"Not offered: {'; '.join(reasons[:MOST_REASONS])}.{more}")


def _further(choice: Choice, target: str | None, goes_on: bool) -> list[str]:
    """The columns that are forecast at once with the target: a choice, where there are such."""
    possible: list[str] = []
    if goes_on and target not in choice.labels:
        possible = [name for name in choice.targets if name not in (target, *choice.labels)]
    return _several("targets", possible)


def _several(key: str, possible: Sequence[str], *, offered: bool = True) -> list[str]:
    """Those of the possible columns that are chosen for a setting; a choice if it is offered."""
    chosen = [name for name in st.session_state.get(key) or [] if name in possible]
    st.session_state[key] = chosen
    if possible and offered:
        st.multiselect(
            label_of(key),
            possible,
            key=key,
            placeholder="None",
            help=help_of(key),
            persist_state="session",
        )
    return chosen


def _beside_targets(*targets: str) -> None:
    """What is chosen first is read beside the targets' own past; whoever wants takes that away."""
    chosen = st.session_state.get("inputs") or []
    if chosen and targets[0] not in chosen:
        st.session_state.inputs = [*targets, *(name for name in chosen if name not in targets)]


def _upload_controls(unfolded: bool) -> None:
    days = environment.current().keep_days
    kept_for = ""
    if days is not None:
        kept_for = f" Kept for {days:g} days after their last run, shorter if space runs out."
    st.caption(f"{ABOUT_UPLOAD} {SEEN}{kept_for}")
    st.file_uploader(
        "File",
        key="upload",
        on_change=_take_upload,
        max_upload_size=20,
        label_visibility="collapsed",
    )
    if pending() is not None:
        progress()
    file = st.session_state.get("file")
    record_controls(file)
    if not file:
        return
    try:
        table = draft.table_of(file, parse_options.current())
    except UploadError:
        return  # the findings say it
    about = services.store().about_upload(file)
    if about:
        st.caption(plain(f"Using {about[0]}: {in_words(table)}."))
    possible, target = choice(table), st.session_state.get("target")
    goes_on = not of_whole(table, possible, target)
    _columns(possible, goes_on and table.kind in ("series", "long"), goes_on)
    if table.windows is not None:
        _cutting(unfolded, AS_CUT, IN_ORDER)
    elif of_whole(table, possible, st.session_state.get("target")):  # which may be another by now
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
        is_series = as_series(table) is not None
        names, splits = (CUTTING, BY_TIME) if is_series else (SEVERAL, BY_ID)
        _cutting(unfolded, names, splits, table.calendar)


def _take_upload() -> None:
    """A new file: used if it can be read; if not, everything stays as it was."""
    give_up()  # the file before, if it is still being read
    uploaded_file = st.session_state.get("upload")
    st.session_state[PROBLEM] = st.session_state[REFUSED] = None
    if uploaded_file is None:
        return
    data, name = uploaded_file.getvalue(), uploaded_file.name
    job = services.begin_reading(data, name)
    st.session_state[READING] = job, data, name
    if job.wait(SOON):
        _take_over()


def _take_over() -> None:
    """Uses the file that has been read by now, or says why it cannot be used."""
    reading = pending()
    if reading is None or not reading[0].done:
        return
    st.session_state[READING] = None
    job, data, name = reading
    try:
        _use(draft.keep(job.result(), data, name))
    except StoreError as error:
        st.session_state[PROBLEM] = str(error)
    except UploadError as error:
        st.session_state[PROBLEM] = str(error)
        st.session_state[REFUSED] = (data, name) if _is_text(data, name) else None


def _is_text(data: bytes, name: str) -> bool:
    """Whether some reading makes sense: not for a picture or a workbook."""
    try:
        services.read_file(data, name, ParseOptions(kind="corpus"))
    except UploadError:
        return False
    return True


def _use(file: str) -> None:
    """A file that the store keeps becomes the source, read by the reader's own guess."""
    st.session_state[PROBLEM] = st.session_state[REFUSED] = None
    st.session_state.update(file=file, data=UPLOAD, reading={}, **_unchosen())
    state.show_fitting(draft.draft(state.flat()))


def _unchosen() -> dict[str, Any]:
    """What belongs to the columns of one file alone, as it is for the next one."""
    default = Data()
    names = ("target", "targets", "inputs", "rows", HOLIDAYS, *CHANGES)
    return {name: state.for_widget(getattr(default, name)) for name in names}


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
