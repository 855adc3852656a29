"""What must have happened before a page of a lesson is complete: conditions on state, pure.

A condition is one line that a teacher writes:

    run ended with units_0 >= 32 and best_val_loss < baseline_loss
    run diverged
    5 runs ended with cell_0 == GRU
    setting learning_rate <= 0.01
    moved forget_bias_0
    player epoch == 0
    finding return_sequences_between_layers
    no error
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from seqlab.experiment import MAX_LAYERS, Experiment, Recurrent
from seqlab.field_words import did_you_mean

Kind = Literal["run", "setting", "moved", "player", "finding", "no error"]
Value = float | int | bool | str | None

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
# What is known of a run besides its settings: see `seqlab.workshop.numbers`. No setting has one of
# these names.
RESULTS = (
    *("epochs_trained", "seconds", "parameters", "timesteps", "half_life"),
    *("first_loss", "last_loss", "best_loss", "first_val_loss", "last_val_loss", "best_val_loss"),
    *("best_epoch", "last_val_accuracy", "best_val_accuracy", "best_rmse", "baseline_rmse"),
    *("baseline", "baseline_loss", "status"),
)
WORDS = ("baseline", "status")  # results that are no numbers
COUNTS = ("epochs_trained", "best_epoch", "parameters", "timesteps")  # whole numbers
ENDED = ("finished", "stopped", "diverged")
ENDINGS = {"ended": ENDED, "finished": ("finished",), "diverged": ("diverged",)}

_COMPARISON = re.compile(r"(?P<name>\w+)\s*(?P<sign>>=|<=|==|!=|>|<)\s*(?P<value>\S.*)")
_SEVERAL = re.compile(r"([1-9]\d?) runs (.+)")
_FORMS = (
    "run ended with NAME >= VALUE and ..., run finished, run diverged, 5 runs ended, "
    "setting NAME == VALUE, "
    "moved NAME, player epoch == NUMBER, finding CODE, or no error"
)


@cache
def _defaults() -> dict[str, Any]:
    return Experiment(layers=(Recurrent(),) * MAX_LAYERS).to_flat()


def setting_names() -> tuple[str, ...]:
    """Every setting by its widget key, for as many layers as there can be."""
    return tuple(_defaults())


def known(name: str, names: Sequence[str], what: str = "setting or result") -> str:
    """A name that is one of `names`.

    Args:
        name: as somebody wrote it.
        names: those that there are.
        what: what they are names of, for the error.

    Raises:
        ValueError: if it is none, with the one that was probably meant.
    """
    if name not in names:
        raise ValueError(f"{name!r} is no {what}.{did_you_mean(name, names)}")
    return name


@dataclass(frozen=True)
class LessonRun:
    """A run as lessons see it.

    Attributes:
        id: of the run.
        settings: its experiment, by widget key.
        status: as the run store calls it.
        numbers: what came out, by the names of `RESULTS`; what is not known is missing.
    """

    id: str
    settings: Mapping[str, Any]
    status: str
    numbers: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether it came to an end of its own or by Stop."""
        return self.status in ENDED

    def value(self, name: str) -> Any:  # noqa: ANN401
        """A setting or a result; `None` if it is not known."""
        if name == "status":
            return self.status
        return self.numbers.get(name, self.settings.get(name))


