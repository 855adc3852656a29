"""How fast seqlab trains, against plain `keras.Model.fit` and a plain PyTorch loop.

    python -m tests.bench.training            a handful of shapes, about two minutes
    python -m tests.bench.training --full     cells x units x timesteps x layers x sequences
    python -m tests.bench.training LSTM:128x200 GRU:32x50:2:seq

A shape is cell:units x timesteps, then optionally the number of layers, and "seq" for
`return_sequences` on the last layer. Every figure is the median time of an epoch once warm; the
competitors take turns, so that a noisy machine treats them alike. PyTorch is left out where it
is not installed. seqlab's time includes its reports and snapshots.
"""

from __future__ import annotations

import argparse
import os

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")

import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from seqlab.data.dataset import Dataset, Scaling
from seqlab.data.frame import Frame
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.training.build import build, optimizer
from seqlab.training.fit import fit
from seqlab.training.job import Reporter

ROUNDS = 5
EPOCHS = 4  # of one turn; the first is not counted
HANDFUL = ["LSTM:8x20", "LSTM:32x50", "LSTM:128x200", "GRU:32x50", "SimpleRNN:32x50"]
HANDFUL += ["LSTM:32x50:2", "LSTM:32x50:1:seq"]

Epochs = tuple[list[float], list[float]]  # seconds and losses, one an epoch


@dataclass(frozen=True)
class Shape:
    """One network to time."""

    cell: str
    units: int
    timesteps: int
    layers: int = 1
    sequences: bool = False

    @classmethod
    def parse(cls, text: str) -> Shape:
        cell, size, *rest = text.split(":")
        units, timesteps = size.split("x")
        return cls(cell, int(units), int(timesteps), int((rest or ["1"])[0]), "seq" in rest)

    def __str__(self) -> str:
        rest = ":seq" if self.sequences else ""
        return f"{self.cell}:{self.units}x{self.timesteps}:{self.layers}{rest}"

    def experiment(self) -> Experiment:
        inner = Recurrent(cell=self.cell, units=self.units, return_sequences=True)
        last = inner.model_copy(update={"return_sequences": self.sequences})
        return Experiment(
            data=Data(source="sine", window=self.timesteps),
            layers=(*[inner] * (self.layers - 1), last),
            training=Training(epochs=EPOCHS, learning_rate=0.001),
        )

    def dataset(self) -> Dataset:
        """Training sequences only: 960, or 320 of the longest and widest."""
        n = 320 if self.units * self.timesteps > 20_000 else 960
        generator = np.random.default_rng(0)
        x = generator.standard_normal((n, self.timesteps, 1)).astype(np.float32)
        scaling = Scaling.identity(1)
        return Dataset(
            x=x,
            y=x.mean(axis=1),
            lengths=np.full(n, self.timesteps),
            train=np.arange(n),
            validation=np.arange(0),
            test=np.arange(0),
            names=("noise",),
            target="mean",
            input_scaling=scaling,
            target_scaling=scaling,
        )


def seqlab(shape: Shape, dataset: Dataset) -> Callable[[], Epochs]:
    e = shape.experiment()

    def turn() -> Epochs:
        reporter = Reporter(lambda event: None, EPOCHS)
        times, losses = [time.perf_counter()], []

        def on_epoch(epoch, program):
            reporter.epoch(epoch, program)
            times.append(time.perf_counter())
            losses.append(epoch.loss)

        fit(e, dataset, on_epoch)
        return list(np.diff(times[1:])), losses[1:]

    return turn


def plain(shape: Shape, dataset: Dataset) -> Callable[[], Epochs]:
    e = shape.experiment()
    keras.utils.set_random_seed(e.training.seed)
    model = build(e, Frame.of(dataset))
    model.compile(optimizer(e.training), "mse")

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.times = [*getattr(self, "times", []), time.perf_counter()]

        def on_train_end(self, logs=None):
            self.times.append(time.perf_counter())

    def turn() -> Epochs:
        clock = Clock()
        history = model.fit(
            dataset.x, dataset.y, batch_size=32, epochs=EPOCHS, verbose=0, callbacks=[clock]
        )
        return list(np.diff(clock.times)), history.history["loss"]

    return turn


