"""Variants that differ in one setting only, ready-made or from values that somebody types."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from seqlab import limits
from seqlab.cells import CELLS
from seqlab.experiment import Experiment, ExperimentError, Recurrent
from seqlab.field_words import in_words
from seqlab.fitting.optimizers import KNOBS
from seqlab.settings import FIELDS

MOST = 6  # variants of one race: more lines nobody can tell apart


@dataclass(frozen=True)
class Variation:
    """One setting and the values that are worth comparing.

    Attributes:
        title: for a menu.
        key: the setting's flat name, without the number of a layer.
        values: what it takes.
    """

    title: str
    key: str
    values: tuple[Any, ...]


VARIATIONS = (
    Variation("Cell", "cell", tuple(name for name, cell in CELLS.items() if cell.is_keras)),
    Variation("Units", "units", (4, 16, 64)),
    Variation("Learning rate", "learning_rate", (0.001, 0.01, 0.1)),
    Variation("Optimizer", "optimizer", ("SGD", "RMSprop", "Adam")),
    Variation("Window", "window", (6, 22, 44)),
    Variation("Forget bias", "forget_bias", (-2.0, 1.0, 4.0)),
    Variation("Clip norm", "clipnorm", (None, 0.1, 1.0)),
    Variation("Layers", "layers", (1, 2, 3)),
    Variation("return_sequences", "return_sequences", (False, True)),
    Variation("Dropout", "dropout", (0.0, 0.2, 0.5)),
    Variation("Scaling", "scaling", ("standard", "minmax", "none")),
)
# Settings that say which sequences are learned, and so no variants of one question.
OF_THE_QUESTION = {"source", "target", "inputs", "file", "reading", "samples", "data_seed", "seed"}
OF_THE_QUESTION |= {"steps", "horizon", "test_share", "lag", "difficulty", "noise", "metrics"}
OF_THE_QUESTION |= {"rows"}


def settings_of(experiment: Experiment) -> list[str]:
    """The names of all settings that make a difference to this network, without numbers of layers.

    Example:
        >>> names = settings_of(Experiment())
        >>> "units" in names, "seed" in names, "momentum" in names
        (True, False, False)
    """
    return [name for name in FIELDS if name not in OF_THE_QUESTION and matters(experiment, name)]


def matters(experiment: Experiment, key: str) -> bool:
    """Whether a setting means something to a network: only an LSTM has a `forget_bias`."""
    if key in Recurrent.model_fields and key != "cell":
        return any(layer.has(key) for layer in experiment.layers)
    knobs = {name for names in KNOBS.values() for name in names}
    return key not in knobs or key in KNOBS[experiment.training.optimizer]


def varied(experiment: Experiment, key: str, value: object) -> Experiment:
    """The experiment with one setting changed: that of every layer, if it is one of layers.

    With `key` "layers" it gets so many layers like its first one; all but the last hand on their
    sequences.

    Args:
        experiment: where it starts.
        key: a setting without the number of a layer, or "layers".
        value: its new value.

    Raises:
        ExperimentError: if the value is out of range.

    Example:
        >>> varied(Experiment(), "units", 8).layers[0].title
        'LSTM(8)'
    """
    flat = experiment.to_flat()
    if key == "layers":
        try:
            count = int(str(value))
        except ValueError:
            count = 0
        first = {name: flat[f"{name}_0"] for name in Recurrent.model_fields}
        for i in range(count):
            flat |= {f"{name}_{i}": of_layer for name, of_layer in first.items()}
            flat[f"return_sequences_{i}"] = i < count - 1 or experiment.layers[-1].return_sequences
        return Experiment.from_flat(flat | {"layers": count})
    if key in Recurrent.model_fields:
        names = [f"{key}_{i}" for i in range(len(experiment.layers))]
    else:
        names = [key]
    return Experiment.from_flat(flat | dict.fromkeys(names, value))


def variants(experiment: Experiment, key: str, values: Sequence[object]) -> dict[str, Experiment]:
    """By name, the experiment with each of the values in one setting. Raises `ExperimentError`.

    Args:
        experiment: where all start.
        key: as for `varied`.
        values: one for each variant.

    Example:
        >>> list(variants(Experiment(), "units", [8, 16]))
        ['units 8', 'units 16']
    """
    return {name_of(key, value): varied(experiment, key, value) for value in values}


def with_seed(experiment: Experiment, seed: int) -> Experiment:
    """The same experiment with another seed of weights, batch order and dropout."""
    training = experiment.training.model_copy(update={"seed": seed})
    return experiment.model_copy(update={"training": training})


def name_of(key: str, value: object) -> str:
    """What a variant is called: the value, with the setting's name where it does not say it."""
    if isinstance(value, str) and key in ("cell", "optimizer"):
        return value
    if key == "layers":
        return "1 layer" if value == 1 else f"{value} layers"
    return f"{key} {in_words(value)}"


