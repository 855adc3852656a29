"""The linear autoregression: what a straight sum of the last values forecasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]
Indices = NDArray[np.int64]

MOST_COEFFICIENTS = 240  # of the linear autoregression: more cost seconds
MOST_WINDOWS = 20_000  # that it is fitted on


@dataclass(frozen=True, eq=False)
class Autoregression:
    """A linear autoregression of a window.

    Attributes:
        steps: of the window that it reads, the last ones.
        coefficients: (steps * features + 1, outputs), the last row for the intercept.
    """

    steps: int
    coefficients: Reals

    def __call__(self, x: Floats) -> Reals:
        """Windows (n, timesteps, features), scaled -> forecasts (n, outputs), scaled."""
        return _design(x, self.steps) @ self.coefficients


def _design(x: Floats, steps: int) -> Reals:
    """Rows (n, steps * features + 1) of windows, the last column for the intercept."""
    rows = x[:, -steps:].reshape(len(x), -1).astype(np.float64)
    return np.concatenate([rows, np.ones((len(rows), 1))], axis=1)


def fitted(x: Floats, y: Floats, train: Indices) -> Autoregression | None:
    """The linear autoregression of the window, fitted on the training part by least squares.

    Args:
        x: (n, timesteps, features) scaled.
        y: (n, outputs) scaled.
        train: indices.

    Returns:
        `None` if there are too few training windows for its coefficients.
    """
    _, timesteps, features = x.shape
    steps = min(timesteps, MOST_COEFFICIENTS // features)
    if steps < 1 or len(train) <= steps * features + 1:
        return None
    chosen = train[:: -(-len(train) // MOST_WINDOWS)]
    rows = _design(x[chosen], steps)
    # By the normal equations: a tenth of the time of a QR of all the windows. The tiny ridge keeps
    # them solvable where columns depend on each other.
    square = rows.T @ rows
    square[np.diag_indices_from(square)] += 1e-10 * np.trace(square) / len(square)
    coefficients = np.asarray(np.linalg.solve(square, rows.T @ y[chosen]), np.float64)
    return Autoregression(steps, coefficients)
