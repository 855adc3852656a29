"""Names of Keras that it does not promise to keep, all in one place.

Nothing else in seqlab touches them, so an upgrade that changes one fails in
tests/training/test_private_keras.py. That also tests how a .keras file spells the private modules
of its classes, which `seqlab.training.keras_safety` must know before it may import Keras.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.random import seed_generator

Tensor = Any


def all_layers(model: keras.Model) -> list[keras.Layer]:
    """The model and every layer in it, at any depth (`Layer._flatten_layers`)."""
    return list(model._flatten_layers())


def sublayers(layer: keras.Layer) -> list[keras.Layer]:
    """The layers right inside of one (`Layer._flatten_layers`)."""
    return list(layer._flatten_layers(include_self=False, recursive=False))


def mask_of(tensor: Tensor) -> Tensor:
    """The mask that a layer sent along with its output, or `None` (`_keras_mask`)."""
    return getattr(tensor, "_keras_mask", None)


def maker_of(symbol: Tensor) -> keras.Layer | None:
    """The layer that a symbolic tensor comes from, or `None` (`_keras_history`)."""
    return getattr(symbol, "_keras_history", (None,))[0]


@contextmanager
def inner_loop(layer: keras.layers.RNN, loop: Callable[..., Any]) -> Iterator[None]:
    """While it lasts, a recurrent layer runs `loop` instead of its own (`RNN.inner_loop`).

    An attribute of the instance hides the method of its class until it is removed.

    Args:
        layer: the layer.
        loop: (sequences, initial_state, mask, training) -> last output, all outputs, last states.
    """
    layer.__dict__["inner_loop"] = loop
    try:
        yield
    finally:
        layer.__dict__.pop("inner_loop", None)


@contextmanager
def seeds_drawn_from(source: Any) -> Iterator[None]:  # noqa: ANN401 (anything that draws as `random`)
    """While it lasts, Keras draws the seeds of initializers and dropout from `source`.

    Otherwise from Python's global `random` (`keras.src.random.seed_generator.python_random`).
    """
    usual = seed_generator.python_random
    seed_generator.python_random = source
    try:
        yield
    finally:
        seed_generator.python_random = usual


def set_dtype(symbol: Tensor, dtype: str) -> None:
    """Changes the dtype to which a model casts what it reads (`KerasTensor._dtype`)."""
    symbol._dtype = dtype