def parsed(key: str, text: str) -> Any:  # noqa: ANN401
    """One typed value of a setting as its own type; it may still be out of range.

    Raises:
        ExperimentError: if it is no value of that kind, with a sentence.

    Example:
        >>> parsed("units", "8"), parsed("clipnorm", "off"), parsed("cell", "gru")
        (8, None, 'GRU')
    """
    text = text.strip()
    kind, optional = kind_of(key)
    if get_origin(kind) is Literal:
        for option in get_args(kind):
            if str(option).casefold() == text.casefold():
                return option
        options = ", ".join(map(str, get_args(kind)))
        raise ExperimentError([_refused(key, f"one of {options}", text)])
    if optional and text.casefold() in ("off", "none", ""):
        return None
    if kind is bool:
        if text.casefold() in ("on", "true", "yes"):
            return True
        if text.casefold() in ("off", "false", "no"):
            return False
        raise ExperimentError([_refused(key, "on or off", text)])
    try:
        value = json.loads(text)
        number = kind(value)
        if isinstance(value, bool) or number != value:
            raise ValueError
    except (ValueError, TypeError, OverflowError):
        noun = "an integer" if kind is int else "a number"
        raise ExperimentError([_refused(key, noun, text)]) from None
    return number


def all_parsed(key: str, text: str) -> list[Any]:
    """The values of a setting that somebody types with commas between them.

    Raises:
        ExperimentError: as `parsed`.

    Example:
        >>> all_parsed("units", "8, 16,")
        [8, 16]
    """
    return [parsed(key, part) for part in text.split(",") if part.strip()]


def ready_values(key: str) -> tuple[Any, ...]:
    """The values of a setting that are worth comparing; empty if none are ready-made."""
    return next((each.values for each in VARIATIONS if each.key == key), ())


def options_of(key: str) -> list[Any] | None:
    """All values of a setting that has few, `None` for numbers."""
    if key == "layers":
        return [1, 2, 3, 4]
    kind, _ = kind_of(key)
    if kind is bool:
        return [False, True]
    return list(get_args(kind)) if get_origin(kind) is Literal else None


def kind_of(key: str) -> tuple[Any, bool]:
    """The type of a setting, and whether it can be off."""
    if key == "layers":
        return int, False
    if key not in FIELDS:
        raise ExperimentError([_refused("setting", "the name of a setting", key)])
    return limits.kind_of(FIELDS[key].annotation)


def value_of(experiment: Experiment, key: str) -> Any:  # noqa: ANN401
    """The value that a setting has now; of the first layer, if it is one of layers."""
    flat: Mapping[str, Any] = experiment.to_flat()
    return flat[f"{key}_0"] if key in Recurrent.model_fields else flat[key]


def _refused(name: str, wanted: str, got: str) -> str:
    return f"Received an invalid value for argument `{name}`, expected {wanted}, got {got}."
