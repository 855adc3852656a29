"""Random cells, and Keras' own cells run one step at a time as the reference."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from seqlab.cells import CELLS
from seqlab.cells.cell import Options

RANGES = ((2, 6), (1, 5), (1, 4), (2, 9))  # units, features, batch, timesteps


@dataclass
class Case:
    """A cell with random weights, a random sequence and all options."""

    cell: str
    options: dict[str, Any]
    weights: list[np.ndarray]
    x: np.ndarray
    units: int

    def keras_options(self) -> dict[str, Any]:
        options = dict(self.options)
        for name in ("mask", "go_backwards"):
            options.pop(name, None)
        cell = CELLS[self.cell]
        if not cell.two_biases(Options()):
            options.pop("reset_after", None)
        return {name: value for name, value in options.items() if cell.has(name)}

    def layer(self, **more: Any) -> keras.layers.RNN:
        """The Keras layer with these weights."""
        layer = CELLS[self.cell].layer()(
            self.units,
            go_backwards=self.options.get("go_backwards", False),
            dtype="float64",
            **self.keras_options(),
            **more,
        )
        layer.build(self.x.shape)
        layer.set_weights(self.weights)
        return layer

    def keras_cell(self) -> keras.layers.Layer:
        """The Keras cell with these weights."""
        cell = type(CELLS[self.cell].layer()(1).cell)(
            self.units, dtype="float64", **self.keras_options()
        )
        cell.build((None, self.x.shape[-1]))
        cell.set_weights(self.weights)
        return cell

    def in_order(self) -> tuple[np.ndarray, np.ndarray]:
        """Sequence and mask in the order of processing."""
        mask = self.options.get("mask")
        mask = np.ones(self.x.shape[:2], bool) if mask is None else mask
        step = -1 if self.options.get("go_backwards") else 1
        return self.x[:, ::step], mask[:, ::step]


def random_case(
    seed: int,
    activations: tuple[str, ...],
    cell: str | None = None,
    masked: bool | None = None,
    **fixed: Any,
) -> Case:
    """Everything that is not fixed is drawn."""
    random = np.random.default_rng(seed)
    cell = cell or tuple(CELLS)[seed % len(CELLS)]
    units, features, batch, timesteps = (int(random.integers(*r)) for r in RANGES)
    options: dict[str, Any] = {
        "activation": str(random.choice(activations)),
        "recurrent_activation": str(random.choice(activations)),
        "use_bias": bool(random.random() < 0.7),
        "go_backwards": bool(random.random() < 0.4),
        "reset_after": bool(random.random() < 0.5),
    } | fixed
    if masked or (masked is None and random.random() < 0.5):
        options["mask"] = random.random((batch, timesteps)) < 0.6
    bias = {name: options[name] for name in ("use_bias", "reset_after")}
    shapes = CELLS[cell].weight_shapes(features, units, Options(**bias))
    weights = [random.normal(0, 0.6, shape) for shape in shapes]
    return Case(cell, options, weights, random.normal(0, 1, (batch, timesteps, features)), units)


def assert_close(found: np.ndarray, expected: np.ndarray, relative: float) -> None:
    assert found.shape == np.shape(expected)
    assert np.abs(expected).max() > 1e-6, "a test of zeros proves nothing"
    assert np.abs(found - expected).max() / np.abs(expected).max() < relative
