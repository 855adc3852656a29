"""How fast seqlab trains, against plain `keras.Model.fit` and a plain PyTorch loop.

    pip install -r tests/bench/requirements.txt     PyTorch, which nothing else needs
    python -m tests.bench.training                  the whole grid: about an hour
    python -m tests.bench.training --quick          a handful of shapes: about three minutes
    python -m tests.bench.training LSTM:128x200 GRU:32x50:2:seq
    python -m tests.bench.training --start          seconds to the first loss
    python -m tests.bench.training --reports        what events, snapshots and norms cost
    python -m tests.bench.training --memory         what a training takes, and what is foreseen
    python -m tests.bench.training --rounding SimpleRNN:128x50:2    plain fit against itself

A shape is cell:units x timesteps, then optionally the number of layers, and "seq" for
`return_sequences` on the last layer. Every figure is the median of the epochs of 5 turns, once
warm; the competitors take turns, so that a noisy machine treats them alike. `--clock cpu` counts
the processor time of the process instead: the same where one thread works, and steadier where
others use the machine, but it counts the several threads of plain fit as if they were one after
the other. PyTorch is left out where it is not installed. seqlab's time includes its reports.
"""

from __future__ import annotations

import argparse
import os

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")

import itertools
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from seqlab.data.dataset import Dataset, Goal
from seqlab.data.scaling import Scaling
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.network.doctor.size import memory
from seqlab.network.plan import plan
from seqlab.training.build import build, optimizer
from seqlab.training.fit import fit
from seqlab.training.job import Reporter, warm_up
from seqlab.training.listener import Epoch, Listener
from seqlab.training.program import Program

tf.config.threading.set_intra_op_parallelism_threads(0)  # plain fit takes as many as it likes
warnings.filterwarnings("ignore", message="TensorFlow was running")

ROUNDS = 5
EPOCHS = 3  # of one turn; the first is not counted
QUICK = ["LSTM:8x20", "LSTM:32x50", "LSTM:128x200", "GRU:32x50", "SimpleRNN:32x50"]
QUICK += ["LSTM:32x50:2", "LSTM:32x50:1:seq"]
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}

Clock = Callable[[], float]
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

    def experiment(self, epochs: int = EPOCHS) -> Experiment:
        inner = Recurrent(cell=self.cell, units=self.units, return_sequences=True)
        last = inner.model_copy(update={"return_sequences": self.sequences})
        return Experiment(
            data=Data(source="sine", window=self.timesteps),
            layers=(*[inner] * (self.layers - 1), last),
            training=Training(epochs=epochs, learning_rate=0.001),
        )

    def dataset(self) -> Dataset:
        """Training sequences only: 960, or 320 of the longest and widest."""
        n = 320 if self.units * self.timesteps > 20_000 else 960
        generator = np.random.default_rng(0)
        x = generator.standard_normal((n, self.timesteps, 1)).astype(np.float32)
        scaling = Scaling.identity(1)
        steps = np.cumsum(x, axis=1) / np.arange(1, self.timesteps + 1)[:, None]
        return Dataset(
            x=x,
            y=(steps if self.sequences else steps[:, -1]).astype(np.float32),
            lengths=np.full(n, self.timesteps),
            train=np.arange(n),
            validation=np.arange(0),
            test=np.arange(0),
            names=("noise",),
            target="mean",
            input_scaling=scaling,
            target_scaling=scaling,
            goal=Goal("value", "every step" if self.sequences else "end"),
        )


class Timed(Listener):
    """The time of every epoch, and what else a listener does."""

    def __init__(self, clock: Clock, other: Listener) -> None:
        self._clock, self._other = clock, other
        self.times: list[float] = []
        self.losses: list[float] = []

    def epoch(self, epoch: Epoch, program: Program) -> None:
        self._other.epoch(epoch, program)
        if epoch.loss is not None:
            self.losses.append(epoch.loss)
        self.times.append(self._clock())


def seqlab(
    shape: Shape, dataset: Dataset, clock: Clock, reports: bool = True, epochs: int = EPOCHS
) -> Callable[[], Epochs]:
    e = shape.experiment(epochs)

    def turn() -> Epochs:
        timed = Timed(clock, Reporter(lambda event: None, epochs) if reports else Listener())
        fit(e, dataset, timed)
        return list(np.diff(timed.times)), timed.losses

    return turn


