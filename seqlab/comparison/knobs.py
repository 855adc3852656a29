"""What a search may turn: a setting with some values, or with a range."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from seqlab.comparison.variants import (
    OF_THE_QUESTION,
    all_parsed,
    kind_of,
    matters,
    options_of,
    parsed,
    settings_of,
    value_of,
    varied,
)
from seqlab.experiment import LIMITS, Experiment, ExperimentError
from seqlab.field_words import in_words

OF_THE_LOSS = {
    "loss",
    "l2",
    "scaling",
    "series_scaling",
    "logarithm",
    "difference",
    "class_weight",
    "missing",
    "longest",
    "tails",
}
OF_THE_LOSS |= {"split", "stride", "duplicates", "period", "epochs", "patience"}
DECADES = 1.5  # a range of positive numbers that spans more is searched by its logarithm
# What is offered first, with a range that holds what is usual. Few values where each of them needs
# a compiled program of its own.
USUAL: dict[str, str] = {
    "units": "4, 8, 16, 32, 64",
    "learning_rate": "0.0003 to 0.1",
    "cell": "SimpleRNN, LSTM, GRU",
    "batch_size": "8, 16, 32, 64",
    "window": "11, 22, 44",
    "dropout": "0 to 0.5",
    "optimizer": "RMSprop, Adam, Nadam",
    "clipnorm": "0.1 to 10",
}


@dataclass(frozen=True)
class Knob:
    """One setting that a search turns.

    Attributes:
        name: its flat name, without the number of a layer.
        choices: its values; empty for a range.
        low, high: of a range, both included.
        whole: whether only whole numbers count.
        logarithmic: whether it is searched by its logarithm.
    """

    name: str
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    logarithmic: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The knob of `to_json`."""
        return cls(**{**kept, "choices": tuple(kept["choices"])})

    @property
    def words(self) -> str:
        """What it may be: "4 to 64", "LSTM, GRU"."""
        if self.choices:
            return ", ".join(in_words(value) for value in self.choices)
        return f"{self.low:g} to {self.high:g}"

    def holds(self, value: object) -> bool:
        """Whether a value lies within it."""
        if self.choices:
            return value in self.choices
        return isinstance(value, int | float) and self.low <= value <= self.high


def knobs_of(experiment: Experiment, space: Mapping[str, Any]) -> tuple[Knob, ...]:
    """The knobs of a search space, checked.

    Args:
        experiment: whose settings they are.
        space: by name, a sequence of values, or a pair (low, high) of numbers for a range. A list
            is always one of values.

    Raises:
        ExperimentError: for a name that is no setting or makes no difference to this network, an
            empty range, and values out of range, each in a sentence.

    Example:
        >>> units, rate = knobs_of(Experiment(), {"units": [8, 16], "learning_rate": (1e-4, 0.1)})
        >>> units.choices, rate.logarithmic
        ((8, 16), True)
    """
    if not space:
        raise ExperimentError(["Received no settings to search, expected at least one by name."])
    problems: list[str] = []
    knobs: list[Knob] = []
    for name, values in space.items():
        try:
            knobs.append(_knob(experiment, name, values))
        except ExperimentError as error:
            problems += error.sentences
    if problems:
        raise ExperimentError(problems)
    return tuple(knobs)


def space_of(name: str, text: str) -> Any:  # noqa: ANN401
    """What somebody types as a part of a search space: "4 to 64" is a range, "8, 16" are values.

    Raises:
        ExperimentError: if a value is none of that setting.

    Example:
        >>> space_of("units", "4 to 64"), space_of("cell", "lstm, gru")
        ((4, 64), ['LSTM', 'GRU'])
    """
    low, to, high = text.partition(" to ")
    if to and options_of(name) is None:
        return parsed(name, low), parsed(name, high)
    return all_parsed(name, text)


def with_values(experiment: Experiment, values: Mapping[str, Any]) -> Experiment:
    """The experiment with those values of its knobs. Raises `ExperimentError`."""
    for name, value in values.items():
        experiment = varied(experiment, name, value)
    return experiment


def values_of(experiment: Experiment, knobs: Sequence[Knob]) -> dict[str, Any]:
    """The value of each knob in an experiment."""
    return {knob.name: value_of(experiment, knob.name) for knob in knobs}


def _knob(experiment: Experiment, name: str, values: Any) -> Knob:  # noqa: ANN401
    kind, _ = kind_of(name)
    if name in OF_THE_QUESTION or name in OF_THE_LOSS:
        raise ExperimentError(
            [f"The setting `{name}` changes what the val_loss is, so it cannot be searched by it."]
        )
    if not matters(experiment, name):
        raise ExperimentError(
            [f"The setting `{name}` makes no difference to this network, so it cannot be searched."]
        )
    numbers = options_of(name) is None
    if numbers and isinstance(values, tuple) and len(values) == 2:
        low, high = values
        if not (_number(low) and _number(high) and low < high):
            raise ExperimentError(
                [
                    f"Received an invalid range for `{name}`, expected two numbers, the smaller "
                    f"one first, got {in_words(low)} to {in_words(high)}."
                ]
            )
        for end in (low, high):
            varied(experiment, name, end)
        logarithmic = low > 0 and math.log10(high / low) >= DECADES and kind is float
        return Knob(name, (), low, high, kind is int, logarithmic)
    choices = tuple(dict.fromkeys(values)) if isinstance(values, list | tuple) else (values,)
    if len(choices) < 2:
        raise ExperimentError(
            [f"Received {len(choices)} values for `{name}`, expected at least two to choose from."]
        )
    for value in choices:
        varied(experiment, name, value)
    return Knob(name, choices)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def searchable(experiment: Experiment) -> list[str]:
    """The settings that can be searched by the val_loss, the usual ones first."""
    names = [*suggested(experiment), *settings_of(experiment)]
    return [name for name in dict.fromkeys(names) if name not in OF_THE_LOSS]


def suggested(experiment: Experiment) -> dict[str, str]:
    """The settings that are offered first, with a usual range of each, as text."""
    return {
        name: text
        for name, text in USUAL.items()
        if matters(experiment, name) and (name in LIMITS or options_of(name) is not None)
    }
