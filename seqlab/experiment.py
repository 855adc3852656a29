"""WHAT to train: one frozen, validated description of data, layers and training.

An `Experiment` is the only thing that travels between the page, the URL, the run store and the
training workers. It knows its limits and says in words what is out of range. Its parts are in
`seqlab.settings`, with all that is known of each value; the names to choose from are in
`seqlab.choices`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError

from seqlab.choices import Kind, Missing, ScalingKind, Source, Step
from seqlab.limits import MAX_LAYERS, ExperimentError, Frozen, sentences
from seqlab.settings import LIMITS, Data, Network, ParseOptions, Recurrent, Training, clamp

__all__ = [
    "LIMITS",
    "MAX_LAYERS",
    "Data",
    "Experiment",
    "ExperimentError",
    "Finding",
    "Kind",
    "Missing",
    "Network",
    "ParseOptions",
    "Recurrent",
    "ScalingKind",
    "Source",
    "Step",
    "Training",
    "clamp",
    "parse_query",
]


class Experiment(Frozen):
    """Data + network + training. Frozen and hashable; every field by keyword.

    Example:
        >>> e = Experiment(layers=(Recurrent(cell="GRU", units=8),))
        >>> Experiment.from_json(e.to_json()) == e
        True
        >>> e.to_query()
        {'cell_0': 'GRU', 'units_0': '8'}
    """

    data: Data = Data()
    layers: Annotated[tuple[Recurrent, ...], Field(min_length=1, max_length=MAX_LAYERS)] = (
        Recurrent(),
    )
    network: Network = Network()
    training: Training = Training()

    def to_json(self) -> str:
        """The experiment as JSON text."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The experiment of `to_json`. Raises `ExperimentError`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ExperimentError(sentences(error)) from error

    def to_flat(self) -> dict[str, Any]:
        """Every value by its widget key: `units_0` is the units of the first layer."""
        flat: dict[str, Any] = {"data": self.data.source}
        flat |= self.data.model_dump(exclude={"source"})
        flat["layers"] = len(self.layers)
        for i, layer in enumerate(self.layers):
            flat |= {f"{name}_{i}": value for name, value in layer}
        return flat | self.network.model_dump() | self.training.model_dump()

    @classmethod
    def from_flat(cls, flat: Mapping[str, Any]) -> Self:
        """The experiment of `to_flat`; what is missing takes its default.

        Raises:
            ExperimentError: for every value that is out of range, in one error.
        """
        problems: list[str] = []

        def build(model: type[BaseModel], values: dict[str, Any]) -> Any:  # noqa: ANN401
            try:
                return model.model_validate(values)
            except ValidationError as error:
                problems.extend(sentences(error))
                return None

        def pick(model: type[BaseModel], suffix: str = "") -> dict[str, Any]:
            keys = {name: f"{name}{suffix}" for name in model.model_fields}
            return {name: flat[key] for name, key in keys.items() if key in flat}

        data = pick(Data)
        if "data" in flat:
            data["source"] = flat["data"]
        try:
            count = int(flat.get("layers", 1))
        except (TypeError, ValueError, OverflowError):
            count = 0
        if not 1 <= count <= MAX_LAYERS:
            problems.append(
                f"Received an invalid value for argument `layers`, expected an integer "
                f"from 1 to {MAX_LAYERS}, got {flat['layers']}."
            )
            count = 1
        parts = {
            "data": build(Data, data),
            "layers": tuple(build(Recurrent, pick(Recurrent, f"_{i}")) for i in range(count)),
            "network": build(Network, pick(Network)),
            "training": build(Training, pick(Training)),
        }
        if problems:
            raise ExperimentError(problems)
        return cls(**parts)

    def to_query(self, base: Experiment | None = None) -> dict[str, str]:
        """The values that differ from `base` (the default experiment), as URL parameters."""
        common = (base or Experiment()).to_flat()
        return {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in self.to_flat().items()
            if key not in common or common[key] != value
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str], base: Experiment | None = None) -> Self:
        """The experiment of `to_query`; unknown parameters are ignored.

        Raises:
            ExperimentError: if a parameter is out of range.
        """
        return cls.from_flat((base or cls()).to_flat() | parse_query(query))


def parse_query(query: Mapping[str, str]) -> dict[str, Any]:
    """URL parameters as values by widget key; they may be out of range, or of no meaning at all."""
    return {key: _parse(key, text) for key, text in query.items()}


def whole(text: str) -> str:
    """The text with a question mark for each half of a character."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _parse(key: str, text: str) -> Any:  # noqa: ANN401
    """A URL parameter as a value: JSON where it is JSON, else the text as it stands.

    Half a character, as "\\ud800" of JSON, is no text that could be shown or sent.
    """
    text = whole(text)
    if key in {"target", "file"}:  # a column may be called "12" or "true"
        return None if text == "null" else text
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # the latter from "[[[[[..."
        return text
    return value


@dataclass(frozen=True)
class Finding:
    """Something worth saying about data, network or training, with a one-click fix if any.

    Attributes:
        level: "error" (training is not possible), "warning" or "hint".
        code: a short stable name, as in "return_sequences_between_layers".
        message: one or two sentences for the user.
        fix: the experiment with the problem mended, or `None`.
        fix_label: what the Fix button says.
        keras: what Keras itself says or does, or "".

    Example:
        >>> Finding("hint", "few_epochs", "Train longer.").fix is None
        True
    """

    level: Literal["error", "warning", "hint"]
    code: str
    message: str
    fix: Experiment | None = None
    fix_label: str = "Fix"
    keras: str = ""
