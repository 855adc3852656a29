"""What theory says of gradients through time, and untrained cells to see it at work.

Hochreiter 1991; Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013 (arXiv 1211.5063):
a gradient on its way back is multiplied by a Jacobian at every step. For h_t = W h_{t-1} with
W = rho Q, Q orthogonal, that is exactly rho a step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.cells import CELLS, find_cell
from seqlab.cells.activations import Floats
from seqlab.cells.cell import Options
from seqlab.lens.bptt import Flow, Layer, backward
from seqlab.lens.trace import Trace, trace

Mask = NDArray[np.bool_] | None


def power_line(rate: float, timesteps: int, mask: Mask = None) -> Floats:
    """rate^(T - t) for t = 1..T: relative size of the gradient, (timesteps,).

    Args:
        rate: what a step leaves of it.
        timesteps: T.
        mask: (timesteps,); where it is False the state is handed on as it is.

    Example:
        >>> power_line(0.5, 3).tolist()
        [0.25, 0.5, 1.0]
    """
    counted = np.ones(timesteps) if mask is None else mask.astype(np.float64)
    later = np.append(counted[1:], 0.0)
    return rate ** np.cumsum(later[::-1])[::-1]


def product_line(keep: Floats, mask: Mask = None) -> Floats:
    """The product of a gate over all later steps: keep (timesteps, units) -> (timesteps,).

    Steps at which `mask` (timesteps,) is False hand the state on as it is.

    Along the cell state of an LSTM dc_T/dc_t is diag(f_T ... f_{t+1}) if the gates are held as
    they are; of these products the root mean square over the units is given, which is what a
    gradient that hits all units alike would keep of its length.
    """
    if mask is not None:
        keep = np.where(mask[:, np.newaxis], keep, 1)
    later = np.concatenate([keep[1:], np.ones_like(keep[:1])]).astype(np.float64)
    products = np.cumprod(later[::-1], axis=0)[::-1]
    return np.sqrt((products**2).mean(axis=1))


def orthogonal(units: int, columns: int, generator: np.random.Generator) -> Floats:
    """As Keras' `Orthogonal` draws (units, columns): orthonormal rows, since columns >= units.

    Args:
        units: rows.
        columns: at least as many.
        generator: draws them.
    """
    q, r = np.linalg.qr(generator.normal(size=(columns, units)))
    return (q * np.sign(np.diag(r))).T


def untrained(
    cell: str,
    features: int,
    units: int,
    seed: int = 0,
    scale: float = 1.0,
    forget_bias: float = 1.0,
) -> Layer:
    """A cell as Keras begins it: glorot_uniform, orthogonal, zeros; forget bias 1.

    Args:
        cell: its name.
        features: values at each step.
        units: its width.
        seed: of the weights.
        scale: the recurrent kernel is multiplied by it.
        forget_bias: of a cell that has one.
    """
    generator = np.random.default_rng(seed)
    record = find_cell(cell)
    shapes = dict(
        zip(
            record.weight_names(True),
            record.weight_shapes(features, units, Options()),
            strict=True,
        )
    )
    columns = shapes["kernel"][1]
    limit = np.sqrt(6 / (features + columns))
    weights: dict[str, Floats] = {"kernel": generator.uniform(-limit, limit, shapes["kernel"])}
    if record.has_recurrent_kernel:
        weights["recurrent_kernel"] = scale * orthogonal(units, columns, generator)
    weights["bias"] = np.zeros(shapes["bias"])
    if (block := record.forget_block) is not None:
        weights["bias"][block * units : (block + 1) * units] = forget_bias
    return Layer(cell, list(weights.values()))


def linear(units: int, rho: float, seed: int = 0) -> Layer:
    """h_t = rho Q h_{t-1} + x_t with a random orthogonal Q: the case that theory solves.

    Args:
        units: of the layer.
        rho: the radius of its recurrent kernel: what a gradient is multiplied by at each step.
        seed: of Q.
    """
    q = orthogonal(units, units, np.random.default_rng(seed))
    plain = next(name for name, cell in CELLS.items() if not cell.gates)
    return Layer(plain, [np.eye(units), rho * q], activation="linear", use_bias=False)


def read(layer: Layer, x: Floats) -> Trace:
    """What happens in a layer while it reads x (batch, timesteps, features), in float64."""
    return trace(layer.cell, [np.asarray(w, np.float64) for w in layer.weights], x, **layer.options)


def from_the_end(layer: Layer, x: Floats, seed: int = 0) -> Flow:
    """The gradient of a loss that sees only the last hidden state, along a random direction.

    Args:
        layer: one layer with its weights.
        x: (batch, timesteps, features).
        seed: of the direction dL/dh_T, of length 1.
    """
    run = read(layer, x)
    direction = np.random.default_rng(seed).normal(size=run.hidden.shape[-1])
    d_hidden = np.zeros_like(run.hidden)
    d_hidden[:, -1] = direction / np.linalg.norm(direction)
    return backward(run, layer.weights, x, d_hidden, **layer.options)
