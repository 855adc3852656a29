"""Sequences below each other, told apart by an id -> Dataset."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seqlab.data import calendar_columns, known_ahead, summary, word_inputs
from seqlab.data.columns import Roles, choice
from seqlab.data.dataset import Dataset
from seqlab.data.layouts.known_parts import given_parts, name_of
from seqlab.data.layouts.labelled import (
    labelled,
    labelled_steps,
    usual_label,
    words_of,
)
from seqlab.data.layouts.whole import MOST_STEPS, cut, filled, known, shortened
from seqlab.data.panel import Inside, forecast
from seqlab.data.upload import Table
from seqlab.experiment import Data


def long(table: Table, data: Data) -> Dataset:
    """The labels of the sequences or steps, or what comes next in each; errors as for `load`."""
    made, words = _made(table, data)
    if made.starts is not None and data.split == "random":
        return made  # its training part lies everywhere
    unseen = summary.unseen(made, words)
    return _made(table, data, unseen)[0] if unseen else made


def _made(table: Table, data: Data, unseen: tuple[str, ...] = ()) -> tuple[Dataset, list[str]]:
    """The dataset, and which columns words have become; `unseen` ones are left out and told."""
    possible = choice(table)
    asked = possible.asked(data)
    assert table.sequence_id is not None
    ids, names = pd.factorize(table.frame[table.sequence_id], use_na_sentinel=False)
    order = np.argsort(ids, kind="stable")
    borders = np.flatnonzero(np.diff(ids[order])) + 1
    rows_of = np.split(order, borders)
    by_label = asked.target in possible.labels
    data = data.model_copy(update={"holidays": None})  # refused where the data are loaded
    inputs = asked.inputs if by_label else known_ahead.added(asked, possible.inputs, data)
    frame, spread, about_words = word_inputs.spread(table.frame, inputs, unseen=unseen)
    words = [name for name in spread if name not in inputs]
    if not by_label:
        frame, spread = known_ahead.spread(frame, spread, data, data.steps, ids)
    frame, spread = calendar_columns.spread(frame, table.time, spread, data.calendar)
    asked = Roles(asked.target, tuple(spread), asked.further)
    if not by_label:
        values = frame[list(asked.used)].to_numpy(np.float64)
        whole, places, notes = known([values[rows] for rows in rows_of], asked.used)
        times = table.frame[table.time].to_numpy() if table.time else None
        steps = [
            np.arange(1, len(rows_of[i]) + 1) if times is None else times[rows_of[i]]
            for i in places
        ]
        own = [name_of(names[i]) for i in places]
        inside = Inside(whole, steps, own, asked, table.stretches)
        return forecast(inside, data, notes + about_words), words
    values = frame[spread].to_numpy(np.float64)
    whole, places, notes = filled([values[rows] for rows in rows_of], asked.inputs, data.missing)
    notes += about_words
    labels = words_of(table.frame[asked.target])
    each = [[labels[r] for r in rows_of[i]] for i in places]
    most = data.longest or MOST_STEPS
    if table.label_at == "every step":
        whole, shorter = cut(whole, most)
        return labelled_steps(whole, each, asked, data, notes + shorter), words
    whole, shorter = shortened(whole, data, most)
    split = given_parts(table, [int(rows_of[i][0]) for i in places])
    labels = [usual_label(own) for own in each]
    return labelled(whole, labels, asked, data, notes + shorter, split), words
