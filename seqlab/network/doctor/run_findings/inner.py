"""What gradients and hidden states of a trained network say."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.fixes import with_layer, with_layers, with_training

Floats = NDArray[np.floating]

VANISHED, EXPLODED = 1e-4, 1e3  # gradient at the first step against that at the last
STRONG = 1.0  # norm of the gradient of one sequence's loss that a step of training is thrown off by
FAINT = 1e-6  # below this nothing is left to learn from the sequence: a ratio would be of noise
DEAD = 0.05  # share of the units that is worth a word


def gradients(experiment: Experiment, norms: Mapping[str, Floats]) -> list[Finding]:
    """The gradient at the first step against that at the last one which counts.

    Args:
        experiment: what was trained.
        norms: by layer, (batch, timesteps), of the mean loss of the batch. At padded steps, behind
            the end of a sequence, it is exactly 0.
    """
    findings = []
    for name, norm in norms.items():
        lengths = _first_and_last(np.asarray(norm, np.float64))
        if lengths is None or name.endswith("/backward"):
            continue
        first, last, steps = lengths
        ratio = first / last
        if ratio < VANISHED and last > FAINT:
            index, fix = _index(name), None
            if index is not None and experiment.layers[index].has("forget_bias"):
                fix = with_layers(experiment, unit_forget_bias=True, forget_bias=4.0)
            findings.append(
                Finding(
                    "warning",
                    "vanishing_gradients",
                    f"The gradient vanishes in {name}: what arrives at the first of {steps} "
                    f"steps is {ratio:.0e} of what the last one gets. The network learns next to "
                    "nothing from the beginning of the sequence.",
                    fix,
                    "Begin with a forget bias of 4",
                )
            )
        elif ratio > EXPLODED and first > STRONG:
            clipped = experiment.training.clipnorm is not None
            advice = "" if clipped else " Clip it."
            findings.append(
                Finding(
                    "warning",
                    "exploding_gradients",
                    f"The gradient explodes in {name}: on the way back over {steps} steps it "
                    f"grows {ratio:.0e} times, to a length of {first:.2g}.{advice}",
                    None if clipped else with_training(experiment, clipnorm=1.0, clipvalue=None),
                    "Clip gradients to norm 1",
                )
            )
    return findings


def _first_and_last(norm: NDArray[np.float64]) -> tuple[float, float, int] | None:
    """Mean norms at the first step and at each sequence's last one, of a single sequence's loss.

    Also how many steps the longest sequence has; `None` if there is nothing to compare.
    """
    if norm.ndim != 2 or norm.shape[1] < 2 or not np.isfinite(norm).all():
        return None
    count, steps = norm.shape
    reached = norm[(norm > 0).any(axis=1)]  # the others are answered perfectly
    if not len(reached):
        return None
    last = steps - 1 - np.argmax(reached[:, ::-1] > 0, axis=1)
    if last.max() < 1:
        return None
    at_end = reached[np.arange(len(reached)), last].mean()
    return float(count * reached[:, 0].mean()), float(count * at_end), int(last.max()) + 1


def dead_units(experiment: Experiment, states: Mapping[str, Floats]) -> list[Finding]:
    """Units of a ReLU that are 0 at every step of every sequence: no gradient moves them again.

    `states` are the hidden states by layer, (batch, timesteps, units).
    """
    findings = []
    for name, hidden in states.items():
        index = _index(name)
        if index is None or index >= len(experiment.layers):
            continue
        layer = experiment.layers[index]
        if layer.activation != "relu" or not layer.has("activation"):
            continue
        units = np.asarray(hidden)
        dead = int((units == 0).all(axis=tuple(range(units.ndim - 1))).sum())
        if dead < DEAD * units.shape[-1] or not dead:
            continue
        findings.append(
            Finding(
                "warning",
                "dead_units",
                f"{dead} of {units.shape[-1]} units of {name} are dead: relu gives 0 at every step "
                "of every sequence, so no gradient reaches them any more.",
                with_layer(experiment, index, activation="tanh"),
                f"Use tanh in layer {index + 1}",
            )
        )
    return findings


def _index(name: str) -> int | None:
    """The number in "lstm_0" or "lstm_0/forward"."""
    end = name.split("/")[0].rpartition("_")[2]
    return int(end) if end.isdigit() else None