def plain(
    shape: Shape, dataset: Dataset, clock: Clock, jit: bool | str = "auto"
) -> Callable[[], Epochs]:
    e = shape.experiment()
    keras.utils.set_random_seed(e.training.seed)
    model = build(plan(e, dataset.frame))
    model.compile(optimizer(e.training), "mse", jit_compile=jit)

    class Times(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.times = [*getattr(self, "times", []), clock()]

        def on_train_end(self, logs=None):
            self.times.append(clock())

    def turn() -> Epochs:
        times = Times()
        history = model.fit(
            dataset.x, dataset.y, batch_size=32, epochs=EPOCHS, verbose=0, callbacks=[times]
        )
        return list(np.diff(times.times)), history.history["loss"]

    return turn


def pytorch(shape: Shape, dataset: Dataset, clock: Clock) -> Callable[[], Epochs] | None:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)  # its faster setting at these sizes
    kinds = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU, "SimpleRNN": torch.nn.RNN}
    network = kinds[shape.cell](1, shape.units, shape.layers, batch_first=True)
    head = torch.nn.Linear(shape.units, 1)
    adam = torch.optim.Adam([*network.parameters(), *head.parameters()], lr=0.001)
    x, y = torch.from_numpy(dataset.x), torch.from_numpy(dataset.y)

    def turn() -> Epochs:
        times = [clock()]
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(x)).split(32):
                hidden, _ = network(x[rows])
                prediction = head(hidden if shape.sequences else hidden[:, -1])
                loss = torch.mean((prediction - y[rows]) ** 2)
                adam.zero_grad()
                loss.backward()
                adam.step()
            times.append(clock())
        return list(np.diff(times)), []

    return turn


def interleaved(turns: dict[str, Callable[[], Epochs]]) -> dict[str, float]:
    """The median time of an epoch of each; the first of a turn does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(ROUNDS):
        for name, turn in turns.items():
            seconds[name] += turn()[0][1:]
    return {name: statistics.median(times) for name, times in seconds.items()}


def measure(shape: Shape, clock: Clock) -> dict[str, float]:
    """Seconds an epoch by competitor, and how far the losses are from plain fit's."""
    dataset = shape.dataset()
    turns = {"seqlab": seqlab(shape, dataset, clock), "plain": plain(shape, dataset, clock)}
    if torch := pytorch(shape, dataset, clock):
        turns["torch"] = torch
    warm = {name: turn()[1] for name, turn in turns.items()}
    apart = float(np.max(np.abs(np.divide(warm["seqlab"], warm["plain"]) - 1)))
    return interleaved(turns) | {"apart": apart}


def grid() -> list[Shape]:
    return [
        Shape(*row)
        for row in itertools.product(
            ("LSTM", "GRU", "SimpleRNN"), (8, 32, 128), (20, 50, 200), (1, 2), (False, True)
        )
    ]


def ratio(figures: dict[str, float], name: str) -> float:
    return figures[name] / figures["seqlab"] if name in figures else float("nan")


def table(shapes: list[Shape], clock: Clock) -> None:
    """Prints one row a shape, and the geometric mean of the ratios last."""
    print("| shape | x fit | x PyTorch | ms | fit ms | PyTorch ms | losses apart |")
    print("|--|--|--|--|--|--|--|")
    every = []
    for shape in shapes:
        every.append(figures := measure(shape, clock))
        ms = [1000 * figures.get(name, float("nan")) for name in ("seqlab", "plain", "torch")]
        print(
            f"| {shape} | {ratio(figures, 'plain'):.2f} | {ratio(figures, 'torch'):.2f} "
            f"| {ms[0]:.1f} | {ms[1]:.1f} | {ms[2]:.1f} | {figures['apart']:.0e} |",
            flush=True,
        )
    means = [
        statistics.geometric_mean([ratio(f, name) for f in every])
        if all(name in f for f in every)
        else float("nan")
        for name in ("plain", "torch")
    ]
    print(f"| **geometric mean** | **{means[0]:.2f}** | **{means[1]:.2f}** | | | | |")


def first_loss(e: Experiment, dataset: Dataset, clock: Clock = time.perf_counter) -> float:
    """Seconds from the start of a training to the loss of its first epoch."""
    start, timed = clock(), Timed(clock, Listener())
    fit(e.model_copy(update={"training": Training(epochs=1)}), dataset, timed)
    return timed.times[1] - start


COLD = """
import time
start = time.time()
from tests.bench.training import Shape, first_loss
shape = Shape("LSTM", 32, 50)
first_loss(shape.experiment(), shape.dataset())
print(time.time() - start)
"""


