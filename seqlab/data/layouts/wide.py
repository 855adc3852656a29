"""A sequence in each row, or in each column, of a table -> Dataset."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.columns import choice, steps
from seqlab.data.dataset import Dataset
from seqlab.data.layouts import cut_before
from seqlab.data.layouts.known_parts import given_parts, name_of, owners
from seqlab.data.layouts.labelled import labelled, words_of
from seqlab.data.layouts.whole import MOST_STEPS, filled, known, shortened, without_tail
from seqlab.data.panel import Inside, forecast
from seqlab.data.reader.roles.wide import features
from seqlab.data.upload import Table
from seqlab.experiment import Data


def wide(table: Table, data: Data) -> Dataset:
    """The labels of the sequences, or what comes next in each; errors as for `load`."""
    if table.windows is not None:
        return cut_before.dataset(table.frame, table.windows, choice(table).asked(data), data)
    possible = choice(table)
    asked, names = possible.asked(data), possible.numbers
    rows = stacked(table)
    if asked.target not in possible.labels:
        chosen = rows[..., [names.index(name) for name in asked.used]]
        whole, places, notes = known([without_tail(row) for row in chosen], asked.used)
        ids = [str(i + 1) for i in range(len(rows))]
        if table.swapped:
            ids = next(iter(features(steps(table)).values()))
        elif table.sequence_id is not None:
            ids = [name_of(cell) for cell in table.frame[table.sequence_id]]
        times = [np.arange(1, len(sequence) + 1) for sequence in whole]
        inside = Inside(whole, times, [ids[i] for i in places], asked)
        return forecast(inside, data, notes)
    rows = rows[..., [names.index(name) for name in asked.inputs]]
    whole, places, notes = filled([without_tail(row) for row in rows], asked.inputs, data.missing)
    whole, about_cuts = shortened(whole, data, data.longest or MOST_STEPS)
    labels = words_of(table.frame[asked.target])
    whose = owners(table)
    return labelled(
        whole,
        [labels[i] for i in places],
        asked,
        data,
        notes + about_cuts,
        given_parts(table, places),
        whose and (whose[0], [whose[1][i] for i in places]),
    )


def stacked(table: Table) -> NDArray[np.float64]:
    """The numbers of a wide table, (sequences, steps, features)."""
    runs = features(steps(table)).values()
    rows = np.stack([table.frame[run].to_numpy(np.float64) for run in runs], axis=2)
    return rows.swapaxes(0, 1) if table.swapped else rows
