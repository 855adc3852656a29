"""The parts of the playground that a lesson may name: its controls, and places on the page."""

from __future__ import annotations

from functools import cache

from seqlab.experiment import MAX_LAYERS
from seqlab.workshop.rules import known, setting_names

# Containers, from the top of the page to its end.
PLACES = (
    *("buttons", "data_controls", "network_controls", "training_controls"),
    *("network", "findings", "results", "status", "loss_chart", "prediction_chart"),
    *("look", "gate_chart", "result_findings"),
)
# Buttons and popovers; the settings themselves come from `rules.setting_names`.
BUTTONS = ("train", "pause", "stop", "live", "upload", "add_layer", "code", "step", "more_epochs")
MENUS = ("more_data", "more_head", "more_training", *(f"more_{i}" for i in range(MAX_LAYERS)))


@cache
def controls() -> tuple[str, ...]:
    """Everything that can be hidden or locked, by its key."""
    return (*setting_names(), *BUTTONS, *MENUS, *PLACES[1:4])


def known_setting(name: str) -> None:
    """Raises `ValueError` for what is no setting."""
    known(name, setting_names(), "setting")


def known_control(name: str) -> None:
    """Raises `ValueError` for what can neither be hidden nor locked."""
    known(name, controls(), "control")


def known_place(name: str) -> None:
    """Raises `ValueError` for what is neither a part of the page nor a control."""
    known(name, (*PLACES, *controls()), "part of the page")
