"""A new file beside the data of a training: columns by name, values in their range, answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.dataset import DataError, Dataset
from seqlab.data.scaling import Scaling
from seqlab.data.upload import Table

Reals = NDArray[np.float64]
MARGIN = 0.1  # of the trained range: further out is far
MOST_CLASSES = 20  # whose probabilities get a column each
NAMED = 6  # columns in a sentence


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says to a file.

    Attributes:
        table: a row for each row of a series, each sequence or each step: see `seqlab.predict`.
        notes: what was different in the file, and what could not be answered, in sentences.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Part:
    """One series or sequence of the file, raw."""

    name: str
    times: NDArray[np.generic] | None
    values: Reals  # (rows, columns)
    truth: Sequence[object] | None


def separated(
    frame: pd.DataFrame,
    sequence_id: str,
    times: NDArray[np.generic] | None,
    values: Reals,
    truth: Sequence[object] | None,
) -> list[Part]:
    """The sequences that stand below each other in a table, each with its rows in their order.

    Args:
        frame: the table.
        sequence_id: its column that tells the sequences apart.
        times: (rows,) the time of each row; `None` without.
        values: (rows, columns) what is read of them.
        truth: (rows,) what the file itself says, if it does.
    """
    parts = []
    for name, places in frame.groupby(sequence_id, sort=False).indices.items():
        rows = np.sort(places)
        parts.append(
            Part(
                str(name),
                None if times is None else times[rows],
                values[rows],
                None if truth is None else [truth[row] for row in rows],
            )
        )
    return parts


def matched(
    frame: pd.DataFrame, needed: list[str], known: list[str | None]
) -> tuple[dict[str, Reals], list[str]]:
    """The needed columns as numbers, by name, and what else is different.

    Args:
        frame: the new table.
        needed: the names that the network reads; "column=word" for a word.
        known: columns of the file that have another use, such as the time; `None` for none.

    Raises:
        DataError: if one of the needed columns is missing, or holds words instead of numbers.
    """
    columns = [str(name) for name in frame.columns]
    by_name: dict[str, Reals] = {}
    missing = []
    for name in needed:
        column, _, word = name.partition("=")
        if name in columns:
            by_name[name] = numbers_of(frame, name)
        elif word and column in columns:  # a column of zeros and ones for each word
            by_name[name] = np.where(frame[column].astype(str) == word, 1.0, 0.0)
        else:
            missing.append(name)
    if missing:
        raise DataError(lacks(missing, columns))
    sources = {name.partition("=")[0] for name in needed}
    more = [name for name in columns if name not in known and name not in sources]
    notes = []
    if more:
        shown = ", ".join(more[:NAMED]) + (", …" if len(more) > NAMED else "")
        notes.append(f"Not read, since the network was trained without: {shown}.")
    return by_name, notes


def lacks(missing: list[str], columns: list[str]) -> str:
    """Which columns a file lacks, and which it has."""
    shown = ", ".join(columns[:NAMED]) + (", …" if len(columns) > NAMED else "")
    return (
        f"The file lacks {', '.join(repr(name) for name in missing[:NAMED])}, which the network "
        f"reads. Its columns are: {shown}. Columns are matched by their names."
    )


def numbers_of(frame: pd.DataFrame, name: str) -> Reals:
    """A column of numbers, (rows,). Raises `DataError` if it is none."""
    cells = frame[name]
    if not pd.api.types.is_numeric_dtype(cells):
        raise DataError(
            f"The column {name!r} held numbers in training, and in this file it holds words."
        )
    return cells.to_numpy(np.float64)


def scalings_of(dataset: Dataset, name: str) -> tuple[Scaling, Scaling] | None:
    """How the inputs and the target of a series are scaled, by its name.

    `None` where each series has a scaling of its own and training knew none of that name.
    """
    of = dataset.series
    if of is None or of.scaling is None:
        return dataset.input_scaling, dataset.target_scaling
    if name not in of.names:
        return None
    row, places = of.names.index(name), dataset.input_columns
    offset, scale = of.scaling.offset[row], of.scaling.scale[row]
    return Scaling(offset[places], scale[places]), Scaling(offset[:1], scale[:1])


def answer_columns(dataset: Dataset, said: NDArray[np.floating]) -> dict[str, object]:
    """The columns of an answer.

    Args:
        dataset: whether it asks for values or classes, and their names.
        said: (n, outputs) values in original units, or probabilities.
    """
    if dataset.goal.kind == "value":
        if said.shape[1] == 1 or dataset.stretches:
            return {"answer": said[:, 0]}
        return {f"answer {i + 1}": said[:, i] for i in range(said.shape[1])}
    classes = dataset.goal.classes
    best = said.argmax(axis=1) if len(said) else np.zeros(0, int)
    columns: dict[str, object] = {
        "answer": [classes[i] for i in best],
        "probability": said.max(axis=1) if len(said) else np.zeros(0),
    }
    if len(classes) <= MOST_CLASSES:
        columns |= {f"P({name})": said[:, i] for i, name in enumerate(classes)}
    return columns


def named(out: NDArray[np.bool_], names: Sequence[str]) -> list[str]:
    """For each row of (n, columns) the names of the columns that are marked."""
    return [", ".join(name for name, far in zip(names, row, strict=True) if far) for row in out]


def outside_note(frame: pd.DataFrame) -> tuple[str, ...]:
    """How many rows read values far outside of the trained range, in a sentence."""
    count = int((frame["outside"] != "").sum())
    if not count:
        return ()
    rows = "row reads" if count == 1 else "rows read"
    return (
        f"{count:,} {rows} values far outside of the range that was trained on (column "
        "“outside”): what the network says there is a guess.",
    )


def trained_range(dataset: Dataset) -> tuple[Reals, Reals]:
    """The lowest and the highest value of each input as it is learned, and a margin."""
    if dataset.values is not None and dataset.stretches:
        seen = np.concatenate(
            [dataset.learned[one.first : one.unseen] for one in dataset.stretches]
        )[:, dataset.input_columns]
    else:
        train = dataset.train
        real = np.arange(dataset.timesteps) < dataset.lengths[train, np.newaxis]
        seen = dataset.input_scaling.invert(dataset.x[train])[real]
    low, high = np.nanmin(seen, axis=0), np.nanmax(seen, axis=0)
    margin = MARGIN * (high - low) + 1e-9 * np.abs(high)
    return low - margin, high + margin


def kind_of(table: Table) -> str:
    """What a table is, in words."""
    return {
        "series": "rows of one series",
        "wide": "one sequence in each row",
        "long": "sequences below each other",
        "text": "texts with labels",
        "pairs": "pairs of texts",
        "corpus": "a running text",
        "arrays": "NumPy arrays",
        "speech": "sounds of words",
    }[table.kind]
