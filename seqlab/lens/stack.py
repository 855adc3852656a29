"""A whole network from a snapshot: an embedding, recurrent layers on top of each other, a head.

What the layers are is told by its `Architecture`, from the plan of a run or by the file of a model;
nothing is guessed from shapes. NumPy only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.cells import CELLS
from seqlab.cells.activations import Floats
from seqlab.lens.architecture import KEY, Architecture
from seqlab.lens.bptt import Layer

NOT_WEIGHTS = ("prediction", KEY)  # what else a snapshot holds
EPSILON = 1e-3  # of keras.layers.LayerNormalization


class LensError(ValueError):
    """Why a network cannot be shown, in a sentence for the user."""


@dataclass(frozen=True, eq=False)
class Block:
    """A recurrent layer as Keras names it, and what belongs to it.

    Attributes:
        name: the layer's name.
        layers: one, or the forward and the backward layer of a `Bidirectional` (concatenated).
        normalization: gamma and beta of a `LayerNormalization` behind it, each (units,).
    """

    name: str
    layers: tuple[Layer, ...]
    normalization: tuple[Floats, Floats] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each direction."""
        if len(self.layers) == 1:
            return (self.name,)
        return f"{self.name}/forward", f"{self.name}/backward"


@dataclass(frozen=True, eq=False)
class Bridge:
    """Between the encoder and the decoder of a network that writes a sequence of its own.

    Attributes:
        block: the decoder's first block, an index into `Stack.blocks`.
        steps: how many steps the decoder takes.
        embedding: (symbols, width) for a decoder that begins with the encoder's last states and
            reads what it wrote at the step before (symbol 0 at the first); `None` for one that
            reads the encoder's last hidden state at every step (RepeatVector).
    """

    block: int
    steps: int
    embedding: Floats | None = None


@dataclass(frozen=True, eq=False)
class Stack:
    """A chain of layers with their weights at one epoch.

    Attributes:
        blocks: the recurrent layers, from the first to the last.
        head: kernel (units, outputs) and bias (outputs,) of the Dense layer at the end; `None` if
            the network ends with its last recurrent layer.
        head_activation: the activation of the head.
        embedding: (symbols, width), what stands for each token; `None` for numbers.
        sequences: whether the last recurrent layer hands on every step.
        masked: whether padding is skipped; if not, the network reads it like anything else.
        bridge: where a decoder begins, if there is one.
        more: further Dense layers behind the head: kernel, bias and activation of each.
    """

    blocks: tuple[Block, ...]
    head: tuple[Floats, Floats] | None
    head_activation: str = "linear"
    embedding: Floats | None = None
    sequences: bool = False
    masked: bool = True
    bridge: Bridge | None = None
    more: tuple[tuple[Floats, Floats, str], ...] = ()

    @property
    def layers(self) -> dict[str, Layer]:
        """Every direction of every recurrent layer by name: "lstm_0", or "lstm_0/forward"."""
        return {
            name: layer
            for block in self.blocks
            for name, layer in zip(block.names, block.layers, strict=True)
        }

    @property
    def arrays(self) -> list[NDArray[Any]]:
        """All weights, in the shapes of Keras."""
        rest = [] if self.embedding is None else [self.embedding]
        if self.bridge is not None and self.bridge.embedding is not None:
            rest.append(self.bridge.embedding)
        rest += [*(self.head or ()), *(array for layer in self.more for array in layer[:2])]
        for block in self.blocks:
            rest += [*(block.normalization or ())]
        return [np.asarray(w) for layer in self.layers.values() for w in layer.weights] + rest

    def units(self, name: str) -> int:
        """The width of a layer, by the names of `layers`."""
        return self.layers[name].units

    @property
    def last_activation(self) -> str:
        """The activation of the layer that answers."""
        return self.more[-1][2] if self.more else self.head_activation

    @property
    def outputs(self) -> int:
        """How many numbers the network gives at a step."""
        if self.head is not None:
            return int((self.more[-1] if self.more else self.head)[0].shape[1])
        return sum(self.units(name) for name in self.blocks[-1].names)

    def place(self, name: str) -> int:
        """The block that a layer belongs to, by the names of `layers`."""
        return next(i for i, block in enumerate(self.blocks) if name in block.names)

    def turned(self, name: str) -> bool:
        """Whether a layer's trace runs from the end of the sequence to its beginning.

        A layer with `go_backwards` hands on its states in the order in which it read, so that the
        layers above it read from the end, too, until another one turns the order back.
        """
        place = self.place(name)
        first = self.bridge.block if self.bridge is not None and self.decodes(name) else 0
        single = [block.layers[0] for block in self.blocks[first : place + 1]
                  if len(block.layers) == 1]  # fmt: skip
        return sum(layer.go_backwards for layer in single) % 2 == 1

    def backward(self, name: str) -> bool:
        """Whether a layer reads the sequence from its end."""
        return self.turned(name) != (name in self.blocks[self.place(name)].names[1:])

    @property
    def once(self) -> bool:
        """Whether it reads the sequence from both ends and then answers once."""
        return self.bridge is None and len(self.blocks[-1].layers) == 2 and not self.sequences

    @property
    def ends_first(self) -> bool:
        """Whether the last step that it reads is the first of the sequence."""
        several = self.bridge is not None or self.sequences or self.once
        return not several and self.turned(self.blocks[-1].names[0])

    def decodes(self, name: str) -> bool:
        """Whether a layer belongs to the decoder."""
        return self.bridge is not None and self.place(name) >= self.bridge.block

    def embed(self, x: ArrayLike) -> Floats:
        """What the first recurrent layer reads, (batch, timesteps, features)."""
        if self.embedding is None:
            return np.asarray(x, np.asarray(self.blocks[0].layers[0].weights[0]).dtype)
        return self.embedding[np.asarray(x)]

    def in_float64(self) -> Stack:
        """The same network with weights in float64, for gradients."""

        def double(pair: tuple[Floats, Floats] | None) -> tuple[Floats, Floats] | None:
            return None if pair is None else (_double(pair[0]), _double(pair[1]))

        blocks = tuple(
            replace(
                block,
                layers=tuple(
                    replace(layer, weights=[_double(weight) for weight in layer.weights])
                    for layer in block.layers
                ),
                normalization=double(block.normalization),
            )
            for block in self.blocks
        )
        embedding = None if self.embedding is None else _double(self.embedding)
        bridge = self.bridge
        if bridge is not None and bridge.embedding is not None:
            bridge = replace(bridge, embedding=_double(bridge.embedding))
        more = tuple((_double(kernel), _double(bias), name) for kernel, bias, name in self.more)
        return replace(
            self,
            blocks=blocks,
            head=double(self.head),
            embedding=embedding,
            bridge=bridge,
            more=more,
        )


