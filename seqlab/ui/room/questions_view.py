"""The teacher's questions: ask, see who has answered, show all answers together."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from seqlab.runs.progress import ProgressStore
from seqlab.runs.room_questions import KINDS, LONGEST, Kind, Question
from seqlab.runs.room_records import CLOSED, Room, RoomError
from seqlab.runs.storage import StoreError
from seqlab.ui import services
from seqlab.ui.room import teacher
from seqlab.ui.room.question_card import questions, revealed
from seqlab.ui.room.room_lesson import room_lesson
from seqlab.ui.words import counted, plain
from seqlab.workshop.ballots import fitting_answer
from seqlab.workshop.lesson import Choice, Curve, Lesson, Number, Page

TICK = 2.0  # seconds between two looks
NAMES: dict[Kind, str] = {
    "choice": "a choice",
    "number": "a number",
    "curve": "a curve, drawn over the epochs",
}
_PROBLEM = "_room_ask_problem"


def questions_view(room: Room) -> None:
    """A form, and all questions of the room with their answers."""
    with st.container(border=True, key="room_ask"):
        _form(room.code)
    st.fragment(run_every=TICK)(_asked)(room.code)


def _form(code: str) -> None:
    st.text_input("Question", key="ask_text", max_chars=LONGEST)
    st.segmented_control(
        "Answered by",
        KINDS,
        key="ask_kind",
        default=KINDS[0],
        required=True,
        format_func=NAMES.__getitem__,
    )
    kind = st.session_state.get("ask_kind", KINDS[0])
    if kind == "choice":
        st.text_area("Answers to choose from, one a line", key="ask_options", height=100)
    elif kind == "curve":
        st.number_input("Greatest value of the curve", min_value=0.0, value=1.0, key="ask_top")
    st.button(
        "Ask all", key="ask_do", icon=":material/send:", type="primary", on_click=_ask, args=(code,)
    )
    if problem := st.session_state.get(_PROBLEM):
        st.error(plain(problem), icon=":material/error:")


def _ask(code: str) -> None:
    if not teacher.leads(code):
        return
    state = st.session_state
    kind: Kind = state.get("ask_kind", KINDS[0])
    options = str(state.get("ask_options", "")).splitlines() if kind == "choice" else []
    if kind == "curve":
        options = [f"{state.get('ask_top', 1.0):g}"]
    try:
        questions().ask(code, kind, str(state.get("ask_text", "")), options)
    except (RoomError, StoreError) as error:
        state[_PROBLEM] = str(error)
        return
    state[_PROBLEM] = None
    state["ask_text"] = state["ask_options"] = ""


def _asked(code: str) -> None:
    if not teacher.leads(code):
        st.rerun()
    members = services.rooms().members(code)
    _lesson_answers(code)
    for question in questions().of_room(code):
        with st.container(border=True, key=f"asked_{question.id}", gap="xsmall"):
            answers = questions().answers(question.id)
            st.markdown(f"**{plain(question.text)}**")
            if question.revealed is not None:
                revealed(question, list(answers.values()))
                continue
            waiting = [member.nickname for member in members if member.id not in answers]
            sentence = f"{len(answers)} of {len(members)} have answered."
            if waiting and answers:
                sentence += f" Not yet: {', '.join(waiting)}."
            st.caption(plain(sentence))
            st.button(
                "Show all answers to everybody",
                key=f"reveal_{question.id}",
                icon=":material/visibility:",
                on_click=_reveal,
                args=(code, question),
            )


def _reveal(code: str, question: Question) -> None:
    if teacher.leads(code):
        questions().reveal(code, question.id)


def _lesson_answers(code: str) -> None:
    """The questions of the room's lesson that somebody has answered."""
    room = services.rooms().get(code)
    lesson = None if room is None else room_lesson(room)
    if lesson is None:
        return
    answers_by_page = _answers_by_page(code, lesson)
    ids_in_sight = {each.text: each.id for each in questions().of_room(code) if each.revealed}
    for number, page in enumerate(lesson.pages):
        answers = answers_by_page.get(number)
        if page.question is None or not answers:
            continue
        with st.container(border=True, key=f"lesson_asked_{number}", gap="xsmall"):
            st.markdown(f"Page {number + 1}: **{plain(page.question.ask)}**")
            right = _are_right(page.question, answers.values())
            sentence = f"{_have_answered(len(answers))}{right}"
            revealed = (
                questions().count(ids_in_sight[page.question.ask])
                if page.question.ask in ids_in_sight
                else 0
            )
            if revealed >= len(answers):
                st.caption(f"{sentence} Everybody sees the answers.")
                continue
            st.caption(sentence)
            st.button(
                f"Show {counted(len(answers) - revealed, 'more answer')} to everybody"
                if revealed
                else "Show all answers to everybody",
                key=f"reveal_page_{number}",
                icon=":material/visibility:",
                on_click=_reveal_page,
                args=(code, lesson, number),
            )


def _have_answered(count: int) -> str:
    return f"{count} {'has' if count == 1 else 'have'} answered."


def _are_right(asked: Choice | Number | Curve, answers: Iterable[object]) -> str:
    """How many are right, where that is known without a run; "" elsewhere."""
    if isinstance(asked, Curve) or asked.right is None:
        return ""
    options = asked.choices if isinstance(asked, Choice) else ()
    fitting = (fitting_answer(asked.kind, options, each) for each in answers)
    right = sum(isinstance(each, int | float) and asked.is_right(each) is True for each in fitting)
    return f" {right} {'is' if right == 1 else 'are'} right."


def _answers_by_page(code: str, lesson: Lesson) -> dict[int, dict[str, object]]:
    """Answers that members gave to a lesson since they joined, by page, from 0, and member."""
    members = {member.owner: member for member in services.rooms().members(code)}
    progress = ProgressStore(services.store()).in_lesson(lesson.key, *members)
    answers_by_page: dict[int, dict[str, object]] = {}
    for owner, own in progress.items():
        member = members[owner]
        for page, answer in own.answers_since(member.joined).items():
            answers_by_page.setdefault(page, {})[member.id] = answer
    return answers_by_page


def _reveal_page(code: str, lesson: Lesson, number: int) -> None:
    if not teacher.leads(code):
        return
    page: Page = lesson.pages[number]
    if page.question is None:
        return
    answers = _answers_by_page(code, lesson).get(number, {})
    kind: Kind = page.question.kind
    options: list[str] = []
    if isinstance(page.question, Choice):
        options = list(page.question.choices)
    elif isinstance(page.question, Curve):
        options = [f"{page.question.high:g}", str(page.question.epochs)]
    questions().show_answers(code, kind, page.question.ask, options, answers)


def projected_question(code: str) -> None:
    """The question that was last asked or revealed, for all to see.

    First it tells how many have answered, then all answers.
    """
    st.fragment(run_every=TICK)(_projected)(code)


def _projected(code: str) -> None:
    room = services.rooms().get(code)
    if room is not None and room.closed is not None:
        st.info(CLOSED.format(code=code), icon=":material/door_front:")
        return
    newest = questions().newest(code)
    if newest is None:
        st.caption("No question has been asked yet.")
        return
    st.header(plain(newest.text), anchor=False)
    if newest.revealed is not None:
        revealed(newest, list(questions().answers(newest.id).values()))
    else:
        st.markdown(_have_answered(questions().count(newest.id)))
