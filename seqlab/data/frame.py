"""What a network must know of its data: the shapes, without the arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Frame:
    """The shapes between which a network stands. Frozen and hashable.

    Attributes:
        timesteps: steps of one input sequence.
        features: values at each step; 1 for tokens.
        outputs: values predicted at once, or classes to choose from.
        kind: "value" or "class", as in `Goal`.
        at: "end", "every step" or "sequence", as in `Goal`.
        steps: steps of one target: 1 at the end.
        vocabulary: how many tokens there are, padding included; 0 for data made of numbers.
        targets: how many columns the values are for, at each of their steps.
        padded: whether some sequences are shorter than `timesteps`.
    """

    timesteps: int
    features: int = 1
    outputs: int = 1
    kind: Literal["value", "class"] = "value"
    at: Literal["end", "every step", "sequence"] = "end"
    steps: int = 1
    vocabulary: int = 0
    targets: int = 1
    padded: bool = False

    @property
    def answer_steps(self) -> int:
        """For how many steps the network answers at once."""
        return self.outputs // self.targets if self.at == "end" else self.steps
