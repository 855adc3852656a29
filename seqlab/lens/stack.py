"""A whole network from a snapshot: an embedding, recurrent layers on top of each other, a head.

The names and shapes of the arrays say what the layers are; only what no shape can tell (an
activation that is not the default, a direction) is told by `options`. NumPy only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.lens.activations import Floats
from seqlab.lens.cells import GATES, Trace, trace
from seqlab.lens.gradients import Flow, Layer, through_layers

_CELL_OF = {blocks: cell for cell, blocks in GATES.items()}
NOT_WEIGHTS = ("prediction",)  # what else a snapshot holds


class LensError(ValueError):
    """Why a network cannot be shown, in a sentence for the user."""


@dataclass(frozen=True, eq=False)
class Stack:
    """A chain of layers with their weights at one epoch.

    Attributes:
        names: the recurrent layers' names, from the first to the last.
        layers: the recurrent layers.
        head: kernel (units, outputs) and bias (outputs,) of the Dense layer at the end; `None` if
            the network ends with its last recurrent layer.
        embedding: (symbols, width), what stands for each token; `None` for numbers.
    """

    names: tuple[str, ...]
    layers: tuple[Layer, ...]
    head: tuple[Floats, Floats] | None
    embedding: Floats | None = None

    @property
    def size(self) -> int:
        """Bytes of all weights."""
        arrays = [np.asarray(weight) for layer in self.layers for weight in layer.weights]
        rest = [*(self.head or ()), *([] if self.embedding is None else [self.embedding])]
        return sum(array.nbytes for array in [*arrays, *rest])

    def units(self, layer: int) -> int:
        """The width of a recurrent layer."""
        return len(np.asarray(self.layers[layer].weights[1]))

    def embed(self, x: ArrayLike) -> Floats:
        """What the first recurrent layer reads, (batch, timesteps, features)."""
        if self.embedding is None:
            return np.asarray(x, np.asarray(self.layers[0].weights[0]).dtype)
        return self.embedding[np.asarray(x)]

    def run(
        self, x: ArrayLike, mask: ArrayLike | None = None, upto: int | None = None
    ) -> list[Trace]:
        """The trace of every recurrent layer, or of the first `upto` ones.

        Args:
            x: (batch, timesteps, features), or tokens (batch, timesteps) with an embedding.
            mask: (batch, timesteps), False where a step is padding.
            upto: how many layers to run.
        """
        read, traces = self.embed(x), []
        for layer in self.layers[:upto]:
            traces.append(trace(layer.cell, layer.weights, read, mask=mask, **layer.options))
            read = traces[-1].hidden
        return traces

    def read_out(self, hidden: Floats) -> Floats:
        """What the head says to each hidden state: (..., units) -> (..., outputs)."""
        if self.head is None:
            return hidden
        kernel, bias = self.head
        return hidden @ kernel + bias

    def answer(self, x: ArrayLike, mask: ArrayLike | None = None) -> Floats:
        """The network's output after the last step, (batch, outputs)."""
        return self.read_out(self.run(x, mask)[-1].hidden[:, -1])

    def gradients(
        self, x: ArrayLike, d_output: ArrayLike, mask: ArrayLike | None = None
    ) -> list[Flow]:
        """Backward through all layers, in float64.

        Args:
            x, mask: as for `run`.
            d_output: (batch, outputs) dL/d(output after the last step), or
                (batch, timesteps, outputs) for a network that answers at every step.

        Returns:
            One `Flow` a layer; `.input` of the first is dL/d(what `embed` gives).
        """
        read = np.asarray(self.embed(x), np.float64)
        slopes = np.asarray(d_output, np.float64)
        if self.head is not None:
            slopes = slopes @ np.asarray(self.head[0], np.float64).T
        if slopes.ndim == 2:
            last, slopes = slopes, np.zeros((*read.shape[:2], slopes.shape[1]))
            slopes[:, -1] = last
        return through_layers(self.layers, read, slopes, mask)


def stack(
    arrays: Mapping[str, NDArray[Any]], options: Mapping[str, Mapping[str, Any]] | None = None
) -> Stack:
    """Reads a snapshot.

    Args:
        arrays: weights by name, "lstm_0/kernel", in the order of the network.
        options: by layer name what `lens.gradients.Layer` shall know beside the weights.

    Raises:
        LensError: if a layer is none of Embedding, SimpleRNN, LSTM, GRU and Dense at the end, if
            there is no recurrent layer, or if weights are not finite.
    """
    parts: dict[str, dict[str, NDArray[Any]]] = {}
    for name, array in arrays.items():
        if name in NOT_WEIGHTS:
            continue
        if not np.isfinite(array).all():
            raise LensError(
                f"The weight {name!r} holds NaN or infinity: this training ran away, and there is "
                "nothing true to show of the network at this epoch. Choose an earlier one."
            )
        layer, _, weight = name.rpartition("/")
        parts.setdefault(layer, {})[weight] = array
    names: list[str] = []
    layers: list[Layer] = []
    head: tuple[Floats, Floats] | None = None
    embedding: Floats | None = None
    for name, weights in parts.items():
        if set(weights) == {"embeddings"} and not layers:
            embedding = weights["embeddings"]
        elif "recurrent_kernel" in weights and head is None:
            names.append(name)
            layers.append(_recurrent(name, weights, (options or {}).get(name, {})))
        elif weights.keys() <= {"kernel", "bias"} and layers and head is None:
            kernel = weights["kernel"]
            head = kernel, weights.get("bias", np.zeros(kernel.shape[1], kernel.dtype))
        else:
            raise LensError(
                f"The lens knows Embedding, SimpleRNN, LSTM and GRU layers with one Dense layer at "
                f"the end. This network also has {name!r}, so its gates are not shown."
            )
    if not layers:
        raise LensError("This network has no SimpleRNN, LSTM or GRU layer to look into.")
    return Stack(tuple(names), tuple(layers), head, embedding)


def _recurrent(name: str, weights: Mapping[str, NDArray[Any]], options: Mapping[str, Any]) -> Layer:
    kernel, recurrent = weights["kernel"], weights["recurrent_kernel"]
    cell = _CELL_OF.get(recurrent.shape[1] / len(recurrent))
    if cell is None:
        raise LensError(
            f"The layer {name!r} has a recurrent kernel of shape {recurrent.shape}, which is none "
            "of SimpleRNN, LSTM and GRU. Its gates are not shown."
        )
    bias = weights.get("bias")
    settled: dict[str, Any] = {
        "use_bias": bias is not None,
        "reset_after": bias is None or bias.ndim == 2,
    }
    arrays = [kernel, recurrent] if bias is None else [kernel, recurrent, bias]
    return Layer(cell, arrays, **settled | dict(options))
