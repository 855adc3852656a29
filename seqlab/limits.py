"""What is known of a setting, its limits first, and what is said about a value outside of them."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import CoreSchema

MAX_LAYERS = 4
MAX_CLASSES = 50  # more different values than these are no classes, unless somebody says so


class ExperimentError(ValueError):
    """What is wrong with the values of an experiment, one sentence each, for the user.

    Example:
        >>> from seqlab import Experiment
        >>> try:
        ...     Experiment.from_query({"units_0": "-3"})
        ... except ExperimentError as error:
        ...     print(error)
        Received an invalid value for argument `units`, expected an integer from 1 to 512, got -3.
    """

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Setting:
    """What is known of a setting besides its type and its default.

    Attributes:
        low, high: the smallest and the largest number allowed; `None` if it is no number.
        step: of its widget; `None` for 1, or 0.1 of numbers that are not whole.
        slider: whether it is drawn as a slider from `low` to `high`.
        label: what it is called; "" for the name, which is that of Keras.
        empty: what `None` or an empty list is called.
        words: what its options are called, where their names in Keras say too little.
    """

    low: float | None = None
    high: float | None = None
    step: float | None = None
    slider: bool = False
    label: str = ""
    empty: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        """Checks the limits, for pydantic, with an error text in the manner of Keras."""
        if self.low is None or self.high is None:
            return handler(kind)
        low, high = self.low, self.high
        number, optional = kind_of(kind)

        def check(value: object, info: ValidationInfo) -> object:
            if optional and value is None:
                return None
            try:
                given = float(str(value))
                fits = low <= given <= high and (number is float or given == int(given))
            except (ValueError, OverflowError):
                fits = False
            if isinstance(value, bool) or not fits:
                noun = "an integer" if number is int else "a number"
                raise ValueError(
                    f"Received an invalid value for argument `{info.field_name}`, "
                    f"expected {noun} from {low:,.10g} to {high:,.10g}, got {value}."
                )
            return number(given)

        return BeforeValidator(check).__get_pydantic_core_schema__(kind, handler)


def kind_of(annotation: Any) -> tuple[Any, bool]:  # noqa: ANN401 (a type)
    """The type of a setting, and whether it can be `None`.

    Example:
        >>> kind_of(int | None), kind_of(str)
        ((<class 'int'>, True), (<class 'str'>, False))
    """
    optional = get_origin(annotation) in (Union, types.UnionType)
    if optional:
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    return annotation, optional


class Frozen(BaseModel):
    """A part of an experiment: it cannot be changed, and knows no other fields than its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def sentences(error: ValidationError) -> list[str]:
    """Pydantic's errors as sentences in the manner of Keras."""
    problems = []
    for item in error.errors():
        if item["type"] == "value_error":
            problems.append(item["msg"].removeprefix("Value error, "))
            continue
        name = ".".join(str(part) for part in item["loc"]) or "experiment"
        wanted = item.get("ctx", {}).get("expected")
        what = f"expected {wanted}" if wanted else item["msg"][:1].lower() + item["msg"][1:]
        problems.append(
            f"Received an invalid value for argument `{name}`, {what}, got {item['input']}."
        )
    return problems
