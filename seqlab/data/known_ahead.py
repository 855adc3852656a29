"""Columns whose values are known beforehand - a price, a promotion - read at the forecast rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import holiday_columns
from seqlab.data.columns import Roles
from seqlab.data.dataset import DataError
from seqlab.experiment import Data


def title(name: str, rows: int) -> str:
    """What a column is called that is read so many rows ahead.

    Example:
        >>> title("promotion", 1), title("price", 3)
        ('promotion (1 row ahead)', 'price (3 rows ahead)')
    """
    return f"{name} ({rows:,} {'row' if rows == 1 else 'rows'} ahead)"


def _asked(data: Data) -> tuple[str, ...]:
    """The columns that are to be read ahead: those of the file, and holidays."""
    return *data.known_ahead, *holiday_columns.named(data)


def distances(data: Data, steps: int) -> range:
    """How far ahead the columns are read: as far as the rows that one window is to forecast.

    Args:
        data: lead time.
        steps: rows that are forecast at once, 1 for a class.
    """
    return range(data.horizon, data.horizon + steps)


def added(asked: Roles, possible: Sequence[str], data: Data) -> list[str]:
    """The inputs, and behind them the columns known ahead that are not among them.

    Args:
        asked: the target and the inputs.
        possible: the columns that can be inputs.
        data: which columns are known ahead.

    Raises:
        DataError: if one of those is not there, or is the target.
    """
    targets = asked.targets
    left = tuple(name for name in data.known_ahead if name in possible and name not in targets)
    if wrong := [name for name in targets if name in data.known_ahead]:
        raise DataError(
            f"{wrong[0]!r} is what is to be forecast: it cannot be known ahead.",
            "known_ahead",
            left,
        )
    if len(left) < len(data.known_ahead):
        strange = next(name for name in data.known_ahead if name not in possible)
        raise DataError(
            f"There is no input column {strange!r} that could be known ahead.", "known_ahead", left
        )
    return list(dict.fromkeys([*asked.inputs, *_asked(data)]))


def spread(
    frame: pd.DataFrame,
    inputs: Sequence[str],
    data: Data,
    steps: int,
    series: NDArray[np.generic] | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Replaces each input that is known ahead by one column for each row that is forecast.

    With a horizon h and s steps, row t of the columns of k holds k[t + h], ..., k[t + h + s - 1]:
    a window that ends with row t reads what k is in the very rows that it is to forecast. Ordinary
    columns stay as they are. In the last rows of a series, whose later rows are not there, the
    last value goes on; no window with a target reads those.

    Args:
        frame: (rows, columns), each series in its order; words are columns of zeros and ones.
        inputs: the columns that the network reads.
        data: which are known ahead, and the lead time.
        steps: how many rows one window is to forecast.
        series: (rows,) the series of each row; `None` for one series. No value crosses over.

    Example:
        >>> frame = pd.DataFrame({"sales": [5.0, 9.0, 5.0], "promotion": [0, 1, 0]})
        >>> data = Data(known_ahead=("promotion",))
        >>> frame, names = spread(frame, ["sales", "promotion"], data, steps=1)
        >>> names, frame[names[1]].tolist()
        (['sales', 'promotion (1 row ahead)'], [1.0, 0.0, 0.0])
    """
    known = {*_asked(data)}
    if not known:
        return frame, list(inputs)
    of = pd.Series(np.zeros(len(frame), int) if series is None else series, frame.index)
    left = of.groupby(of).cumcount(ascending=False)  # rows of its series behind each row
    names: list[str] = []
    new: dict[str, pd.Series] = {}
    for name in inputs:
        if not {name, name.partition("=")[0]} & known:
            names.append(name)
            continue
        each = frame[name].astype(np.float64).groupby(of)
        for rows in distances(data, steps):
            later = each.shift(-rows).where(left >= rows, each.transform("last"))
            new[title(name, rows)] = later
            names.append(title(name, rows))
    return frame.assign(**new), names


def origins(names: Sequence[str], data: Data, steps: int) -> Mapping[str, tuple[str, int]]:
    """By column that is read ahead, the column of the file and how many rows.

    Args:
        names: what the network reads, as `spread` names it.
        data: which columns are known ahead, and the lead time.
        steps: how many rows one window is to forecast.

    Example:
        >>> origins(["sales", "price (2 rows ahead)"], Data(known_ahead=("price",), horizon=2), 1)
        {'price (2 rows ahead)': ('price', 2)}
    """
    origin_of, known = {}, {*_asked(data)}
    for name in names:
        for rows in distances(data, steps):
            base = name.removesuffix(title("", rows))
            if base != name and {base, base.partition("=")[0]} & known:
                origin_of[name] = base, rows
    return origin_of
