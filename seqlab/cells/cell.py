"""What anybody may ask of a recurrent cell. Each cell is one file that fills in this record.

Letters as in the literature: W is the kernel, U the recurrent kernel, b the bias, σ the recurrent
activation, φ the activation, ⊙ the product of entries.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from seqlab.cells.activations import Floats
from seqlab.cells.values import Value

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

States = tuple[Floats, ...]
# W x_t + b (batch, k * units), the states before -> every value of the cell, its states last
Step = Callable[[Floats, States], tuple[Floats, ...]]
# timestep, dL/dstates as it arrives from outside and from later steps -> dL/d(W x_t + b),
# dL/dstates in full, dL/dstates of one step earlier
BackwardStep = Callable[[int, States], tuple[Floats, States, States]]
# x (T, B, features), first states, kernel, recurrent kernel, bias, mask (T, B, 1) or None
# -> hidden states of all steps (T, B, units), then the last states (B, units)
QuickScan = Callable[..., "list[tf.Tensor]"]


@dataclass(frozen=True)
class Options:
    """How Keras computes a layer, by the names of its arguments.

    Attributes:
        activation: φ, the name of a Keras activation.
        recurrent_activation: σ.
        use_bias: whether there is a bias.
        reset_after: of a GRU: the reset gate acts after the recurrent product (Keras, cuDNN) or
            before it (Cho et al. 2014).
    """

    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    use_bias: bool = True
    reset_after: bool = True

    def function(self, value: Value) -> str:
        """The name of the activation that makes a value."""
        return str(getattr(self, value.squash, value.squash))


@dataclass(frozen=True)
class Keep:
    """What multiplies the old state at each step: how long a cell remembers.

    Attributes:
        words: the factor in a sentence, "forget gate".
        plural: "forget gates".
        state: the name of the state that it multiplies.
        share: the factor (batch, timesteps, units) from the cell's arrays by name.
    """

    words: str
    plural: str
    state: str
    share: Callable[[Mapping[str, Floats]], Floats]


@dataclass(frozen=True)
class Parts:
    """What the block of a kernel's columns that makes one value gets, of one unit: (timesteps,).

    Attributes:
        from_state: the unit's share of U h_{t-1}.
        outer, inner: its biases beside W x and beside U h.
        before: hidden states one step earlier, (timesteps, units).
        recurrent: U, (units, k * units).
        unit: its number, from 0.
        values: what was computed before it, by name, each (timesteps, units).
    """

    from_state: Floats
    outer: float
    inner: float
    before: Floats
    recurrent: Floats
    unit: int
    values: Mapping[str, Floats]


@dataclass(frozen=True)
class Split:
    """A sum W x + from_state + bias, written so that a reader can add it up.

    Attributes:
        from_state: (timesteps,).
        bias: beside it.
        inner: what the factor multiplies to give `from_state`, if there is a factor.
        factor: the letter of that factor.
    """

    from_state: Floats
    bias: float
    inner: Floats | None = None
    factor: str = ""


def added(value: Value, parts: Parts, options: Options) -> Split:
    """W x + U h + b: so it is in all cells but for the candidate of a GRU.

    Args:
        value: what the block makes.
        parts: what it gets, of one unit.
        options: of the layer.
    """
    return Split(parts.from_state, parts.outer + parts.inner)


@dataclass(frozen=True)
class Picture:
    """The diagram of "one cell, one step", and the words beside it.

    In texts `{f}` stands for a number, `{f%}` for a share, `{(f)}` for a number that gets brackets
    if it is negative. Known are the letters of all values, `h_before` and its like, `x_input`,
    `x_state`, `x_bias` for the terms of the value with letter x, `phi` for the name of φ, and what
    `derive` adds.

    Attributes:
        size: width and height.
        body: x, y, width and height of the frame.
        wires: SVG paths.
        boxes: (text, number shown, x, y, value whose colour it has); in the text `{phi}`, and the
            name of a value for that of its activation.
        operations: (sign, x, y).
        numbers: (name, x, y, number shown); "x" is the input in words.
        sentence: what happens at a step.
        equations: (value whose colour it has, text) of the states.
        derive: more numbers from those that are known, each (timesteps,).
    """

    size: tuple[int, int]
    body: tuple[int, int, int, int]
    wires: tuple[str, ...]
    boxes: tuple[tuple[str, str, int, int, str], ...]
    operations: tuple[tuple[str, int, int], ...]
    numbers: tuple[tuple[str, int, int, str], ...]
    sentence: str
    equations: tuple[tuple[str, str], ...] = ()
    derive: Callable[[dict[str, Floats], Options], Mapping[str, Any]] = lambda values, options: {}


@dataclass(frozen=True, eq=False)
class Cell:
    """A recurrent cell.

    Attributes:
        name: of the Keras layer's class.
        year: of the paper, for the order in lists.
        source: the paper.
        blocks: what the blocks of `units` columns of the kernel make, in Keras' order.
        states: what is handed from step to step, in the order of the equations, hidden last.
        rows: names in the rows of a picture, as in `seqlab.figures.gates`.
        forward: recurrent kernel, bias beside U h, options -> one step; see `Step`. Leading axes of
            the recurrent kernel (..., units, k * units) and of the bias (..., 1, k * units) are
            those of the states: many networks take a step at once.
        backward: arrays by name with "projected" and "previous_<state>", each (batch, timesteps,
            ...), recurrent kernel, bias beside U h, options -> one step back; see `BackwardStep`.
        layer: gives the Keras layer. It alone imports keras, when it is called.
        picture: the diagram.
        seconds_a_step: of the loop forward and backward (docs/benchmarks.md).
        floats_a_unit: kept of each step for the way back, by the peak of a process.
        quick: the layer for a compiled program; `None` leaves it to Keras' own loop.
        is_keras: whether the layer is one of Keras' own; else a script gets its `code`.
        lacks: settings of `seqlab.experiment.Recurrent` that mean nothing to it.
        has_recurrent_kernel: whether a gate reads the hidden state.
        two_biases: whether there is one beside U h as well.
        forget_block: the block whose bias a forget bias sets, if there is one.
        keep: what multiplies the old state, if it is a gate.
        split: how the sum of a block is written.
    """

    name: str
    year: int
    source: str
    blocks: tuple[Value, ...]
    states: tuple[Value, ...]
    rows: tuple[tuple[str, ...], ...]
    forward: Callable[[Floats, Floats, Options], Step]
    backward: Callable[[dict[str, Floats], Floats, Floats, Options], BackwardStep]
    layer: Callable[[], type[keras.layers.RNN]]
    picture: Picture
    seconds_a_step: float
    floats_a_unit: int
    quick: QuickScan | None = None
    is_keras: bool = True
    lacks: frozenset[str] = field(default_factory=frozenset)
    has_recurrent_kernel: bool = True
    two_biases: Callable[[Options], bool] = lambda options: False
    forget_block: int | None = None
    keep: Keep | None = None
    split: Callable[[Value, Parts, Options], Split] = added

    @property
    def values(self) -> tuple[Value, ...]:
        """Everything it computes, in that order, its states last."""
        return (*(block for block in self.blocks if block not in self.states), *self.states)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of `values`."""
        return tuple(value.name for value in self.values)

    @property
    def state_names(self) -> tuple[str, ...]:
        """The names of `states`."""
        return tuple(value.name for value in self.states)

    @property
    def gates(self) -> tuple[Value, ...]:
        """The values between 0 and 1."""
        return tuple(block for block in self.blocks if block.is_gate)

    @property
    def code(self) -> tuple[str, ...]:
        """The Keras layer as lines of a script; none for one of Keras' own.

        They are the lines of the function `layer` between its import and its return.
        """
        if self.is_keras:
            return ()
        text = inspect.getsource(self.layer)
        inner = text.partition("import keras\n")[2].rpartition("    return ")[0]
        return tuple(textwrap.dedent(inner).strip().splitlines())

    @property
    def call(self) -> str:
        """How a script names the layer."""
        return f"keras.layers.{self.name}" if self.is_keras else self.name

    def has(self, setting: str) -> bool:
        """Whether a field of `seqlab.experiment.Recurrent` means something to it."""
        return setting not in self.lacks

    def units(self, weights: Sequence[ArrayLike]) -> int:
        """The width of a layer with these weights."""
        return int(np.shape(weights[0])[1] // len(self.blocks))

    def weight_names(self, use_bias: bool) -> tuple[str, ...]:
        """The arrays of a layer in the order of `layer.get_weights()`."""
        recurrent = ("recurrent_kernel",) if self.has_recurrent_kernel else ()
        return ("kernel", *recurrent, *(("bias",) if use_bias else ()))

    def weight_shapes(self, features: int, units: int, options: Options) -> list[tuple[int, ...]]:
        """Their shapes.

        Args:
            features: that the layer reads.
            units: of the layer.
            options: its settings, `use_bias` among them.
        """
        columns = len(self.blocks) * units
        shapes: dict[str, tuple[int, ...]] = {
            "kernel": (features, columns),
            "recurrent_kernel": (units, columns),
            "bias": (2, columns) if self.two_biases(options) else (columns,),
        }
        return [shapes[name] for name in self.weight_names(options.use_bias)]

    def check_weights(
        self, weights: Sequence[ArrayLike], options: Options
    ) -> tuple[Floats, Floats, Floats]:
        """The weights of a layer, in float64 if one of them is, else in float32.

        Returns:
            Kernel (features, k * units), recurrent kernel (units, k * units), or (units, 0) where
            there is none, and two biases (2, k * units): beside W x and beside U h.

        Raises:
            ValueError: if a shape does not fit.
        """
        arrays = [np.asarray(array) for array in weights]
        double = any(array.dtype == np.float64 for array in arrays)
        arrays = [
            array.astype(np.float64 if double else np.float32, copy=False) for array in arrays
        ]
        shapes = [array.shape for array in arrays]
        names = self.weight_names(options.use_bias)
        matrices = 1 + self.has_recurrent_kernel
        if len(shapes) != len(names) or any(len(shape) != 2 for shape in shapes[:matrices]):
            raise invalid(
                "weights",
                f"{len(names)} arrays ({', '.join(names).replace('_', ' ')})",
                f"shapes {shapes}",
            )
        units = shapes[1][0] if self.has_recurrent_kernel else self.units(arrays)
        wanted = self.weight_shapes(shapes[0][0], units, options)
        if shapes != wanted:
            raise invalid("weights", f"shapes {wanted} for a {self.name}", f"{shapes}")
        kernel = arrays[0]
        recurrent = arrays[1] if self.has_recurrent_kernel else np.zeros((units, 0), kernel.dtype)
        bias = np.zeros((2, kernel.shape[1]), kernel.dtype)
        if options.use_bias:
            bias[: arrays[-1].ndim] = arrays[-1]  # (columns,) goes beside W x alone
        return kernel, recurrent, bias

    def parameters(self, units: int, features: int, use_bias: bool) -> tuple[int, str]:
        """How many numbers a layer learns, and how that count comes about.

        Blocks x (kernel + recurrent kernel + biases), as in the `build` of the Keras layer.

        Args:
            units: of the layer.
            features: that it reads.
            use_bias: whether it has biases.
        """
        blocks, biases = len(self.blocks), (2 if self.two_biases(Options()) else 1) * use_bias
        read = f"({units} + {features})" if self.has_recurrent_kernel else f"{features}"
        reads = units + features if self.has_recurrent_kernel else features
        inner = f"{units} × {read}" + ["", f" + {units}", f" + 2 × {units}"][biases]
        count = blocks * (units * reads + biases * units)
        return count, inner if blocks == 1 else f"{blocks} × ({inner})"


def columns(array: Floats, count: int) -> Floats:
    """Columns (..., count * units) by block: (count, ..., units), a view."""
    return np.moveaxis(array.reshape(*array.shape[:-1], count, -1), -2, 0)


def invalid(argument: str, wanted: str, got: str) -> ValueError:
    """An error in the manner of Keras.

    Args:
        argument: its name.
        wanted: what it should be, in words.
        got: what it is.
    """
    return ValueError(
        f"Received an invalid value for argument `{argument}`, expected {wanted}, got {got}."
    )
