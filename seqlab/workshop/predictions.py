"""What a learner expected beside what came: a number or a curve, and the difference in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.workshop.numbers import number
from seqlab.workshop.phrases import Language, say

POINTS = 40  # of a drawn curve
CLOSE = 0.05  # share of the truth within which a number counts as right


@dataclass(frozen=True)
class CurvePair:
    """A drawn curve and the real one, at the same epochs.

    Attributes:
        epoch: (n,) epochs, from 1.
        expected: (n,) as it was drawn.
        real: (n,) as it came; NaN where the run has no value.
    """

    epoch: NDArray[np.int64]
    expected: NDArray[np.float64]
    real: NDArray[np.float64]


def beside(drawn: Sequence[float], real: NDArray[np.floating], epochs: int) -> CurvePair:
    """A drawn curve at the epochs of the run that was asked about.

    Args:
        drawn: values from the first epoch to the last, evenly spaced, at least one.
        real: (trained,) values of the epochs that the run trained.
        epochs: how many the curve was drawn for.

    Example:
        >>> beside([1.0, 0.0], np.array([1.0, 0.5, 0.25]), 3).expected.tolist()
        [1.0, 0.5, 0.0]
    """
    n = max(epochs, len(real), 1)
    epoch = np.arange(1, n + 1)
    places = np.linspace(1, max(epochs, 1), len(drawn))
    expected = np.interp(epoch, places, np.asarray(drawn, np.float64))
    came = np.full(n, np.nan)
    came[: len(real)] = real
    return CurvePair(epoch, expected, came)


def through(points: Sequence[float], count: int = POINTS) -> list[float]:
    """Straight lines through points that lie evenly from the first epoch to the last.

    Args:
        points: at least two.
        count: how many values to return.

    Example:
        >>> through([1.0, 0.0, 1.0], 5)
        [1.0, 0.5, 0.0, 0.5, 1.0]
    """
    places = np.linspace(0, 1, len(points))
    values = np.interp(np.linspace(0, 1, count), places, np.asarray(points, np.float64))
    return [float(value) for value in values]


def curve_sentence(pair: CurvePair, language: Language = "en") -> str:
    """Where a drawn curve and the real one differ most, and how both end."""
    there = np.isfinite(pair.real)
    if not there.any():
        return say("no_curve", language)
    last = int(np.flatnonzero(there)[-1])
    gap = np.where(there, np.abs(pair.real - pair.expected), -1.0)
    worst = int(np.argmax(gap))
    return say(
        "curve",
        language,
        given=f"{pair.expected[last]:.2g}",
        real=f"{pair.real[last]:.2g}",
        epoch=int(pair.epoch[worst]),
        drawn=f"{pair.expected[worst]:.2g}",
        there=f"{pair.real[worst]:.2g}",
    )


def right_sentence(is_right: bool, right: str, language: Language = "en") -> str:
    """Whether an answer is the right one, which is known beforehand.

    Args:
        is_right: whether it is.
        right: the right one, as it is written.
        language: of the sentence.

    Example:
        >>> right_sentence(False, "287")
        'Not yet: 287 is right.'
    """
    return say("is_right" if is_right else "not_yet", language, right=right)


def number_sentence(
    given: float, real: float, language: Language = "en", *, counts: bool = False
) -> str:
    """How far an expected number lies from the real one.

    Args:
        given, real: the two.
        language: of the sentence.
        counts: whether it counts something, so that shares of it say little.

    Example:
        >>> number_sentence(0.5, 0.25)
        'You expected 0.5, and it was 0.25: 50% less.'
    """
    values = {"given": number("", given), "real": number("", real)}
    if counts:
        return say("right", language) if given == real else say("counted", language, **values)
    if abs(given - real) <= CLOSE * abs(real):
        return say("close", language, **values)
    if given <= 0:
        return say("noted", language, given=values["given"])
    ratio = real / given
    if ratio >= 3:
        return say("more", language, times=f"{ratio:.3g}", **values)
    if ratio < 1:
        return say("less", language, share=f"{1 - ratio:.0%}", **values)
    return say("higher", language, share=f"{ratio - 1:.0%}", **values)


def choice_sentence(
    choices: Sequence[str], given: int, right: int | None, language: Language = "en"
) -> str:
    """What was chosen, and whether that came.

    Args:
        choices: the texts to choose from.
        given: which one was chosen, from 0.
        right: which one came, from 0; `None` where nothing is right or wrong.
        language: of the sentence.
    """
    if right is None:
        return say("noted", language, given=choices[given])
    if given == right:
        return say("right", language)
    return say("wrong", language, given=choices[given], right=choices[right])
