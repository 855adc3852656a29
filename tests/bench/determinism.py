"""Whether the same experiment and seed give the same losses to the bit, through a pool under load.

    python -m tests.bench.determinism                       about twenty minutes on two cores
    python -m tests.bench.determinism --runs 8 --others 4   about three

Beside the training pool there is a process for each core that only computes, so that runs are cut
into pieces at other places each time. Runs of six experiments come in a random order, more kinds
than a worker keeps compiled programs of. Some of them are paused and resumed, some stopped and
made to go on, the workers of some are killed and the runs made to go on. At the end each
experiment is trained once more here, without pool, load or reports. All of one experiment must
have the same losses.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Network, Recurrent, Training
from seqlab.network.plan import plan
from seqlab.network.program_key import program_key
from seqlab.runs.pool import Pool
from seqlab.runs.store import Store

DROPOUT = Recurrent(cell="SimpleRNN", units=24, dropout=0.2, recurrent_dropout=0.1)
FORWARD = Recurrent(units=24, return_sequences=True)
EXPERIMENTS = {
    "default": Experiment(),
    "two GRU, clipped, cosine": Experiment(
        data=Data(source="elnino"),
        layers=(
            Recurrent(cell="GRU", units=48, return_sequences=True),
            Recurrent(cell="GRU", units=48),
        ),
        training=Training(epochs=40, clipnorm=0.1, schedule="cosine", warmup=1, optimizer="Nadam"),
    ),
    "SimpleRNN, dropout": Experiment(
        data=Data(source="sine"), layers=(DROPOUT,), training=Training(epochs=12, patience=8)
    ),
    "classes": Experiment(
        data=Data(source="vowels"),
        layers=(Recurrent(units=16, bidirectional=True, dropout=0.1),),
        training=Training(epochs=8, class_weight="balanced"),
    ),
    "text": Experiment(
        data=Data(source="reber"),
        layers=(FORWARD,),
        training=Training(epochs=8, optimizer="RMSprop"),
    ),
    "decoder": Experiment(
        data=Data(source="dates", samples=500),
        layers=(Recurrent(units=32), FORWARD.model_copy(update={"units": 32})),
        network=Network(head="teacher_forcing", embedding=8),
        training=Training(epochs=30),
    ),
}
HAD = {"stopped": "stopped", "failed": "lost their worker"}
WAYS = ("straight", "paused", "stopped", "killed")
SHARES = (6, 2, 2, 1)  # of the runs that go each of these ways


@dataclass
class Going:
    """One run on its way; `done` once what was to be done to it was done."""

    experiment: str
    way: str
    run: str
    done: bool = False


@dataclass
class Bench:
    """A pool, and what it has trained.

    Attributes:
        losses: by experiment, how often each history of losses came.
        ways: how many runs really went each way.
        failures: sentences of runs that did not end well.
    """

    store: Store
    pool: Pool
    losses: dict[str, Counter[bytes]] = field(default_factory=dict)
    ways: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._data = {name: load(experiment) for name, experiment in EXPERIMENTS.items()}
        self._programs = {
            name: program_key(plan(experiment, self._data[name].frame), self._data[name])
            for name, experiment in EXPERIMENTS.items()
        }

    def submit(self, name: str, way: str) -> Going:
        experiment = EXPERIMENTS[name]
        run = self.store.create(experiment)
        self.pool.submit(run, experiment, None, self._programs[name])
        return Going(name, way, run)

    def tend(self, going: Going) -> bool:
        """Does to a run what is to be done next; whether it has ended for good."""
        run, name = self.store.get(going.run), going.experiment
        assert run is not None
        epoch = self.store.standing(run.id)[run.id].epoch
        if run.status == "paused":
            self.pool.tell(run.id, {"kind": "resume"})
        elif run.status == "running" and epoch and not going.done and epoch < run.planned - 1:
            going.done = True
            if going.way == "paused":
                self.pool.tell(run.id, {"kind": "pause"})
            elif going.way == "stopped":
                self.pool.stop(run.id)
            elif going.way == "killed":
                going.done = kill_a_worker() if self.store.has_state(run.id) else False
        if run.active:
            return False
        if run.status in ("stopped", "failed"):
            planned = EXPERIMENTS[name].training.epochs
            if self.pool.go_on(run.id, None, planned, self._programs[name]):
                self.ways[f"went on after they had {HAD[run.status]}"] += 1
                return False
            if "worker process died" in run.message:  # before its first state
                self.ways["begun anew"] += 1
                going.run = self.submit(name, going.way).run
                return False
        if run.status != "finished":
            self.failures.append(f"{name}: {run.status}. {run.message}")
            return True
        self.ways["paused" if self._was_paused(run.id) else "ended"] += 1
        metrics = self.store.metrics(run.id)
        self.note(name, metrics.loss, metrics.val_loss)
        return True

    def _was_paused(self, run: str) -> bool:
        return any(line.startswith("Paused") for _, line in self.store.log(run))

    def note(self, name: str, loss: np.ndarray, val_loss: np.ndarray) -> None:
        history = np.concatenate([loss, val_loss]).tobytes()
        self.losses.setdefault(name, Counter())[history] += 1


def kill_a_worker() -> bool:
    """Kills one of the pool's training processes, whatever it trains; `False` without any."""
    family = psutil.Process().children(recursive=True)
    servers = []
    for process in family:
        with suppress(psutil.Error):
            if "forkserver" in " ".join(process.cmdline()):
                servers.append(process)
    parents = {process.pid for process in servers}
    workers = []
    for process in servers:
        with suppress(psutil.Error):
            if process.ppid() in parents:
                workers.append(process)
    if workers:
        random.choice(workers).kill()
    return bool(workers)


