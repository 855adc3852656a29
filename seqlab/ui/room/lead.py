"""What the teacher does to the whole room. The key is asked for again in each callback."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from seqlab.presets import PRESETS
from seqlab.runs import room_training
from seqlab.runs.class_record import export
from seqlab.runs.room_records import Room
from seqlab.ui import services
from seqlab.ui.lesson.current import lessons
from seqlab.ui.room import teacher
from seqlab.ui.room.invitation import page_address
from seqlab.ui.room.strip import send_shown
from seqlab.ui.words import plain

CONTROLS = {  # containers of the playground, and what they are called
    "data_controls": "Sequences",
    "network_controls": "Network",
    "training_controls": "Training",
    "look": "Gates",
    "result_findings": "Findings after a run",
}
SHOWN = "my playground"
PROJECTOR = "projector"


def lead(room: Room) -> None:
    """The buttons above the board."""
    code = room.code
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="room_lead"):
        paused = room.paused is not None
        st.button(
            "Go on" if paused else "Pause all",
            key="room_pause",
            icon=":material/resume:" if paused else ":material/pause:",
            type="primary" if paused else "secondary",
            on_click=_pause,
            args=(code, not paused),
            help="A banner on every page, and training is on hold.",
        )
        with st.popover("My link", icon=":material/key:", key="room_key_menu"):
            _own_link(code)
        with st.popover("Send to all", icon=":material/send:", key="room_send_menu"):
            _sending(code)
        with st.popover("Lesson", icon=":material/school:", key="room_lesson_menu"):
            _lesson(room)
        with st.popover("Hide controls", icon=":material/visibility_off:", key="room_hide_menu"):
            st.pills(
                "Hidden on every learner's page",
                list(CONTROLS),
                default=[name for name in room.hidden if name in CONTROLS],
                selection_mode="multi",
                key="room_hidden",
                format_func=CONTROLS.__getitem__,
                on_change=_hide,
                args=(code,),
                help="Out of sight, so that all look at the same; it is no lock.",
            )
        query = urlencode({teacher.ROOM: code, "view": PROJECTOR})
        st.link_button(
            "Projector view",
            f"?{query}",
            icon=":material/tv:",
            help="A tab for the projector, apart from yours: names are hidden, and it shows "
            "nothing that leads the room.",
        )
        with st.popover("Close the room", icon=":material/door_front:", key="room_close_menu"):
            _closing(code)


def _own_link(code: str) -> None:
    """The teacher's link: the only way back to a room whose tab was closed."""
    page, _ = page_address()
    st.markdown(
        "This link leads the room, here or in another browser. It is nowhere else than in the "
        "address of this page: keep it, and give it to nobody but a second teacher."
    )
    query = urlencode({teacher.ROOM: code, teacher.KEY: teacher.key_of(code) or ""})
    st.code(f"{page}?{query}", language=None, wrap_lines=True)


def _pause(code: str, paused: bool) -> None:
    if not teacher.leads(code):
        return
    rooms, pool = services.rooms(), services.pool()
    if paused:
        rooms.pause(code)
        room_training.hold(rooms, pool, code)
    else:
        room_training.release(rooms, pool, code)


def _sending(code: str) -> None:
    """One experiment for all: the teacher's own, or a ready-made one."""
    st.markdown(
        "Every learner's playground shows it at once, also of those who come later. Each can go "
        "back to their own settings."
    )
    titles = {preset.key: preset.title for preset in PRESETS}
    st.selectbox(
        "What to send",
        [SHOWN, *titles],
        key="room_sent",
        format_func=lambda key: titles.get(key, "What my own playground shows"),
    )
    st.button("Send", key="room_send_do", type="primary", on_click=_send, args=(code,))


def _send(code: str) -> None:
    if not teacher.leads(code):
        return
    preset_key = st.session_state.get("room_sent", SHOWN)
    preset = next((preset for preset in PRESETS if preset.key == preset_key), None)
    if preset is None:
        send_shown(code)
        return
    services.rooms().send(code, preset.experiment)
    st.toast("Sent to all.", icon=":material/send:")


def _lesson(room: Room) -> None:
    """A lesson for all, and how far its pages are open."""
    catalogue = lessons()
    titles = {each: lesson.title for each, lesson in catalogue.lessons.items()}
    if not titles:
        st.caption("There is no lesson.")
        return
    st.selectbox(
        "Lesson",
        list(titles),
        key="room_lesson",
        format_func=lambda each: f"{titles[each]} ({each[1]})",
    )
    st.checkbox("Open page by page", key="room_paced", help="You open each page for all.")
    st.button(
        "Start for all",
        key="room_lesson_start",
        type="primary",
        on_click=_start_lesson,
        args=(room.code,),
    )
    now = catalogue.find(room.lesson, room.language) if room.lesson else None
    if now is None:
        return
    many = len(now.pages)
    opened = many if room.pages is None else room.pages
    pages = "page 1" if opened == 1 else f"pages 1 to {opened}"
    st.markdown(f"**{plain(now.title)}**: {pages} of {many} {'is' if opened == 1 else 'are'} open.")
    with st.container(horizontal=True):
        st.button(
            "Open the next page",
            key="room_next_page",
            icon=":material/arrow_forward:",
            disabled=opened >= many,
            on_click=_open_pages,
            args=(room.code, opened + 1),
        )
        st.button(
            "Open all pages",
            key="room_all_pages",
            disabled=room.pages is None,
            on_click=_open_pages,
            args=(room.code, None),
        )


def _start_lesson(code: str) -> None:
    lesson_key = st.session_state.get("room_lesson")
    if not teacher.leads(code) or lesson_key not in lessons().lessons:
        return
    pages = 1 if st.session_state.get("room_paced") else None
    lesson, language = lesson_key
    services.rooms().start_lesson(code, lesson, language, pages)
    st.toast("Started for all.", icon=":material/school:")


def _open_pages(code: str, pages: int | None) -> None:
    if teacher.leads(code):
        services.rooms().open_pages(code, pages)


def _hide(code: str) -> None:
    if teacher.leads(code):
        names = st.session_state.get("room_hidden") or []
        services.rooms().hide(code, [name for name in names if name in CONTROLS])


def _closing(code: str) -> None:
    st.download_button(
        "Export first (.zip)",
        partial(export, services.rooms(), code),
        f"seqlab_room_{code}.zip",
        key="room_export",
        icon=":material/download:",
        help="Runs and answers as CSV, and the class plot as a page of its own.",
    )
    st.markdown(
        "All that is kept of the room is deleted: nicknames, answers, and **every run that was "
        "trained in it**. That cannot be undone."
    )
    st.button(
        "Close and delete everything",
        key="room_close",
        icon=":material/delete_forever:",
        on_click=_close,
        args=(code,),
    )


def _close(code: str) -> None:
    if teacher.leads(code):
        room_training.close(services.rooms(), services.pool(), code)
        st.query_params.from_dict({teacher.ROOM: code})
