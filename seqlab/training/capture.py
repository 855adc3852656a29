"""Runs a Keras model while its layers note what they read and hand on.

Nothing of the model is changed for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import keras
import tensorflow as tf
from numpy.typing import NDArray

from seqlab.cells.cell import invalid
from seqlab.training import private_keras

Tensor = Any


class Heard(NamedTuple):
    """What a recurrent layer read and handed on.

    Attributes:
        inputs: (batch, timesteps, features).
        mask: (batch, timesteps) bool, or `None`.
        states: the first states, hidden and, for an LSTM, cell; empty for zeros.
        outputs: the output and, with `return_state`, the last states.
    """

    inputs: Tensor
    mask: Tensor
    states: list[Tensor]
    outputs: list[Tensor]


@contextmanager
def listening(
    layers: Mapping[str, keras.layers.RNN], tape: tf.GradientTape | None = None
) -> Iterator[dict[str, Heard]]:
    """While this lasts, the dict fills with what the layers read and hand on.

    The tape watches what they hand on. The states of a stateful layer stay as they were.
    """
    heard: dict[str, Heard] = {}
    with ExitStack() as stack:
        for name, layer in layers.items():
            stack.enter_context(_replaced_call(layer, _noting_call(name, layer, heard, tape)))
        yield heard


def _noting_call(
    name: str,
    layer: keras.layers.RNN,
    heard: dict[str, Heard],
    tape: tf.GradientTape | None,
) -> Any:  # noqa: ANN401
    def call(
        sequences: Tensor,
        initial_state: Tensor = None,
        mask: Tensor = None,
        training: bool = False,
    ) -> Tensor:
        if name in heard:
            raise invalid(
                "model",
                "a model that runs each of its recurrent layers once",
                f"one that runs the layer {name!r} again",
            )
        # a stateful layer begins where it stopped the last time; here it does not move on
        carried = [tf.identity(state) for state in layer.states or ()]
        states = carried if initial_state is None else keras.tree.flatten(initial_state)
        outputs = type(layer).call(
            layer, sequences, initial_state=initial_state, mask=mask, training=training
        )
        for variable, state in zip(layer.states or (), carried, strict=True):
            variable.assign(state)
        heard[name] = Heard(sequences, mask, states, keras.tree.flatten(outputs))
        if tape is not None:
            tape.watch(heard[name].outputs)
        return outputs

    return call


@contextmanager
def heard_outputs(layer: keras.layers.Layer, tape: tf.GradientTape) -> Iterator[list[Tensor]]:
    """While this lasts, the list fills with what `layer` hands on, and `tape` watches it."""
    outputs: list[Tensor] = []

    def call(*args: Any, **kwargs: Any) -> Tensor:  # noqa: ANN401
        outputs.append(type(layer).call(layer, *args, **kwargs))
        tape.watch(outputs[-1])
        return outputs[-1]

    with _replaced_call(layer, call):
        yield outputs


@contextmanager
def _replaced_call(layer: keras.layers.Layer, call: Any) -> Iterator[None]:  # noqa: ANN401
    layer.call = call  # of this one object; its class keeps its own
    try:
        yield
    finally:
        del layer.call


class _Float64(keras.DTypePolicy):
    """Computes in float64 from variables that stay as they are."""

    @property
    def compute_dtype(self) -> str:
        """The dtype to which a layer casts inputs and variables."""
        return "float64"


@contextmanager
def in_float64(layers: Sequence[keras.layers.Layer]) -> Iterator[None]:
    """While this lasts, all of these layers compute in float64.

    Why not a copy of the model in float64: for that its layers, functions and losses would have
    to be serializable, and a subclassed model cannot be copied at all.
    """
    policies = [(layer, layer.dtype_policy) for layer in layers]
    # Models cast what they read to the dtype of their symbolic inputs (Functional) or of their
    # input layer (Sequential); both keep it in the same place.
    symbols = [symbol for layer in layers for symbol in getattr(layer, "inputs", None) or ()]
    symbols += [layer for layer in layers if isinstance(layer, keras.layers.InputLayer)]
    dtypes = [(symbol, symbol.dtype) for symbol in symbols]
    try:
        for layer, policy in policies:
            if "float" in policy.compute_dtype:  # others handle text and integers
                layer.dtype_policy = _Float64(policy.variable_dtype)
        for symbol, dtype in dtypes:
            if "float" in dtype:
                private_keras.set_dtype(symbol, "float64")
        yield
    finally:
        for layer, policy in policies:
            layer.dtype_policy = policy
        for symbol, dtype in dtypes:
            private_keras.set_dtype(symbol, dtype)


def run_as_graph(program: Callable[[Tensor], Any], x: Any) -> Any:  # noqa: ANN401
    """Runs `program` as a graph: loops over timesteps take a tenth of the time of eager ones."""
    tensors = keras.tree.map_structure(tf.constant, x)
    specs = keras.tree.map_structure(tf.TensorSpec.from_tensor, tensors)
    graph = tf.function(program, autograph=False).get_concrete_function(specs)
    try:
        results = graph(tensors)
    except tf.errors.InvalidArgumentError as error:
        # between a stack of frames: "indices[0,2] = 10 is not in [0, 10)" of an Embedding
        reason = [line for line in error.message.splitlines() if line[:1].strip()][-1]
        raise invalid("x", "sequences that the model can read", reason) from error
    return tf.nest.map_structure(lambda leaf: None if leaf is None else numpy_of(leaf), results)


def numpy_of(tensor: Tensor) -> NDArray[Any]:
    """The values of a tensor or a weight, in its shape."""
    return keras.ops.convert_to_numpy(tensor)
