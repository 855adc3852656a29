"""An experiment as a list of Keras layers: the one place where it is decided what is built.

`seqlab.training.build` makes the layers, `shapes` computes their shapes and counts, `source` writes
them down. So the picture, the script and the network cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seqlab.cells import CELLS
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Recurrent

DECODERS = ("repeat_vector", "teacher_forcing")


@dataclass(frozen=True)
class L2:
    """A `keras.regularizers.L2`."""

    factor: float


Value = str | int | float | bool | tuple[int, ...] | L2 | None
Role = Literal[
    "input", "embedding", "masking", "recurrent", "normalization", "repeat", "head", "reshape"
]


@dataclass(frozen=True)
class Part:
    """One Keras layer.

    Attributes:
        kind: its class in `keras.layers`; "Input" for `keras.Input`.
        name: what it is called.
        positional: arguments without a name, as a Keras user writes them.
        keywords: the others that differ from Keras' defaults.
        role: what it is there for.
        index: of a recurrent layer, or the one that it belongs to, in `experiment.layers`.
        bidirectional: whether a `keras.layers.Bidirectional` is around it.
    """

    kind: str
    name: str
    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    role: Role = "head"
    index: int | None = None
    bidirectional: bool = False


@dataclass(frozen=True)
class Start:
    """Values that are set after the layer is made, since Keras has no argument for them.

    Attributes:
        index: the recurrent layer.
        forget_bias: what the forget gate's bias begins at; `None` for what Keras gives.
        recurrent_scale: what the recurrent kernel is multiplied with.
    """

    index: int
    forget_bias: float | None = None
    recurrent_scale: float = 1.0


@dataclass(frozen=True)
class Plan:
    """A network as layers.

    Attributes:
        encoder: from the input on; all of a network that is no encoder-decoder with states.
        decoder: for teacher forcing, the layers from the decoder's own input on; else empty.
        starts: what is changed before the training.
    """

    encoder: tuple[Part, ...]
    decoder: tuple[Part, ...]
    starts: tuple[Start, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All layers in the order in which they are made."""
        return (*self.encoder, *self.decoder)


def head_of(experiment: Experiment, frame: Frame) -> str:
    """The head, by name; "auto" follows from the frame."""
    if experiment.network.head != "auto":
        return experiment.network.head
    automatic = {"end": "dense", "every step": "time_distributed", "sequence": "repeat_vector"}
    return automatic[frame.at]


def loss_of(experiment: Experiment, frame: Frame) -> str:
    """The loss by its Keras name; "auto" follows from the frame."""
    if experiment.training.loss != "auto":
        return experiment.training.loss
    return "sparse_categorical_crossentropy" if frame.kind == "class" else "mean_squared_error"


# What baselines are measured as, by the kind of the goal.
COMPARABLE = {
    "value": ("mean_squared_error",),
    "class": ("sparse_categorical_crossentropy", "categorical_crossentropy"),
}


def measured_alike(experiment: Experiment, frame: Frame) -> bool:
    """Whether its losses can stand beside those of a rule without learning.

    Not if they are of another kind, or if Keras adds penalties on the weights to them.
    """
    penalised = any(layer.l2 for layer in experiment.layers)
    return loss_of(experiment, frame) in COMPARABLE[frame.kind] and not penalised


def metrics_of(experiment: Experiment, frame: Frame) -> tuple[str, ...]:
    """The metrics by their Keras names; accuracy for classes if nothing is said."""
    return experiment.training.metrics or (("accuracy",) if frame.kind == "class" else ())


def from_logits(experiment: Experiment) -> bool:
    """Whether a cross-entropy gets logits: it does unless the head has an activation."""
    return experiment.network.head_activation == "linear"


def plan(experiment: Experiment, frame: Frame) -> Plan:
    """The layers of an experiment for data of these shapes."""
    layers = experiment.layers
    head = head_of(experiment, frame)
    starts = tuple(
        start for i, layer in enumerate(layers) if (start := _start(i, layer)) != Start(i)
    )
    first = _first(experiment, frame)
    if head == "teacher_forcing":
        return Plan(
            (*first, *_recurrents(layers, 0, len(layers) - 1, hand_over=True)),
            (
                *_decoder_input(experiment, frame),
                *_recurrents(layers, len(layers) - 1, len(layers)),
                *_head(experiment, frame, head),
            ),
            starts,
        )
    if head == "repeat_vector":
        last = len(layers) - 1
        steps = frame.outputs if frame.at == "end" else frame.steps
        repeat = Part("RepeatVector", "repeat", (steps,), role="repeat")
        middle = (*_recurrents(layers, 0, last), repeat, *_recurrents(layers, last, last + 1))
    else:
        middle = _recurrents(layers, 0, len(layers))
    return Plan((*first, *middle, *_head(experiment, frame, head)), (), starts)


