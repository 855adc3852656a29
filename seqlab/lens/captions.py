"""What a view shows, in words that fit the network: its cells, its directions, its padding."""

from __future__ import annotations

from collections.abc import Collection


def padding(real: int, timesteps: int, masked: bool = True) -> str:
    """What the steps behind the end of a sequence are; "" if it fills all of them.

    Args:
        real: steps of the sequence.
        timesteps: steps of the array that holds it.
        masked: whether the network skips the others.
    """
    if real >= timesteps:
        return ""
    steps = (
        f"Step {timesteps} is" if real + 1 == timesteps else f"Steps {real + 1} to {timesteps} are"
    )
    what = (
        "the mask skips them, and the states stay as they are" if masked else "read like any other"
    )
    return f"{steps} padding: {what}."


def gradients(cells: Collection[str], backward: bool) -> str:
    """What the lines of a gradient on its way back through time are.

    Args:
        cells: of the recurrent layers, as "LSTM".
        backward: whether one of them reads the sequence from its end.
    """
    lengths = "the length of dL/dh"
    if "LSTM" in cells:
        lengths += " (solid) and, of an LSTM, of dL/dc (dotted)"
    text = (
        f"Training sends the error back from the last step that a layer reads to the first. Each "
        f"line is how much of it arrives at a step: {lengths}. A line that falls to the left is a "
        "vanishing gradient: early steps teach the network nothing."
    )
    if backward:
        text += (
            " A backward layer begins on the right: its early steps are those on the right, and "
            "there a vanishing gradient falls to the right."
        )
    return text


def ablations(gated: bool) -> str:
    """What is taken away from a network.

    Args:
        gated: whether the layer has gates; a SimpleRNN has none.
    """
    what = "units that nobody reads"
    if gated:
        what = f"a gate held at 1 (always open), or {what}"
    taken = f"The loss on validation sequences if a part is taken away: {what}."
    return f"{taken} Nothing is trained again."
