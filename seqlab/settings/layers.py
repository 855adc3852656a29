"""The recurrent layers, and what lies before and behind them."""

from __future__ import annotations

from typing import Annotated

from seqlab.cells import CELLS
from seqlab.choices import (
    Activation,
    BiasInitializer,
    Cell,
    Head,
    HeadActivation,
    Initializer,
)
from seqlab.limits import Frozen, Setting


class Recurrent(Frozen):
    """One recurrent layer. Names and defaults are those of the Keras layer's arguments.

    The text below a field is the help of its widget.

    Attributes:
        cell: the Keras layer.
        units: each direction of a bidirectional layer has as many.
        bidirectional: a `keras.layers.Bidirectional`, whose outputs are concatenated.
        dropout, recurrent_dropout: the same numbers are dropped at every step.
        unit_forget_bias: of an LSTM.
        forget_bias: 1 as in Keras; other values are set after the layer is made.
        layer_normalization: a `keras.layers.LayerNormalization` behind the layer.

    Example:
        >>> Recurrent(cell="GRU", units=8, bidirectional=True).title
        'Bidirectional(GRU(8))'
    """

    cell: Cell = "LSTM"
    units: Annotated[int, Setting(1, 512)] = 16
    """How many numbers the layer remembers: the size of its hidden state."""
    return_sequences: bool = False
    """On: hand on the state of every step. Off: only the last one."""
    bidirectional: bool = False
    """A second copy of the layer reads the sequence from its end."""
    activation: Activation = "tanh"
    """Of the candidate and the state. Keras: tanh."""
    recurrent_activation: Activation = "sigmoid"
    """Of the gates. Keras: sigmoid, which keeps them between 0 and 1."""
    use_bias: bool = True
    """Whether each gate has a bias."""
    dropout: Annotated[float, Setting(0, 0.95)] = 0.0
    """Share of the inputs that is dropped while training."""
    recurrent_dropout: Annotated[float, Setting(0, 0.95)] = 0.0
    """Share of the hidden state that is dropped while training. Slow."""
    go_backwards: bool = False
    """Read the sequence from its end."""
    stateful: bool = False
    """Begin each batch with the states at the end of the one before."""
    kernel_initializer: Initializer = "glorot_uniform"
    """How the weights of the inputs begin."""
    recurrent_initializer: Initializer = "orthogonal"
    """How the weights of the hidden state begin."""
    bias_initializer: BiasInitializer = "zeros"
    """How the biases begin."""
    unit_forget_bias: bool = True
    """Begin with open forget gates: their bias starts at forget_bias."""
    forget_bias: Annotated[float, Setting(-10, 10, slider=True, label="Forget bias")] = 1.0
    """Where the forget gate's bias begins. Higher: the memory lasts longer."""
    recurrent_scale: Annotated[
        float, Setting(0.5, 1.5, step=0.05, slider=True, label="Recurrent scale")
    ] = 1.0
    """The recurrent kernel begins at this multiple of what was drawn."""
    l2: Annotated[float, Setting(0, 1, step=0.001)] = 0.0
    """Penalty on the squares of kernel and recurrent kernel."""
    layer_normalization: bool = False
    """Normalise what the layer hands on."""

    def has(self, setting: str) -> bool:
        """Whether a setting means something to this cell; the others are left aside."""
        return CELLS[self.cell].has(setting)

    @property
    def title(self) -> str:
        """As one would say it: "LSTM(16)", "Bidirectional(LSTM(16))"."""
        name = f"{self.cell}({self.units})"
        return f"Bidirectional({name})" if self.bidirectional else name


class Network(Frozen):
    """What lies before and behind the recurrent layers. It follows from the data by default.

    The text below a field is the help of its widget.

    Attributes:
        embedding: only for data made of tokens.
        head: "auto" follows from the goal of the data; "dense" reads one state, "time_distributed"
            the state of every step; "repeat_vector" and "teacher_forcing" are encoder-decoders
            whose last recurrent layer is the decoder. The decoder of the first reads the encoder's
            last output at every step; that of the second starts from the encoder's states and
            reads the target, one step late.

    Example:
        >>> Network(head_activation="softmax").head
        'auto'
    """

    embedding: Annotated[int, Setting(1, 512, step=4)] = 16
    """How many numbers stand for one token."""
    masking: bool = True
    """Skip the padding at the end of shorter sequences."""
    head: Annotated[
        Head,
        Setting(
            label="Head",
            words={
                "auto": "automatic",
                "dense": "Dense on the last state",
                "time_distributed": "Dense at every step",
                "repeat_vector": "encoder-decoder: RepeatVector",
                "teacher_forcing": "encoder-decoder: states, teacher forcing",
            },
        ),
    ] = "auto"
    """What turns states into predictions. Those that fit the task are offered. Dense at every step
    is what Keras calls TimeDistributed(Dense)."""
    head_activation: Annotated[HeadActivation, Setting(label="Head activation")] = "linear"
    """Linear gives plain values, and logits for classes."""