def _first(experiment: Experiment, frame: Frame) -> tuple[Part, ...]:
    """The input and what prepares it."""
    tokens, network = frame.vocabulary > 0, experiment.network
    keywords: tuple[tuple[str, Value], ...] = ()
    if any(layer.stateful for layer in experiment.layers):
        keywords += (("batch_size", experiment.training.batch_size),)
    if tokens:
        keywords += (("dtype", "int32"),)
    shape = (frame.timesteps,) if tokens else (frame.timesteps, frame.features)
    first = Part("Input", "input", (shape,), keywords, "input")
    if tokens:
        mask: tuple[tuple[str, Value], ...] = (("mask_zero", True),) if network.masking else ()
        size = (frame.vocabulary, network.embedding)
        return first, Part("Embedding", "embedding", size, mask, "embedding")
    if frame.padded and network.masking:
        return first, Part("Masking", "masking", role="masking")
    return (first,)


def _decoder_input(experiment: Experiment, frame: Frame) -> tuple[Part, ...]:
    """The target, one step late, as classes: class 0, the padding, is read before the first."""
    size = (frame.outputs, experiment.network.embedding)
    return (
        Part("Input", "decoder_input", ((frame.steps,),), (("dtype", "int32"),), "input"),
        Part("Embedding", "decoder_embedding", size, role="embedding"),
    )


def _head(experiment: Experiment, frame: Frame, head: str) -> tuple[Part, ...]:
    activation = experiment.network.head_activation
    keywords: tuple[tuple[str, Value], ...] = ()
    if activation != "linear":
        keywords = (("activation", activation),)
    horizon = head == "repeat_vector" and frame.at == "end" and frame.kind == "value"
    dense = Part("Dense", "head", (1 if horizon else frame.outputs,), keywords, "head")
    if horizon:  # one value at each step of the decoder: (steps, 1) -> (steps,)
        return dense, Part("Reshape", "values", ((frame.outputs,),), role="reshape")
    return (dense,)


def _recurrents(
    layers: tuple[Recurrent, ...], first: int, last: int, hand_over: bool = False
) -> tuple[Part, ...]:
    """Layers `first` to `last - 1`, each with its normalization.

    With `hand_over` the last one gives its states away; its output is not used, and so not
    normalized either.
    """
    parts: list[Part] = []
    for i in range(first, last):
        layer, gives_states = layers[i], hand_over and i == last - 1
        name = f"{layer.cell.lower()}_{i}"
        keywords = _keywords(layer)
        if gives_states:
            keywords += (("return_state", True),)
        parts.append(
            Part(layer.cell, name, (layer.units,), keywords, "recurrent", i, layer.bidirectional)
        )
        if layer.layer_normalization and not gives_states:
            parts.append(
                Part("LayerNormalization", f"normalization_{i}", role="normalization", index=i)
            )
    return tuple(parts)


def _keywords(layer: Recurrent) -> tuple[tuple[str, Value], ...]:
    """The arguments of a recurrent layer that differ from Keras' defaults."""
    names = ["return_sequences", "activation", "recurrent_activation", "use_bias", "dropout"]
    names += ["recurrent_dropout", "go_backwards", "stateful", "kernel_initializer"]
    names += ["recurrent_initializer", "bias_initializer", "unit_forget_bias"]
    names = [name for name in names if layer.has(name)]
    if not layer.use_bias:
        names = [name for name in names if name != "unit_forget_bias"]
    default = Recurrent()
    changed = tuple(
        (name, getattr(layer, name))
        for name in names
        if getattr(layer, name) != getattr(default, name)
    )
    if layer.l2:
        penalty = L2(layer.l2)
        changed += (("kernel_regularizer", penalty),)
        if CELLS[layer.cell].has_recurrent_kernel:
            changed += (("recurrent_regularizer", penalty),)
    return changed


def _start(index: int, layer: Recurrent) -> Start:
    has_forget_bias = layer.has("forget_bias") and layer.use_bias and layer.unit_forget_bias
    changed = has_forget_bias and layer.forget_bias != 1
    scale = layer.recurrent_scale if layer.has("recurrent_scale") else 1.0
    return Start(index, layer.forget_bias if changed else None, scale)
