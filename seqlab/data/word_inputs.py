"""Columns of words as inputs: a column of zeros and ones for each word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

MOST_WORDS = 20  # different ones in a column


def counted(frame: pd.DataFrame) -> dict[str, int]:
    """The columns of words without a missing cell, and how many different ones each has.

    Args:
        frame: (rows, columns).

    Example:
        >>> counted(pd.DataFrame({"wind": ["N", "S", "N"], "v": [1.0, 2.0, 3.0]}))
        {'wind': 2}
    """
    words_of = {}
    for name in map(str, frame.columns):
        cells = frame[name]
        numbers = pd.api.types.is_numeric_dtype(cells) or cells.dtype.kind == "M"
        if not numbers and not cells.isna().any():
            words_of[name] = cells.nunique()
    return words_of


def possible(
    words: Mapping[str, int], rows: int, taken: Sequence[str | None] = ()
) -> tuple[str, ...]:
    """The columns of words with few different values.

    Args:
        words: how many different ones each column has, see `counted`.
        rows: of the table.
        taken: the columns that are there for something else, the time for instance.

    Example:
        >>> possible({"wind": 2, "note": 4}, 4)
        ('wind',)
    """
    most = min(MOST_WORDS, rows / 2)
    return tuple(name for name, n in words.items() if name not in taken and 2 <= n <= most)


def spread(
    frame: pd.DataFrame,
    inputs: Sequence[str],
    seen: int | None = None,
    unseen: Sequence[str] = (),
) -> tuple[pd.DataFrame, list[str], tuple[str, ...]]:
    """Replaces each input of words by one column a word, 1 where it stands and 0 elsewhere.

    A word that the training part has not seen gets no column: the network could not know it.

    Args:
        frame: (rows, columns).
        inputs: names of columns, of numbers or words.
        seen: how many rows the training part has; by default all.
        unseen: the columns of words that it has not, where it is no beginning: `summary.unseen`.

    Returns:
        The frame with the new columns behind the others, the inputs, and sentences on words that
        have no column.

    Example:
        >>> frame = pd.DataFrame({"wind": ["N", "S", "N"], "v": [1.0, 2.0, 3.0]})
        >>> spread(frame, ["v", "wind"])[1]
        ['v', 'wind=N', 'wind=S']
    """
    names: list[str] = []
    notes: list[str] = []
    new: dict[str, pd.Series] = {}
    for name in inputs:
        cells = frame[name]
        if pd.api.types.is_numeric_dtype(cells):
            names.append(name)
            continue
        words = sorted(cells.iloc[:seen].dropna().astype(str).unique())
        known = [word for word in words if f"{name}={word}" not in unseen]
        for word in known:
            new[f"{name}={word}"] = (cells == word).astype("float64")
            names.append(f"{name}={word}")
        strange = sorted(set(cells.dropna().astype(str)) - set(known))
        if strange:
            shown = ", ".join(f"“{word}”" for word in strange[:5])
            more = f" and {len(strange) - 5} more" if len(strange) > 5 else ""
            notes.append(
                f"“{name}” has words that the training part has not: {shown}{more}. They count as "
                "none of the known ones."
            )
    return frame.assign(**new), names, tuple(notes)