def starts(shapes: list[Shape], clock: Clock) -> None:
    """Prints the seconds to the first loss: new architecture, kept program, cold process.

    The first two in a process that is as warm as a worker of the pool.
    """
    warm_up()
    print("| shape | new s | kept s |\n|--|--|--|")
    for shape in shapes:
        dataset, e = shape.dataset(), shape.experiment()
        new = first_loss(e, dataset, clock)
        kept = statistics.median(first_loss(e, dataset, clock) for _ in range(ROUNDS))
        print(f"| {shape} | {new:.2f} | {kept:.3f} |", flush=True)
    cold = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
    print(f"\nFrom a cold process, with its imports: {float(cold.stdout):.1f} s.")


def reports(shapes: list[Shape], clock: Clock) -> None:
    """Prints what `Reporter` adds to the time of an epoch, in runs of 200 epochs."""
    print("| shape | silent ms | reporting ms | cost |\n|--|--|--|--|")
    for shape in shapes:
        dataset = shape.dataset()
        turns = {kind: seqlab(shape, dataset, clock, kind == "telling", 200) for kind in KINDS}
        for turn in turns.values():
            turn()
        seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for _ in range(ROUNDS):
            for kind, turn in turns.items():
                seconds[kind].append(statistics.fmean(turn()[0]))
        silent, telling = (1000 * statistics.median(seconds[kind]) for kind in KINDS)
        print(
            f"| {shape} | {silent:.2f} | {telling:.2f} | {telling / silent - 1:+.1%} |", flush=True
        )


MEMORY = """
import sys
from tests.bench.training import Shape, peak
print(*peak(Shape.parse(sys.argv[1]), int(sys.argv[2])))
"""
LARGE = {"LSTM:256x500": 128, "LSTM:64x1000": 256, "GRU:256x500": 128}  # batch sizes
LARGE |= {"SimpleRNN:256x1000": 128, "LSTM:512x20": 32}


def peak(shape: Shape, batch: int) -> tuple[int, int]:
    """Bytes that the doctor foresees for a training, and that it takes beyond a warm worker."""
    warm_up()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    dataset, training = shape.dataset(), Training(epochs=1, batch_size=batch)
    e = shape.experiment().model_copy(update={"training": training})
    fit(e, dataset)
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident  # kilobytes
    return memory(e, dataset), 1024 * taken


def memories() -> None:
    """Prints what large trainings take, each in a process of its own."""
    print("| shape, batch | foreseen MB | taken MB |\n|--|--|--|")
    for text, batch in LARGE.items():
        command = [sys.executable, "-c", MEMORY, text, str(batch)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        foreseen, taken = (int(number) / 2**20 for number in done.stdout.split())
        print(f"| {text}, {batch} | {foreseen:.0f} | {taken:.0f} |", flush=True)


def rounding(shapes: list[Shape]) -> None:
    """Prints how far the losses of plain fit with and without XLA are apart."""
    print("| shape | losses apart |\n|--|--|")
    for shape in shapes:
        dataset = shape.dataset()
        losses = [plain(shape, dataset, time.perf_counter, jit)()[1] for jit in (True, False)]
        apart = np.max(np.abs(np.divide(*losses) - 1))
        print(f"| {shape} | {apart:.0e} |", flush=True)


KINDS = ("silent", "telling")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shapes", nargs="*", type=Shape.parse)
    parser.add_argument("--quick", action="store_true", help="a handful of shapes")
    parser.add_argument("--start", action="store_true", help="seconds to the first loss")
    parser.add_argument("--reports", action="store_true", help="what reporting costs")
    parser.add_argument("--memory", action="store_true", help="what large trainings take")
    parser.add_argument("--rounding", action="store_true", help="plain fit with and without XLA")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    arguments = parser.parse_args()
    quick = [Shape.parse(text) for text in QUICK]
    if arguments.start:
        starts(arguments.shapes or quick, CLOCKS[arguments.clock])
    elif arguments.memory:
        memories()
    elif arguments.rounding:
        rounding(arguments.shapes or quick)
    elif arguments.reports:
        reports(arguments.shapes or quick[:2], CLOCKS[arguments.clock])
    else:
        shapes = arguments.shapes or (quick if arguments.quick else grid())
        table(shapes, CLOCKS[arguments.clock])


if __name__ == "__main__":
    main()