@dataclass(frozen=True)
class Situation:
    """Where a learner stands on one page of a lesson.

    Attributes:
        settings: of the widgets now, by their keys.
        at_start: the same when the page was begun.
        runs: those that the learner began on this page, the oldest first.
        epoch: where the gates player stands; `None` while it was not moved.
        findings: codes of the findings on the page.
        has_error: whether one of them forbids training.
        answer: what was answered to the page's question; `None` before.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    at_start: Mapping[str, Any] = field(default_factory=dict)
    runs: Sequence[LessonRun] = ()
    epoch: int | None = None
    findings: frozenset[str] = frozenset()
    has_error: bool = False
    answer: Any = None


@dataclass(frozen=True)
class Comparison:
    """One comparison: `units_0 >= 32`, or of two results, `best_val_loss < baseline_loss`."""

    name: str
    sign: str
    value: Value

    def holds(self, known: Callable[[str], Any]) -> bool:
        """Whether it is true of what `known` says by name; `False` where that is nothing.

        Example:
            >>> Comparison("units_0", ">=", 32).holds({"units_0": 64}.get)
            True
        """
        left, right = known(self.name), self.value
        if isinstance(right, str) and right in RESULTS:
            right = known(right)
        if left is None or right is None:
            return self.sign in ("==", "!=") and OPERATORS[self.sign](left, right)
        try:
            return OPERATORS[self.sign](left, right)
        except TypeError:  # a word and a number
            return False


@dataclass(frozen=True)
class Condition:
    """One thing that must have happened.

    Attributes:
        kind: what it looks at.
        comparisons: that must all hold, of the same run.
        word: how the run ended, the setting that moved, the code of the finding.
        count: how many runs there must be.
    """

    kind: Kind
    comparisons: tuple[Comparison, ...] = ()
    word: str = ""
    count: int = 1

    def met(self, now: Situation) -> bool:
        """Whether it has happened."""
        match self.kind:
            case "run":
                return len(matching_runs(self, now.runs)) >= self.count
            case "setting":
                return all(each.holds(now.settings.get) for each in self.comparisons)
            case "moved":
                return now.settings.get(self.word) != now.at_start.get(self.word)
            case "player":
                return all(each.holds({"epoch": now.epoch}.get) for each in self.comparisons)
            case "finding":
                return self.word in now.findings
            case "no error":
                return not now.has_error


def matching_runs(condition: Condition, runs: Sequence[LessonRun]) -> list[LessonRun]:
    """The runs that a condition of the kind "run" asks for, the oldest first."""
    endings = ENDINGS[condition.word]
    return [
        run
        for run in runs
        if run.status in endings and all(each.holds(run.value) for each in condition.comparisons)
    ]


def condition(text: str) -> Condition:
    """The condition of one line.

    Example:
        >>> condition("run ended with units_0 >= 32").comparisons
        (Comparison(name='units_0', sign='>=', value=32),)

    Raises:
        ValueError: if it is none, with what one can be, or the name that was probably meant.
    """
    words = " ".join(text.split())
    first, _, rest = words.partition(" ")
    if several := _SEVERAL.fullmatch(words):
        return _of_runs(several[2], text, int(several[1]))
    match first:
        case "run":
            return _of_runs(rest, text)
        case "setting":
            return Condition("setting", _comparisons(rest, setting_names()))
        case "moved":
            return Condition("moved", word=known(rest, setting_names()))
        case "player":
            return Condition("player", _comparisons(rest, ("epoch",)))
        case "finding" if re.fullmatch(r"\w+", rest):
            return Condition("finding", word=rest)
        case "no" if rest == "error":
            return Condition("no error")
    raise ValueError(_expected(text))


def _of_runs(rest: str, text: str, count: int = 1) -> Condition:
    ending, _, also = rest.partition(" with ")
    if ending not in ENDINGS:
        raise ValueError(_expected(text))
    names = (*setting_names(), *RESULTS)
    return Condition("run", _comparisons(also, names) if also else (), ending, count)


def _expected(text: str) -> str:
    return f"Received an invalid condition, expected {_FORMS}, got {text!r}."


def _comparisons(text: str, names: Sequence[str]) -> tuple[Comparison, ...]:
    comparisons = []
    for part in text.split(" and "):
        match = _COMPARISON.fullmatch(part.strip())
        if match is None:
            raise ValueError(_expected(part))
        name = known(match["name"], names)
        value = _value(match["value"].strip())
        _check_kind(name, value)
        comparisons.append(Comparison(name, match["sign"], value))
    return tuple(comparisons)


def _check_kind(name: str, value: Value) -> None:
    """Raises `ValueError` for a word that is compared with a number: that could never be met."""
    is_result = name in RESULTS
    default = None if is_result else _defaults().get(name)
    is_number = isinstance(default, int | float) or (is_result and name not in WORDS)
    if isinstance(value, str):
        if is_number:
            known(value, RESULTS, "number, and no result of a run")
    elif (isinstance(default, str) or name in WORDS) and value is not None:
        also = did_you_mean(f"last_{name}", RESULTS)
        raise ValueError(f"{name!r} is a word, and {value} is none.{also}")


def _value(text: str) -> Value:
    """JSON where it is JSON, else the text: `cell_0 == GRU`."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, int | float | str | bool) or value is None else text
