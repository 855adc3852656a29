"""Is a row a time step, a sequence, or a case of its own? Scored by how neighbours go on.

Neighbouring rows of a series have more in common than rows that stand far apart; so have
neighbouring columns of a table whose rows are sequences. Cases have neither.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.columns.typed import Column

FEWEST_ROWS = 10
SMOOTH, ROUGH = 0.5, 0.8  # of `roughness`: neighbours go on, or have nothing to do with each other
SMOOTHER = 3  # times, from row to row than from column to column
MOST = 2000  # rows and columns that are looked at


def roughness(values: NDArray[np.float64]) -> float:
    """How much neighbours along the first axis differ: 1 as in any order, 0 for a smooth curve.

    The ratio of von Neumann (1941, doi 10.1214/aoms/1177731677) over its mean in any order, the
    median of all columns; NaN where nothing varies.

    Args:
        values: (rows, columns); NaN is left out.

    Example:
        >>> wave = np.sin(np.arange(100) / 9)[:, None]
        >>> mixed = wave[np.random.default_rng(0).permutation(100)]
        >>> round(roughness(wave), 2), roughness(mixed) > 0.8
        (0.01, True)
    """
    if len(values) < 3:
        return float("nan")
    ratios = []
    for column in values.T:
        steps = np.diff(column)
        steps, known = steps[np.isfinite(steps)], column[np.isfinite(column)]
        spread = float(known.var(ddof=1)) if len(known) > 2 else 0.0
        if spread and len(steps):
            ratios.append(float(np.mean(steps**2)) / (2 * spread))
    return float(np.median(ratios)) if ratios else float("nan")


def down(numeric: Sequence[Column], classes: Sequence[str] | None = None) -> float:
    """The roughness from row to row.

    Args:
        numeric: columns of numbers.
        classes: of each row; rows that are sorted by class go on in it, which proves nothing, so
            its means are taken off.
    """
    values = np.stack([c.values[:MOST] for c in numeric[:MOST] if c.values is not None], axis=1)
    if classes is not None:
        frame = pd.DataFrame(values)
        values = (frame - frame.groupby(np.asarray(classes[:MOST])).transform("mean")).to_numpy()
    return roughness(values)


def across(steps: Sequence[Column]) -> float:
    """The roughness from column to column, each of them taken as far from its mean as it varies.

    So columns of different measures, which have nothing to do with each other, are about as rough
    in any order.
    """
    values = np.stack([c.values[:MOST] for c in steps[:MOST] if c.values is not None], axis=1)
    spread = np.nanstd(values, axis=0)
    varied = values[:, spread > 0] - np.nanmean(values[:, spread > 0], axis=0)
    return roughness((varied / spread[spread > 0]).T)


def are_steps(steps: Sequence[Column], classes: Sequence[str] | None) -> bool:
    """Whether rows go on from one to the next, more than columns do: then a row is a time step.

    Sequences of their own, one a row, have nothing to do with the rows above them.

    Args:
        steps: columns that were taken for the steps of sequences.
        classes: of each row, or `None`.
    """
    if len(steps[0].cells) < FEWEST_ROWS:
        return False
    rough = down(steps, classes)
    return rough <= SMOOTH and not across(steps) <= SMOOTHER * rough


def are_cases(numeric: Sequence[Column]) -> bool:
    """Whether neighbouring rows of columns of numbers have no more in common than any others."""
    enough = len(numeric) > 1 and len(numeric[0].cells) >= 2 * FEWEST_ROWS
    return enough and down(numeric) > ROUGH
