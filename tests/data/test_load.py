"""From a source to arrays: what is in a pair, no leak, true baselines."""

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqlab
from seqlab.data.columns import Roles
from seqlab.data.dataset import DataError
from seqlab.data.load import load
from seqlab.data.scaling import Scaling
from seqlab.data.windows import windows
from seqlab.experiment import Data, Experiment
from tests.data.tasks.helpers import dataset


def series(values, **data):
    values = np.asarray(values, float).reshape(len(values), -1)
    columns = list(range(values.shape[1]))
    names = tuple(f"c{i}" for i in columns)
    return windows(values, np.arange(len(values)), Roles("c0", names), Data(**data))


def test_sunspots_are_the_published_series_with_the_published_baseline():
    d = dataset()
    assert d.x.shape == (287, 22, 1)
    assert d.x.dtype == np.float32
    assert (d.labels[0], d.labels[-1], len(d.labels)) == (1700, 2008, 309)
    assert len(d.validation) == 62
    assert d.baselines["persistence"].rmse == pytest.approx(33.3, abs=0.05)


@given(
    rows=st.integers(10, 80),
    window=st.integers(1, 30),
    horizon=st.integers(1, 5),
    columns=st.integers(1, 3),
)
def test_every_pair_is_what_it_says(rows, window, horizon, columns):
    values = np.random.default_rng(rows).normal(5, 3, (rows, columns))
    if window + horizon > int(rows * 0.8):
        with pytest.raises(DataError) as caught:
            series(values, window=window, horizon=horizon)
        assert caught.value.allowed is None or caught.value.allowed < window
        return
    d = series(values, window=window, horizon=horizon)
    split = int(rows * 0.8)
    raw = d.input_scaling.invert(d.x)
    for i, start in enumerate(d.starts):
        np.testing.assert_allclose(raw[i], values[start : start + window], atol=1e-4)
        goal = start + window - 1 + horizon
        np.testing.assert_allclose(d.truth(np.array([i]))[0, 0], values[goal, 0], atol=1e-4)
        assert (i in d.validation) == (goal >= split)
    assert sorted([*d.train, *d.validation, *d.test]) == list(range(len(d.x)))
    assert len(d.validation) == rows - split
    # No training pair touches a validation row.
    assert (d.starts[d.train] + window + horizon - 1 < split).all()


def test_scaling_knows_nothing_of_the_validation_part():
    values = np.arange(100.0)
    changed = values.copy()
    changed[80:] = 1e6
    d, e = series(values, window=5), series(changed, window=5)
    np.testing.assert_array_equal(d.x[d.train], e.x[e.train])
    assert d.target_scaling.offset == pytest.approx(values[:80].mean())
    assert d.target_scaling.scale == pytest.approx(values[:80].std())


def test_scaling_inverts_and_survives_a_constant_column():
    rows = np.array([[1.0, 7.0], [3.0, 7.0]])
    scaling = Scaling.fit(rows)
    np.testing.assert_allclose(scaling.apply(rows), [[-1, 0], [1, 0]])
    np.testing.assert_allclose(scaling.invert(scaling.apply(rows)), rows)


def test_the_persistence_loss_is_its_scaled_mean_squared_error():
    d = dataset(horizon=3)
    last_seen = d.x[d.validation, -1]
    scaled = np.mean((last_seen - d.y[d.validation]) ** 2)
    assert d.baselines["persistence"].loss == pytest.approx(scaled, rel=1e-5)


def test_adding_marks_one_step_in_each_half_and_sums_them():
    d = dataset(source="adding", window=31, samples=400)
    values, marks = d.x[..., 0], d.x[..., 1]
    assert d.x.shape == (400, 31, 2)
    np.testing.assert_array_equal(marks[:, :15].sum(1), 1)
    np.testing.assert_array_equal(marks[:, 15:].sum(1), 1)
    np.testing.assert_allclose((values * marks).sum(1), d.y[:, 0], atol=1e-6)


def test_the_constant_of_the_adding_problem_has_an_error_of_a_sixth():
    d = dataset(source="adding", samples=20_000)
    assert d.baselines["constant 1"].loss == pytest.approx(1 / 6)
    assert np.mean((d.y - 1) ** 2) == pytest.approx(1 / 6, abs=0.003)


def test_adding_needs_two_steps():
    with pytest.raises(DataError, match="must lie between 2 and") as caught:
        dataset(source="adding", window=1)
    assert caught.value.allowed == 2


def test_the_sine_has_the_noise_that_was_asked_for():
    d = dataset(source="sine", noise=0.3, samples=20_000)
    clean = np.sin(2 * np.pi * np.arange(20_000) / 25)
    assert (d.values[:, 0] - clean).std() == pytest.approx(0.3, rel=0.02)


@pytest.mark.parametrize("source", ["sunspots", "sine", "adding"])
def test_the_same_description_gives_the_same_arrays(source):
    a, b = dataset(source=source), dataset(source=source)
    np.testing.assert_array_equal(a.x, b.x)
    np.testing.assert_array_equal(a.y, b.y)


def test_a_window_that_does_not_fit_names_the_longest_that_does():
    with pytest.raises(DataError, match="longest that fits is 246") as caught:
        dataset(window=300)
    assert caught.value.argument == "window"
    assert len(dataset(window=246).train) == 1
    assert len(dataset(window=caught.value.allowed).train) > 100


def test_an_upload_is_windowed_by_its_columns():
    frame = pd.DataFrame(
        {"day": range(60), "a": np.arange(60.0), "b": np.arange(60.0) * 2, "c": 1.0}
    )
    table = seqlab.read_table(frame.to_csv(index=False).encode(), "mine.csv")
    data = Data(source="upload", target="b", inputs=("a", "b"), window=4)
    d = load(Experiment(data=data), table)
    assert (d.names, d.target, d.features) == (("a", "b"), "b", 2)
    raw = d.input_scaling.invert(d.x)
    np.testing.assert_allclose(raw[7], [[7, 14], [8, 16], [9, 18], [10, 20]], atol=1e-4)
    assert d.truth(np.array([7]))[0, 0] == pytest.approx(22, abs=1e-4)


def test_missing_values_are_filled_and_said():
    text = "t,v\n" + "\n".join(f"{i},{'' if i == 5 else i}" for i in range(40))
    table = seqlab.read_table(text.encode(), "gap.csv")
    d = load(Experiment(data=Data(source="upload", window=3)), table)
    assert d.values[5, 0] == pytest.approx(5)
    assert "1 missing value was filled" in d.notes[0]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (Data(source="upload"), "No file is in use yet"),
        (Data(target="nonsense"), "no column 'nonsense' to predict"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_a_sentence(data, sentence):
    with pytest.raises(DataError, match=sentence):
        load(Experiment(data=data))


def test_arrays_of_one_target_go_with_the_last_that_needs_them():
    d = dataset()
    seqlab.diagnose(Experiment(), d)
    freed = weakref.ref(d)
    gc.disable()
    try:
        del d
        assert freed() is None
    finally:
        gc.enable()
