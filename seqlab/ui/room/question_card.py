"""The teacher's question on a learner's page: to answer, and all answers once they are revealed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from seqlab.figures import ballots as figures
from seqlab.runs.room_questions import Question, Questions
from seqlab.runs.room_records import Member, Room, RoomError
from seqlab.runs.storage import StoreError
from seqlab.ui import services, visitor
from seqlab.ui.components.chart import chart
from seqlab.ui.components.draw_series import draw_series, drawn
from seqlab.ui.components.three_points import PLACES, show_points, three_points
from seqlab.ui.words import plain
from seqlab.workshop import ballots
from seqlab.workshop.predictions import POINTS

HEIGHT = 190  # pixels
_PUT_AWAY = "_room_question_put_away"  # id of the question that this tab does not show any more
_PROBLEM = "_room_answer_problem"  # (id of the question, sentence)


def questions() -> Questions:
    """The questions of the store."""
    return Questions(services.store())


def question_card(member: Member, room: Room) -> None:
    """The question that was last asked or revealed, until it is put away."""
    newest = questions().newest(room.code)
    stamp = None if newest is None else (newest.id, newest.revealed is not None)
    if newest is None or st.session_state.get(_PUT_AWAY) == stamp:
        return
    with st.container(key="room_question", border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/how_to_vote: **{plain(newest.text)}**", width="stretch")
            st.button(
                "Put away",
                key="room_question_away",
                type="tertiary",
                icon=":material/close:",
                on_click=_put_away,
                args=(stamp,),
            )
        if newest.revealed is not None:
            revealed(newest, list(questions().answers(newest.id).values()))
            return
        _form(newest, member)
        of, problem = st.session_state.get(_PROBLEM, (None, ""))
        if of == newest.id:
            st.error(plain(problem))
        count = questions().count(newest.id)
        st.caption(f"{count} answered. All answers are shown together, without names.")


def _put_away(stamp: tuple[str, bool]) -> None:
    st.session_state[_PUT_AWAY] = stamp


def _form(question: Question, member: Member) -> None:
    """Where one answers, with one's own answer of before."""
    own = questions().answer_of(question.id, member.id)
    key = f"room_answer_{question.id}"
    if question.kind == "choice":
        st.radio(
            question.text,
            range(len(question.options)),
            index=own,
            key=key,
            format_func=lambda i: plain(question.options[i]),
            label_visibility="collapsed",
            horizontal=True,
            on_change=_answer_from,
            args=(question, key),
        )
    elif question.kind == "number":
        st.number_input(
            question.text,
            value=own,
            key=key,
            format="%g",
            placeholder="a number",
            label_visibility="collapsed",
            width=200,
            on_change=_answer_from,
            args=(question, key),
        )
    else:
        _drawing(question, own, key)
    if own is not None:
        st.caption(":material/check: Your answer is kept. You can change it until all are shown.")


def _drawing(question: Question, own: list[float] | None, key: str) -> None:
    """A curve over the epochs, drawn with the pointer or entered as three points."""
    high = curve_top(question)
    line = drawn(key, question.id, POINTS)
    if line is not None:
        _answer(question, line)
        own = line
        show_points(line, 0.0, high, key=key)
    elif own is not None and f"{key}_{PLACES[0]}" not in st.session_state:  # after a reload
        show_points(own, 0.0, high, key=key)
    draw_series(
        own or [high / 2] * POINTS,
        0.0,
        high,
        key=key,
        name=question.id,
        label=f"From the first epoch at the left to the last; 0 below, {high:g} above",
    )
    st.caption(
        f"Draw from the first epoch to the last: below is 0, above is {high:g}. Or enter three "
        "points."
    )
    labels = ("First", "Middle", "Last")
    three_points(0.0, high, labels, key=key, on_curve=partial(_answer, question))


def curve_top(question: Question) -> float:
    """The greatest value of a drawn curve."""
    return float(question.options[0]) if question.options else 1.0


def _answer_from(question: Question, key: str) -> None:
    value = st.session_state.get(key)
    if value is not None:
        _answer(question, value)


def _answer(question: Question, value: object) -> None:
    """Keeps an answer of the visitor, whoever they are said to be."""
    member = services.rooms().member(visitor.owner())
    if member is None:
        return
    try:
        questions().answer(question, member.id, value)
        services.rooms().acted(member.id, "answered")
        st.session_state.pop(_PROBLEM, None)
    except (RoomError, StoreError) as error:
        st.session_state[_PROBLEM] = question.id, str(error)


def revealed(question: Question, answers: list) -> None:
    """All answers together, without names.

    Args:
        question: that was asked.
        answers: as they are kept.
    """
    if question.kind == "choice":
        sentence = ballots.choice_sentence(question.options, answers)
        figure = figures.bars(ballots.tally(question.options, answers))
    elif question.kind == "number":
        sentence = ballots.number_sentence(answers)
        figure = figures.dots(answers)
    else:
        sentence = ballots.curve_sentence(answers)
        epochs = int(question.options[1]) if len(question.options) > 1 else None
        figure = figures.curves(answers, curve_top(question), epochs)
    if answers:
        key = f"room_revealed_{question.id}"
        chart(figure, key=key, alt=sentence, height=HEIGHT, view=question.id)
    st.caption(plain(sentence))