def pytorch(shape: Shape, dataset: Dataset) -> Callable[[], Epochs] | None:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    kinds = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU, "SimpleRNN": torch.nn.RNN}
    network = kinds[shape.cell](1, shape.units, shape.layers, batch_first=True)
    head = torch.nn.Linear(shape.units, 1)
    adam = torch.optim.Adam([*network.parameters(), *head.parameters()], lr=0.001)
    x, y = torch.from_numpy(dataset.x), torch.from_numpy(dataset.y)

    def turn() -> Epochs:
        times = [time.perf_counter()]
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(x)).split(32):
                hidden, _ = network(x[rows])
                if shape.sequences:
                    loss = torch.mean((head(hidden)[..., 0] - y[rows]) ** 2)
                else:
                    loss = torch.mean((head(hidden[:, -1]) - y[rows]) ** 2)
                adam.zero_grad()
                loss.backward()
                adam.step()
            times.append(time.perf_counter())
        return list(np.diff(times)), []

    return turn


def first_loss(shape: Shape, dataset: Dataset) -> float:
    """Seconds from the start of a training to the loss of its first epoch."""
    start = time.perf_counter()
    reached: list[float] = []
    fit(
        shape.experiment(),
        dataset,
        lambda epoch, _: reached.append(time.perf_counter() - start),
        lambda: len(reached) > 1,
    )
    return reached[1]


def measure(shape: Shape) -> dict[str, float]:
    """Seconds an epoch by competitor, the losses' agreement, and the time to the first loss."""
    dataset = shape.dataset()
    turns = {"seqlab": seqlab(shape, dataset), "plain": plain(shape, dataset)}
    if torch := pytorch(shape, dataset):
        turns["torch"] = torch
    figures = {"new": first_loss(shape, dataset)}
    figures["again"] = first_loss(shape, dataset)
    warm = {name: turn()[1] for name, turn in turns.items()}
    figures["apart"] = float(np.max(np.abs(np.divide(warm["seqlab"], warm["plain"]) - 1)))
    seconds: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(ROUNDS):
        for name, turn in turns.items():
            seconds[name] += turn()[0][1:]
    return figures | {name: statistics.median(times) for name, times in seconds.items()}


def grid() -> list[Shape]:
    return [
        Shape(*row)
        for row in itertools.product(
            ("LSTM", "GRU", "SimpleRNN"), (8, 32, 128), (20, 50, 200), (1, 2), (False, True)
        )
    ]


def ratio(figures: dict[str, float], name: str) -> float:
    return figures[name] / figures["seqlab"] if name in figures else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shapes", nargs="*", default=HANDFUL)
    parser.add_argument("--full", action="store_true", help="the whole grid: about an hour")
    arguments = parser.parse_args()
    shapes = grid() if arguments.full else [Shape.parse(text) for text in arguments.shapes]
    print("Times as fast as plain Keras fit and PyTorch; milliseconds an epoch; the largest")
    print("relative difference from fit's losses; seconds to the first loss, new and again.\n")
    print("| shape | x fit | x PyTorch | ms | fit ms | PyTorch ms | losses | new s | again s |")
    print("|--|--|--|--|--|--|--|--|--|")
    every = []
    for shape in shapes:
        every.append(figures := measure(shape))
        ms = [1000 * figures.get(name, float("nan")) for name in ("seqlab", "plain", "torch")]
        print(
            f"| {shape} | {ratio(figures, 'plain'):.2f} | {ratio(figures, 'torch'):.2f} "
            f"| {ms[0]:.1f} | {ms[1]:.1f} | {ms[2]:.1f} | {figures['apart']:.0e} "
            f"| {figures['new']:.2f} | {figures['again']:.2f} |",
            flush=True,
        )
    means = [
        statistics.geometric_mean([ratio(f, name) for f in every])
        if all(name in f for f in every)
        else float("nan")
        for name in ("plain", "torch")
    ]
    print(f"| **geometric mean** | **{means[0]:.2f}** | **{means[1]:.2f}** | | | | | | |")


if __name__ == "__main__":
    main()
