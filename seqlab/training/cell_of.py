"""From a Keras layer to the record of its cell."""

from __future__ import annotations

import functools

import keras

from seqlab.cells import CELLS
from seqlab.cells.cell import Cell


def cell_of(layer: keras.layers.Layer) -> Cell | None:
    """The record of a recurrent layer's cell; `None` for a layer whose equations are not known.

    A subclass may compute something else, so the class must be the very one.
    """
    return _by_class().get(type(layer))


@functools.cache
def _by_class() -> dict[type, Cell]:
    return {cell.layer(): cell for cell in CELLS.values()}


@functools.cache
def by_cell_class() -> dict[type, Cell]:
    """The record by the class of the cell inside: what is in a bare `keras.layers.RNN`, too."""
    return {type(cell.layer()(1).cell): cell for cell in CELLS.values()}
