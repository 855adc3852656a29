"""`seqlab.predict`: what a trained network says to a new file of the same kind."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from seqlab.data.dataset import Dataset
from seqlab.data.upload import Table
from seqlab.experiment import Experiment
from seqlab.forecasting.forecaster import Trained, newest_network
from seqlab.forecasting.matching import Answers
from seqlab.forecasting.new_rows import answer_rows
from seqlab.forecasting.new_sequences import answer_sequences
from seqlab.forecasting.new_texts import answer_texts
from seqlab.lens.stack import Stack

MOST_WORK = 8 * 10**9  # multiplications: about a second


def predict(result: Trained, table: Table) -> pd.DataFrame:
    """Answers for a new file of the same kind, in original units.

    Columns are matched by their names, and scaled as the training part was. Of a series each row is
    forecast from the rows before it, the first ones behind the end as well.

    Args:
        result: of `seqlab.train`.
        table: of `seqlab.read_table`.

    Returns:
        Columns series, time (of series) or sequence, step; target, where there are several, one
        below the other; answer, for classes with the
        probability of it and of each class; truth, where the file has one; outside, the columns
        whose values lie far outside of the range that was trained on. `.attrs["notes"]` holds what
        was different, in sentences.

    Raises:
        DataError: if the file lacks a column, has too few rows for a window, or is of another
            kind.

    Example:
        >>> import seqlab
        >>> rows = "".join(f"{year},{50 + year % 11}\\n" for year in range(1700, 1800))
        >>> table = seqlab.read_table(f"year,sunspots\\n{rows}".encode(), "new.csv")
        >>> result = seqlab.train(seqlab.Experiment(training=seqlab.Training(epochs=1)))
        >>> said = predict(result, table)
        >>> list(said), len(said), int(said["time"].iloc[-1])
        (['time', 'answer', 'truth', 'outside'], 79, 1800)
    """
    return answers_for_all(
        result.dataset,
        lambda one: answers(result.experiment, one, newest_network(result, one), table),
    )


def answers_for_all(dataset: Dataset, answers_of: Callable[[Dataset], Answers]) -> pd.DataFrame:
    """The answers for one target, or for all of several below each other, as of `predict`.

    Args:
        dataset: with all targets.
        answers_of: the answers for the target of one of `Dataset.views`.
    """
    tables: list[pd.DataFrame] = []
    notes: list[str] = []
    for one in dataset.views:
        answered = answers_of(one)
        own = answered.table.copy()
        if one.joint is not None:
            own.insert([*own.columns].index("answer"), "target", one.target)
        tables.append(own)
        notes += answered.notes
    every = pd.concat(tables, ignore_index=True)
    every.attrs["notes"] = list(dict.fromkeys(notes))
    return every


def answers(
    experiment: Experiment,
    dataset: Dataset,
    network: Stack,
    table: Table,
    most: int | None = None,
) -> Answers:
    """`predict` for weights from anywhere; errors as there.

    Args:
        experiment: what was trained.
        dataset: its data; of several targets one (`Dataset.only`).
        network: its weights, with the answers for that target (`network_of`).
        table: the new file.
        most: how many windows or sequences are answered; `None` for all.
    """
    if dataset.stretches:
        return answer_rows(experiment, dataset, network, table, most)
    if dataset.vocabulary:
        return answer_texts(dataset, network, table, most)
    return answer_sequences(experiment, dataset, network, table, most)


def most_windows(dataset: Dataset, network: Stack) -> int:
    """How many windows or sequences a network answers without a long wait."""
    each = dataset.timesteps * sum(array.size for array in network.arrays)
    return max(1, MOST_WORK // each)
