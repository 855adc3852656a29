"""Many curves of one variant as one line with a band, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seqlab.comparison.study import NO_RESULT, SeedRun, Study

Spread = Literal["min to max", "middle half"]
FEWEST = 2  # seeds for a band: of one there is no spread


@dataclass(frozen=True)
class Band:
    """One variant over the epochs.

    Attributes:
        variant: its name.
        epoch: (m,) from 1 on.
        middle: (m,) the median over the seeds that have come so far.
        low, high: (m,) the spread; NaN where fewer than two seeds have come.
        seeds: (m,) how many have come so far, or have diverged before.
    """

    variant: str
    epoch: NDArray[np.int64]
    middle: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    seeds: NDArray[np.int64]


def band(study: Study, variant: str, spread: Spread = "min to max") -> Band:
    """The results of a variant at each epoch.

    A run that diverged is worse than any other from there on: it pulls the median up instead of
    dropping out of it, and the upper edge of the band is that of the others.

    Args:
        study: whose.
        variant: its name.
        spread: from the best to the worst seed, or from the first to the third quartile.
    """
    runs = [run for run in study.results if run.variant == variant and len(run.val_loss)]
    longest = max((len(run.val_loss) for run in runs), default=0)
    table = np.full((len(runs), longest), np.nan)  # (seeds, epochs)
    for row, run in zip(table, runs, strict=True):
        row[: len(run.val_loss)] = study.measure.of(variant, run.val_loss)
        if run.status in NO_RESULT:
            row[~np.isfinite(row)] = np.inf
    return Band(variant, np.arange(1, longest + 1), *_edges(table, spread))


def _edges(table: NDArray[np.float64], spread: Spread) -> tuple[NDArray, ...]:
    """Median, low, high and count of each column of (seeds, epochs)."""
    count = (~np.isnan(table)).sum(axis=0)
    shares = (0.0, 1.0) if spread == "min to max" else (0.25, 0.75)
    edges = np.full((3, table.shape[1]), np.nan)
    for epoch in range(table.shape[1]):
        column = np.sort(table[~np.isnan(table[:, epoch]), epoch])
        finite = column[np.isfinite(column)]
        if not len(column):
            continue
        middle = column[(len(column) - 1) // 2 : len(column) // 2 + 1].mean()
        edges[0, epoch] = middle if np.isfinite(middle) else np.nan
        if len(finite) >= FEWEST:
            edges[1:, epoch] = np.quantile(finite, shares)
    return *edges, count


def results_by_seed(study: Study, variant: str) -> list[tuple[int, float]]:
    """Seed and result of each run that came to its end; infinite for one without a result."""
    runs: Sequence[SeedRun] = [run for run in study.results if run.variant == variant]
    return [(run.seed, study.result(run)) for run in runs if run.counted]
