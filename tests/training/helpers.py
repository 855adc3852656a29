"""Small experiments, their data, and what plain Keras makes of them."""

from collections import Counter
from functools import cache

import keras
import numpy as np

from seqlab.data.columns import Roles
from seqlab.data.dataset import Dataset, Goal
from seqlab.data.scaling import Scaling
from seqlab.data.tasks.series import sine
from seqlab.data.windows import windows
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.fitting.metrics import METRICS
from seqlab.network.plan import plan
from seqlab.training.batches import inputs_of, weights_of
from seqlab.training.build import build, loss, optimizer
from seqlab.training.listener import Listener


def experiment(*layers, window=12, samples=150, **training) -> Experiment:
    """By default one LSTM of 8 units; 106 training windows are three batches of 32 and ten."""
    if not layers:
        layers = (Recurrent(units=8),)
    data = Data(source="sine", window=window, samples=samples)
    return Experiment(data=data, layers=layers, training=Training(**({"epochs": 10} | training)))


def series(e: Experiment) -> Dataset:
    values = sine(e.data)
    values = np.concatenate([values, values**2], axis=1)
    return windows(values, np.arange(len(values)), Roles("sine", ("sine", "square")), e.data)


def drawn(x, y, goal=None, lengths=None, **more) -> Dataset:
    """Sequences without a story: the last fifth is for validation."""
    n = len(x)
    split = n * 4 // 5
    return Dataset(
        x=x,
        y=y,
        lengths=np.full(n, x.shape[1]) if lengths is None else lengths,
        train=np.arange(split),
        validation=np.arange(split, n),
        test=np.arange(0),
        names=("a",),
        target="b",
        input_scaling=Scaling.identity(1),
        target_scaling=Scaling.identity(1),
        goal=goal or Goal(),
        **more,
    )


def fit_plainly(e: Experiment, dataset: Dataset, callbacks=(), rate=None):
    """`keras.Model.fit` on the dataset from the same start: its model and its history."""
    keras.utils.set_random_seed(e.training.seed)
    model = build(plan(e, dataset.frame))
    plain = optimizer(e.training)
    if rate is not None:
        plain.learning_rate = rate

    def part(indices):
        inputs = [array[indices] for array in inputs_of(model, dataset)]
        inputs = inputs if len(inputs) > 1 else inputs[0]
        return inputs, dataset.y[indices], weights_of(dataset)[indices]

    x, y, weights = part(dataset.train)
    given, frame, planned = {"sample_weight": weights}, dataset.frame, plan(e, dataset.frame)

    def metrics():
        return [getattr(keras.metrics, METRICS[name].keras)(name=name) for name in planned.metrics]

    # Weights of steps are Keras' sample weights; metrics count with the same weights.
    compiled = {"loss": loss(planned), "weighted_metrics": metrics()}
    if e.training.class_weight == "balanced":
        each = balanced(y, weights)
        if frame.at == "end":
            given = {"class_weight": each}
            compiled = {"loss": loss(planned, "sum_over_batch_size")}  # Keras' default
            compiled["metrics"] = metrics()
        else:
            given["sample_weight"] = weights * np.vectorize(lambda k: each.get(k, 1.0))(y)
    model.compile(plain, **compiled)
    history = model.fit(
        x,
        y,
        **given,
        batch_size=e.training.batch_size,
        epochs=e.training.epochs,
        validation_data=part(dataset.validation),
        shuffle=e.training.shuffle,
        callbacks=list(callbacks),
        verbose=0,
    )
    return model, history.history


def balanced(y, weights) -> dict[int, float]:
    """The weight of each class that occurs, n / (classes * count)."""
    counts = Counter()
    for label, weight in zip(y.ravel().tolist(), weights.ravel().tolist(), strict=True):
        counts[label] += weight
    occur = {label: count for label, count in counts.items() if count}
    return {label: sum(occur.values()) / (len(occur) * count) for label, count in occur.items()}


@cache
def plain_fit(e: Experiment):
    """`fit_plainly` on `series(e)`."""
    return fit_plainly(e, series(e))


class Epochs(Listener):
    """Keeps what a training tells."""

    def __init__(self):
        self.epochs, self.lines = [], []

    def epoch(self, epoch, program):
        self.epochs.append(epoch)

    def log(self, message):
        self.lines.append(message)

    def of(self, name):
        return [getattr(epoch, name) for epoch in self.epochs[1:]]
