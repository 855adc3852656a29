"""After a page is complete: what was expected, drawn with what came, and the text about it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlab.figures import expectation
from seqlab.ui import services
from seqlab.ui.components.chart import chart
from seqlab.ui.lesson.current import Current
from seqlab.ui.lesson.words import word
from seqlab.ui.words import plain
from seqlab.workshop import predictions
from seqlab.workshop.lesson import Choice, Curve, Number
from seqlab.workshop.numbers import fill, number
from seqlab.workshop.rules import COUNTS, LessonRun

HEIGHT = 170  # pixels
LOW = 110


def reveal(now: Current, run: LessonRun | None, earlier: LessonRun | None) -> None:
    """Prediction and result together, then the page's text with the numbers of the run.

    Args:
        now: the open lesson.
        run: the run that completed the page, if it asked for one.
        earlier: the one before it.
    """
    asked, given = now.page.question, now.answer
    if given is not None:
        match asked:
            case Choice():
                right = None if asked.answer is None else asked.answer - 1
                _say(predictions.choice_sentence(asked.choices, given, right, now.language))
            case Number():
                _number(now, asked, float(given), run)
            case Curve() if run is not None:
                _curve(now, asked, given, run)
    if now.page.afterwards:
        st.markdown(fill(now.page.afterwards, run, earlier, now.language))


def _names(now: Current, real: str = "run") -> tuple[str, str]:
    return word("you", now.language), word(real, now.language)


def _number(now: Current, asked: Number, given: float, run: LessonRun | None) -> None:
    real = asked.answer if asked.quantity is None or run is None else run.value(asked.quantity)
    if not isinstance(real, int | float):
        return
    if asked.quantity is None or run is None:
        sentence = predictions.answer_sentence(given, float(real), now.language)
    else:
        counts = asked.quantity in COUNTS
        sentence = predictions.number_sentence(given, float(real), now.language, counts=counts)
    title = (asked.quantity or "").replace("_", " ")
    texts = (number("", given), number("", float(real)))
    names = _names(now, "run" if asked.quantity else "right_answer")
    figure = expectation.numbers(given, float(real), texts, names, title)
    chart(figure, key="lesson_plot", alt=sentence, height=LOW, view=now.lesson.key)
    _say(sentence)


def _curve(now: Current, asked: Curve, given: list[float], run: LessonRun) -> None:
    metrics = services.store().metrics(run.id)
    real = np.asarray(getattr(metrics, asked.quantity))
    pair = predictions.beside(given, real, asked.epochs)
    sentence = predictions.curve_sentence(pair, now.language)
    figure = expectation.curves(
        pair.epoch, pair.expected, pair.real, _names(now), asked.quantity.replace("_", " ")
    )
    chart(figure, key="lesson_plot", alt=sentence, height=HEIGHT, view=now.lesson.key)
    _say(sentence)


def _say(sentence: str) -> None:
    st.markdown(f":small[{plain(sentence)}]")
