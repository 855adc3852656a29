"""From many places of a series at once: forecasts of any length, by a network that reads windows.

A network answers for the rows from `lead` on behind its window, `block` of them at once. What lies
within its reach it forecasts directly; further on it reads its own forecasts, block by block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Network = Callable[[Reals, slice], NDArray[np.floating]]
TOGETHER = 256  # windows in one pass: more do not stay in the cache


@dataclass(frozen=True)
class Reach:
    """Which rows a network answers for.

    Attributes:
        window: the rows that it reads.
        lead: the distance of the first row that it answers for from the window's last one.
        block: how many rows it answers for at once.
        stepwise: whether only the first of these is used, so that each forecast reads the one
            before it.
        history: how many rows in front of the window are needed to make it.
    """

    window: int
    lead: int = 1
    block: int = 1
    stepwise: bool = False
    history: int = 0

    @property
    def back(self) -> int:
        """How many known rows the first forecasts need."""
        return self.history + self.window + self.lead - 1

    @property
    def direct(self) -> int:
        """How many of the next rows are forecast from known rows alone."""
        return self.lead if self.stepwise else self.lead + self.block - 1

    def windows(self, steps: int) -> dict[int, list[int]]:
        """Which window answers for which of the next rows, both counted from the first of them.

        Returns:
            By the last row of a window (-1 is the last known one) the rows taken from its answer,
            in the order in which they can be worked out. A row is taken from the newest window of
            known rows that reaches it; behind that, from the first window of forecasts that does.

        Example:
            >>> Reach(window=8, block=3).windows(5)
            {-1: [0, 1, 2], 2: [3, 4]}
            >>> Reach(window=8, lead=2).windows(3)
            {-2: [0], -1: [1], 0: [2]}
        """
        block = 1 if self.stepwise else self.block
        ends: dict[int, list[int]] = {}
        for row in range(steps):
            end = min(-1, row - self.lead)
            if row - end - self.lead >= block:
                end = -1 + block * -(-(row + 2 - self.lead - block) // block)
            ends.setdefault(end, []).append(row)
        return ends


def roll(
    network: Network, reach: Reach, known: Reals, ahead: Reals, targets: Sequence[int] = (0,)
) -> Reals:
    """Forecasts of the target, column 0, in original units.

    Args:
        network: rows (n, history + window, columns) in original units, and which of all forecasts
            they are for -> answers (n, block), in original units; of several targets (n, block *
            targets), of the first row all targets, and so on.
        reach: which rows it answers for.
        known: (n, reach.back, columns), the rows before the first forecast.
        ahead: (n, steps, columns), what the network is to read of the other columns in the rows
            that come; those of targets are not looked at.
        targets: the columns that the network forecasts, 0 the first of them.

    Returns:
        (n, steps).
    """
    count, steps = ahead.shape[:2]
    forecasts = np.empty((count, steps))
    for first in range(0, count, TOGETHER):
        part = slice(first, first + TOGETHER)
        rows = np.concatenate([known[part], ahead[part]], axis=1)  # (n, back + steps, columns)
        for end, answered in reach.windows(steps).items():
            behind = reach.back + end + 1  # the row of `rows` behind the window
            answers = network(rows[:, behind - reach.window - reach.history : behind], part)
            by_row = answers.reshape(len(rows), -1, len(targets))
            for row in answered:
                rows[:, reach.back + row, targets] = by_row[:, row - end - reach.lead]
                forecasts[part, row] = rows[:, reach.back + row, 0]
    return forecasts
