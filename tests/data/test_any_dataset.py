"""Any source, file and settings: a sound dataset or a sentence, and nothing after it raises."""

import re
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqlab.choices import (
    Calendar,
    Difference,
    Duplicates,
    Logarithm,
    Missing,
    ScalingKind,
    Split,
    Tails,
)
from seqlab.data import describe, summary
from seqlab.data.catalogue import ENTRIES
from seqlab.data.dataset import DataError
from seqlab.data.load import load
from seqlab.data.upload import UploadError, read_table
from seqlab.experiment import Data, Experiment
from seqlab.inspection.answers import answer
from seqlab.inspection.baselines import baselines_table, losses_to_beat
from seqlab.network.doctor import diagnose
from seqlab.network.source import source

MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
RAW = re.compile(r"Traceback|Error\(|<class|object at 0x|array\(")


def a_sentence(error):
    assert len(str(error)) > 20
    assert not RAW.search(str(error))


small = st.one_of(st.integers(1, 6), st.integers(1, 40), st.just(1000))
cutting = {
    "window": small,
    "horizon": st.one_of(st.just(1), small),
    "steps": st.one_of(st.just(1), st.integers(1, 12)),
    "stride": st.sampled_from([1, 1, 3, 50]),
    "scaling": st.sampled_from(get_args(ScalingKind)),
    "split": st.sampled_from(get_args(Split)),
    "test_share": st.sampled_from([0.0, 0.1, 0.5]),
    "missing": st.sampled_from(get_args(Missing)),
    "tails": st.sampled_from(get_args(Tails)),
    "duplicates": st.sampled_from(get_args(Duplicates)),
    "longest": st.sampled_from([None, None, 1, 5]),
    "period": st.sampled_from([0, 1, 7, 400]),
    "data_seed": st.integers(0, 3),
    "logarithm": st.sampled_from(get_args(Logarithm)),
    "difference": st.sampled_from(get_args(Difference)),
    "transform_inputs": st.booleans(),
    "calendar": st.lists(st.sampled_from(get_args(Calendar)), max_size=2, unique=True).map(tuple),
    "rows": st.sampled_from([None, None, 20, 60]),
    "holidays": st.sampled_from([None, None, "DE"]),
    "known_ahead": st.lists(
        st.sampled_from(["counted 0", "number 1", "word 1", "price"]), max_size=2, unique=True
    ).map(tuple),
    "targets": st.lists(
        st.sampled_from(["counted 0", "number 1", "word 1", "wind", "temp_min", "y"]), max_size=2
    ).map(tuple),
}
SETTINGS = st.fixed_dictionaries({}, optional=cutting)
number = st.one_of(
    st.integers(-5, 5).map(str),
    st.floats(-1e6, 1e6).map(lambda value: f"{value:.3f}"),
    st.sampled_from(["", "", "NA", "1e300", "-", "0"]),
)
word = st.sampled_from(["", "red", "green", "blue sky", "red", "ümlaut", "a b c", "yes"])
COLUMNS = {
    "year": lambda i, _: str(1900 + i),
    "day": lambda i, _: f"2024-{1 + i // 28 % 12:02d}-{1 + i % 28:02d}",
    "id": lambda i, _: f"s{i // 7}",
    "label": lambda i, _: "ab"[i // 7 % 2],
    "constant": lambda i, _: "4",
    "counted": lambda i, _: str(i * i % 17),
    "number": lambda _, draw: draw(number),
    "word": lambda _, draw: draw(word),
}


@st.composite
def files(draw):
    """A table of a stranger, with columns of any kinds."""
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=4))
    rows = draw(st.sampled_from([1, 2, 5, 12, 30, 90]))
    between = draw(st.sampled_from([",", ";", "\t"]))
    lines = [between.join(f"{name} {k}" for k, name in enumerate(names))]
    lines += [between.join(COLUMNS[name](i, draw) for name in names) for i in range(rows)]
    return "\n".join(lines).encode()


def sound_or_a_sentence(experiment, table=None):
    """The dataset, after all that may be asked of it; `None` after a sentence."""
    try:
        dataset = load(experiment, table)
    except DataError as error:
        return a_sentence(error)
    assert len(dataset.train)
    assert np.isfinite(dataset.x).all()
    assert np.isfinite(dataset.y).all()
    assert dataset.x.shape[:2] == (len(dataset.lengths), dataset.timesteps)
    assert not set(dataset.train) & set(dataset.validation)
    assert not {*dataset.train, *dataset.validation} & set(dataset.test)
    for finding in diagnose(experiment, dataset):
        assert finding.message
        assert not RAW.search(finding.message)
    for index in {0, len(dataset.x) - 1, int(dataset.train[-1])}:
        assert describe.pair(dataset, index).sentence
        describe.table(dataset, index)
        describe.part(dataset, index)
    summary.columns(dataset)
    summary.class_counts(dataset)
    summary.examples(dataset, 3)
    losses_to_beat(experiment, dataset)
    for one in dataset.views:
        assert one.columns[0] == one.target
        if dataset.further:
            whole = dataset.truth(one.train)
            np.testing.assert_array_equal(one.truth(one.train), whole[:, one.answered])
        if one.baselines:
            baselines_table(one)
    if dataset.baselines:
        baselines_table(dataset)
        assert answer(dataset, None, None, 0).sentence
    compile(source(experiment, dataset), "script", "exec")
    return dataset


@MANY
@given(
    data=st.data(),
    name=st.sampled_from(sorted(ENTRIES)),
    cut=st.fixed_dictionaries({}, optional=cutting),
)
def test_any_source_with_any_settings(data, name, cut):
    samples = data.draw(st.sampled_from([10, 11, 40, 150]))
    more = data.draw(
        st.fixed_dictionaries(
            {}, optional={"lag": st.integers(1, 60), "difficulty": st.integers(1, 10),
                          "noise": st.sampled_from([0.0, 0.3, 10.0])}
        )
    )  # fmt: skip
    sound_or_a_sentence(Experiment(data=Data(source=name, samples=samples, **cut, **more)))


@MANY
@given(content=files(), cut=SETTINGS, data=st.data())
def test_any_file_with_any_settings(content, cut, data):
    try:
        table = read_table(content, "strange.csv")
    except UploadError as error:
        a_sentence(error)
        return
    names = [None, *table.frame.columns, "gone"]
    target = data.draw(st.sampled_from(names))
    inputs = data.draw(st.lists(st.sampled_from(names[1:]), unique=True, max_size=2))
    chosen = Data(source="upload", file="f", target=target, inputs=tuple(inputs), **cut)
    sound_or_a_sentence(Experiment(data=chosen), table)


def test_an_unsound_dataset_is_refused(monkeypatch):
    made = load(Experiment())
    broken = made.__class__(**{
        name: getattr(made, name) for name in made.__dataclass_fields__
    } | {"train": made.validation})  # fmt: skip
    monkeypatch.setattr("seqlab.data.load._made", lambda *_: broken)
    with pytest.raises(ValueError, match="in two parts"):
        load(Experiment())
