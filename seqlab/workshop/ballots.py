"""Answers of many to one question: what counts as an answer, and what they say together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.workshop.predictions import POINTS


def read_answer(kind: str, options: Sequence[str], answer: Any) -> int | float | list[float]:  # noqa: ANN401
    """An answer as it is kept, whatever a browser sends.

    Args:
        kind: "choice", "number" or "curve".
        options: of a choice.
        answer: the number of an option from 0, a number, or the `POINTS` values of a curve.

    Example:
        >>> read_answer("choice", ("LSTM", "GRU"), 1)
        1

    Raises:
        ValueError: if it is no answer of that kind, in a sentence.
    """
    if kind == "choice":
        if type(answer) is int and 0 <= answer < len(options):
            return answer
        raise ValueError("Choose one of the answers.")
    if kind == "number":
        if type(answer) in (int, float) and math.isfinite(answer):
            return float(answer)
        raise ValueError("Type a number.")
    if (
        isinstance(answer, list | tuple)
        and len(answer) == POINTS
        and all(type(value) in (int, float) and math.isfinite(value) for value in answer)
    ):
        return [float(value) for value in answer]
    raise ValueError("Draw a line over the whole width.")


def fitting_answer(
    kind: str,
    options: Sequence[str],
    answer: Any,  # noqa: ANN401
) -> int | float | list[float] | None:
    """An answer that was kept, or `None` if it does not fit the question as it stands now.

    Args:
        kind: of the question.
        options: of a choice.
        answer: as it was kept.

    Example:
        >>> fitting_answer("choice", ("LSTM", "GRU"), 2) is None
        True
    """
    try:
        return read_answer(kind, options, answer)
    except ValueError:
        return None


def tally(options: Sequence[str], answers: Sequence[int]) -> dict[str, int]:
    """How many chose each option, in the order of the options.

    Example:
        >>> tally(("LSTM", "GRU"), [1, 1])
        {'LSTM': 0, 'GRU': 2}
    """
    return {option: sum(answer == i for answer in answers) for i, option in enumerate(options)}


def choice_sentence(options: Sequence[str], answers: Sequence[int]) -> str:
    """What was chosen most, in words.

    Example:
        >>> choice_sentence(("LSTM", "GRU"), [1, 1, 0])
        '2 of 3 chose “GRU”.'
    """
    if not answers:
        return "Nobody has answered yet."
    votes = tally(options, answers)
    most = max(votes.values())
    first = [option for option, count in votes.items() if count == most]
    if len(first) > 1:
        names = " and ".join(f"“{option}”" for option in first)
        return f"{names} have {most} of {len(answers)} answers each."
    return f"{most} of {len(answers)} chose “{first[0]}”."


def number_sentence(answers: Sequence[float]) -> str:
    """Median and range of numbers, in words.

    Example:
        >>> number_sentence([1.0, 2.0, 9.0])
        '3 answers: median 2, from 1 to 9.'
    """
    if not answers:
        return "Nobody has answered yet."
    if len(answers) == 1:
        return f"1 answer: {answers[0]:.4g}."
    low, middle, high = np.quantile(np.asarray(answers, np.float64), [0.0, 0.5, 1.0])
    return f"{len(answers)} answers: median {middle:.4g}, from {low:.4g} to {high:.4g}."


def median_curve(curves: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """(`POINTS`,) the median of drawn curves at each point; empty without any."""
    return np.median(np.asarray(curves, np.float64), axis=0) if curves else np.empty(0)


def curve_sentence(curves: Sequence[Sequence[float]]) -> str:
    """Where drawn curves begin and end, in words.

    Example:
        >>> curve_sentence([[1.0, 0.5], [0.8, 0.3]])
        '2 curves: their median begins at 0.9 and ends at 0.4.'
    """
    if not curves:
        return "Nobody has answered yet."
    middle = median_curve(curves)
    who = "1 curve: it" if len(curves) == 1 else f"{len(curves)} curves: their median"
    return f"{who} begins at {middle[0]:.3g} and ends at {middle[-1]:.3g}."
