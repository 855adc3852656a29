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
            case Choice() if asked.right is None:  # else it was told at once
                right = None if asked.answer is None else asked.answer - 1
                _say(predictions.choice_sentence(asked.choices, given, right, now.language))
            case Number() if asked.quantity is not None and run is not None:
                _number(now, asked.quantity, float(given), run)
            case Curve() if run is not None:
                _curve(now, asked, given, run)
    if now.page.afterwards:
        st.markdown(fill(now.page.afterwards, run, earlier, now.language))


def _names(now: Current) -> tuple[str, str]:
    return word("you", now.language), word("run", now.language)


def _number(now: Current, quantity: str, given: float, run: LessonRun) -> None:
    real = run.value(quantity)
    if not isinstance(real, int | float):
        return
    counts = quantity in COUNTS
    sentence = predictions.number_sentence(given, float(real), now.language, counts=counts)
    texts = (number("", given), number("", float(real)))
    title = quantity.replace("_", " ")
    figure = expectation.numbers(given, float(real), texts, _names(now), title)
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
