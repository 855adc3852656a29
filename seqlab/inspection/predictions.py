"""Predictions of the validation part beside their truth: as a table, and one in a sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import describe
from seqlab.data.dataset import Dataset, rmse
from seqlab.data.text import END
from seqlab.lens.loss import probabilities

MOST_STEPS = 40  # whose symbols a sentence quotes


def predictions_table(
    dataset: Dataset,
    raw: NDArray[np.floating],
    activation: str = "linear",
    places: NDArray[np.int64] | None = None,
) -> pd.DataFrame:
    """A row for each target: which sequence and step, when, truth, prediction, and how good it is.

    Args:
        dataset: whose validation part.
        raw: (sequences, ...) what the network gives for its first sequences, as in a snapshot:
            scaled values, or scores of classes.
        activation: of a head for classes.
        places: (sequences,) their places in the validation part, from 0, if they are others.

    Returns:
        Columns `target` where there are several, one below the other; `sequence` (from 1), `series`
        where there are several, `step` where a sequence has several targets, `time` where rows have
        one, `truth`, `prediction`; then `error` in original units, or `probability` of the
        prediction and `right`.

    Example:
        >>> import seqlab
        >>> data = seqlab.load(seqlab.Experiment())
        >>> list(predictions_table(data, data.y[data.validation]).columns)
        ['sequence', 'time', 'truth', 'prediction', 'error']
    """
    if dataset.further:
        tables = [
            predictions_table(one, raw[:, one.answered], activation, places).assign(
                target=one.target
            )
            for one in dataset.views
        ]
        whole = pd.concat(tables, ignore_index=True)
        return whole[["target", *(name for name in whole.columns if name != "target")]]
    part = np.arange(len(raw)) if places is None else places
    places = dataset.validation[part]
    by_class = dataset.goal.kind == "class"
    truth = dataset.y[places] if by_class else dataset.truth(places)
    prediction = (
        probabilities(raw, activation)
        if by_class
        else dataset.target_scaling_of(places).invert(raw)
    )
    counts = dataset.target_weights(places) > 0
    if by_class:
        steps = truth.shape[1] if truth.ndim == 2 else 1
        truth, counts = truth.reshape(len(places), steps), counts.reshape(len(places), -1)
        prediction = prediction.reshape(len(places), steps, -1)
    else:
        truth, prediction = (each.reshape(len(places), -1) for each in (truth, prediction))
        steps = truth.shape[1]
        counts = counts.reshape(len(places), -1)
    if counts.shape[1] != steps:  # one weight a sequence, or one for each step of several outputs
        counts = np.repeat(counts, -(-steps // counts.shape[1]), axis=1)[:, :steps]
    row, step = np.nonzero(counts)
    table = pd.DataFrame({"sequence": part[row] + 1})
    if (series := dataset.series) is not None:
        table["series"] = [series.names[i] for i in series.of[places][row]]
    if steps > 1:
        table["step"] = step + 1
    if dataset.labels is not None and dataset.starts is not None and dataset.goal.at == "end":
        goals = dataset.starts[places] + dataset.timesteps + dataset.horizon - 1
        table["time"] = [describe.time(dataset.labels[g]) for g in goals[row] + step]
    if not by_class:
        table["truth"], table["prediction"] = truth[row, step], prediction[row, step]
        table["error"] = table["prediction"] - table["truth"]
        return table
    names = np.array(dataset.goal.classes, object)
    guess = prediction.argmax(axis=-1)
    table["truth"], table["prediction"] = names[truth[row, step]], names[guess[row, step]]
    table["probability"] = prediction[row, step, guess[row, step]]
    table["right"] = truth[row, step] == guess[row, step]
    return table


def in_words(rows: pd.DataFrame) -> str:
    """What `predictions_table` says of one sequence: truth, answer and error.

    Args:
        rows: those of the sequence.

    Returns:
        Of one target its numbers, of several ones how good they are together; "" of none.

    Example:
        >>> in_words(pd.DataFrame({"truth": [151.6], "prediction": [140.0], "error": [-11.6]}))
        'truth 151.6, answer 140, error -11.6'
    """
    if rows.empty:
        return ""
    first = rows.iloc[0]
    if "right" in rows:
        if len(rows) > 1:
            truth, answer = (_text(rows[name]) for name in ("truth", "prediction"))
            right = f"{int(rows['right'].sum()):,} of {len(rows):,} steps right"
            return f"truth “{truth}”, answer “{answer}”: {right}"
        verdict = "right" if first["right"] else "wrong"
        answer = f"answer “{first['prediction']}” with probability {first['probability']:.0%}"
        return f"truth “{first['truth']}”, {answer}: {verdict}"
    if len(rows) > 1:
        largest = rows.iloc[int(np.abs(rows["error"].to_numpy()).argmax())]
        where = largest["time"] if "time" in rows else f"step {largest['step']}"
        off = rmse(rows["prediction"].to_numpy(), rows["truth"].to_numpy())
        worst = f"largest error {largest['error']:.4g} ({where})"
        return f"RMSE of its {len(rows):,} targets {off:.4g}, {worst}"
    truth, answer, error = (f"{first[name]:.4g}" for name in ("truth", "prediction", "error"))
    return f"truth {truth}, answer {answer}, error {error}"


def _text(symbols: pd.Series) -> str:
    """Classes of steps as one text, the first ones of many."""
    written = [symbol for symbol in symbols[:MOST_STEPS] if symbol != END]
    text = ("" if all(len(symbol) < 2 for symbol in written) else " ").join(written)
    return f"{text}…" if len(symbols) > MOST_STEPS else text
