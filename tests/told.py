"""What `seqlab.lens.stack` must be told of a snapshot whose layers are called after their cells."""

from collections.abc import Iterable
from typing import Any

from seqlab.cells import CELLS

BY_PREFIX = {name.lower(): name for name in CELLS}


def told(arrays: Iterable[str], **more: Any) -> dict[str, dict[str, Any]]:
    """Options by layer name, for names as "lstm_0/kernel"; `more` is added to every layer."""
    layers = dict.fromkeys(name.partition("/")[0] for name in arrays)
    cells = {layer: BY_PREFIX.get(layer.rpartition("_")[0]) for layer in layers}
    return {layer: {"cell": cell} | more for layer, cell in cells.items() if cell}
