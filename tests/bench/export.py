"""Which networks Keras exports for LiteRT, and how far their answers are from Keras'.

    python -m tests.bench.export

Prints the table of docs/export.md: bytes, largest difference on three sequences of the data, and
seconds of CPU.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np

import seqlab
from seqlab.cells import CELLS
from seqlab.experiment import Data, Experiment, Network, Recurrent
from seqlab.network.plan import plan
from seqlab.training.build import build
from seqlab.training.lite import LiteError, answers, lite_file

EIGHT = {"units": 8}
WORDS, SPEAKERS = Data(source="reviews", samples=60), Data(source="vowels")
DATES = Data(source="dates", samples=40)
TWO = (Recurrent(**EIGHT), Recurrent(**EIGHT, return_sequences=True))
CASES = {
    **{cell: Experiment(layers=(Recurrent(cell=cell, **EIGHT),)) for cell in CELLS},
    **{
        f"Bidirectional({cell})": Experiment(
            layers=(Recurrent(cell=cell, bidirectional=True, **EIGHT),)
        )
        for cell in ("LSTM", "GRU")
    },
    "two layers": Experiment(layers=TWO[::-1]),
    "go_backwards": Experiment(layers=(Recurrent(go_backwards=True, **EIGHT),)),
    "dropout, recurrent_dropout": Experiment(
        layers=(Recurrent(dropout=0.2, recurrent_dropout=0.2, **EIGHT),)
    ),
    "LayerNormalization": Experiment(layers=(Recurrent(layer_normalization=True, **EIGHT),)),
    "relu, hard_sigmoid": Experiment(
        layers=(Recurrent(activation="relu", recurrent_activation="hard_sigmoid", **EIGHT),)
    ),
    "masked": Experiment(data=SPEAKERS, layers=(Recurrent(**EIGHT),)),
    "masked, Bidirectional(GRU)": Experiment(
        data=SPEAKERS, layers=(Recurrent(cell="GRU", bidirectional=True, **EIGHT),)
    ),
    "Embedding, masked": Experiment(data=WORDS, layers=(Recurrent(**EIGHT),)),
    "every step": Experiment(data=Data(source="echo", samples=60), layers=TWO[1:]),
    "RepeatVector": Experiment(data=DATES, layers=TWO, network=Network(head="repeat_vector")),
    "teacher forcing": Experiment(data=DATES, layers=TWO, network=Network(head="teacher_forcing")),
    "stateful": Experiment(layers=(Recurrent(stateful=True, **EIGHT),)),
}


def row(name: str, experiment: Experiment) -> str:
    """A row of the table."""
    dataset = seqlab.load(experiment)
    model, start = build(plan(experiment, dataset.frame)), time.process_time()
    try:
        data = lite_file(model)
    except LiteError as error:
        return f"| {name} | – | – | – | {error} |"
    taken, furthest = time.process_time() - start, 0.0
    for sequence in dataset.x[:3]:
        x = [sequence[np.newaxis].astype(model.inputs[0].dtype)]
        x += [np.zeros((1, *each.shape[1:]), each.dtype) for each in model.inputs[1:]]
        truth = np.asarray(model(x if len(x) > 1 else x[0], training=False))
        furthest = max(furthest, float(np.abs(answers(data, x) - truth).max()))
    return f"| {name} | {len(data):,} | {furthest:.0e} | {taken:.1f} | |"


if __name__ == "__main__":
    print("| network | bytes | furthest from Keras | s of CPU | |\n|--|--|--|--|--|")
    for name, experiment in CASES.items():
        print(row(name, experiment), flush=True)
