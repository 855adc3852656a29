"""Takes of words recorded with the microphone: they become an uploaded file of the visitor."""

from __future__ import annotations

import streamlit as st

from seqlab.data import recordings
from seqlab.data.speech import USUAL_RATE, about_take
from seqlab.data.upload import UploadError
from seqlab.runs.storage import StoreError
from seqlab.ui import draft, services, state, visitor
from seqlab.ui.components.microphone import microphone
from seqlab.ui.controls import parse_options
from seqlab.ui.words import plain

WORD = "record_word"
_NUMBER, _SAID, _PROBLEM = "record_number", "record_said", "record_problem"
ABOUT = (
    "Say two or three words, each a few times, one word a recording: three takes of each are a "
    "beginning, ten are better. Takes are kept like a file."
)


def record_controls(file: str | None) -> None:
    """A box for the word, a recorder, and what was recorded so far.

    Args:
        file: the uploaded file that is used now, or `None`.
    """
    counts = recordings.counts(_files(file))
    with st.expander(
        "Record words with the microphone",
        icon=":material/mic:",
        key="record",
        expanded=bool(counts),
    ):
        with st.container(gap=None):  # the second one is empty where all is well
            st.caption(ABOUT)
            microphone("record_microphone")
        word = st.text_input("Word", key=WORD, placeholder="yes", max_chars=recordings.LONGEST_WORD)
        number = st.session_state.setdefault(_NUMBER, 0)
        st.audio_input(
            f"Say “{plain(word)}”" if word else "Say it",
            sample_rate=USUAL_RATE,
            key=f"record_take_{number}",  # a new one after each take, ready for the next
            on_change=_take,
            args=(f"record_take_{number}", file),
        )
        with st.container(key="record_said", gap="xxsmall"):
            if problem := st.session_state.get(_PROBLEM):
                st.error(plain(problem), icon=":material/error:")
            elif sentence := st.session_state.get(_SAID):
                st.caption(plain(sentence))
        if counts and file:
            _words(file, counts, word)


def _words(file: str, counts: dict[str, int], word: str) -> None:
    """How many takes there are of each word; a click goes on with one."""
    with st.container(horizontal=True, gap="xxsmall", key="record_words"):
        for i, (each, number) in enumerate(counts.items()):
            st.button(
                f"{plain(each)} · {number}",
                key=f"record_go_on_{i}",
                help="Go on with this word.",
                on_click=_go_on,
                args=(each,),
            )
        if word in counts:
            st.button(
                "Remove the last take",
                key="record_undo",
                icon=":material/undo:",
                type="tertiary",
                help=f"Of “{plain(word)}”.",
                on_click=_remove,
                args=(file, word),
            )


def _is_recorded(file: str | None) -> bool:
    """Whether the file that is used now was recorded here, by its name."""
    about = services.store().about_upload(file) if file else None
    return about is not None and about[0] == recordings.NAME


def _files(file: str | None) -> list[str]:
    """The takes that were recorded so far, from the table that the page has anyway."""
    if file is None or not _is_recorded(file):
        return []
    try:
        table = draft.table_of(file, parse_options.current())
    except UploadError:
        return []
    return [] if table.speech is None else table.frame["file"].tolist()


def _archive(file: str | None) -> bytes | None:
    """What was recorded so far, if the file that is used now was recorded here."""
    if file is None or not _is_recorded(file):
        return None
    upload = services.store().upload(file)
    return None if upload is None else upload[0]


def _go_on(word: str) -> None:
    st.session_state[WORD] = word
    st.session_state[_SAID] = st.session_state[_PROBLEM] = None


def _take(key: str, file: str | None) -> None:
    """One more take, if something can be learned from it."""
    recorded = st.session_state.get(key)
    if recorded is None:
        return
    st.session_state[_NUMBER] += 1
    st.session_state[_SAID] = st.session_state[_PROBLEM] = None
    try:
        word = recordings.folder(st.session_state.get(WORD) or "")
        table = services.read_file(recorded.getvalue(), f"{word}.wav")
        archive = recordings.with_take(_archive(file), word, recorded.getvalue())
        _use(archive, file)
    except (UploadError, StoreError) as error:
        st.session_state[_PROBLEM] = str(error)
        return
    number = recordings.counts(recordings.names_in(archive))[word]
    if table.speech is not None:
        about = about_take(table.speech, table.findings)
        st.session_state[_SAID] = f"Take {number} of “{word}”: {about}"


def _remove(file: str, word: str) -> None:
    archive = _archive(file)
    if archive is None:
        return
    st.session_state[_SAID] = st.session_state[_PROBLEM] = None
    try:
        left = recordings.without_last(archive, word)
        if left is None:
            services.store().delete_upload(file, visitor.owner())
            st.session_state.update(file=None, target=None, inputs=[])
        else:
            _use(left, file)
    except (UploadError, StoreError) as error:
        st.session_state[_PROBLEM] = str(error)


def _use(archive: bytes, before: str | None) -> None:
    """The archive becomes the source; what it grew out of goes, unless a run reads it."""
    file = draft.take(archive, recordings.NAME)
    begun = _is_recorded(before)
    st.session_state.update(file=file, data="upload", target=None, inputs=[])
    if not begun:
        st.session_state.update(reading={})
    elif before is not None and before != file:
        services.store().delete_upload(before, visitor.owner())
    state.show_fitting(draft.draft(state.flat()))
