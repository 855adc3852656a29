"""The limits of every number, and what is said about a value outside of them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

# The smallest and the largest value of every number, by its widget key.
LIMITS: dict[str, tuple[float, float]] = {
    "window": (1, 1000),
    "horizon": (1, 1000),
    "steps": (1, 200),
    "stride": (1, 1000),
    "test_share": (0, 0.5),
    "period": (0, 1000),
    "longest": (1, 2000),
    "samples": (10, 20_000),
    "noise": (0, 10),
    "lag": (1, 500),
    "difficulty": (1, 10),
    "data_seed": (0, 999_999),
    "units": (1, 512),
    "learning_rate": (1e-6, 10),
    "batch_size": (1, 4096),
    "epochs": (1, 10_000),
    "seed": (0, 999_999),
    "clipnorm": (1e-6, 1e6),
    "clipvalue": (1e-6, 1e6),
    "warmup": (0, 1000),
    "decay_rate": (1e-6, 1),
    "plateau_patience": (1, 10_000),
    "patience": (1, 10_000),
    "dropout": (0, 0.95),
    "recurrent_dropout": (0, 0.95),
    "forget_bias": (-10, 10),
    "recurrent_scale": (0.5, 1.5),
    "l2": (0, 1),
    "embedding": (1, 512),
    "momentum": (0, 0.9999),
    "rho": (0, 0.9999),
    "beta_1": (0, 0.9999),
    "beta_2": (0, 0.99999),
    "epsilon": (1e-12, 1),
    "weight_decay": (0, 1),
    "initial_accumulator_value": (0, 10),
}
MAX_LAYERS = 4


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


def within(name: str, kind: type[int] | type[float]) -> BeforeValidator:
    """A validator of one number with an error text in the manner of Keras."""
    low, high = LIMITS[name]

    def check(value: object) -> object:
        try:
            number = float(str(value))
            fits = low <= number <= high and (kind is float or number == int(number))
        except (ValueError, OverflowError):
            fits = False
        if isinstance(value, bool) or not fits:
            noun = "an integer" if kind is int else "a number"
            raise ValueError(
                f"Received an invalid value for argument `{name}`, "
                f"expected {noun} from {low:,.10g} to {high:,.10g}, got {value}."
            )
        return kind(number)

    return BeforeValidator(check)


class Frozen(BaseModel):
    """A part of an experiment: it cannot be changed, and knows no other fields than its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def sentences(error: ValidationError) -> list[str]:
    """Pydantic's errors as sentences in the manner of Keras."""
    found = []
    for item in error.errors():
        if item["type"] == "value_error":
            found.append(item["msg"].removeprefix("Value error, "))
            continue
        name = ".".join(str(part) for part in item["loc"]) or "experiment"
        wanted = item.get("ctx", {}).get("expected")
        what = f"expected {wanted}" if wanted else item["msg"][:1].lower() + item["msg"][1:]
        found.append(
            f"Received an invalid value for argument `{name}`, {what}, got {item['input']}."
        )
    return found


def clamp(key: str, value: Any) -> Any:  # noqa: ANN401
    """The nearest value that is allowed for a widget key; text and switches stay as they are."""
    name = key.rstrip("0123456789").rstrip("_") if key not in LIMITS else key
    if name not in LIMITS or isinstance(value, str | bool) or value is None:
        return value
    low, high = LIMITS[name]
    return min(max(value, low), high)
