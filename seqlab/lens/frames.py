"""Heat maps as small as they can be sent: a byte a value, few enough for a browser to play."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.cells import CELLS
from seqlab.cells.activations import Floats
from seqlab.lens.forward import forward, in_order
from seqlab.lens.stack import Stack

MOST_STEPS = 256  # more time steps than this are averaged in blocks of equal length
MOST_UNITS = 128  # of more units than this every second, third, ... is shown
BOUNDED = ("sigmoid", "hard_sigmoid", "sparse_sigmoid", "softmax")  # 0..1
GATES = {gate.name for cell in CELLS.values() for gate in cell.gates}


@dataclass(frozen=True, eq=False)
class Frame:
    """One layer and one sequence at one epoch.

    Attributes:
        names: the maps, in the order of the trace.
        reach: for each map how the bytes are meant: 0 for 0..1, else -reach..reach.
        data: zlib of uint8 (maps, units shown, steps shown).
        output: (timesteps, outputs), what the head says to each step's hidden state.
        steps: timesteps of the layer; of an encoder others than those of `output`.
    """

    names: tuple[str, ...]
    reach: tuple[float, ...]
    data: bytes
    output: Floats
    steps: int


def frames(
    networks: Sequence[Stack], layer: str, x: NDArray, mask: NDArray | None = None
) -> list[Frame]:
    """Runs one sequence through the networks of all epochs, and packs what one layer shows.

    Steps stand in the order of the sequence.

    Args:
        networks: as for `forward.forward`.
        layer: which recurrent layer, by the names of `Stack.layers`.
        x: (timesteps, features), or tokens (timesteps,).
        mask: (timesteps,), False where a step is padding.
    """
    passage = forward(networks, x[np.newaxis], None if mask is None else mask[np.newaxis])
    passage = in_order(networks[0], passage)
    bounded = networks[0].layers[layer].recurrent_activation in BOUNDED
    arrays = {name: array[:, 0] for name, array in passage.traces[layer].items()}
    return [
        _frame({name: array[i] for name, array in arrays.items()}, output, bounded)
        for i, output in enumerate(passage.outputs[:, 0])
    ]


def _frame(arrays: dict[str, Floats], output: Floats, bounded: bool) -> Frame:
    reach = {name: _reach(name, array, bounded) for name, array in arrays.items()}
    maps = [quantise(shown(array), reach[name]) for name, array in arrays.items()]
    data = zlib.compress(np.stack(maps).tobytes(), 1)
    steps = len(arrays["hidden"])
    return Frame(tuple(arrays), tuple(reach.values()), data, output.astype(np.float32), steps)


def _reach(name: str, values: Floats, bounded: bool) -> float:
    """0 for a gate within 0..1; 1 for a state within -1..1; else the tenth above its maximum."""
    if name in GATES and bounded:
        return 0.0
    return max(1.0, math.ceil(10 * float(np.abs(values).max())) / 10)


def quantise(values: Floats, reach: float) -> NDArray[np.uint8]:
    """0..1 (for a reach of 0) or -reach..reach -> 0..255, rounded; any shape, which stays."""
    share = values if reach == 0 else (values / reach + 1) / 2
    return np.rint(share * 255).astype(np.uint8)


def restore(data: NDArray[np.uint8], reach: float) -> Floats:
    """The inverse of `quantise`, to half a step of the scale (1/510 of it); the shape stays."""
    share = data / np.float64(255)
    return share if reach == 0 else (share * 2 - 1) * reach


def shown_hidden(frame: Frame) -> Floats:
    """The hidden states of a frame, (steps shown, units shown)."""
    data = np.frombuffer(zlib.decompress(frame.data), np.uint8)
    maps = data.reshape(len(frame.names), -1, -(-frame.steps // block(frame.steps)))
    place = frame.names.index("hidden")
    return restore(maps[place], frame.reach[place]).T


def block(timesteps: int) -> int:
    """How many time steps one column of a heat map stands for."""
    return -(-timesteps // MOST_STEPS)


def stride(units: int) -> int:
    """Every how many-th unit is shown."""
    return -(-units // MOST_UNITS)


def shown(values: Floats) -> Floats:
    """(timesteps, units) -> (units shown, steps shown); the last block may be shorter."""
    size, (timesteps, units) = block(len(values)), values.shape
    values = values[:, :: stride(units)]
    if size > 1:
        edges = np.arange(0, timesteps, size)
        counts = np.diff(np.append(edges, timesteps))
        values = np.add.reduceat(values, edges, axis=0) / counts[:, np.newaxis]
    return values.T


def thinned(epochs: Sequence[int], most: int) -> list[int]:
    """At most `most` of the epochs (at least 2): the first, the last and every k-th between.

    k is a power of two, so that a run that grows keeps half of what was shown at each thinning.
    """
    k = 1
    while len(epochs) > max(most, 2) and len(epochs[::k]) + 1 > max(most, 2):
        k *= 2
    thin = list(epochs[::k])
    if epochs and thin[-1] != epochs[-1]:
        thin.append(epochs[-1])
    return thin


# Orders of the units, for rows that tell more -------------------------------------------------


def by_movement(hidden: Floats) -> NDArray[np.intp]:
    """Units whose hidden state (timesteps, units) varies most over time first."""
    return np.argsort(-hidden.std(axis=0), kind="stable")


def by_similarity(hidden: Floats) -> NDArray[np.intp]:
    """Units of similar course beside each other: a walk to the nearest neighbour by correlation.

    Hidden states (timesteps, units) -> numbers of the units, (units,).
    It starts from the unit that varies most. Opposite courses are far from each other.
    """
    courses = hidden.T.astype(np.float64)  # (units, timesteps)
    spread = courses.std(axis=1)
    alive = spread > 1e-9
    normal = (courses - courses.mean(axis=1, keepdims=True)) / np.where(alive, spread, 1)[:, None]
    likeness = normal @ normal.T / courses.shape[1]
    left = np.ones(len(courses), bool)
    walk = [int(np.argmax(spread))]
    left[walk[0]] = False
    while left.any():
        near = np.where(left, likeness[walk[-1]], -np.inf)
        walk.append(int(np.argmax(near)))
        left[walk[-1]] = False
    return np.array(walk, np.intp)
