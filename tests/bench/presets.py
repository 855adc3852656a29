"""What the ready-made experiments reach: `python -m tests.bench.presets [KEY ...] [--cell CELL]`.

Trains each one as the playground does and prints a table for `docs/results.md`. The time is that
of the clock, compilation included: other work on the machine counts. With `--cell` all recurrent
layers are of another cell, SimpleRNN for instance.
"""

import argparse
import time

import numpy as np

from seqlab.cells import CELLS
from seqlab.data.dataset import Dataset, rmse
from seqlab.data.load import load
from seqlab.experiment import Experiment
from seqlab.inspection.networks import network_of
from seqlab.inspection.sequences import mask_of
from seqlab.lens.generate import write
from seqlab.presets import PRESETS, Preset
from seqlab.training.train import Result, train

HEAD = "| experiment | measure | goal | reached | line to beat | seconds | allowed |"


def reached(preset: Preset, dataset: Dataset, result: Result) -> tuple[float, str]:
    """The measure on the validation part, and the rules without a network.

    A decoder writes by itself, symbol by symbol: with teacher forcing the snapshot's prediction
    has read the truth.
    """
    part = dataset.validation
    weights = result.snapshots[max(result.snapshots)]
    prediction = weights["prediction"]
    if preset.measure == "RMSE":
        found = rmse(dataset.target_scaling.invert(prediction), dataset.truth(part))
        rules = {name: rule.rmse for name, rule in dataset.baselines.items()}
        return found, ", ".join(f"{name} {value:.4g}" for name, value in rules.items())
    answers, truth = prediction.argmax(axis=-1), dataset.y[part]
    if preset.experiment.network.head == "teacher_forcing":
        network = network_of(weights, preset.experiment, dataset)
        answers = write(network, dataset.x[part], mask_of(dataset, part)).symbols
    counts = dataset.target_weights(part)
    rules = {
        name: rule.accuracy
        for name, rule in dataset.baselines.items()
        if np.isfinite(rule.accuracy)
    }
    line = ", ".join(f"{name} {value:.1%}" for name, value in rules.items())
    right = (answers == truth) | (counts == 0)
    if preset.measure == "exactly right":
        return float(right.all(axis=1).mean()), line
    return float(np.average(answers == truth, weights=counts)), line


def with_cell(experiment: Experiment, cell: str | None) -> Experiment:
    """The experiment with another recurrent cell, if one is named."""
    if cell is None:
        return experiment
    layers = tuple(layer.model_copy(update={"cell": cell}) for layer in experiment.layers)
    return experiment.model_copy(update={"layers": layers})


def main(keys: list[str], cell: str | None = None) -> None:
    print(HEAD)
    print("|--|--|--|--|--|--|--|")
    for preset in PRESETS:
        if keys and preset.key not in keys:
            continue
        experiment = with_cell(preset.experiment, cell)
        dataset = load(experiment)
        start = time.perf_counter()
        result = train(experiment, dataset)
        seconds = time.perf_counter() - start
        value, line = reached(preset, dataset, result)
        better = value <= preset.goal if preset.measure == "RMSE" else value >= preset.goal
        shown, goal = (
            (f"{value:.4g}", f"≤ {preset.goal:g}")
            if preset.measure == "RMSE"
            else (f"{value:.1%}", f"≥ {preset.goal:.0%}")
        )
        mark = "" if better else " (missed)"
        print(
            f"| {preset.title} | {preset.measure} | {goal} | {shown}{mark} | {line} "
            f"| {seconds:.0f} | {preset.seconds:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("keys", nargs="*", metavar="KEY")
    parser.add_argument("--cell", choices=tuple(CELLS))
    asked = parser.parse_args()
    main(asked.keys, asked.cell)
