"""What two settings do together: every value of the one with every value of the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.comparison.study import Study
from seqlab.comparison.variants import in_words, name_of, varied
from seqlab.experiment import Experiment, ExperimentError

MOST_CELLS = 36


@dataclass(frozen=True)
class Grid:
    """Two settings and their values; `across` is drawn on x, `down` on y."""

    across: str
    down: str
    across_values: tuple[Any, ...]
    down_values: tuple[Any, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "across": self.across,
            "down": self.down,
            "across_values": list(self.across_values),
            "down_values": list(self.down_values),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Grid:
        """The grid of `to_json`."""
        values = tuple(kept["across_values"]), tuple(kept["down_values"])
        return cls(kept["across"], kept["down"], *values)

    def name(self, across: object, down: object) -> str:
        """What the variant of a cell is called."""
        return f"{name_of(self.across, across)}, {name_of(self.down, down)}"

    def variants(self, experiment: Experiment) -> dict[str, Experiment]:
        """The experiment of each cell, by name.

        Raises:
            ExperimentError: if a value is out of range, both settings are the same one, or there
                are too many cells.

        Example:
            >>> list(Grid("units", "cell", (4, 8), ("GRU",)).variants(Experiment()))
            ['units 4, GRU', 'units 8, GRU']
        """
        if self.across == self.down:
            raise ExperimentError(["Choose two different settings for the grid."])
        cells = len(self.across_values) * len(self.down_values)
        if not 2 <= cells <= MOST_CELLS:
            raise ExperimentError(
                [f"Received {cells} cells, expected from 2 to {MOST_CELLS}: take other values."]
            )
        return {
            self.name(across, down): varied(
                varied(experiment, self.down, down), self.across, across
            )
            for down in self.down_values
            for across in self.across_values
        }

    def medians(self, study: Study) -> NDArray[np.float64]:
        """The median result of each cell, (down, across); infinite where seeds gave none.

        NaN where no run has ended yet. The median and not a mean, so that a seed that diverged
        counts by its rank.
        """
        by_variant = study.summary.set_index("variant")["median"]
        return np.array(
            [
                [float(by_variant.get(self.name(a, d), math.nan)) for a in self.across_values]
                for d in self.down_values
            ]
        )

    def words(self, study: Study) -> str:
        """The best cell, in a sentence."""
        table = self.medians(study)
        if not np.isfinite(table).any():
            return "The cells are filled as their runs end."
        row, column = np.unravel_index(np.nanargmin(table), table.shape)
        best = self.name(self.across_values[column], self.down_values[row])
        n = sum(run.variant == best and run.counted for run in study.results)
        seeds = "1 seed" if n == 1 else f"{n} seeds"
        text = (
            f"Lowest median of the best {study.measure.name}: {table[row, column]:.4g} with {best} "
            f"({seeds})."
        )
        bad = int(np.isinf(table).sum())
        cells = "1 cell" if bad == 1 else f"{bad} cells"
        text += f" {cells} gave no result." if bad else ""
        return f"{text} The lowest of many looks better than it is: race it to be surer."


def labels(values: Sequence[Any]) -> list[str]:
    """Values as they stand on an axis."""
    return [in_words(value) for value in values]