def _double(array: ArrayLike) -> Floats:
    return np.asarray(array, np.float64)


def stack(arrays: Mapping[str, NDArray[Any]], architecture: Architecture | None = None) -> Stack:
    """Reads a snapshot.

    Args:
        arrays: weights by name, "lstm_0/kernel", in the shapes of Keras and in the network's order;
            those of a `Bidirectional` are "lstm_0/forward/kernel" and "lstm_0/backward/kernel".
        architecture: how the layers are put together; by default what stands in the snapshot.

    Raises:
        LensError: if a layer is none of Embedding, a recurrent one that the architecture names
            (one- or bidirectional), LayerNormalization behind one of them and Dense behind all, if
            there is no recurrent layer, or if weights are not finite.
    """
    structure = architecture or Architecture.of(arrays) or Architecture()
    options, decoder_steps = structure.layers, structure.decoder_steps
    parts: dict[str, dict[str, NDArray[Any]]] = {}
    for name, array in arrays.items():
        if name in NOT_WEIGHTS:
            continue
        if not np.isfinite(array).all():
            raise LensError(
                f"The weight {name!r} holds NaN or infinity: this training ran away, and there is "
                "nothing true to show of the network at this epoch."
            )
        layer, _, weight = name.partition("/")
        parts.setdefault(layer, {})[weight] = array
    blocks: list[Block] = []
    dense: list[tuple[Floats, Floats, str]] = []
    embedding: Floats | None = None
    written: Floats | None = None
    for name, weights in parts.items():
        if name == structure.decoder_embedding:
            written = weights["embeddings"]
        elif set(weights) == {"embeddings"} and not blocks and embedding is None:
            embedding = weights["embeddings"]
        elif "cell" in options.get(name, {}) and not dense:
            blocks.append(_block(name, weights, options.get(name, {})))
        elif set(weights) == {"gamma", "beta"} and blocks and not blocks[-1].normalization:
            blocks[-1] = replace(blocks[-1], normalization=(weights["gamma"], weights["beta"]))
        elif weights.keys() <= {"kernel", "bias"} and blocks:
            kernel = weights["kernel"]
            bias = weights.get("bias", np.zeros(kernel.shape[1], kernel.dtype))
            dense.append((kernel, bias, options.get(name, {}).get("activation", "linear")))
        else:
            raise LensError(
                f"The lens knows Embedding, {', '.join(CELLS)}, LayerNormalization and Dense "
                f"layers at the end. This network also has {name!r}, so its gates are not shown."
            )
    if not blocks:
        raise LensError(f"This network has no layer to look into ({', '.join(CELLS)}).")
    bridge = None if decoder_steps is None else Bridge(len(blocks) - 1, decoder_steps, written)
    head, activation, more = None, "linear", tuple(dense[1:])
    if dense:
        head, activation = dense[0][:2], dense[0][2]
    return Stack(
        tuple(blocks),
        head,
        activation,
        embedding,
        structure.sequences,
        structure.masked,
        bridge,
        more,
    )


def _block(name: str, weights: Mapping[str, NDArray[Any]], options: Mapping[str, Any]) -> Block:
    """A recurrent layer, or the two of a `Bidirectional`."""
    if not any(key.startswith("forward/") for key in weights):
        return Block(name, (_recurrent(name, weights, options),))
    layers = []
    for direction in ("forward", "backward"):
        own = {
            key.removeprefix(f"{direction}/"): array
            for key, array in weights.items()
            if key.startswith(f"{direction}/")
        }
        layer = _recurrent(f"{name}/{direction}", own, options)
        turned = layer.go_backwards != (direction == "backward")
        layers.append(replace(layer, go_backwards=turned))
    return Block(name, tuple(layers))


def _recurrent(name: str, weights: Mapping[str, NDArray[Any]], options: Mapping[str, Any]) -> Layer:
    cell = CELLS[options["cell"]]
    bias = weights.get("bias")
    try:
        arrays = [weights[key] for key in cell.weight_names(bias is not None)]
        layer = Layer(
            **{**options, "cell": cell.name, "weights": arrays, "use_bias": bias is not None}
        )
        cell.check_weights(arrays, layer.settings)
    except (KeyError, TypeError, ValueError) as error:
        raise LensError(
            f"The layer {name!r} does not have the weights of a {cell.name}. Its gates are not "
            "shown."
        ) from error
    return layer
