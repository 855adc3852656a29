"""Values as a network reads them: scaled, and back to their units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.choices import Logarithm, ScalingKind
from seqlab.data.transforms import Transform, from_level, to_level


@dataclass(frozen=True)
class Scaling:
    """scaled = (level(raw) - base - offset) / scale; all but a target's own: linear, a column each.

    Attributes:
        offset, scale: (columns,), or a row for each sequence.
        logarithm: makes the level of a raw value; "none" for the value itself.
        base: (n, columns), what is known of each target beforehand, as a level: changes from it are
            learned; `None` for 0.
    """

    offset: NDArray[np.float64]
    scale: NDArray[np.float64]
    logarithm: Logarithm = "none"
    base: NDArray[np.float64] | None = None

    @classmethod
    def fit(cls, rows: NDArray[np.float64], kind: ScalingKind = "standard") -> Scaling:
        """The scaling that suits `rows` (rows, columns); NaN is passed over.

        Args:
            rows: the training part, in original units.
            kind: "standard" gives mean 0 and standard deviation 1; "minmax" the range 0 to 1;
                "robust" median 0 and interquartile range 1; "none" leaves the values alone. A
                column without spread keeps scale 1.
        """
        if kind == "none":
            return cls.identity(rows.shape[1])
        offset, spread = cls._measured(rows, kind)
        return cls(offset, np.where(spread > 0, spread, 1.0))

    @classmethod
    def fit_beside(cls, rows: NDArray[np.float64], kind: ScalingKind, common: Scaling) -> Scaling:
        """The scaling of one of several series; a column without spread has that of all, `common`.

        Args:
            rows: (rows, columns) the training part of the series, in original units; NaN is passed
                over.
            kind: as in `fit`, but for "none".
            common: fitted on all series together.
        """
        offset, spread = cls._measured(rows, kind)
        return cls(offset, np.where(spread > 0, spread, common.scale))

    @staticmethod
    def _measured(
        rows: NDArray[np.float64], kind: ScalingKind
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Offset and spread of each column."""
        if kind == "standard":
            return np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
        if kind == "minmax":
            low = np.nanmin(rows, axis=0)
            return low, np.nanmax(rows, axis=0) - low
        low, middle, high = np.nanquantile(rows, [0.25, 0.5, 0.75], axis=0)
        return middle, high - low

    @classmethod
    def identity(cls, columns: int) -> Scaling:
        """No scaling at all."""
        return cls(np.zeros(columns), np.ones(columns))

    @property
    def is_identity(self) -> bool:
        """Whether it leaves every value as it is."""
        return bool((self.offset == 0).all() and (self.scale == 1).all())

    def apply(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw values (..., columns) -> scaled."""
        level = to_level(raw, self.logarithm)
        return ((level if self.base is None else level - self.base) - self.offset) / self.scale

    def invert(self, scaled: NDArray[np.floating]) -> NDArray[np.float64]:
        """Scaled values (..., columns) -> raw."""
        change = np.asarray(scaled, np.float64) * self.scale + self.offset
        return from_level(change if self.base is None else change + self.base, self.logarithm)

    def of_changes(
        self, change: Transform, past: NDArray[np.float64], horizon: int, steps: int
    ) -> Scaling:
        """The scaling of targets that are changed, with the base that each is a change from.

        Args:
            change: how the target is changed.
            past: (n, rows), the last known rows of each target's series, raw.
            horizon: how many rows behind the last one the first target lies.
            steps: how many targets follow each other.
        """
        base = change.base(past, horizon + np.arange(steps)) if change.memory else None
        return Scaling(self.offset, self.scale, change.target_logarithm, base)

    def columns(self, places: list[int]) -> Scaling:
        """The scaling of some columns."""
        base = None if self.base is None else self.base[..., places]
        return Scaling(self.offset[..., places], self.scale[..., places], self.logarithm, base)


def side_by_side(each: Sequence[Scaling], steps: int) -> Scaling:
    """The scalings of several targets as that of their steps: of step 1 all targets, and so on.

    Args:
        each: (1,), (n, 1) or (n, steps) each, of one logarithm.
        steps: how many steps each target has.

    Returns:
        Offset and scale (steps * targets,), or a row for each sequence.
    """

    def joined(arrays: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        whole = [np.broadcast_to(array, (*array.shape[:-1], steps)) for array in arrays]
        return np.stack(whole, axis=-1).reshape(*whole[0].shape[:-1], -1)

    bases = [one.base for one in each if one.base is not None]
    return Scaling(
        joined([one.offset for one in each]),
        joined([one.scale for one in each]),
        each[0].logarithm,
        joined(bases) if bases else None,
    )
