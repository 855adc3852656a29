"""A model from a file as a scene, so that all views can draw it: one epoch, one typed sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset, Goal
from seqlab.data.scaling import Scaling
from seqlab.experiment import Experiment
from seqlab.inspection.sequences import Sequence
from seqlab.inspection.words import OPENED
from seqlab.lens.stack import Stack
from seqlab.runs.keras_process import ModelInput
from seqlab.runs.records import Run
from seqlab.ui.inspect.scene import Scene


@dataclass(frozen=True, eq=False)
class OpenedScene(Scene):
    """A scene without a run.

    Attributes:
        stack: the model.
        typed: the sequence that it reads.
    """

    stack: Stack | None = None
    typed: Sequence | None = None

    def network(self, epoch: int) -> Stack:
        """The model, whatever the epoch."""
        assert self.stack is not None
        return self.stack

    def drawn(self, index: NDArray[np.int64]) -> str:
        """There is one sequence."""
        return "the sequence that was typed"


def opened_scene(network: Stack, read: ModelInput, x: NDArray[Any], key: str) -> OpenedScene:
    """The scene of a model and a sequence.

    Args:
        network: the model.
        read: what it reads.
        x: (timesteps, features), or tokens (timesteps,).
        key: of the file.
    """
    tokens = read.vocabulary > 0
    names = [f"{read.name} {k + 1}" for k in range(read.features)]
    names = names if len(names) > 1 else [read.name]
    padding = (x == 0) if tokens else (x == 0).all(axis=-1)
    counted = np.flatnonzero(~padding)
    real = len(x) if not network.masked or not len(counted) else int(counted[-1]) + 1
    first_place = np.zeros(1, np.int64)
    shape = (1, len(x), network.outputs) if network.sequences else (1, network.outputs)
    dataset = Dataset(
        x=x[np.newaxis],
        y=np.zeros(shape, np.float32),
        lengths=np.array([real]),
        train=first_place,
        validation=first_place,
        test=first_place[:0],
        names=("token",) if tokens else tuple(names),
        target="output",
        input_scaling=Scaling.identity(read.features),
        target_scaling=Scaling.identity(network.outputs),
        goal=Goal("value", "every step" if network.sequences else "end"),
        vocabulary=tuple(str(k) for k in range(read.vocabulary)),
    )
    run = Run(key[:12], 0.0, None, None, "finished", "", Experiment(), None, 0)
    sequence = Sequence(x, None, real, "the sequence that was typed")
    return OpenedScene(run, dataset, [OPENED], stack=network, typed=sequence)
