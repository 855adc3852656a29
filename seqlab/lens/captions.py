"""What a view shows, in words that fit the network: its cells, its directions, its padding.

Pure functions of facts, so that a sentence can be held against a network without a page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from seqlab.cells import CELLS

WHAT_IF = "Change the input at one step and see what the network would say."
FLAT = {  # where an activation has no slope, or next to none
    "tanh": "There tanh is flat, and little gradient comes through.",
    "hard_tanh": "Beyond ±1 hard_tanh is flat, and no gradient comes through.",
    "softsign": "There softsign is nearly flat, and little gradient comes through.",
    "sigmoid": "Above 0.9 the sigmoid is nearly flat, and little gradient comes through.",
}


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


def direction(backward: bool) -> str:
    """From where a layer reads; "" from the beginning."""
    return "This layer reads from the end: it begins on the right." if backward else ""


def gradients(cells: Collection[str], backward: Collection[bool]) -> str:
    """What the lines of a gradient on its way back through time are.

    Args:
        cells: of the recurrent layers, as "LSTM".
        backward: for each of them whether it reads the sequence from its end.
    """
    lengths = "the length of dL/dh"
    two = [cell for cell in dict.fromkeys(cells) if len(CELLS[cell].states) > 1]
    if two:
        lengths += f" (solid) and, of an {' or '.join(two)}, of dL/dc (dotted)"
    text = (
        "Training sends the error back from the last step that a layer reads to the first. Each "
        f"line is how much of it arrives at a step: {lengths}. "
    )
    little = "the steps that it read first teach it little"
    if not any(backward):
        return f"{text}A line that falls to the left is a vanishing gradient: {little}."
    text += "A backward layer begins on the right: there a line that falls to the right is a "
    text += f"vanishing gradient, and {little}."
    if not all(backward):
        text += " In a forward layer it is one that falls to the left."
    return text


def fall(layer: str, norms: NDArray[np.floating], steps: NDArray[np.integer]) -> str:
    """How a gradient changes on its way back through a layer, in numbers.

    Args:
        layer: its name.
        norms: (steps,) |dL/dh| at the steps that it read, in the order in which it read them.
        steps: (steps,) their numbers on the axis.
    """
    reached = np.flatnonzero(norms)
    if not len(reached):
        return f"in {layer} no gradient comes at all"
    last = int(reached[-1])  # behind the end of an answer nothing is asked for
    if not norms[0]:
        return f"in {layer} no gradient comes to step {steps[0]}, its first"
    if last == 0:
        return f"in {layer} step {steps[0]} alone gets a gradient"
    ratio = norms[0] / norms[last]
    word = f"shrinks to {ratio:.2g} of" if ratio < 1 else f"grows to {ratio:.3g} times"
    return f"in {layer} |dL/dh| at step {steps[0]} {word} its length at step {steps[last]}"


def ablations(gated: bool) -> str:
    """What is taken away from a network.

    Args:
        gated: whether the layer's cell has gates.
    """
    what = "units that nobody reads"
    if gated:
        what = f"a gate held at 1 (always open), or {what}"
    about = f"The loss on validation sequences if a part is taken away: {what}."
    return f"{about} Nothing is trained again."


def loss(kind: str, trained_on: str, penalised: bool, everything: bool) -> tuple[str, str]:
    """Which loss is measured, and how val_loss differs from it; "" if it does not.

    Args:
        kind: of the target, "value" or "class".
        trained_on: the loss of the run, by its Keras name.
        penalised: whether Keras adds penalties on the weights to it.
        everything: whether it is measured over the whole validation part, as val_loss is.
    """
    measured, same = "cross-entropy", "categorical_crossentropy"
    if kind == "value":
        measured, same = "mean squared error of scaled values", "mean_squared_error"
    if not trained_on.endswith(same):
        other = trained_on.replace("_", " ")
        return measured, f"The run was trained on the {other}: its val_loss is another number."
    if penalised:
        return measured, "The val_loss of the run holds the L2 penalty on the weights, too."
    return measured, "" if everything else "The val_loss of the run is over all of them."


def saturated(activation: str) -> str:
    """What it means for a state of a cell without gates to be beyond ±0.9."""
    return FLAT.get(activation, f"With {activation} that says nothing about the gradient.")


def shares(names: Mapping[str, tuple[float, float | None, float]]) -> str:
    """How often gates are at the ends of their range.

    Args:
        names: by gate the mean share of time above 0.9, that before training (`None` if it is not
            known), and below 0.1.
    """
    parts = [
        f"the {name} is wide open (above 0.9) {opened:.0%} of the time"
        f"{'' if before is None else f' ({before:.0%} before training)'} and closed (below 0.1) "
        f"{closed:.0%}"
        for name, (opened, before, closed) in names.items()
    ]
    return f"On average {'; '.join(parts)}."


def scaled(features: int, identity: bool) -> str:
    """What is said beside the name of inputs that are drawn as the network reads them."""
    return "" if features == 1 or identity else " (scaled)"
