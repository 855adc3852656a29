"""Draws whole experiments, with the table of an uploaded file where one is needed.

Without dropout: what it draws is Keras' own in the script, as the script says.
"""

from typing import get_args

import numpy as np
from hypothesis import strategies as st

from seqlab.choices import Cell, Missing, ScalingKind, Schedule
from seqlab.data.dataset import DataError
from seqlab.data.load import load
from seqlab.data.upload import Table, read_table
from seqlab.experiment import Data, Experiment, Finding, Network, Recurrent, Training
from seqlab.fitting.optimizers import KNOBS
from seqlab.network.doctor import diagnose

SERIES = ("sunspots", "nile", "elnino", "co2", "macro", "sine")
SEQUENCES = ("adding", "trend", "echo", "copying", "brackets", "reviews")
FIXES = 6  # of one experiment, one after the other


def _csv(rows: int, gaps: float, columns: int, step: int, seed: int) -> bytes:
    """A series with gaps, now and then a value that comes again."""
    draw = np.random.default_rng(seed)
    values = np.cumsum(draw.normal(size=(rows, columns)), axis=0).round(step)
    lines = ["t," + ",".join(f"column {i}" for i in range(columns))]
    for i, row in enumerate(values):
        cells = ["" if draw.random() < gaps else f"{value}" for value in row]
        lines.append(f"{1900 + i},{','.join(cells)}")
    return "\n".join(lines).encode()


def _long(seed: int) -> bytes:
    """Labelled sequences of different lengths, a row a step; some end in a constant tail."""
    draw = np.random.default_rng(seed)
    lines = ["id,label,a,b"]
    for i in range(24):
        for _ in range(draw.integers(4, 9)):
            a, b = draw.normal(size=2).round(3) + (i % 3)
            lines.append(f"s{i},class {i % 3},{a},{b}")
        lines += lines[-1:] * draw.integers(0, 7)
    return "\n".join(lines).encode()


@st.composite
def data_of(draw: st.DrawFn) -> tuple[Data, Table | None]:
    """A description of data that are small, and their table."""
    kind = draw(st.sampled_from(["series", "file", "file", "sequences", "long"]))
    common = {
        "scaling": draw(st.sampled_from(get_args(ScalingKind))),
        "tails": draw(st.sampled_from(["keep", "cut"])),
        "duplicates": draw(st.sampled_from(["keep", "drop"])),
        "data_seed": draw(st.integers(0, 3)),
    }
    if kind == "sequences":
        source = draw(st.sampled_from(SEQUENCES))
        return Data(source=source, window=8, samples=48, **common), None
    if kind == "long":
        table = read_table(_long(draw(st.integers(0, 9))), "long.csv")
        return Data(source="upload", file="f", window=4, **common), table
    cut = {
        "window": draw(st.integers(1, 12)),
        "horizon": draw(st.integers(1, 3)),
        "steps": draw(st.integers(1, 3)),
        "stride": draw(st.sampled_from([1, 1, 2, 5])),
        "split": draw(st.sampled_from(["time", "time", "random"])),
        "test_share": draw(st.sampled_from([0.0, 0.1])),
        "missing": draw(st.sampled_from(get_args(Missing))),
        "samples": 120,
        "logarithm": draw(st.sampled_from(["none", "none", "log", "log1p"])),
        "difference": draw(st.sampled_from(["none", "none", "row", "season", "both"])),
        "transform_inputs": draw(st.booleans()),
        "period": draw(st.sampled_from([0, 4])),
    }
    if kind == "series":
        further = draw(st.sampled_from([(), ("infl", "m1")]))
        source = draw(st.sampled_from(SERIES))
        cut["targets"] = further if source == "macro" else ()
        return Data(source=source, **cut, **common), None
    gaps = draw(st.sampled_from([0.0, 0.03, 0.1]))
    shape = draw(st.integers(60, 160)), gaps, draw(st.integers(1, 3)), draw(st.sampled_from([0, 3]))
    table = read_table(_csv(*shape, draw(st.integers(0, 9))), "file.csv")
    target = draw(st.sampled_from(table.numeric))
    inputs = draw(st.lists(st.sampled_from(table.numeric), unique=True, max_size=2))
    further = draw(st.lists(st.sampled_from(table.numeric), unique=True, max_size=2))
    more = {"target": target, "inputs": tuple(inputs), "targets": tuple(further)}
    return Data(source="upload", file="f", **cut, **common, **more), table


@st.composite
def experiments(draw: st.DrawFn) -> tuple[Experiment, Table | None]:
    """An experiment without errors, and the table of its file."""
    data, table = draw(data_of())
    layer = st.builds(
        Recurrent,
        cell=st.sampled_from(get_args(Cell)),
        units=st.integers(1, 5),
        bidirectional=st.booleans(),
        activation=st.sampled_from(["tanh", "tanh", "relu", "linear"]),
        recurrent_scale=st.sampled_from([1.0, 1.0, 1.5]),
    )
    optimizer = draw(st.sampled_from(list(KNOBS)))
    clip = draw(st.sampled_from([{}, {}, {"clipnorm": 0.5}, {"clipvalue": 0.1}]))
    training = Training(
        epochs=5,
        batch_size=draw(st.sampled_from([8, 32, 64])),
        optimizer=optimizer,
        learning_rate=draw(st.sampled_from([0.001, 0.003, 0.01])),
        schedule=draw(st.sampled_from(get_args(Schedule))),
        warmup=draw(st.sampled_from([0, 2])),
        plateau_patience=1,
        patience=draw(st.sampled_from([None, None, 1])),
        shuffle=draw(st.booleans()),
        seed=draw(st.integers(0, 5)),
        class_weight=draw(st.sampled_from(["none", "balanced"])),
        **clip,
    )
    made = Experiment(
        data=data,
        layers=tuple(draw(st.lists(layer, min_size=1, max_size=2))),
        network=Network(masking=draw(st.booleans())),
        training=training,
    )
    return _mended(made, table), table


def _mended(experiment: Experiment, table: Table | None) -> Experiment:
    """With the fixes of all its errors."""
    for _ in range(FIXES):
        try:
            dataset = load(experiment, table)
        except DataError:
            return experiment
        errors: list[Finding] = [
            found for found in diagnose(experiment, dataset) if found.level == "error" and found.fix
        ]
        if not errors:
            break
        experiment = errors[0].fix
    return experiment
