"""All of a series, or some of the sequences, as a picture with its sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from seqlab.data import describe, summary
from seqlab.data.dataset import Dataset
from seqlab.data.log_mel import LogMel
from seqlab.figures import overview, spectrogram, thin

MOST_LINES = 6  # columns or features that are drawn
MOST_EXAMPLES = 12


@dataclass(frozen=True)
class Picture:
    """A figure, what it says, and the pixels that it wants."""

    figure: go.Figure
    sentence: str
    height: int


def picture(dataset: Dataset) -> Picture | None:
    """The picture that fits the data; `None` for texts, which are best read."""
    if dataset.x.ndim == 2:
        return None
    if dataset.values is not None and dataset.labels is not None:
        return _series(dataset)
    if dataset.log_mel is not None:
        return _sounds(dataset, dataset.log_mel)
    return _sequences(dataset)


def _series(dataset: Dataset) -> Picture:
    values, labels, gaps = dataset.values, dataset.labels, dataset.gaps
    assert values is not None
    assert labels is not None
    names = dataset.columns
    # A class has no height: its column stays out of the picture.
    chosen = range(len(names))[dataset.goal.kind == "class" :][:MOST_LINES]
    columns = {names[i]: values[:, i] for i in chosen}
    missing = None if gaps is None else {names[i]: gaps[:, i] for i in chosen}
    timeless = np.isnat(labels) if labels.dtype.kind == "M" else np.zeros(len(labels), bool)
    times = labels[~timeless].astype(np.float64)
    one_by_one = bool((times[1:] < times[:-1]).any())  # sequences below each other
    by_row = one_by_one or timeless.any()
    along = np.arange(1, len(values) + 1) if by_row else labels
    title = "row" if by_row else ""
    parts = summary.row_parts(dataset) if dataset.splits is None and one_by_one else None
    figure = overview.series(along, columns, dataset.splits, missing, title, parts)
    sentence = _series_words(dataset, list(columns), one_by_one, int(timeless.sum()))
    height = 250 if len(columns) == 1 else 60 + 90 * len(columns)
    return Picture(figure, sentence, height)


def _series_words(dataset: Dataset, drawn: list[str], one_by_one: bool, timeless: int) -> str:
    values, labels = dataset.values, dataset.labels
    assert values is not None
    assert labels is not None
    rows = len(values)
    if one_by_one:
        sentence = f"{rows:,} rows of several sequences, one behind the other"
    elif timeless:
        sentence = f"{rows:,} rows by their number, since {timeless:,} of them "
        sentence += "has no time" if timeless == 1 else "have no time"
    else:
        first, last = describe.time(labels[0]), describe.time(labels[-1])
        sentence = f"{rows:,} rows from {first} to {last}"
    if dataset.splits is not None:
        a, b = dataset.splits
        test = f" and the last {rows - b:,} for the test" if b < rows else ""
        sentence += f": {a:,} to train with, then {b - a:,} for validation{test}"
    sentence += "."
    hidden = len(dataset.columns) - len(drawn) - (dataset.goal.kind == "class")
    if hidden:
        sentence += f" The first {len(drawn)} of {len(drawn) + hidden:,} columns are drawn."
    if dataset.gaps is not None and (missing := int(dataset.gaps.sum())):
        state = "left open" if np.isnan(values).any() else "drawn as they were filled"
        are = "values are marked by crosses" if missing > 1 else "value is marked by a cross"
        sentence += f" {missing:,} missing {are}, {state}."
    if rows > thin.MOST_POINTS:
        sentence += " Of each short stretch only the lowest and the highest value are drawn."
    return sentence


def _sequences(dataset: Dataset) -> Picture:
    examples = summary.examples(dataset, MOST_EXAMPLES)
    names = dataset.names[:MOST_LINES]
    drawn = []
    for i, group in examples:
        real = int(dataset.lengths[i])
        raw = dataset.input_scaling_of(i).invert(dataset.x[i, :real])
        drawn.append((group, raw[:, : len(names)]))
    figure = overview.sequences(drawn, names)
    features = len(dataset.names)
    sentence = f"{len(drawn)} of {len(dataset.x):,} sequences, all from the training part"
    if len(names) < features:
        sentence += f", with the first {len(names)} of {features} features"
    groups = len({group for group, _ in drawn if group})
    if groups:
        classes = len(dataset.goal.classes)
        sentence += f"; the colour tells y ({dataset.target})"
        sentence += f", {groups} of {classes} classes" if groups < classes else ""
    height = 250 if len(names) == 1 else 60 + 90 * len(names)
    return Picture(figure, f"{sentence}.", height)


def _sounds(dataset: Dataset, made: LogMel) -> Picture:
    examples = summary.examples(dataset, MOST_EXAMPLES)
    drawn = [
        (word, dataset.input_scaling.invert(dataset.x[i, : int(dataset.lengths[i])]))
        for i, word in examples
    ]
    words = len({word for word, _ in drawn})
    sentence = (
        f"{len(drawn)} of {len(dataset.x):,} takes, all from the training part, of {words} of "
        f"{len(dataset.goal.classes)} words. {made.sentence}"
    )
    rows = -(-len(drawn) // spectrogram.ACROSS)
    figure = spectrogram.spectrograms(drawn, made)
    return Picture(figure, sentence, 60 + 120 * rows)
