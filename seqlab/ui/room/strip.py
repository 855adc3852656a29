"""The line above every page for those who are in a room, or who lead one."""

from __future__ import annotations

import streamlit as st

from seqlab import environment
from seqlab.runs import room_training
from seqlab.runs.room_records import CLOSED, Member, Room
from seqlab.ui import services, state, visitor
from seqlab.ui.components.announcer import announce
from seqlab.ui.controls.held import hide
from seqlab.ui.places import PAGES
from seqlab.ui.room import follow, teacher
from seqlab.ui.room.question_card import question_card
from seqlab.ui.words import plain

TICK = 2.0  # seconds between two looks at what the teacher does
ROOM_PAGE = PAGES / "room.py"
_CALLED = "_room_called"  # that the teacher has just done something, to a page that was open
_BROUGHT = "_room_brought"  # why the learner was taken to the playground, until it is said
_WAS_IN = "_room_was_in"  # the code of the room that this session's strip showed


def strip(page: str) -> None:
    """Draws it, or nothing for those who are in no room.

    Args:
        page: the part of the address that names the page.
    """
    member_and_room = follow.membership()
    called = st.session_state.pop(_CALLED, False)
    was_in = st.session_state.get(_WAS_IN)
    if member_and_room is None:
        st.session_state.pop(_WAS_IN, None)
        st.session_state.pop(_BROUGHT, None)
        room = services.rooms().get(was_in) if was_in else None
        if room is not None and room.closed is not None:
            st.info(CLOSED.format(code=was_in), icon=":material/door_front:")
        elif page != "room" and (code := teacher.led()):
            with st.container(key="room_strip"):
                _teachers(code, page)
        return
    member, room = member_and_room
    st.session_state[_WAS_IN] = room.code
    # Who has come to the page of the room by themselves may look around there first.
    if (page != "room" or called) and page != "train" and (news := _news(member, room)):
        st.session_state[_BROUGHT] = news
        st.switch_page(PAGES / "train.py")
    if brought := st.session_state.pop(_BROUGHT, None):
        st.toast(f"{brought}. You were taken there.", icon=":material/groups:", duration="long")
    if page != "room":
        hide(room.hidden)
    with st.container(key="room_strip", gap="xsmall"):
        st.fragment(run_every=TICK)(_learners)(_told(room), page)


def _told(room: Room) -> tuple[object, ...]:
    """What the whole page depends on; the strip alone shows the rest."""
    return room.paused is None, room.hidden, room.push, room.lesson, room.started, room.pages


def _learners(drawn: tuple[object, ...], page: str) -> None:
    """`drawn` is what the rest of the page was drawn with."""
    member_and_room = follow.membership()
    if member_and_room is None or _told(member_and_room[1]) != drawn:
        st.session_state[_CALLED] = True
        st.rerun()
    member, room = member_and_room
    rooms = services.rooms()
    rooms.look(member.id)
    if room.paused is not None:
        room_training.hold(rooms, services.pool(), room.code)
        with st.container(key="eyes_up"):
            st.markdown(
                f"### :material/visibility: Eyes up\n{follow.HOLD} "
                f"What trains is on hold for up to {environment.current().unwatched:g} minutes; "
                "a run held for longer is stopped with its weights kept."
            )
        announce("Eyes up: your teacher has paused the room.", "eyes_up_said", last=True)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/groups: Room **{room.code}** · {plain(member.nickname)}", width="content"
        )
        wants_help = member.help is not None
        st.button(
            "Help is asked for: take back" if wants_help else "Ask for help",
            key="room_help",
            icon=":material/back_hand:",
            type="primary" if wants_help else "tertiary",
            on_click=_help,
            args=(not wants_help,),
        )
        if page != "train" and (news := _news(member, room)):
            st.page_link(
                PAGES / "train.py", label=f"{news}: open it", icon=":material/play_lesson:"
            )
        elif page == "train" and member.before is not None:
            st.button(
                "Back to my own settings",
                key="room_back",
                icon=":material/undo:",
                type="tertiary",
                on_click=_back,
                help="Your teacher has sent this experiment to all.",
            )
        if page != "room":
            st.page_link(ROOM_PAGE, label="Room", icon=":material/meeting_room:")
    question_card(member, room)


def _news(member: Member, room: Room) -> str:
    """What waits on the playground for those who are on another page, "" for nothing."""
    if room.lesson is not None and room.started > member.started:
        return "Your teacher has started a lesson"
    if room.push > member.push:
        return "Your teacher has sent an experiment"
    return ""


def _back() -> None:
    follow.go_back()
    st.rerun()


def _help(wanted: bool) -> None:
    services.rooms().ask_for_help(visitor.owner(), wanted)


def _teachers(code: str, page: str) -> None:
    """For the teacher on another page: the way back, and the page's experiment for all."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/co_present: You lead room **{code}**", width="content")
        if page == "train":
            st.button(
                "Send these settings to all",
                key="room_send",
                icon=":material/send:",
                type="tertiary",
                on_click=send_shown,
                args=(code,),
            )
        st.page_link(
            ROOM_PAGE,
            label="Board",
            icon=":material/dashboard:",
            query_params={teacher.ROOM: code, teacher.KEY: teacher.key_of(code) or ""},
        )


def send_shown(code: str) -> None:
    """Sends what the teacher's own playground shows to all members of the room."""
    if not teacher.leads(code):
        return
    experiment = state.experiment()
    if experiment is None:
        st.toast("A setting is out of range: mend it first.", icon=":material/error:")
        return
    services.rooms().send(code, experiment)
    st.toast("Sent to all.", icon=":material/send:")
