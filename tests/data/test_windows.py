"""Windows: steps, strides, gaps, scalings and splits, and what a leak would be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlab.data import memory_budget
from seqlab.data.columns import Roles
from seqlab.data.dataset import DataError
from seqlab.data.panel import Inside, forecast
from seqlab.data.scaling import Scaling
from seqlab.data.windows import fill, unknown_yet, windows
from seqlab.experiment import Data


def series(values, classes=(), **data):
    values = np.asarray(values, float).reshape(len(values), -1)
    columns = list(range(values.shape[1]))
    names = tuple(f"c{i}" for i in columns)
    labels = np.arange(len(values))
    return windows(values, labels, Roles("c0", names), Data(**data), classes=classes)


@settings(deadline=None)
@given(
    window=st.integers(1, 8),
    horizon=st.integers(1, 4),
    steps=st.integers(1, 5),
    stride=st.integers(1, 4),
    test_share=st.sampled_from([0.0, 0.1, 0.25]),
)
def test_every_target_is_ahead_and_lies_in_one_part(window, horizon, steps, stride, test_share):
    values = np.random.default_rng(0).normal(5, 3, (120, 2))
    data = {"window": window, "horizon": horizon, "steps": steps, "stride": stride}
    d = series(values, test_share=test_share, **data)
    validation, test = d.splits
    raw = d.input_scaling.invert(d.x)
    assert d.y.shape == (len(d.x), steps)
    assert (np.diff(d.starts) == stride).all()
    parts = {"train": (0, validation), "validation": (validation, test), "test": (test, 120)}
    used = []
    for part, (low, high) in parts.items():
        for i in getattr(d, part):
            start = d.starts[i]
            np.testing.assert_allclose(raw[i], values[start : start + window], atol=1e-4)
            goals = np.arange(start + window + horizon - 1, start + window + horizon - 1 + steps)
            np.testing.assert_allclose(d.truth(i), values[goals, 0], atol=1e-4)
            assert goals.min() >= low
            assert goals.max() < high
            used.append(i)
    left_out = set(range(len(d.x))) - set(used)
    assert len(used) == len(set(used))
    assert len(left_out) <= 2 * (steps - 1)  # those that straddle a border
    assert (len(d.test) > 0) == (test_share > 0)


@pytest.mark.parametrize("kind", ["standard", "minmax", "robust", "none"])
def test_each_scaling_is_fitted_on_the_training_rows_alone(kind):
    values = np.random.default_rng(1).normal(50, 9, (100, 2))
    values[80:] *= 1000
    d = series(values, window=4, scaling=kind)
    known = values[:80]
    low, high = np.quantile(known, [0.25, 0.75], axis=0)
    offset, scale = {
        "standard": (known.mean(0), known.std(0)),
        "minmax": (known.min(0), known.max(0) - known.min(0)),
        "robust": (np.median(known, axis=0), high - low),
        "none": (np.zeros(2), np.ones(2)),
    }[kind]
    np.testing.assert_allclose(d.input_scaling.offset, offset)
    np.testing.assert_allclose(d.input_scaling.scale, scale)
    rows = (values - offset) / scale
    np.testing.assert_allclose(d.x[0], rows[:4], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("how", ["interpolate", "forward"])
def test_the_gaps_of_the_training_rows_know_nothing_of_the_validation_rows(how):
    values = np.arange(20.0)[:, None]
    values[[0, 5, 15]] = np.nan
    one, notes = fill(values, 16, how, ("a",))
    changed = values.copy()
    changed[16:] = 1e6
    other, _ = fill(changed, 16, how, ("a",))
    np.testing.assert_array_equal(one[:16], other[:16])
    assert one[5, 0] == (5 if how == "interpolate" else 4)
    assert one[0, 0] == 1
    assert one[15, 0] == 14  # its right neighbour is a validation row
    assert np.isfinite(one).all()
    assert "3 missing values were filled" in notes[0]


def test_windows_that_touch_a_gap_can_be_left_out():
    values = np.arange(60.0)
    values[[10, 50]] = np.nan
    d = series(values, window=4, missing="drop")
    assert np.isfinite(d.x).all()
    assert np.isfinite(d.y).all()
    for start in d.starts:
        assert not {10, 50} & set(range(start, start + 5))
    assert len(d.x) == 56 - 10
    assert "10 of 56 windows were left out because they touch a missing value" in d.notes[0]
    assert np.isnan(d.values[10, 0])
    assert all(np.isfinite(rule.rmse) for rule in d.baselines.values())


@pytest.mark.parametrize(("how", "origins"), [("interpolate", {10, 50}), ("forward", set())])
def test_no_target_is_invented_and_no_line_uses_the_future(how, origins):
    values = np.random.default_rng(0).normal(size=60)
    values[[10, 50]] = np.nan
    d = series(values, window=4, missing=how)
    goals = d.starts + 4
    assert not {10, 50} & set(goals)
    assert not origins & set(goals - 1)
    assert len(d.x) == 56 - 2 - len(origins)
    assert f"{2 + len(origins)} of 56 windows were left out" in d.notes[1]
    # What stands behind a window changes nothing in it.
    for i, goal in enumerate(goals):
        later = values.copy()
        later[goal:] += 100
        bridged, _ = fill(later[:, None], 48, how, ("c0",))
        window = bridged[d.starts[i] : goal, 0]
        np.testing.assert_allclose(d.input_scaling.invert(d.x[i])[:, 0], window, atol=1e-4)


def test_gaps_everywhere_leave_no_window_and_a_sentence():
    values = np.arange(60.0)
    values[::3] = np.nan
    with pytest.raises(DataError, match="No window is left for the training part"):
        series(values, window=4, missing="drop")


def test_a_column_without_a_number_in_the_training_rows_is_named():
    values = np.c_[np.arange(50.0), np.full(50, np.nan)]
    values[49, 1] = 1.0
    with pytest.raises(DataError, match="'c1' holds no numbers at all in the training part"):
        series(values, window=4)


def test_a_random_split_flatters_and_says_so():
    walk = np.cumsum(np.random.default_rng(0).normal(size=400))
    d = series(walk, window=5, split="random")
    assert sorted([*d.train, *d.validation]) == list(range(len(d.x)))
    assert len(d.validation) == pytest.approx(0.2 * len(d.x), abs=1)
    assert "Split by time instead" in d.notes[-1]
    assert d.splits is None
    near = [min(abs(d.train - i)) for i in d.validation]
    assert np.mean(np.array(near) == 1) > 0.9  # a training window just beside nearly each one
    again = series(walk, window=5, split="random", data_seed=1)
    assert set(again.validation) != set(d.validation)


def test_classes_are_targets_as_they_are_and_not_scaled():
    codes = np.random.default_rng(0).integers(0, 3, 50)
    values = np.c_[codes, np.arange(50.0)]
    data = Data(window=4)
    d = windows(values, np.arange(50), Roles("sky", ("t",)), data, classes=("a", "b", "c"))
    np.testing.assert_array_equal(d.y, codes[4:])
    assert (d.y.dtype, d.outputs, d.goal.kind) == (np.int32, 3, "class")


@pytest.mark.parametrize(
    "data",
    [
        {"window": 90},
        {"horizon": 85, "window": 1},
        {"steps": 40, "window": 2},
        {"window": 2, "test_share": 0.5, "horizon": 40},
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence(data):
    with pytest.raises(DataError, match=r"too short|does not fit"):
        series(np.arange(100.0), **data)


def test_the_window_that_is_advised_fits():
    with pytest.raises(DataError) as caught:
        series(np.arange(100.0), window=90, steps=3, test_share=0.1)
    assert len(series(np.arange(100.0), window=caught.value.allowed, steps=3, test_share=0.1).train)


def test_a_constant_column_keeps_its_scale():
    for kind in ("standard", "minmax", "robust"):
        assert Scaling.fit(np.full((9, 1), 7.0), kind).scale == 1


def inside_two(values, **data):
    half = values[: len(values) // 2, np.newaxis]
    times = [np.arange(len(half))] * 2
    return forecast(Inside([half, half], times, ["a", "b"], Roles("c0", ("c0",))), Data(**data))


@pytest.mark.parametrize("make", [series, inside_two])
def test_windows_that_would_fill_the_memory_are_refused_before_they_are_made(make, monkeypatch):
    monkeypatch.setattr(memory_budget, "MOST_BYTES", 2**20)
    values = np.random.default_rng(0).normal(size=4000)
    with pytest.raises(DataError, match="at most 1 MB are made") as caught:
        make(values, window=200)
    assert len(make(values, window=caught.value.allowed).x) > 3800
    with pytest.raises(DataError, match="at most 1 MB"):
        make(values, window=60, steps=100)


def test_what_is_missing_from_the_beginning_is_not_taken_from_behind_a_window():
    values = np.random.default_rng(0).normal(size=60)
    values[:7] = np.nan
    d = series(values, window=4, missing="forward")
    assert d.starts[0] == 4  # ends with row 7, the first that is known
    assert "a column has no value up to their end" in d.notes[1]


def test_each_series_has_a_beginning_of_its_own():
    gaps = np.array([1, 0, 1, 1, 1, 0], bool)[:, None]
    early = unknown_yet(gaps, np.array([0, 0, 0, 3, 3, 3]))
    assert early.tolist() == [True, False, False, True, True, False]
    assert unknown_yet(gaps).tolist() == [True] + [False] * 5
