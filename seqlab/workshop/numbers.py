"""Numbers of a learner's own run, and texts that hold them: "It ended at {best_val_loss}."."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.network.doctor.learning import half_life
from seqlab.workshop.phrases import Language, ratio_words
from seqlab.workshop.rules import RESULTS, LessonRun, setting_names

EARLIER = "earlier."  # before a name: of the run before this one
UNKNOWN = "–"
# A formula between dollars has braces of its own.
_FORMULA = r"(?<!\\)\$\$.+?(?<!\\)\$\$|(?<![\\$])\$[^$\n]+?(?<!\\)\$"
_HOLE = re.compile(rf"{_FORMULA}|\{{([\w.]+)(?:\s+vs\s+([\w.]+))?\}}", re.DOTALL)
_PERCENT = ("last_val_accuracy", "best_val_accuracy")


def results(
    loss: NDArray[np.floating],
    val_loss: NDArray[np.floating],
    settings: Mapping[str, Any],
    *,
    baseline: tuple[str, float] | None = None,
    val_accuracy: NDArray[np.floating] | None = None,
    scale: float | None = None,
    parameters: int | None = None,
    timesteps: int | None = None,
    seconds: float | None = None,
) -> dict[str, float | str]:
    """What a run came to, by the names of `seqlab.workshop.rules.RESULTS`.

    Args:
        loss, val_loss: (epochs,) losses; NaN where there is none.
        settings: of the run, by widget key.
        baseline: name and loss of the rule to beat.
        val_accuracy: (epochs,) for classes.
        scale: standard deviation of the target, where the loss is a mean squared error of scaled
            values: RMSE = scale sqrt(MSE).
        parameters: of the network.
        timesteps: of a sequence.
        seconds: of the training.

    Returns:
        What is known; a number that is not finite is left out.

    Example:
        >>> found = results(np.array([0.9, 0.4]), np.array([0.8, 0.5]), {}, baseline=("mean", 1.0))
        >>> found["best_val_loss"], found["best_epoch"], found["baseline"]
        (0.5, 2.0, 'mean')
    """
    numbers: dict[str, float | str | None] = {"epochs_trained": float(len(loss))}
    numbers |= {"first_loss": _first(loss), "last_loss": _last(loss), "best_loss": _lowest(loss)}
    numbers |= {"first_val_loss": _first(val_loss), "last_val_loss": _last(val_loss)}
    numbers["best_val_loss"] = best = _lowest(val_loss)
    if best is not None:
        numbers["best_epoch"] = float(np.nanargmin(val_loss)) + 1
    if val_accuracy is not None and len(val_accuracy):
        numbers["last_val_accuracy"] = _last(val_accuracy)
        numbers["best_val_accuracy"] = _highest(val_accuracy)
    if baseline is not None:
        numbers |= {"baseline": baseline[0], "baseline_loss": baseline[1]}
    if scale is not None:
        numbers["best_rmse"] = None if best is None else scale * math.sqrt(best)
        numbers["baseline_rmse"] = None if baseline is None else scale * math.sqrt(baseline[1])
    numbers |= {"parameters": parameters, "timesteps": timesteps, "seconds": seconds}
    bias = settings.get("forget_bias_0")
    if isinstance(bias, int | float):
        numbers["half_life"] = half_life(bias)
    return {
        name: value
        for name, value in numbers.items()
        if isinstance(value, str) or (value is not None and math.isfinite(value))
    }


def _last(values: NDArray[np.floating]) -> float | None:
    return float(values[-1]) if len(values) else None


def _first(values: NDArray[np.floating]) -> float | None:
    return float(values[0]) if len(values) else None


def _lowest(values: NDArray[np.floating]) -> float | None:
    return float(np.nanmin(values)) if np.isfinite(values).any() else None


def _highest(values: NDArray[np.floating]) -> float | None:
    return float(np.nanmax(values)) if np.isfinite(values).any() else None


def names_in(text: str) -> list[str]:
    """The names in braces, in order.

    Example:
        >>> names_in("From {first_loss} to {last_loss vs baseline_loss}, $x_{t}$.")
        ['first_loss', 'last_loss', 'baseline_loss']
    """
    return [name for match in _HOLE.finditer(text) for name in match.groups() if name]


def problem_in(text: str) -> str | None:
    """What is wrong with the braces of a text, in a sentence, or `None`."""
    for name in names_in(text):
        if name.removeprefix(EARLIER) not in (*RESULTS, *setting_names()):
            return f"{{{name}}} is no number of a run."
    return None


def fill(
    text: str, run: LessonRun | None, earlier: LessonRun | None = None, language: Language = "en"
) -> str:
    """A text with the numbers of a run in place of the names in braces.

    `{name}` is a number; `{a vs b}` says how one stands to another ("36 % below"). A name that
    begins with `earlier.` is of the run before.

    Args:
        text: what a teacher wrote.
        run: whose numbers; what it does not know becomes a dash.
        earlier: the run before it.
        language: of the words between two numbers.

    Example:
        >>> fill("Its end: {last_loss}.", LessonRun("a", {}, "finished", {"last_loss": 0.3266}))
        'Its end: 0.327.'
    """

    def value(name: str) -> Any:  # noqa: ANN401
        of = earlier if name.startswith(EARLIER) else run
        return None if of is None else of.value(name.removeprefix(EARLIER))

    def written(match: re.Match[str]) -> str:
        if match[1] is None:  # a formula
            return match[0]
        left = value(match[1])
        if match[2] is None:
            return number(match[1].removeprefix(EARLIER), left)
        right = value(match[2])
        if not isinstance(left, int | float) or not isinstance(right, int | float) or right == 0:
            return UNKNOWN
        return ratio_words(left / right, language)

    return _HOLE.sub(written, text)


def number(name: str, value: Any) -> str:  # noqa: ANN401
    """A setting or a result as it is written on a page."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, Sequence):
        return ", ".join(map(str, value))
    if name in _PERCENT:
        return f"{value:.1%}"
    whole = float(value).is_integer() and abs(value) < 1e9
    return f"{int(value):,}" if whole else f"{value:.3g}"
