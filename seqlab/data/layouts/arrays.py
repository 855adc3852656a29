"""NumPy arrays -> Dataset."""

from __future__ import annotations

import numpy as np

from seqlab.data import sequences
from seqlab.data.columns import choice
from seqlab.data.dataset import Dataset
from seqlab.data.layouts.known_parts import name_of
from seqlab.data.layouts.whole import cut, filled, known, shortened
from seqlab.data.panel import Inside, forecast
from seqlab.data.upload import Table
from seqlab.experiment import Data


def arrays(table: Table, data: Data) -> Dataset:
    """The answers that stand in a second array, or what comes next; errors as for `load`."""
    assert table.arrays is not None
    x, y, lengths, _ = table.arrays
    names = table.arrays.features
    whole = [row[:length] for row, length in zip(x, lengths, strict=True)]
    if y is None:
        asked = choice(table).asked(data)
        at = [names.index(name) for name in asked.used]
        own, places, notes = known([sequence[:, at] for sequence in whole], asked.used)
        steps = [np.arange(1, len(whole[i]) + 1) for i in places]
        ids = [str(i + 1) for i in places]
        return forecast(Inside(own, steps, ids, asked), data, notes)
    whole, places, notes = filled(whole, names, data.missing)
    y = y[places]
    stepwise = y.ndim == (3 if y.dtype.kind == "f" else 2)
    most = data.longest or max(map(len, whole))
    whole, about_cuts = cut(whole, most) if stepwise else shortened(whole, data, most)
    notes += about_cuts
    if y.dtype.kind == "f":
        if y.ndim == 3:
            y = y[:, : max(map(len, whole))]
        return sequences.valued(whole, y, names, "y", data, notes)
    if y.ndim == 2:
        each = [[name_of(c) for c in row[: len(s)]] for row, s in zip(y, whole, strict=True)]
        return sequences.classified_steps(whole, each, names, "y", data, notes)
    return sequences.classified(whole, [name_of(c) for c in y], names, "y", data, notes)
