"""The task bench: synthetic sequences whose answer is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import VALIDATION_SHARE, Baseline, DataError, Dataset, Scaling
from seqlab.experiment import Data

SINE_PERIOD = 25.0  # steps a cycle: a window of 22 shows most of one


def sine(data: Data) -> NDArray[np.float64]:
    """A sine of amplitude 1 and period 25 with Gaussian noise, (samples, 1)."""
    generator = np.random.default_rng(data.data_seed)
    clean = np.sin(2 * np.pi * np.arange(data.samples) / SINE_PERIOD)
    return (clean + data.noise * generator.standard_normal(data.samples))[:, None]


def adding(data: Data) -> Dataset:
    """The adding problem: add the two marked values of a sequence of length T.

    Feature 0 is uniform on [0, 1]; feature 1 is 1 at one step of each half and 0 elsewhere. The
    target is the sum of the two marked values. Hochreiter & Schmidhuber (1997), in the form of
    Le, Jaitly & Hinton (2015) and Arjovsky, Shah & Bengio (2016). The best constant is 1, with
    the error of the variance of a sum of two uniform numbers: 2/12 = 1/6.

    Raises:
        DataError: if there are fewer than two steps to mark.
    """
    n, steps = data.samples, data.window
    if steps < 2:
        raise DataError(
            f"The adding problem marks two steps, so its length T must be at least 2, got {steps}.",
            "window",
            2,
        )
    generator = np.random.default_rng(data.data_seed)
    values = generator.random((n, steps))
    half = steps // 2
    first = generator.integers(0, half, n)
    second = generator.integers(half, steps, n)
    rows = np.arange(n)
    marks = np.zeros((n, steps))
    marks[rows, first] = marks[rows, second] = 1
    target = (values[rows, first] + values[rows, second])[:, None]
    split = int(n * (1 - VALIDATION_SHARE))
    return Dataset(
        x=np.stack([values, marks], axis=2).astype(np.float32),  # (n, timesteps, 2)
        y=target.astype(np.float32),
        lengths=np.full(n, steps),
        train=np.arange(split),
        validation=np.arange(split, n),
        test=np.empty(0, np.int64),
        names=("value", "marker"),
        target="sum of the two marked values",
        input_scaling=Scaling.identity(2),
        target_scaling=Scaling.identity(1),
        baselines={
            "constant 1": Baseline(
                loss=1 / 6,
                rmse=(1 / 6) ** 0.5,
                rule="always 1, the mean of the target; its error is exactly 1/6",
                prediction=np.ones((n - split, 1)),
            )
        },
    )
