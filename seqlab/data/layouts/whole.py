"""Whole sequences: without gaps, not too long, and a sentence about what was left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data import tails
from seqlab.data.dataset import DataError
from seqlab.data.windows import fill_gaps, filled_note
from seqlab.experiment import Data, Missing

MOST_STEPS = 2000  # of one whole sequence; longer ones are cut


def without_tail(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """A short row ends where its last number stands; `row` is (steps, features)."""
    numbers = np.flatnonzero(np.isfinite(row).any(axis=1))
    return row[: numbers[-1] + 1] if len(numbers) else row[:0]


def known(
    whole: list[NDArray[np.float64]], names: tuple[str, ...]
) -> tuple[list[NDArray[np.float64]], list[int], tuple[str, ...]]:
    """Sequences (timesteps, columns) with a number in each column, which, and what was left out."""
    places = [i for i, s in enumerate(whole) if len(s) and np.isfinite(s).any(axis=0).all()]
    if not places:
        raise DataError(f"No sequence has a number in each of: {', '.join(names[:10])}.")
    notes = left_out(len(whole) - len(places), "sequence", "without any number in a column")
    return [np.where(np.isfinite(whole[i]), whole[i], np.nan) for i in places], places, notes


def filled(
    whole: list[NDArray[np.float64]], names: tuple[str, ...], how: Missing
) -> tuple[list[NDArray[np.float64]], list[int], tuple[str, ...]]:
    """The sequences without NaN, as `Data.missing` asks, which of them are left, and what was done.

    "drop" leaves out every sequence that touches a gap.

    Args:
        whole: each sequence, (its steps, features), NaN for a gap.
        names: of the features.
        how: `Data.missing`.
    """
    whole, places, notes = known(whole, names)
    gaps = [int(np.isnan(sequence).sum()) for sequence in whole]
    if not any(gaps):
        return whole, places, notes
    if how == "drop":
        good = [i for i, gap in enumerate(gaps) if not gap]
        if not good:
            raise DataError(
                "Every sequence has missing values. Choose another way to treat them than to drop."
            )
        notes += left_out(len(whole) - len(good), "sequence", "they touch a missing value")
        return [whole[i] for i in good], [places[i] for i in good], notes
    bridged = [
        fill_gaps(sequence, how) if gap else sequence
        for sequence, gap in zip(whole, gaps, strict=True)
    ]
    return bridged, places, (*notes, filled_note(sum(gaps), how))


def shortened(
    whole: list[NDArray[np.float64]], data: Data, most: int
) -> tuple[list[NDArray[np.float64]], tuple[str, ...]]:
    """Sequences with one target each, without constant tails if so asked, and then as `cut`.

    Args:
        whole: each sequence, (its steps, features).
        data: whether constant tails are cut.
        most: steps of one sequence.
    """
    notes: tuple[str, ...] = ()
    if data.tails == "cut":
        whole, notes = tails.without(whole)
    whole, about_cuts = cut(whole, most)
    return whole, notes + about_cuts


def cut(
    whole: list[NDArray[np.float64]], most: int
) -> tuple[list[NDArray[np.float64]], tuple[str, ...]]:
    """Sequences (timesteps, ...) without what comes after so many steps, and a word about it."""
    long = sum(len(sequence) > most for sequence in whole)
    if not long:
        return whole, ()
    return [sequence[:most] for sequence in whole], (
        f"{long:,} {'sequence was' if long == 1 else 'sequences were'} cut after {most:,} steps.",
    )


def left_out(number: int, noun: str, why: str) -> tuple[str, ...]:
    """`2 texts were left out: without a label.`; nothing for none.

    Args:
        number: how many.
        noun: what they are, in the singular.
        why: the reason, in words.
    """
    if not number:
        return ()
    return (f"{number:,} {noun}{' was' if number == 1 else 's were'} left out: {why}.",)
