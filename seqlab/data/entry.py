"""What a page needs to know of a built-in source: its words, its knobs, where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from seqlab.data.columns import NOTHING, Choice
from seqlab.data.dataset import DataError, Dataset
from seqlab.experiment import LIMITS, Data

Family = Literal[
    "Real series",
    "Synthetic series",
    "Memory",
    "Classification",
    "Language",
    "Text",
    "Translation",
]


@dataclass(frozen=True)
class Knob:
    """One field of `Data` that a source uses.

    Attributes:
        name: of the field.
        label: what it is called for this source.
        low, high: its limits here, within `LIMITS`.
        default: what the source is best begun with.
        help: a sentence, or "".
        difficulty: whether this is the knob that makes the task harder.
    """

    name: str
    label: str
    low: float
    high: float
    default: float
    help: str = ""
    difficulty: bool = False


@dataclass(frozen=True)
class Entry:
    """One built-in source.

    Attributes:
        key: its name in `Data.source`.
        title: for a menu.
        family: the heading that it stands under.
        about: one sentence on what it is and what is asked.
        knobs: the numbers it uses, the most important first.
        load: the arrays.
        line: the line to beat, with the formula and why it holds.
        credit: who it comes from: a paper, or the source and licence of real data.
        defaults: fields of `Data` that are no numbers, such as the inputs.
        choice: what its columns can be; nothing for drawn sequences.
    """

    key: str
    title: str
    family: Family
    about: str
    knobs: tuple[Knob, ...]
    load: Callable[[Data], Dataset]
    line: str
    credit: str
    defaults: dict[str, Any] = field(default_factory=dict)
    choice: Choice = NOTHING

    def default(self) -> Data:
        """What this source is best begun with."""
        numbers = {
            knob.name: type(Data.model_fields[knob.name].default)(knob.default)
            for knob in self.knobs
        }
        return Data.model_validate({"source": self.key} | numbers | self.defaults)

    def check(self, data: Data) -> None:
        """Raises `DataError` for the first number that this source cannot use."""
        for knob in self.knobs:
            value = getattr(data, knob.name)
            if not knob.low <= value <= knob.high:
                nearest = knob.low if value < knob.low else knob.high
                raise DataError(
                    f"“{knob.label}” of this task must lie between {knob.low:g} and "
                    f"{knob.high:g}, got {value:g}.",
                    knob.name,
                    type(value)(nearest),
                )


def knob(
    name: str,
    label: str,
    default: float,
    low: float | None = None,
    high: float | None = None,
    help: str = "",  # noqa: A002 (Streamlit's word for it)
    difficulty: bool = False,
) -> Knob:
    """A knob whose limits are those of the field where none are given.

    Args:
        name: of the field of `Data`.
        label: what stands beside it.
        default: where it begins.
        low, high: its limits; `None` for those of the field.
        help: one sentence more.
        difficulty: whether it makes the task harder.
    """
    bottom, top = LIMITS[name]
    return Knob(
        name,
        label,
        bottom if low is None else low,
        top if high is None else high,
        default,
        help,
        difficulty,
    )


def samples(default: int = 1000, label: str = "Sequences drawn") -> Knob:
    """How many are drawn."""
    return knob("samples", label, default)


def seed() -> Knob:
    """The seed of what is drawn."""
    return knob("data_seed", "Seed of the data", 0)
