"""The question of a page: to choose, to enter a number, to draw a curve."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from seqlab.ui import visitor
from seqlab.ui.components.draw_series import draw_series, drawn
from seqlab.ui.components.three_points import PLACES, show_points, three_points
from seqlab.ui.lesson.current import Current, kept, problems_told
from seqlab.ui.lesson.words import word
from seqlab.ui.words import plain
from seqlab.workshop.lesson import Choice, Curve, Number
from seqlab.workshop.numbers import number
from seqlab.workshop.predictions import POINTS, right_sentence

_LINE = "_lesson_line"  # (page, values) of the curve that is being drawn
_MISSING = "_lesson_answer_missing"  # the page whose button was pressed before there was an answer


def question(now: Current) -> None:
    """Asks the question of the page, or says what was answered."""
    asked = now.page.question
    if asked is None:
        return
    st.markdown(f"**{asked.ask}**")
    if now.answer is not None:
        _answered(now)
        return
    place = f"{now.lesson.key}_{now.progress.page}"
    match asked:
        case Choice():
            st.radio(
                asked.ask,
                range(len(asked.choices)),
                index=None,
                format_func=asked.choices.__getitem__,
                key=f"lesson_choice_{place}",
                label_visibility="collapsed",
            )
        case Number():
            st.number_input(
                asked.ask,
                min_value=float(asked.low),
                max_value=None if asked.high is None else float(asked.high),
                value=None,
                format="%g",
                key=f"lesson_number_{place}",
                label_visibility="collapsed",
            )
        case Curve():
            _drawn_curve(now, asked, place)
    predicts = isinstance(asked, Curve) or (isinstance(asked, Number) and asked.right is None)
    st.button(
        word("answer" if predicts else "answer_choice", now.language),
        key="lesson_answer",
        icon=":material/check:",
        type="primary",
        on_click=_take_given,
        args=(now, place),
    )
    if st.session_state.pop(_MISSING, None) == place:
        st.warning(word(f"missing_{asked.kind}", now.language), icon=":material/edit:")


def _answered(now: Current) -> None:
    """What was answered; whether it is right, where that is known without a run."""
    asked, given = now.page.question, now.answer
    if asked is None or isinstance(asked, Curve):
        st.caption(word("drawn", now.language))
        return
    texts = asked.choices if isinstance(asked, Choice) else None
    text = number("", given) if texts is None else texts[given]
    st.markdown(f":small[{word('answered', now.language, given=text)}]")
    is_right = asked.is_right(given)
    if is_right is None or asked.right is None:
        return
    right = number("", asked.right) if texts is None else texts[int(asked.right) - 1]
    sentence = right_sentence(is_right, right, now.language)
    st.markdown(f":small[:material/{'check' if is_right else 'close'}: **{plain(sentence)}**]")


def _take_given(now: Current, place: str) -> None:
    """Keeps what stands in the widgets of the question now.

    The button can always be pressed, and reads them only then: who types a number and goes on to
    the button by Tab is there before the page knows the number.
    """
    given: Any
    if isinstance(now.page.question, Curve):
        held, line = st.session_state.get(_LINE, (None, None))
        given = line if held == place else None
    else:
        kind = "" if now.page.question is None else now.page.question.kind
        given = st.session_state.get(f"lesson_{kind}_{place}")
    if given is None:
        st.session_state[_MISSING] = place
    else:
        _take(now, given)


def _take(now: Current, given: Any) -> None:  # noqa: ANN401
    """Keeps an answer, once: a prediction that could be changed afterwards would be none.

    Another tab may have gone to another page, or have answered this one, since it was drawn.
    """
    page = now.progress.page
    fresh = kept().get(visitor.owner(), now.lesson.key)
    if fresh is None or Current(now.lesson, replace(fresh, page=page)).answer is not None:
        return
    with problems_told():
        kept().answer(visitor.owner(), now.lesson.key, page, given)


def _drawn_curve(now: Current, asked: Curve, place: str) -> None:
    """Where the curve is drawn, or entered as three points."""
    key, points, language = "lesson_drawing", f"lesson_{place}", now.language
    held, line = st.session_state.get(_LINE, (None, None))
    if held != place:
        line = None
    new = drawn(key, place, POINTS)
    if new is not None:
        line = [float(np.clip(value, asked.low, asked.high)) for value in new]
        st.session_state[_LINE] = place, line
        show_points(line, asked.low, asked.high, key=points)
    edges = {"high": f"{asked.high:g}", "low": f"{asked.low:g}", "epochs": asked.epochs}
    about = word("draw", language, **edges)
    shown = line or [(asked.low + asked.high) / 2] * POINTS
    draw_series(shown, asked.low, asked.high, key=key, name=place, label=f"{asked.ask} {about}")
    st.caption(about)
    three_points(
        float(asked.low),
        float(asked.high),
        [word(name, language) for name in PLACES],
        key=points,
        on_curve=partial(_keep_line, place),
    )


def _keep_line(place: str, line: list[float]) -> None:
    st.session_state[_LINE] = place, line
