"""A room for a class: open it, join it, see how everybody is doing, lead."""

import streamlit as st

from seqlab.ui import services
from seqlab.ui.components.heading import page_title
from seqlab.ui.room import follow, teacher
from seqlab.ui.room.board_view import board_view, projector_board
from seqlab.ui.room.check_view import check_view
from seqlab.ui.room.class_view import class_view
from seqlab.ui.room.entrance import entrance, learner_home
from seqlab.ui.room.invitation import invitation
from seqlab.ui.room.lead import PROJECTOR, lead
from seqlab.ui.room.questions_view import projected_question, questions_view

BOARD, QUESTIONS, CLASS, CHECK = "Board", "Questions", "Class plot", "Before the lesson"
VIEWS = (BOARD, QUESTIONS, CLASS, CHECK)
PROJECTED = (BOARD, QUESTIONS, CLASS)


def chosen(views: tuple[str, ...], key: str) -> str | None:
    """Which part of the room the page shows, the first one until another is chosen."""
    return st.segmented_control(
        "View", views, default=views[0], key=key, required=True, label_visibility="collapsed"
    )


problem = teacher.enter()
room, unknown = teacher.room_of_address()
code = room.code if room else None
is_open = room is not None and room.closed is None

if is_open and st.query_params.get("view") == PROJECTOR:
    page_title(f"Room {code}")
    invitation(code, expanded=not services.rooms().members(code), size=320)
    shown = chosen(PROJECTED, "projector_view")
    if shown == CLASS:
        class_view(code)
    elif shown == QUESTIONS:
        projected_question(code)
    else:
        projector_board(code)
elif is_open and teacher.leads(code):
    page_title(f"You lead room {code}")
    st.query_params.from_dict({teacher.ROOM: code, teacher.KEY: teacher.key_of(code)})
    invitation(code, expanded=not services.rooms().members(code))
    lead(room)
    view = chosen(VIEWS, "room_view")
    if view == QUESTIONS:
        questions_view(room)
    elif view == CLASS:
        class_view(code)
    elif view == CHECK:
        check_view(room)
    else:
        board_view(code)
else:
    page_title("Room")
    found = follow.membership()
    if found is not None and code in (None, found[0].room) and not (problem or unknown):
        learner_home(found[0])
    else:
        entrance(room, problem or unknown)
