"""An experiment as a list of Keras layers: the one place where it is decided what is built.

`seqlab.training.build` makes the layers, `shapes` computes their shapes and counts, `source` writes
them down, the doctor reads them, and each snapshot carries what `seqlab.lens` must know of them. So
the picture, the script and the network cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from seqlab.cells import CELLS
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Recurrent
from seqlab.fitting.losses import losses_of
from seqlab.lens.architecture import Architecture

DECODERS = ("repeat_vector", "teacher_forcing")
HEADS = {"end": "dense", "every step": "time_distributed", "sequence": "repeat_vector"}  # "auto"
METRICS: dict[str, tuple[str, ...]] = {"value": (), "class": ("accuracy",)}  # if none is asked for
DECODER_EMBEDDING = "decoder_embedding"  # the layer's name
# What baselines are measured as, by the kind of the goal.
COMPARABLE = {
    "value": ("mean_squared_error",),
    "class": ("sparse_categorical_crossentropy", "categorical_crossentropy"),
}
TOLD = ("activation", "recurrent_activation", "go_backwards")  # to the lens, of each layer


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
    """All that is decided about a network, made once from experiment and shapes: `plan`.

    Attributes:
        experiment: what was asked for.
        frame: the shapes of the data.
        head: by name; "auto" follows from the frame, and so for the next two.
        loss: by its Keras name.
        metrics: by their Keras names.
        encoder: from the input on; all of a network that is no encoder-decoder with states.
        decoder: for teacher forcing, the layers from the decoder's own input on; else empty.
        starts: what is changed before the training.
    """

    experiment: Experiment
    frame: Frame
    head: str
    loss: str
    metrics: tuple[str, ...]
    encoder: tuple[Part, ...]
    decoder: tuple[Part, ...]
    starts: tuple[Start, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All layers in the order in which they are made."""
        return (*self.encoder, *self.decoder)

    @property
    def from_logits(self) -> bool:
        """Whether a cross-entropy gets logits: it does unless the head has an activation."""
        return self.experiment.network.head_activation == "linear"

    @property
    def measured_alike(self) -> bool:
        """Whether its losses can stand beside those of a rule without learning.

        Not if they are of another kind, or if Keras adds penalties on the weights to them.
        """
        penalised = any(layer.l2 for layer in self.experiment.layers)
        return self.loss in COMPARABLE[self.frame.kind] and not penalised

    @property
    def decoder_steps(self) -> int | None:
        """How many steps a decoder takes; `None` if there is none."""
        if self.head not in DECODERS:
            return None
        return self.frame.answer_steps

    @property
    def architecture(self) -> Architecture:
        """What `seqlab.lens` must know beside the weights; it is kept with each snapshot."""
        layers: dict[str, dict[str, Any]] = {}
        for part in self.parts:
            if part.role in ("recurrent", "head"):
                layers[part.name] = {k: value for k, value in part.keywords if k in TOLD}
            if part.role == "recurrent":
                layers[part.name]["cell"] = part.kind
        experiment = self.experiment
        return Architecture(
            layers,
            sequences=experiment.layers[-1].return_sequences,
            masked=experiment.network.masking,
            decoder_steps=self.decoder_steps,
            decoder_embedding=DECODER_EMBEDDING if self.decoder else "",
        )


@lru_cache(maxsize=256)
def plan(experiment: Experiment, frame: Frame) -> Plan:
    """All that is decided about the network of an experiment for data of these shapes.

    Args:
        experiment: layers, head, loss, metrics.
        frame: `Dataset.frame`.

    Example:
        >>> [part.name for part in plan(Experiment(), Frame(timesteps=22)).parts]
        ['input', 'lstm_0', 'head']
    """
    layers, network, training = experiment.layers, experiment.network, experiment.training
    head = HEADS[frame.at] if network.head == "auto" else network.head
    first, last = _first(experiment, frame), _head(experiment, frame, head)
    whole = len(layers) - 1
    decoder: tuple[Part, ...] = ()
    if head == "teacher_forcing":
        encoder = (*first, *_recurrents(layers, 0, whole, hand_over=True))
        decoder = (
            *_decoder_input(experiment, frame),
            *_recurrents(layers, whole, whole + 1),
            *last,
        )
    elif head == "repeat_vector":
        repeat = Part("RepeatVector", "repeat", (frame.answer_steps,), role="repeat")
        before, behind = _recurrents(layers, 0, whole), _recurrents(layers, whole, whole + 1)
        encoder = (*first, *before, repeat, *behind, *last)
    else:
        encoder = (*first, *_recurrents(layers, 0, len(layers)), *last)
    return Plan(
        experiment=experiment,
        frame=frame,
        head=head,
        loss=losses_of(frame.kind)[0] if training.loss == "auto" else training.loss,
        metrics=training.metrics or METRICS[frame.kind],
        encoder=encoder,
        decoder=decoder,
        starts=tuple(
            start for i, layer in enumerate(layers) if (start := _start(i, layer)) != Start(i)
        ),
    )


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
        Part("Embedding", DECODER_EMBEDDING, size, role="embedding"),
    )


def _head(experiment: Experiment, frame: Frame, head: str) -> tuple[Part, ...]:
    activation = experiment.network.head_activation
    keywords: tuple[tuple[str, Value], ...] = ()
    if activation != "linear":
        keywords = (("activation", activation),)
    horizon = head == "repeat_vector" and frame.at == "end" and frame.kind == "value"
    width = frame.targets if horizon else frame.outputs
    dense = Part("Dense", "head", (width,), keywords, "head")
    if horizon:  # a value of each target at each step of the decoder: (steps, 1) -> (steps,)
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
