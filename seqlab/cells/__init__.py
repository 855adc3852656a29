"""The recurrent cells: one file each. Whatever asks about a cell asks the record found here.

A new cell is a file of this folder with a `Cell` called `CELL`; nothing else names it.
"""

from __future__ import annotations

import importlib
import pkgutil

from seqlab.cells.cell import Cell, invalid


def _cells() -> dict[str, Cell]:
    modules = (
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
        if module.name != "quick"  # it imports TensorFlow
    )
    cells = [module.CELL for module in modules if isinstance(getattr(module, "CELL", None), Cell)]
    return {cell.name: cell for cell in sorted(cells, key=lambda cell: (cell.year, cell.name))}


CELLS = _cells()  # by name, in the order in which they were described


def find_cell(name: str) -> Cell:
    """The record of a cell.

    Raises:
        ValueError: if there is none of that name.
    """
    if name not in CELLS:
        raise invalid("cell", f"one of {', '.join(CELLS)}", repr(name))
    return CELLS[name]
