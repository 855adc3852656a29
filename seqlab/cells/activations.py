"""The activations of Keras 3, each with its derivative. NumPy only.

Formulas: keras/src/activations/activations.py, with the default arguments that a layer uses when
it is given the activation's name. Three of Keras' functions are left out: `glu` halves the number
of units and `threshold` has no defaults, so that neither can serve in a cell; `sparsemax` computes
something else in Keras up to 3.15 than after it (github.com/keras-team/keras/pull/23469).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Function = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Activation:
    """A function of the last axis (units) and how a gradient passes back through it.

    Attributes:
        forward: a (..., units) -> φ(a) (..., units).
        backward: a, dL/dφ(a) -> dL/da, all (..., units).
    """

    forward: Function
    backward: Callable[[Floats, Floats], Floats]


def find_activation(name: str) -> Activation:
    """The activation with this Keras name. Raises `ValueError` if there is none."""
    if name not in ACTIVATIONS:
        raise ValueError(
            f"Received an invalid value for argument `activation`, expected one of "
            f"{', '.join(sorted(ACTIVATIONS))}, got {name!r}."
        )
    return ACTIVATIONS[name]


def _each(forward: Function, derivative: Function) -> Activation:
    """An activation that treats every unit by itself."""
    return Activation(forward, lambda a, gradient: gradient * derivative(a))


def _sigmoid(a: Floats) -> Floats:
    return 1 / (1 + np.exp(-a))


def _sigmoid_slope(a: Floats) -> Floats:
    return _sigmoid(a) * _sigmoid(-a)  # σ(-a) = 1 - σ(a), without the rounding for large a


def _softplus(a: Floats) -> Floats:
    return np.logaddexp(a, 0)


def _relu(a: Floats) -> Floats:
    return np.maximum(a, 0)


def _hard_sigmoid(a: Floats) -> Floats:
    return np.clip(a + 3, 0, 6) / 6


def _silu_slope(a: Floats) -> Floats:
    return _sigmoid(a) + a * _sigmoid_slope(a)


def _mish_slope(a: Floats) -> Floats:
    t = np.tanh(_softplus(a))
    return t + a * (1 - t**2) * _sigmoid(a)


_erf = np.frompyfunc(math.erf, 1, 1)  # NumPy has none


def _normal(a: Floats) -> Floats:
    """Φ(a), the share of a standard normal distribution below a."""
    return ((1 + _erf(a / math.sqrt(2)).astype(a.dtype)) / 2).astype(a.dtype)


def _gelu_slope(a: Floats) -> Floats:
    return _normal(a) + a * np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)


def _elu(a: Floats) -> Floats:
    return np.where(a > 0, a, np.expm1(np.minimum(a, 0)))


def _elu_slope(a: Floats) -> Floats:
    return np.exp(np.minimum(a, 0))


# Klambauer et al. 2017: the pair for which mean 0 and variance 1 are a fixed point.
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _selu(a: Floats) -> Floats:
    return _SELU_SCALE * np.where(a > 0, a, _SELU_ALPHA * np.expm1(np.minimum(a, 0)))


def _selu_slope(a: Floats) -> Floats:
    return _SELU_SCALE * np.where(a < 0, _SELU_ALPHA * np.exp(np.minimum(a, 0)), 1)


def _log_softmax(a: Floats) -> Floats:
    a = a - a.max(axis=-1, keepdims=True)
    return a - np.log(np.exp(a).sum(axis=-1, keepdims=True))


def _softmax(a: Floats) -> Floats:
    return np.exp(_log_softmax(a))


def _softmax_backward(a: Floats, gradient: Floats) -> Floats:
    s = _softmax(a)
    return s * (gradient - (gradient * s).sum(axis=-1, keepdims=True))


def _log_softmax_backward(a: Floats, gradient: Floats) -> Floats:
    return gradient - _softmax(a) * gradient.sum(axis=-1, keepdims=True)


def _between(low: float, high: float) -> Function:
    """The derivative of a line that is clipped at both ends, but for its steepness."""
    return lambda a: ((a > low) & (a < high)).astype(a.dtype)


ACTIVATIONS: dict[str, Activation] = {
    "linear": _each(lambda a: a, np.ones_like),
    # between 0 and 1, or between -1 and 1
    "sigmoid": _each(_sigmoid, _sigmoid_slope),
    "hard_sigmoid": _each(_hard_sigmoid, lambda a: _between(-3, 3)(a) / 6),
    "sparse_sigmoid": _each(lambda a: np.clip((a + 1) / 2, 0, 1), lambda a: _between(-1, 1)(a) / 2),
    "tanh": _each(np.tanh, lambda a: 1 / np.cosh(np.clip(a, -350, 350)) ** 2),
    "hard_tanh": _each(lambda a: np.clip(a, -1, 1), _between(-1, 1)),
    "softsign": _each(lambda a: a / (1 + np.abs(a)), lambda a: 1 / (1 + np.abs(a)) ** 2),
    # of the family of relu
    "relu": _each(_relu, lambda a: (a > 0).astype(a.dtype)),
    "relu6": _each(lambda a: np.clip(a, 0, 6), _between(0, 6)),
    "leaky_relu": _each(
        lambda a: np.where(a > 0, a, a * 0.2), lambda a: np.where(a > 0, a.dtype.type(1), 0.2)
    ),
    "elu": _each(_elu, _elu_slope),
    "celu": _each(_elu, _elu_slope),  # the same for alpha = 1
    "selu": _each(_selu, _selu_slope),
    "softplus": _each(_softplus, _sigmoid),
    "squareplus": _each(
        lambda a: (a + np.sqrt(a**2 + 4)) / 2, lambda a: (1 + a / np.sqrt(a**2 + 4)) / 2
    ),
    "sparse_plus": _each(
        lambda a: np.where(a < 1, np.maximum(a + 1, 0) ** 2 / 4, a),
        lambda a: np.clip((a + 1) / 2, 0, 1),
    ),
    "silu": _each(lambda a: a * _sigmoid(a), _silu_slope),
    "hard_silu": _each(
        lambda a: a * _hard_sigmoid(a), lambda a: _hard_sigmoid(a) + a * _between(-3, 3)(a) / 6
    ),
    "gelu": _each(lambda a: a * _normal(a), _gelu_slope),
    "mish": _each(lambda a: a * np.tanh(_softplus(a)), _mish_slope),
    # the rest
    "exponential": _each(np.exp, np.exp),
    "log_sigmoid": _each(lambda a: -_softplus(-a), lambda a: _sigmoid(-a)),
    "tanh_shrink": _each(lambda a: a - np.tanh(a), lambda a: np.tanh(a) ** 2),
    "soft_shrink": _each(
        lambda a: a - np.clip(a, -0.5, 0.5), lambda a: (np.abs(a) > 0.5).astype(a.dtype)
    ),
    "hard_shrink": _each(
        lambda a: a * (np.abs(a) > 0.5), lambda a: (np.abs(a) > 0.5).astype(a.dtype)
    ),
    # over all units of a step together
    "softmax": Activation(_softmax, _softmax_backward),
    "log_softmax": Activation(_log_softmax, _log_softmax_backward),
}
ACTIVATIONS |= {"swish": ACTIVATIONS["silu"], "hard_swish": ACTIVATIONS["hard_silu"]}
