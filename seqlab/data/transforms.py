"""Logarithm and differences: how columns are changed before they are scaled, and back again.

A network learns a series that grows as what changes in it: a level that training never saw is then
nothing new. A transform has nothing that is fitted. What it needs to come back is known at the
origin of each forecast: the last rows before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seqlab.choices import Logarithm

Reals = NDArray[np.float64]
HIGHEST = 700.0  # of a logarithm: exp(709) is the largest number there is


def to_level(raw: Reals, logarithm: Logarithm) -> Reals:
    """Raw values -> their logarithm; NaN where there is none.

    Example:
        >>> to_level(np.array([1.0, 0.0]), "log1p").round(3).tolist()
        [0.693, 0.0]
    """
    if logarithm == "none":
        return raw
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(raw) if logarithm == "log" else np.log1p(raw)
    return np.where(np.isfinite(level), level, np.nan)


def from_level(level: Reals, logarithm: Logarithm) -> Reals:
    """The inverse of `to_level`."""
    if logarithm == "none":
        return level
    held = np.minimum(level, HIGHEST)
    return np.exp(held) if logarithm == "log" else np.expm1(held)


@dataclass(frozen=True)
class Transform:
    """How the columns of a series are changed before they are scaled.

    With g the logarithm (or the value itself), row t of a column becomes g(x[t]) - g(x[t - 1]) with
    `row`, g(x[t]) - g(x[t - season]) with `season`, and the difference of both with both (Box &
    Jenkins 1970, Time Series Analysis; Hyndman & Athanasopoulos, Forecasting: Principles and
    Practice, 3rd edition, section 9.1). A target that lies h rows behind the last known one becomes
    its distance from the `base`, so that it needs no value in between to come back.

    Attributes:
        logarithm: of the columns in `logged`.
        row: whether columns in `differenced` become differences to the row before.
        seasons: rows of a season, to which they become differences, by column; 0 for none.
        logged, differenced: by column of `Dataset.values`, the target first.

    Example:
        >>> change = Transform(row=True, logged=(False,), differenced=(True,))
        >>> change.forward(np.array([[1.0], [3.0], [6.0]])).ravel().tolist()
        [nan, 2.0, 3.0]
    """

    logarithm: Logarithm = "none"
    row: bool = False
    seasons: tuple[int, ...] = ()
    logged: tuple[bool, ...] = ()
    differenced: tuple[bool, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether the target stays as it is."""
        return not self.memory and self.target_logarithm == "none"

    @property
    def target_logarithm(self) -> Logarithm:
        """That of the target."""
        return self.logarithm if self.logged and self.logged[0] else "none"

    @property
    def season(self) -> int:
        """That of the target."""
        return self.seasons[0] if self.seasons else 0

    def of(self, column: int) -> Transform:
        """That of one column alone."""
        return self.of_columns([column])

    def of_columns(self, places: Sequence[int]) -> Transform:
        """That of some columns, in this order."""
        if not self.differenced:
            return self
        return replace(
            self,
            seasons=tuple(self.seasons[i] for i in places if self.seasons),
            logged=tuple(self.logged[i] for i in places),
            differenced=tuple(self.differenced[i] for i in places),
        )

    @property
    def reach(self) -> int:
        """How many rows in front of a window its changes need."""
        return self.row + max(self.seasons, default=0) if any(self.differenced) else 0

    @property
    def memory(self) -> int:
        """How many of the last known rows the base of a target needs."""
        if not self.differenced or not self.differenced[0]:
            return 0
        return max(self.season + self.row, 1) if self.row or self.season else 0

    def forward(self, raw: Reals) -> Reals:
        """Raw rows -> what is learned of them; the first `reach` of differenced columns are NaN.

        Args:
            raw: (..., rows, columns).
        """
        made = raw
        if any(self.logged):
            made = np.where(np.array(self.logged), to_level(raw, self.logarithm), raw)
        if any(self.differenced):
            changed = _since(made, 1) if self.row else made
            for season in {*self.seasons} - {0}:
                own = np.array(self.seasons) == season
                changed = np.where(own, _since(changed, season), changed)
            made = np.where(np.array(self.differenced), changed, made)
        return made

    def known_before(self, series: Reals, origins: NDArray[np.int64]) -> Reals:
        """The last known rows that `base` needs of each forecast, (..., memory).

        Args:
            series: (rows,), raw.
            origins: (...), the last known row of each forecast.
        """
        return series[origins[..., np.newaxis] + np.arange(1 - self.memory, 1)]

    def base(self, past: Reals, ahead: NDArray[np.int64]) -> Reals:
        """The level from which targets are learned as changes: what would come without any.

        With `row` the last known level; with `season` that of the newest known row of the same
        season; with both the latter, and what a season has changed by the last known row.

        Args:
            past: (..., rows), raw, the last known rows of the target: `known_before`, or more.
            ahead: (steps,), how many rows behind the last known one the targets lie.

        Returns:
            (..., steps).

        Example:
            >>> change = Transform(row=True, seasons=(2,), logged=(False,), differenced=(True,))
            >>> change.base(np.array([1.0, 10.0, 2.0]), np.array([1, 2, 3])).tolist()
            [11.0, 3.0, 12.0]
        """
        level = to_level(past, self.target_logarithm)
        last = level[..., -1:]
        if not self.season:
            return np.repeat(last, len(ahead), axis=-1)
        seasons = -(-ahead // self.season)
        same = level[..., level.shape[-1] - 1 + ahead - self.season * seasons]
        if not self.row:
            return same
        return same + seasons * (last - level[..., -1 - self.season, np.newaxis])

    def level(self, name: str, column: int = 0) -> str:
        """What a column is called before differences are taken: itself, or its logarithm."""
        if not self.logged or not self.logged[column]:
            return name
        return f"log({name})" if self.logarithm == "log" else f"log(1 + {name})"

    def title(self, name: str, column: int) -> str:
        """What a column is called once it is changed.

        Example:
            >>> Transform("log", row=True, logged=(True,), differenced=(True,)).title("sales", 0)
            'change of log(sales)'
        """
        name = self.level(name, column)
        if not self.differenced or not self.differenced[column]:
            return name
        season = self.seasons[column] if self.seasons else 0
        if not season:
            return f"change of {name}"
        against = f"change of {name} against {season:,} rows"
        return f"{against} and one row before" if self.row else f"{against} before"


AS_IS = Transform()


def _since(rows: Reals, lag: int) -> Reals:
    """What each of (..., rows, columns) has changed by since `lag` rows before; NaN at first."""
    change = np.full_like(rows, np.nan)
    change[..., lag:, :] = rows[..., lag:, :] - rows[..., :-lag, :]
    return change


def over_series(values: Reals, transform: Transform, firsts: NDArray[np.int64]) -> Reals:
    """`Transform.forward` of series that stand behind each other.

    Args:
        values: (rows, columns), raw.
        transform: of the columns.
        firsts: (series,), the first row of each; no change reaches across it.
    """
    made = transform.forward(values)
    for lost in range(transform.reach if len(firsts) > 1 else 0):
        at = firsts + lost
        made[np.ix_(at[at < len(made)], np.flatnonzero(transform.differenced))] = np.nan
    return made
