"""Networks with drawn weights in the place of trained ones: they are there at once."""

from dataclasses import dataclass

import keras
import pandas as pd

import seqlab
from seqlab.data.dataset import Dataset
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.inspection.networks import network_of
from seqlab.lens.stack import Stack
from seqlab.network.plan import plan
from seqlab.training.build import build, weights


@dataclass
class Made:
    """What `seqlab.train` gives, as far as a forecast needs it."""

    experiment: Experiment
    dataset: Dataset
    model: keras.Model
    snapshots: dict

    @property
    def network(self) -> Stack:
        return network_of(self.snapshots[1], self.experiment, self.dataset)


def table(frame: pd.DataFrame) -> seqlab.Table:
    return seqlab.read_table(frame.to_csv(index=False).encode(), "own.csv")


def made(
    data: Data,
    of: pd.DataFrame | None = None,
    cell: str = "GRU",
    sounds: bytes | None = None,
    **training,
) -> Made:
    """A network of four units on these data: a table, or an archive of sounds."""
    experiment = Experiment(
        data=data, layers=(Recurrent(cell=cell, units=4),), training=Training(**training)
    )
    read = None if of is None else table(of)
    if sounds is not None:
        read = seqlab.read_table(sounds, "words.zip")
    dataset = seqlab.load(experiment, read)
    keras.utils.set_random_seed(0)
    model = build(plan(experiment, dataset.frame))
    arrays = {name: variable.numpy() for name, variable in weights(model)}
    return Made(experiment, dataset, model, {1: arrays})
