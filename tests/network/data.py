"""Small datasets for the doctor."""

from collections import Counter

import keras
import numpy as np

from seqlab.data.dataset import Dataset, Goal
from seqlab.data.frame import Frame
from seqlab.data.scaling import Scaling
from seqlab.experiment import Experiment
from seqlab.network.plan import plan
from seqlab.training.build import build, late, loss, optimizer


def dataset(x, y, goal=Goal(), **changes) -> Dataset:  # noqa: B008 (frozen)
    """Arrays as a dataset, the last quarter for validation."""
    x, y = np.asarray(x), np.asarray(y)
    n, split = len(x), len(x) - len(x) // 4
    names = tuple(f"x{i}" for i in range(x.shape[2])) if x.ndim == 3 else ("token",)
    values = {
        "x": x if x.dtype.kind == "i" else x.astype("float32"),
        "y": y if y.dtype.kind == "i" else y.astype("float32"),
        "lengths": np.full(n, x.shape[1]),
        "train": np.arange(split),
        "validation": np.arange(split, n),
        "test": np.arange(0),
        "names": names,
        "target": "y",
        "input_scaling": Scaling.identity(len(names)),
        "target_scaling": Scaling.identity(1),
        "goal": goal,
    }
    return Dataset(**(values | changes))


def noise(n=120, steps=6, features=1, outputs=1, seed=0) -> Dataset:
    draw = np.random.default_rng(seed)
    return dataset(draw.normal(size=(n, steps, features)), draw.normal(size=(n, outputs)))


def classes(n=120, steps=6, count=3, at="end", target_steps=4, seed=0) -> Dataset:
    draw = np.random.default_rng(seed)
    shape = {"end": n, "every step": (n, steps), "sequence": (n, target_steps)}[at]
    goal = Goal("class", at, tuple("abcdefgh"[:count]))
    return dataset(draw.normal(size=(n, steps, 1)), draw.integers(0, count, shape), goal)


def fitting(frame: Frame, n: int = 24, seed: int = 0) -> Dataset:
    """Random sequences of which `frame` is `frame`."""
    draw = np.random.default_rng(seed)
    lengths = np.full(n, frame.timesteps)
    if frame.padded and frame.timesteps > 1:
        lengths = draw.integers(1, frame.timesteps + 1, n)
        lengths[0], lengths[1] = 1, frame.timesteps
    real = np.arange(frame.timesteps) < lengths[:, None]
    shape = {"end": (n,), "every step": (n, frame.timesteps), "sequence": (n, frame.steps)}[
        frame.at
    ]
    if frame.kind == "value":
        y = draw.normal(size=(*shape, frame.outputs))
    else:
        y = draw.integers(0, frame.outputs, shape)
    goal = Goal(frame.kind, frame.at, tuple("abcdefgh"[: frame.outputs]))
    if frame.kind == "value":
        goal = Goal(frame.kind, frame.at)
    if frame.vocabulary:
        x = draw.integers(1, max(frame.vocabulary, 2), (n, frame.timesteps)) * real
        letters = ("", *"abcdefghij"[: frame.vocabulary - 1])
        return dataset(x, y, goal, lengths=lengths, vocabulary=letters, names=("token",))
    x = draw.normal(size=(n, frame.timesteps, frame.features)) * real[..., None]
    return dataset(x, y, goal, lengths=lengths)


def keras_step(experiment: Experiment, data: Dataset) -> float:
    """One step of `keras.Model.train_on_batch` on the first sequences: its loss.

    Raises what Keras raises.
    """
    frame = data.frame
    model = build(plan(experiment, frame))
    model.compile(
        optimizer(experiment.training),
        loss(plan(experiment, frame)),
        metrics=list(experiment.training.metrics),
        run_eagerly=True,
    )
    size = min(experiment.training.batch_size, len(data.train), 8)
    if any(layer.stateful for layer in experiment.layers):
        size = experiment.training.batch_size
    x, y = data.x[data.train[:size]], data.y[data.train[:size]]
    given = [x, late(y)] if len(model.inputs) == 2 else x
    result = model.train_on_batch(given, y, return_dict=True)
    return float(result["loss"])


def keras_losses(experiment: Experiment, data: Dataset) -> list[float]:
    """The losses of `keras.Model.fit` with the experiment's settings."""
    return keras_fit(experiment, data)[1]


def keras_fit(experiment: Experiment, data: Dataset) -> tuple[keras.Model, list[float]]:
    """A model after `keras.Model.fit` with the experiment's settings, and the losses.

    A plain graph: XLA would take longer to compile than the few steps of a test take.
    """
    frame = data.frame
    keras.utils.set_random_seed(experiment.training.seed)
    model = build(plan(experiment, frame))
    metrics = list(experiment.training.metrics)
    model.compile(
        optimizer(experiment.training),
        loss(plan(experiment, frame)),
        metrics=metrics,
        jit_compile=False,
    )
    labels = data.y[data.train]
    class_weight = None
    if experiment.training.class_weight == "balanced":
        counts = Counter(labels.tolist())
        class_weight = {k: len(labels) / (len(counts) * n) for k, n in counts.items()}
    history = model.fit(
        data.x[data.train],
        labels,
        class_weight=class_weight,
        batch_size=experiment.training.batch_size,
        epochs=experiment.training.epochs,
        shuffle=experiment.training.shuffle,
        verbose=0,
    )
    return model, history.history["loss"]
