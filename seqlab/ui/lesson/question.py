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
from seqlab.workshop.lesson import Choice, Curve, Number
from seqlab.workshop.numbers import number
from seqlab.workshop.predictions import POINTS

_LINE = "_lesson_line"  # (page, values) of the curve that is being drawn


def question(now: Current) -> None:
    """Asks the question of the page, or says what was answered."""
    asked = now.page.question
    if asked is None:
        return
    st.markdown(f"**{asked.ask}**")
    if now.answer is not None:
        _answered(now)
        return
    given: Any = None
    place = f"{now.lesson.key}_{now.progress.page}"
    match asked:
        case Choice():
            given = st.radio(
                asked.ask,
                range(len(asked.choices)),
                index=None,
                format_func=asked.choices.__getitem__,
                key=f"lesson_choice_{place}",
                label_visibility="collapsed",
            )
        case Number():
            given = st.number_input(
                asked.ask,
                min_value=float(asked.low),
                max_value=None if asked.high is None else float(asked.high),
                value=None,
                format="%g",
                key=f"lesson_number_{place}",
                label_visibility="collapsed",
            )
        case Curve():
            given = _drawn_curve(now, asked, place)
    st.button(
        word("answer_choice" if isinstance(asked, Choice) else "answer", now.language),
        key="lesson_answer",
        icon=":material/check:",
        type="primary",
        disabled=given is None,
        on_click=_take,
        args=(now, given),
    )


def _answered(now: Current) -> None:
    asked, given = now.page.question, now.answer
    if isinstance(asked, Curve):
        st.caption(word("drawn", now.language))
        return
    if isinstance(asked, Choice):
        given = asked.choices[given]
    text = number("", given)
    st.markdown(f":small[{word('answered', now.language, given=text)}]")


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


def _drawn_curve(now: Current, asked: Curve, place: str) -> list[float] | None:
    """The curve as it stands; `None` before anything was drawn."""
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
    return line


def _keep_line(place: str, line: list[float]) -> None:
    st.session_state[_LINE] = place, line
