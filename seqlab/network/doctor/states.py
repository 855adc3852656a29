"""Stateful layers: what they need of batches and of the order of the sequences."""

from __future__ import annotations

import math

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.fixes import with_layers, with_training


def find(experiment: Experiment, frame: Frame, dataset: Dataset | None) -> list[Finding]:
    """Findings about stateful layers; a network without them has none.

    Args:
        experiment: what is to be trained.
        frame: the shapes of its data.
        dataset: its data; `None` where there are none yet.
    """
    if not any(layer.stateful for layer in experiment.layers):
        return []
    findings = []
    training = experiment.training
    if training.shuffle:
        findings.append(
            Finding(
                "warning",
                "stateful_shuffle",
                "A stateful layer begins a batch where the batch before it ended, but shuffling "
                "puts unrelated sequences there.",
                with_training(experiment, shuffle=False),
                "Do not shuffle",
                "Keras shuffles by default, stateful or not.",
            )
        )
    if dataset is None:
        return findings
    sizes = [len(part) for part in (dataset.train, dataset.validation) if len(part)]
    if any(size % training.batch_size for size in sizes):
        batch = _largest_divisor(math.gcd(*sizes), training.batch_size)
        counts = " and ".join(f"{size:,}" for size in sizes)
        findings.append(
            Finding(
                "error",
                "stateful_batch",
                "A stateful layer has one state for each place in the batch, so every batch must "
                f"be full: the batch size {training.batch_size} does not divide {counts} "
                "sequences.",
                with_training(experiment, batch_size=batch),
                f"Use a batch size of {batch}",
                "Keras: When using `stateful=True` in a RNN, the batch size must be static. "
                "A smaller last batch then fails in the middle of the epoch.",
            )
        )
    if dataset.starts is not None and len(dataset.train) > 1:
        findings += _windows(experiment, frame, dataset)
    return findings


def _windows(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    """Windows of a series go on from each other only if one begins where its forerunner ended."""
    assert dataset.starts is not None
    stride = int(dataset.starts[1] - dataset.starts[0])
    advance = experiment.training.batch_size * stride
    if advance == frame.timesteps:
        return []
    return [
        Finding(
            "hint",
            "stateful_windows",
            f"The window at one place of a batch lies {advance} rows after the one at the same "
            f"place of the batch before, but is {frame.timesteps} steps long: the state does not "
            "go on where it stopped. Batch size × distance of the windows should equal the window.",
            with_layers(experiment, stateful=False),
            "Turn stateful off",
        )
    ]


def _largest_divisor(number: int, limit: int) -> int:
    return max(d for d in range(1, min(number, limit) + 1) if number % d == 0)
