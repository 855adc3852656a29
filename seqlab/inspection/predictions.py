"""Every prediction of the validation part beside its truth, as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import describe
from seqlab.data.dataset import Dataset
from seqlab.lens.loss import probabilities


def predictions_table(
    dataset: Dataset, raw: NDArray[np.floating], activation: str = "linear"
) -> pd.DataFrame:
    """A row for each target: which sequence and step, when, truth, prediction, and how good it is.

    Args:
        dataset: whose validation part.
        raw: (sequences, ...) what the network gives for its first sequences, as in a snapshot:
            scaled values, or scores of classes.
        activation: of a head for classes.

    Returns:
        Columns `sequence` (from 1), `step` where a sequence has several targets, `time` where rows
        have one, `truth`, `prediction`; then `error` in original units, or `probability` of the
        prediction and `right`.

    Example:
        >>> import seqlab
        >>> data = seqlab.load(seqlab.Experiment())
        >>> list(predictions_table(data, data.y[data.validation]).columns)
        ['sequence', 'time', 'truth', 'prediction', 'error']
    """
    places = dataset.validation[: len(raw)]
    by_class = dataset.goal.kind == "class"
    truth = dataset.y[places] if by_class else dataset.truth(places)
    found = probabilities(raw, activation) if by_class else dataset.target_scaling.invert(raw)
    counts = dataset.target_weights(places) > 0
    if by_class:
        steps = truth.shape[1] if truth.ndim == 2 else 1
        truth, counts = truth.reshape(len(places), steps), counts.reshape(len(places), -1)
        found = found.reshape(len(places), steps, -1)
    else:
        truth, found = (each.reshape(len(places), -1) for each in (truth, found))
        steps = truth.shape[1]
        counts = counts.reshape(len(places), -1)
    if counts.shape[1] != steps:  # one weight a sequence, or one for each step of several outputs
        counts = np.repeat(counts, -(-steps // counts.shape[1]), axis=1)[:, :steps]
    row, step = np.nonzero(counts)
    table = pd.DataFrame({"sequence": row + 1})
    if steps > 1:
        table["step"] = step + 1
    if dataset.labels is not None and dataset.starts is not None and dataset.goal.at == "end":
        goals = dataset.starts[places] + dataset.timesteps + dataset.horizon - 1
        table["time"] = [describe.time(dataset.labels[g]) for g in goals[row] + step]
    if not by_class:
        table["truth"], table["prediction"] = truth[row, step], found[row, step]
        table["error"] = table["prediction"] - table["truth"]
        return table
    names = np.array(dataset.goal.classes, object)
    guess = found.argmax(axis=-1)
    table["truth"], table["prediction"] = names[truth[row, step]], names[guess[row, step]]
    table["probability"] = found[row, step, guess[row, step]]
    table["right"] = truth[row, step] == guess[row, step]
    return table
