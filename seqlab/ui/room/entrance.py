"""Opening a room, and joining one: what is stored is said before."""

from __future__ import annotations

import streamlit as st

from seqlab.runs.room_records import CLOSED, Member, Room, RoomError
from seqlab.runs.storage import StoreError
from seqlab.ui import services, visitor
from seqlab.ui.places import PAGES
from seqlab.ui.room import teacher
from seqlab.ui.words import network, plain
from seqlab.workshop.codes import CodeError, read_code
from seqlab.workshop.nicknames import LONGEST, NicknameError

STORED = (
    "**What is stored:** your nickname, the settings of your page, the runs that you train from "
    "now on with their losses, your answers, and when you last did something. The teacher sees "
    "these; the other learners see answers only when all are revealed together, and runs without "
    "names. No name, address or account is needed. You can delete your runs and leave at any time; "
    "when the teacher closes the room, all of it is deleted."
)
_PROBLEM = "_room_problem"  # why the last try failed, in a sentence


def entrance(room: Room | None = None, problem: str | None = None) -> None:
    """Two ways in: a learner's code, a teacher's new room.

    Args:
        room: that the address names, also a closed one.
        problem: what is to be said first, in a sentence.
    """
    left, right = st.columns(2, gap="large")
    problem = st.session_state.pop(_PROBLEM, None) or problem
    with left, st.container(border=True, key="join_room"):
        st.header("Join a room", anchor=False)
        if problem:
            st.error(plain(problem), icon=":material/error:")
        if room is not None and room.closed is not None:
            st.warning(plain(CLOSED.format(code=room.code)), icon=":material/door_front:")
        with st.form("room_join", border=False):
            st.text_input(
                "Code of the room",
                value=teacher.code_of_address() or "",
                key="room_code",
                max_chars=12,
                placeholder="four letters",
            )
            st.markdown(STORED)
            st.form_submit_button(
                "Join",
                key="room_enter",
                type="primary",
                icon=":material/login:",
                on_click=_join,
            )
    with right, st.container(border=True, key="new_room"):
        st.header("Lead a room", anchor=False)
        st.markdown(
            "For a lesson or a workshop with up to about 30 learners: a board that shows how each "
            "is doing, questions whose answers are revealed together, one experiment for all, and "
            "a plot of what the whole class has found. You get two links: one for the learners, "
            "and one for you that leads the room. Keep yours to yourself."
        )
        st.button(
            "Open a room",
            key="room_open",
            icon=":material/meeting_room:",
            on_click=_open,
        )


def _join() -> None:
    try:
        code = read_code(str(st.session_state.get("room_code", "")))
        teacher.room_of(code)
        services.rooms().join(code, visitor.owner())
    except (CodeError, RoomError, StoreError) as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.query_params.from_dict({teacher.ROOM: code})


def _open() -> None:
    try:
        code, key = services.rooms().open(visitor.owner())
    except (RoomError, StoreError) as error:
        st.session_state[_PROBLEM] = str(error)
        return
    teacher.keep(code, key)
    st.query_params.from_dict({teacher.ROOM: code, teacher.KEY: key})


def learner_home(member: Member) -> None:
    """What a learner sees on the Room page: who they are, their runs, the way out."""
    st.success(
        f"You are in room **{member.room}** as **{plain(member.nickname)}**.",
        icon=":material/check_circle:",
    )
    st.page_link(PAGES / "train.py", label="Go to the playground", icon=":material/tune:")
    problem = st.session_state.pop(_PROBLEM, None)
    with (
        st.form("room_rename", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input(
            "Nickname", value=member.nickname, key="room_nickname", max_chars=LONGEST, width=260
        )
        st.form_submit_button("Change", key="room_rename_do", on_click=_rename)
    if problem:
        st.error(plain(problem), icon=":material/error:")
    st.markdown(STORED)
    _own_runs(member)
    with st.popover("Leave the room", icon=":material/logout:", key="room_leave_ask"):
        st.markdown("The room forgets you and your answers. Your runs stay yours.")
        st.button("Leave", key="room_leave", on_click=_leave)


def _own_runs(member: Member) -> None:
    """The learner's runs in the room, each with a button that deletes it."""
    rooms = services.rooms()
    runs = rooms.store.by_ids(rooms.runs(member.room).get(member.id, []))
    st.header("Your runs in this room", anchor=False)
    if not runs:
        st.caption("None yet.")
        return
    standings = rooms.store.standing(*(run.id for run in runs))
    for run in reversed(runs):
        best = standings[run.id].best_val_loss
        reached = "" if best is None else f" · best val_loss {best:.4g}"
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            words = (
                f"{network(run.experiment)} on {run.experiment.data.source} · {run.status}{reached}"
            )
            st.markdown(plain(words), width="stretch")
            st.button(
                "Delete",
                key=f"room_delete_{run.id}",
                icon=":material/delete:",
                type="tertiary",
                disabled=run.active,
                help="Stop it first." if run.active else None,
                on_click=_delete,
                args=(run.id,),
            )


def _delete(run: str) -> None:
    if visitor.owns_id(run):
        services.store().delete(run)


def _rename() -> None:
    try:
        services.rooms().rename(visitor.owner(), str(st.session_state.get("room_nickname", "")))
    except (NicknameError, RoomError, StoreError) as error:
        st.session_state[_PROBLEM] = str(error)


def _leave() -> None:
    services.rooms().leave(visitor.owner())
    st.query_params.clear()
