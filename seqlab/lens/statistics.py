"""What the gates and states of many steps come to: saturation, memory, dead and equal units.

All functions take arrays (sequences, timesteps, units) as in a trace, and a mask of the steps that
count, (sequences, timesteps), or `None` for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.cells.activations import Floats

SHUT, OPEN = 0.1, 0.9  # below and above: Karpathy, Johnson & Li 2015 (arXiv 1506.02078)
DEAD = 0.01  # a hidden state that moves over less than this all the time
EQUAL = 0.99  # correlation, up to its sign, of two units that do the same

Mask = NDArray[np.bool_] | None


def steps(values: Floats, mask: Mask = None) -> Floats:
    """All steps that count, one below the other, in float64: (n, units)."""
    rows = values.reshape(-1, values.shape[-1]) if mask is None else values[mask]
    return rows.astype(np.float64)


@dataclass(frozen=True, eq=False)
class Saturation:
    """For each unit of a gate the share of time below `SHUT` and above `OPEN`, each (units,)."""

    shut: Floats
    open: Floats


def saturation(gate: Floats, mask: Mask = None) -> Saturation:
    """How often each unit's gate is at an end of its range, for gates within 0..1.

    `gate` is (batch, timesteps, units), the answers (units,).
    """
    rows = steps(gate, mask)
    return Saturation((rows < SHUT).mean(axis=0), (rows > OPEN).mean(axis=0))


def half_life(keep: Floats, mask: Mask = None) -> Floats:
    """After how many steps half of what a unit holds is gone, (units,).

    A state that is multiplied by f_1 f_2 ... keeps the share exp(sum of log f): the half-life is
    log 0.5 / mean log f, the geometric mean over time. Infinite for a gate that is always 1.

    Args:
        keep: what multiplies the old state at each step (`seqlab.cells.cell.Keep`).
        mask: the steps that count.
    """
    rows = steps(keep, mask)
    with np.errstate(divide="ignore"):
        return np.log(0.5) / np.minimum(np.log(np.abs(rows)).mean(axis=0), -0.0)


def dead(hidden: Floats, mask: Mask = None) -> NDArray[np.intp]:
    """The units whose hidden state never moves by more than `DEAD`, their numbers (dead,).

    Args:
        hidden: (batch, timesteps, units).
        mask: (batch, timesteps), False where a step is skipped.
    """
    rows = steps(hidden, mask)
    return np.flatnonzero(rows.max(axis=0) - rows.min(axis=0) < DEAD)


def equal(hidden: Floats, mask: Mask = None) -> list[tuple[int, int, float]]:
    """Pairs of units that do the same, or the opposite: (unit, unit, correlation), strongest first.

    Dead units are left out: what does not move resembles nothing.
    """
    rows = steps(hidden, mask)
    alive = np.setdiff1d(np.arange(rows.shape[1]), dead(hidden, mask))
    likeness = correlation(rows[:, alive], rows[:, alive])
    first, second = np.nonzero(np.triu(np.abs(likeness) > EQUAL, k=1))
    pairs = [
        (int(alive[a]), int(alive[b]), float(likeness[a, b]))
        for a, b in zip(first, second, strict=True)
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))


def correlation(a: Floats, b: Floats) -> Floats:
    """Pearson's correlation of every column of a (n, p) with every column of b (n, q): (p, q).

    0 for a column that does not vary.
    """

    def standard(rows: Floats) -> Floats:
        centred = rows - rows.mean(axis=0)
        length = np.sqrt((centred**2).sum(axis=0))
        return centred / np.where(length > 1e-12 * np.sqrt(len(rows)), length, np.inf)

    return standard(np.asarray(a, np.float64)).T @ standard(np.asarray(b, np.float64))


def follows(
    hidden: Floats, signals: dict[str, Floats], mask: Mask = None
) -> tuple[list[str], Floats]:
    """The correlation of every unit with every signal, over all steps that count.

    Args:
        hidden: (sequences, timesteps, units).
        signals: by name, each (sequences, timesteps).
        mask: the steps that count.

    Returns:
        The names, and (units, signals).
    """
    columns = [steps(signal[..., np.newaxis], mask)[:, 0] for signal in signals.values()]
    return list(signals), correlation(steps(hidden, mask), np.column_stack(columns))


def spectral_radius(recurrent: Floats) -> float:
    """The largest |eigenvalue| of a recurrent kernel (units, units)."""
    return float(np.abs(np.linalg.eigvals(np.asarray(recurrent, np.float64))).max())
