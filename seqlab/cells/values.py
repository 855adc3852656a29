"""Gates, candidates and states: how they are called, written and drawn, the same in every cell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """What a cell computes at every step for each unit, (batch, timesteps, units).

    Attributes:
        name: of the array, "forget_gate".
        letter: in equations, "f".
        label: above a chart, "forget f".
        colour: of a line; one thing has one colour in all cells. They keep apart for colour-blind
            eyes (after Okabe & Ito, 2008).
        squash: the setting that names its activation, or an activation; "" for a state that
            follows from others.
    """

    name: str
    letter: str
    label: str
    colour: str
    squash: str = ""

    @property
    def is_gate(self) -> bool:
        """Whether it is a share between 0 and 1; else it is drawn from -1 to 1."""
        return self.squash in ("recurrent_activation", "sigmoid")

    @property
    def noun(self) -> str:
        """In a sentence, "forget gate"."""
        return self.name.replace("_", " ")


INPUT_GATE = Value("input_gate", "i", "input i", "#15917c", "recurrent_activation")
FORGET_GATE = Value("forget_gate", "f", "forget f", "#2a78d6", "recurrent_activation")
OUTPUT_GATE = Value("output_gate", "o", "output o", "#8a63c9", "recurrent_activation")
UPDATE_GATE = Value("update_gate", "z", "update z", "#2a78d6", "recurrent_activation")
RESET_GATE = Value("reset_gate", "r", "reset r", "#15917c", "recurrent_activation")
CANDIDATE = Value("candidate", "g", "candidate", "#8a8f98", "activation")
CELL = Value("cell", "c", "cell c", "#c0398b")
HIDDEN = Value("hidden", "h", "hidden h", "#d1690e")
