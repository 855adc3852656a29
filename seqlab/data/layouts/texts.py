"""Texts with labels, pairs of texts, or a running text -> Dataset."""

from __future__ import annotations

from seqlab.data import text
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.layouts.labelled import words_of
from seqlab.data.layouts.whole import left_out
from seqlab.data.upload import Table
from seqlab.experiment import Data

FEWEST_TEXTS = 8


def labelled_texts(table: Table, data: Data) -> Dataset:
    """The label of each text. Raises `DataError`."""
    assert table.label is not None
    (column,) = table.texts
    texts = table.frame[column].fillna("").tolist()
    labels = words_of(table.frame[table.label])
    places = [
        i for i, label in enumerate(labels) if label is not None and text.tokenise(texts[i], "word")
    ]
    notes = left_out(len(texts) - len(places), "text", "without words or without a label")
    chosen = [str(labels[i]) for i in places]
    if len(set(chosen)) == len(chosen):
        raise DataError(
            "There is no column of numbers to learn from, and no column of classes either: "
            f"no two rows have the same “{table.label}”."
        )
    _enough(len(chosen), "texts with a label")
    return text.classified([texts[i] for i in places], chosen, table.label, data, notes)


def pairs(table: Table, data: Data) -> Dataset:
    """The second text of each pair, written from the first. Raises `DataError`."""
    first, second = (table.frame[name].fillna("").tolist() for name in table.texts)
    places = [i for i, (a, b) in enumerate(zip(first, second, strict=True)) if a and b]
    notes = left_out(len(first) - len(places), "pair", "with an empty side")
    _enough(len(places), "pairs of texts")
    return text.translated(
        [first[i] for i in places],
        [second[i] for i in places],
        table.texts[1],
        data,
        notes,
    )


def corpus(table: Table, data: Data) -> Dataset:
    """The next character of a running text. Raises `DataError`."""
    return text.continued("\n".join(table.frame[table.texts[0]]), data.window)


def _enough(number: int, what: str) -> None:
    """Words without numbers are learned from only if there are some. Raises `DataError`."""
    if number < FEWEST_TEXTS:
        raise DataError(
            f"There is no column of numbers to learn from, and {number} {what} are too few: "
            f"{FEWEST_TEXTS} are needed."
        )
