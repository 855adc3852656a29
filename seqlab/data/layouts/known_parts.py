"""Columns that say of each sequence in which part it lies, or with which others it must stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqlab.data import sequences
from seqlab.data.reader.vocabulary import (
    HELD_OUT_WORDS,
    ID_NAMES,
    PART_NAMES,
    PART_WORDS,
    TEST_WORDS,
    TRAIN_WORDS,
    key,
)
from seqlab.data.upload import Table


def name_of(cell: object) -> str:
    """A cell as the name of a class or of a sequence; 1.0 is called 1."""
    if isinstance(cell, float | np.floating):
        return f"{cell:.15g}"
    return str(cell)


def as_parts(words: NDArray[np.str_]) -> sequences.Parts:
    """The parts that a column (sequences,) names; a single held-out one is the validation part."""
    train, test = np.isin(words, [*TRAIN_WORDS]), np.isin(words, [*TEST_WORDS])
    if not (~train & ~test).any():
        test[:] = False
    which = np.flatnonzero
    return sequences.Parts(which(train), which(~train & ~test), which(test))


def owners(table: Table) -> tuple[str, list[str]] | None:
    """A column that names whose row it is, with several rows each, as in "subject"."""
    columns = map(str, table.frame.columns)
    named = [name for name in columns if not ID_NAMES.isdisjoint(key(name).split())]
    for name in [table.sequence_id, *named]:
        if name is None or name == table.label or name in table.numeric:
            continue
        cells = [name_of(cell) for cell in table.frame[name]]
        if 2 <= len(set(cells)) <= len(cells) / 2:
            return name, cells
    return None


def given_parts(table: Table, rows: Sequence[int]) -> tuple[str, list[str]] | None:
    """A column that says of each sequence whether it is for training, and what it says.

    Args:
        table: the table.
        rows: the first row of each sequence.
    """
    for name in map(str, table.frame.columns):
        if key(name) not in PART_NAMES:
            continue
        words = [str(table.frame[name].iloc[row]).casefold().strip() for row in rows]
        held_out = HELD_OUT_WORDS.intersection(words)
        if held_out and set(words) <= PART_WORDS and set(words) - held_out:
            return name, words
    return None
