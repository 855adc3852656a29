"""Looks inside any Keras 3 model with recurrent layers whose cells are known (`seqlab.cells`).

Keras runs the model once, while every recurrent layer notes what it reads (sequence, mask, first
states). Gates and gradients then follow from the weights alone, in NumPy: see `seqlab.lens`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from seqlab.cells import CELLS
from seqlab.cells.activations import ACTIVATIONS
from seqlab.cells.cell import invalid
from seqlab.lens.bptt import Flow, Flows, backward
from seqlab.lens.trace import Trace, trace
from seqlab.training import private_keras
from seqlab.training.capture import (
    Heard,
    Tensor,
    heard_outputs,
    in_float64,
    listening,
    numpy_of,
    run_as_graph,
)
from seqlab.training.cell_of import by_cell_class, cell_of

NAMES = ", ".join(CELLS)
# Only Keras' own functions: a name alone could hide other defaults (keras.ops.gelu).
ACTIVATION_NAMES = {keras.activations.get(name): name for name in ACTIVATIONS}


def gates(model: keras.Model, x: ArrayLike) -> dict[str, Trace]:
    """Every gate and state of every recurrent layer, at every timestep.

    Args:
        model: any Keras 3 model that contains SimpleRNN, LSTM or GRU layers. It is not changed.
        x: what the model reads, as for `model.predict`; a list or dict of arrays for a model
            with several inputs.

    Returns:
        A `Trace` by layer name; the two layers of a `Bidirectional` are called "<name>/forward"
        and "<name>/backward". Timesteps stand in the order of the layer's output: `hidden` is
        what Keras hands on with `return_sequences=True`, thus turned round for a layer with
        `go_backwards`, and in the order of `x` for both directions of a `Bidirectional`.

    Raises:
        ValueError: if the model has no such layer, if seqlab does not know the equations of
            one, or if weights or `x` are not finite.

    Example:
        >>> layers = [keras.Input((22, 1)), keras.layers.LSTM(16, name="lstm")]
        >>> gates(keras.Sequential(layers), np.zeros((32, 22, 1)))["lstm"].forget_gate.shape
        (32, 22, 16)
    """
    layers, x = _checked(model, x)

    def program(x: Tensor) -> dict[str, Heard]:
        with listening(layers) as heard:
            model(x, training=False)
        return heard

    traces = {}
    for name, heard in run_as_graph(program, x).items():
        run = _trace(layers[name], heard)
        traces[name] = run.reversed() if _is_flipped(name) else run
    return traces


def gradients(
    model: keras.Model,
    x: ArrayLike,
    y: ArrayLike,
    loss: str | keras.losses.Loss | Callable[..., Any],
) -> Flows:
    """How strongly the loss depends on every state of every recurrent layer, and on the input.

    The loss is that of `model.compile(loss=loss)` for this batch, dropout off, without penalties
    of regularizers. All is computed in float64: over hundreds of steps true norms fall below
    what float32 can hold. TensorFlow differentiates what lies behind the recurrent layers.

    Args:
        model: as for `gates`, with one input and one output. It is not changed.
        x: (batch, timesteps, features), or integers for a model that begins with an `Embedding`.
        y: the targets.
        loss: the name of a Keras loss, a `keras.losses.Loss` or a function (y_true, y_pred).

    Returns:
        A `Flow` by layer name, named and ordered as in `gates`; `.input` is the gradient with
        respect to `x`, or to the embedded sequence if there is an `Embedding`.

    Raises:
        ValueError: as for `gates`, or if the loss is unknown or not finite.

    Example:
        >>> layers = [keras.Input((5, 1)), keras.layers.LSTM(3, name="lstm"), keras.layers.Dense(1)]
        >>> flows = gradients(keras.Sequential(layers), np.ones((2, 5, 1)), np.ones((2, 1)), "mse")
        >>> flows["lstm"].hidden_norm.shape, flows.input.shape
        ((2, 5), (2, 5, 1))
    """
    layers, sequences = _checked(model, x)
    if not isinstance(sequences, np.ndarray):
        raise invalid("x", "one array (gradients are shown for one input)", "several arrays")
    targets, objective = _finite("y", np.asarray(y)), _Objective(loss)
    parts = private_keras.all_layers(model)
    embeddings = [part for part in parts if isinstance(part, keras.layers.Embedding)]

    def program(x: Tensor) -> tuple[Tensor, ...]:
        with tf.GradientTape() as tape, ExitStack() as stack:
            tape.watch(x)
            embedded = [stack.enter_context(heard_outputs(part, tape)) for part in embeddings]
            heard = stack.enter_context(listening(layers, tape))
            value = objective(targets, model(x, training=False))
        sources = {name: heard[name].outputs for name in heard}
        origin = next((outputs[0] for outputs in embedded if outputs), x)
        slopes = tape.gradient(value, (sources, origin), unconnected_gradients="zero")
        return value, heard, *slopes

    with in_float64(parts):
        value, heard, slopes, d_input = run_as_graph(
            program, sequences if embeddings else sequences.astype(np.float64)
        )
    if not np.isfinite(value):
        raise invalid("loss", "a loss that is finite for this `x` and `y`", f"{value}")
    flows = {name: _flow(layers[name], heard[name], slopes[name]) for name in heard}
    turned = {name: flow.reversed() for name, flow in flows.items() if _is_flipped(name)}
    return Flows(flows | turned, d_input)


def _checked(model: keras.Model, x: ArrayLike) -> tuple[dict[str, keras.layers.RNN], Any]:
    """The recurrent layers by name, and `x` as an array (or arrays), if there is nothing wrong."""
    layers = recurrent_layers(model)
    several = isinstance(x, dict) or (
        isinstance(x, list | tuple) and any(hasattr(part, "shape") for part in x[:1])
    )
    x = keras.tree.map_structure(np.asarray, x) if several else np.asarray(x)
    for array in keras.tree.flatten(x):
        _finite("x", array)
    if not model.built:
        model(x, training=False)
    symbols = getattr(model, "inputs", None) or ()  # a subclassed model has none
    for symbol, array in zip(symbols, keras.tree.flatten(x), strict=False):
        sizes = list(zip(symbol.shape, array.shape, strict=False))
        if len(symbol.shape) == array.ndim and any(a not in (None, b) for a, b in sizes):
            raise invalid("x", f"shape {symbol.shape}", f"shape {array.shape}")
    _check_weights(model)
    return layers, x


def _is_flipped(name: str) -> bool:
    """A `Bidirectional` turns the output of its backward layer round."""
    return name.endswith("/backward")


def _options(layer: keras.layers.RNN) -> dict[str, Any]:
    """The options of `seqlab.lens.trace.trace` for a layer."""
    cell = layer.cell
    options: dict[str, Any] = {"use_bias": cell.use_bias, "go_backwards": layer.go_backwards}
    for name in ("activation", "recurrent_activation"):
        if hasattr(cell, name):  # a SimpleRNN has no recurrent activation
            options[name] = ACTIVATION_NAMES[getattr(cell, name)]
    if hasattr(cell, "reset_after"):
        options["reset_after"] = cell.reset_after
    return options


def _weights(layer: keras.layers.RNN) -> list[NDArray[Any]]:
    names = by_cell_class()[type(layer.cell)].weight_names(layer.cell.use_bias)
    return [numpy_of(getattr(layer.cell, name)) for name in names]


def _trace(layer: keras.layers.RNN, heard: Heard, dtype: str | None = None) -> Trace:
    """Everything a layer computed, in the order of processing."""
    weights = [weight.astype(dtype or weight.dtype, copy=False) for weight in _weights(layer)]
    return trace(
        by_cell_class()[type(layer.cell)].name,
        weights,
        heard.inputs,
        mask=heard.mask,
        initial_state=heard.states or None,
        **_options(layer),
    )


def _flow(layer: keras.layers.RNN, heard: Heard, slopes: list[NDArray[Any]]) -> Flow:
    """Backward through time, from dL/d(what the layer handed on), in the order of processing."""
    run = _trace(layer, heard, "float64")
    d_output, *d_states = slopes
    d_hidden, d_cell = np.zeros_like(run.hidden), np.zeros_like(run.hidden)
    d_hidden[:, slice(None) if layer.return_sequences else -1] = d_output
    if run.mask is not None and layer.zero_output_for_mask:
        d_hidden *= run.mask[..., np.newaxis]  # Keras hands on zeros at masked steps
    for d_total, d_state in zip((d_hidden, d_cell), d_states, strict=False):
        d_total[:, -1] += d_state  # of return_state: hidden, then cell
    return backward(
        run,
        _weights(layer),
        heard.inputs,
        d_hidden,
        d_cell,
        initial_state=heard.states or None,
        **_options(layer),
    )


class _Objective(keras.losses.Loss):
    """Any Keras loss in float64, with the reduction and masking of `model.compile`."""

    def __init__(self, loss: str | keras.losses.Loss | Callable[..., Any]) -> None:
        function = keras.losses.get(loss)
        if function is None:
            raise invalid("loss", "a Keras loss, its name or a function", repr(loss))
        given = isinstance(function, keras.losses.Loss)
        reduction = function.reduction if given else "sum_over_batch_size"
        super().__init__("objective", reduction, dtype="float64")
        self.function = function.call if given else function

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """The loss of each sample, or of each step."""
        return self.function(y_true, y_pred)


def recurrent_layers(model: keras.Model) -> dict[str, keras.layers.RNN]:
    """The recurrent layers of a model by name, in order."""
    if not isinstance(model, keras.Model):
        raise invalid("model", "a keras.Model", repr(model))
    layers: dict[str, keras.layers.RNN] = {}

    def add(name: str, layer: keras.layers.Layer, parent: keras.layers.Layer) -> None:
        _check_layer(layer)
        if all(layer is not other for other in layers.values()):
            # two models inside a model may both have a layer called "lstm"
            layers[f"{parent.name}/{name}" if name in layers else name] = layer

    def visit(parent: keras.layers.Layer) -> None:
        for layer in private_keras.sublayers(parent):
            if isinstance(layer, keras.layers.Bidirectional):
                add(f"{layer.name}/forward", layer.forward_layer, parent)
                add(f"{layer.name}/backward", layer.backward_layer, parent)
            elif isinstance(layer, keras.layers.RNN):
                add(layer.name, layer, parent)
            else:
                visit(layer)

    visit(model)
    if not layers:
        kinds = ", ".join(type(layer).__name__ for layer in model.layers) or "none"
        raise invalid(
            "model",
            f"a model with at least one layer of {NAMES} (only these have gates and states to "
            "show)",
            f"the model {model.name!r} with the layers: {kinds}",
        )
    return layers


def _check_layer(layer: keras.layers.Layer) -> None:
    """Only the equations of Keras' own cells are known here."""
    cell = getattr(layer, "cell", None)
    bare = type(layer) is keras.layers.RNN and type(cell) in by_cell_class()
    if cell_of(layer) is None and not bare:
        inside = "" if cell is None else f" with the cell {type(cell).__name__}"
        raise invalid(
            "model",
            f"only {NAMES} as its recurrent layers (these can be shown; a custom layer cannot, "
            "since seqlab does not know its equations)",
            f"the layer {layer.name!r} of class {type(layer).__name__}{inside}",
        )
    for option in ("activation", "recurrent_activation"):
        function = getattr(cell, option, keras.activations.linear)
        if function not in ACTIVATION_NAMES:
            raise invalid(
                "model",
                f"one of keras.activations as `{option}` ({', '.join(sorted(ACTIVATIONS))})",
                f"{function} in the layer {layer.name!r}",
            )


def _finite(argument: str, array: NDArray[Any]) -> NDArray[Any]:
    """The array, after a look for NaN and infinity."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = f"{(~np.isfinite(array)).sum()} of {array.size} that are NaN or infinite"
        raise invalid(argument, "finite numbers", bad)
    return array


def _check_weights(model: keras.Model) -> None:
    """A training that ran away leaves NaN: then there is nothing true to show."""
    for weight in model.weights:
        values = numpy_of(weight)
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise invalid(
                "model",
                "finite weights (nothing can be shown of a network whose training diverged)",
                f"NaN or infinity in the weight {weight.path!r}",
            )
