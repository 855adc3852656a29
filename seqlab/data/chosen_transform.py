"""Which transform an experiment asks for, of the columns there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqlab.choices import Logarithm
from seqlab.data.calendar_columns import NAMES
from seqlab.data.dataset import DataError
from seqlab.data.transforms import AS_IS, Transform
from seqlab.experiment import Data

Reals = NDArray[np.float64]


def transform_of(
    data: Data,
    names: Sequence[str],
    values: Reals,
    seen: NDArray[np.bool_],
    seasons: Sequence[int],
    by_class: bool,
) -> Transform:
    """The transform that an experiment asks for.

    The target is changed, if it is a number; other inputs are if that is asked for: calendar
    columns and columns of zeros and ones never, and the logarithm only of what is positive in the
    training part.

    Args:
        data: logarithm, difference, transform_inputs.
        names: of the columns of `values`, the target first.
        values: (rows, columns).
        seen: (rows,), the rows of the training part.
        seasons: of each target, in rows; below 2 for none. The targets are the first columns, and
            all others have the season of the first one.
        by_class: whether the target is a class.

    Raises:
        DataError: if a logarithm or a season is asked for and there is none.
    """
    if data.logarithm == "none" and data.difference == "none":
        return AS_IS
    if data.difference in ("season", "both") and min(seasons) < 2:
        of = f" of {names[int(np.argmin(seasons))]!r}" if len(seasons) > 1 else ""
        raise DataError(
            f"No season{of} was found in the training part to take differences over. Give the "
            "season length, or take differences from row to row.",
            "difference",
            "none" if data.difference == "season" else "row",
        )
    known, targets = values[seen], len(seasons)
    numbers = np.array([name not in NAMES and not _is_switch(known[:, i])
                        for i, name in enumerate(names)])  # fmt: skip
    changed = numbers & data.transform_inputs
    changed[:targets] = not by_class
    logged = np.zeros(len(names), bool)
    if data.logarithm != "none":
        bound = 0.0 if data.logarithm == "log" else -1.0
        with np.errstate(invalid="ignore"):
            too_low = values <= bound
        logged = changed & ~too_low[seen].any(axis=0)
        logged[:targets] = changed[:targets]
        if (wrong := np.flatnonzero(logged & too_low.any(axis=0))).size:
            raise DataError(*_no_logarithm(names[wrong[0]], values[:, wrong[0]], data.logarithm))
    lags = np.zeros(len(names), int)
    if data.difference in ("season", "both"):
        lags[:] = seasons[0]
        lags[:targets] = seasons
    differenced = changed & (data.difference != "none")
    row = data.difference in ("row", "both") and bool(differenced.any())
    lags *= differenced
    by_column = (tuple(kind.tolist()) for kind in (lags, logged, differenced))
    return Transform(data.logarithm, row, *by_column)


def sentences_about(transform: Transform, names: Sequence[str]) -> tuple[str, ...]:
    """A sentence about what is learned of the columns, the target first; none if nothing is.

    Seasons that differ are all told.
    """
    changed = zip(transform.logged, transform.differenced, strict=True)
    titles = [
        transform.title(name, place)
        for place, (name, is_changed) in enumerate(zip(names, changed, strict=False))
        if any(is_changed)
    ]
    if not titles:
        return ()
    others = [i for i, each in enumerate(transform.seasons) if each not in (0, transform.season)]
    told = max(others, default=0) + 1  # columns with another season are targets: they come first
    more = f" (and {len(titles) - told} more)" if len(titles) > told else ""
    lost = f" The first {transform.reach:,} rows serve for that." if transform.reach > 1 else ""
    learned = ", the ".join(titles[:told])
    return (f"Learned is the {learned}{more}; results are in original units.{lost}",)


def _is_switch(column: Reals) -> bool:
    """Zeros and ones alone, as of a column for each word."""
    return bool(np.isin(column[np.isfinite(column)], (0.0, 1.0)).all())


def _no_logarithm(name: str, column: Reals, logarithm: Logarithm) -> tuple[str, str, str]:
    """Why there is no logarithm of a column, the setting to blame, and what would do."""
    lowest = float(np.nanmin(column))
    if logarithm == "log" and lowest > -1:
        return (
            f"The column {name!r} reaches down to {lowest:.4g}: the logarithm needs values above "
            "0. log(1 + x) needs values above -1.",
            "logarithm",
            "log1p",
        )
    bound = "0" if logarithm == "log" else "-1"
    return (
        f"The column {name!r} reaches down to {lowest:.4g}: this logarithm needs values above "
        f"{bound}.",
        "logarithm",
        "none",
    )