def burn() -> None:
    """Computes until it is ended, in pieces of random length."""
    while True:
        end = time.monotonic() + random.uniform(0.005, 0.2)
        while time.monotonic() < end:
            sum(range(1000))
        time.sleep(random.uniform(0, 0.05))


@contextmanager
def load_on_every_core() -> Iterator[None]:
    """While it lasts, the machine is busy."""
    processes = [multiprocessing.Process(target=burn, daemon=True) for _ in range(os.cpu_count())]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100, help="of the default experiment")
    parser.add_argument("--others", type=int, default=20, help="of each of the others")
    arguments = parser.parse_args()
    os.environ.setdefault("SEQLAB_NICE", "0")
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home))
        pool = Pool(store, workers=2)
        pool.start()
        while not pool.ready:
            time.sleep(0.1)
        bench = Bench(store, pool)
        wanted = [
            name
            for name in EXPERIMENTS
            for _ in range(arguments.runs if name == "default" else arguments.others)
        ]
        draw.shuffle(wanted)
        with load_on_every_core():
            ways = draw.choices(WAYS, SHARES, k=len(wanted))
            active = [bench.submit(name, way) for name, way in zip(wanted, ways, strict=True)]
            while active:
                active = [going for going in active if not bench.tend(going)]
                time.sleep(0.03)
        pool.close()
        store.close()
    from seqlab.training.train import train  # in a process without pool, load and reports

    for name, experiment in EXPERIMENTS.items():
        history = train(experiment).history
        bench.note(name, np.array(history["loss"]), np.array(history["val_loss"]))
    print("| experiment | runs | different losses |\n|--|--|--|")
    for name, losses in bench.losses.items():
        print(f"| {name} | {losses.total()} | {len(losses)} |")
    print("\n" + ", ".join(f"{n} {way}" for way, n in sorted(bench.ways.items())))
    print(*bench.failures, sep="\n")
    if bench.failures or any(len(losses) > 1 for losses in bench.losses.values()):
        raise SystemExit("Not all runs of one experiment have the same losses.")


if __name__ == "__main__":
    main()
