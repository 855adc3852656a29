"""Small experiments, their data, and what plain Keras makes of them."""

from functools import cache

import keras
import numpy as np

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.data.tasks.series import sine
from seqlab.data.windows import windows
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.training.build import build, optimizer


def experiment(*layers, window=12, samples=150, **training) -> Experiment:
    """By default one LSTM of 8 units; 106 training windows are three batches of 32 and ten."""
    if not layers:
        layers = (Recurrent(units=8),)
    data = Data(source="sine", window=window, samples=samples)
    return Experiment(data=data, layers=layers, training=Training(**({"epochs": 10} | training)))


def series(e: Experiment) -> Dataset:
    values = sine(e.data)
    values = np.concatenate([values, values**2], axis=1)
    return windows(values, np.arange(len(values)), [0, 1], ("sine", "square"), "sine", e.data)


@cache
def plain_fit(e: Experiment, shuffle: bool = True):
    """`keras.Model.fit` on `series(e)` from the same start: its model and its history."""
    dataset = series(e)
    keras.utils.set_random_seed(e.training.seed)
    model = build(e, Frame.of(dataset))
    model.compile(optimizer(e.training), "mse")
    history = model.fit(
        dataset.x[dataset.train],
        dataset.y[dataset.train],
        batch_size=e.training.batch_size,
        epochs=e.training.epochs,
        validation_data=(dataset.x[dataset.validation], dataset.y[dataset.validation]),
        shuffle=shuffle,
        verbose=0,
    )
    return model, history.history


def ignore(*_):
    pass
