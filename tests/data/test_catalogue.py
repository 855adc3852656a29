"""Every built-in source, with every knob: arrays that training can take."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqlab.data import describe
from seqlab.data.catalogue import ENTRIES, default
from seqlab.data.dataset import DataError
from seqlab.data.load import load
from seqlab.experiment import LIMITS, Data, Experiment
from seqlab.figures import preview

DRAWN = [key for key, entry in ENTRIES.items() if entry.family != "Real series"]
SMALL = {"samples": 60, "window": 40, "lag": 20, "horizon": 5}  # as far as a quick test goes


def dataset(data):
    return load(Experiment(data=data))


def small(key):
    """The default of a task, but with few samples."""
    data = default(key)
    return data.model_copy(update={"samples": 300 if "samples" in names(key) else data.samples})


def names(key):
    return {knob.name for knob in ENTRIES[key].knobs}


def check(d):
    n, steps = d.x.shape[:2]
    goal = d.goal
    assert np.isfinite(d.x).all()
    assert np.isfinite(d.y).all()
    assert len(d.train)
    assert len(d.validation)
    parts = [*d.train, *d.validation, *d.test]
    assert len(set(parts)) == len(parts) <= n
    assert ((d.lengths >= 1) & (d.lengths <= steps)).all()
    if d.vocabulary:
        assert (d.x.dtype, d.x.ndim) == (np.int32, 2)
        assert 0 <= d.x.min() <= d.x.max() < len(d.vocabulary)
        assert ((d.x > 0) == (np.arange(steps) < d.lengths[:, None])).all()
    else:
        assert (d.x.dtype, d.x.ndim) == (np.float32, 3)
        assert d.features == len(d.names)
    if goal.kind == "class":
        assert d.y.dtype == np.int32
        assert 0 <= d.y.min() <= d.y.max() < len(goal.classes) == d.outputs
        assert d.y.shape[1:] == {"end": (), "every step": (steps,)}.get(goal.at, d.y.shape[1:])
    else:
        assert d.y.dtype == np.float32
        assert d.y.shape[1:-1] == {"end": (), "every step": (steps,)}[goal.at]
    if d.y_weights is not None:
        assert d.y_weights.shape == d.y.shape[:2]
        assert set(np.unique(d.y_weights)) <= {0, 1}
        assert (d.y_weights.sum(axis=1) > 0).all()
    assert d.baselines
    for rule in d.baselines.values():
        assert rule.rule
        assert type(rule.loss) is float
        if rule.prediction is not None:
            assert len(rule.prediction) == len(d.validation)


def test_the_catalogue_alone_decides_which_sources_there_are(monkeypatch):
    monkeypatch.setitem(ENTRIES, "another", ENTRIES["adding"])
    assert Data(source="another").source == "another"
    with pytest.raises(ValueError, match=r"argument `source`, expected 'sunspots'.*got other\."):
        Data(source="other")
    assert Data(source="upload").source == "upload"


def test_no_two_sources_have_one_title():
    assert len({entry.title for entry in ENTRIES.values()}) == len(ENTRIES)


@pytest.mark.parametrize("key", ENTRIES)
def test_the_knobs_are_fields_with_limits_and_the_words_are_there(key):
    entry = ENTRIES[key]
    for knob in entry.knobs:
        low, high = LIMITS[knob.name]
        assert low <= knob.low <= knob.default <= knob.high <= high
    assert sum(knob.difficulty for knob in entry.knobs) == (entry.family != "Real series")
    for words in (entry.title, entry.about, entry.line, entry.credit):
        assert words.strip()
    assert entry.about[-1] in ".?"
    assert entry.default().source == key


@pytest.mark.parametrize("key", ENTRIES)
def test_the_default_and_the_bare_name_both_load(key):
    check(dataset(small(key)))
    check(dataset(Data(source=key, samples=100)))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_knobs_within_their_limits_give_arrays_or_a_sentence(draw):
    key = draw.draw(st.sampled_from(sorted(ENTRIES)))
    values = {"source": key}
    for knob in ENTRIES[key].knobs:
        high = min(knob.high, max(knob.low, SMALL.get(knob.name, knob.high)))
        whole = isinstance(Data.model_fields[knob.name].default, int)
        kind = st.integers(int(knob.low), int(high)) if whole else st.floats(knob.low, high)
        values[knob.name] = draw.draw(kind)
    data = Data.model_validate(values)
    try:
        d = dataset(data)
    except DataError as error:
        assert error.argument is None or error.argument in values  # noqa: PT017
        return
    check(d)
    if key in DRAWN and ENTRIES[key].family != "Synthetic series":
        there_are = 10**data.difficulty if key in ("french", "chinese") else data.samples
        assert len(d.x) == min(data.samples, there_are)
    index = draw.draw(st.integers(0, len(d.x) - 1))
    assert describe.pair(d, index).sentence


@pytest.mark.parametrize("key", DRAWN)
def test_the_seed_decides_what_is_drawn(key):
    data = small(key)
    one, same = dataset(data), dataset(data)
    other = dataset(data.model_copy(update={"data_seed": 1}))
    np.testing.assert_array_equal(one.x, same.x)
    np.testing.assert_array_equal(one.y, same.y)
    np.testing.assert_array_equal(one.validation, same.validation)
    assert one.x.shape != other.x.shape or (one.x != other.x).any()


@pytest.mark.parametrize("key", DRAWN)
@pytest.mark.parametrize("samples", [10, 2000])
def test_any_size_can_be_drawn(key, samples):
    data = default(key)
    window = {"window": 5} if ENTRIES[key].family == "Synthetic series" and samples == 10 else {}
    if window:
        data = data.model_copy(update=window | {"samples": samples})
        try:
            check(dataset(data))
        except DataError as error:
            assert "longest that fits" in str(error)  # noqa: PT017
        return
    check(dataset(data.model_copy(update={"samples": samples})))


@pytest.mark.parametrize("key", DRAWN)
def test_a_number_outside_the_limits_of_a_task_is_named_with_one_that_would_do(key):
    for knob in ENTRIES[key].knobs:
        low, high = LIMITS[knob.name]
        for wrong, nearest in ((low, knob.low), (high, knob.high)):
            if knob.low <= wrong <= knob.high:
                continue
            with pytest.raises(DataError, match=knob.label) as caught:
                dataset(default(key).model_copy(update={knob.name: type(knob.default)(wrong)}))
            assert (caught.value.argument, caught.value.allowed) == (knob.name, nearest)


@pytest.mark.parametrize("key", [key for key, entry in ENTRIES.items() if entry.choice.inputs])
def test_columns_can_be_chosen_and_unknown_ones_are_named(key):
    entry = ENTRIES[key]
    data = default(key)
    chosen = entry.choice.inputs[-1]
    assert dataset(data.model_copy(update={"inputs": (chosen,)})).names == (chosen,)
    for target in entry.choice.targets:
        assert dataset(data.model_copy(update={"target": target})).target == target
    with pytest.raises(DataError, match="'nonsense'"):
        dataset(data.model_copy(update={"inputs": ("nonsense",)}))


@pytest.mark.parametrize("key", ENTRIES)
def test_every_pair_has_a_sentence_and_a_picture(key):
    d = dataset(small(key))
    for part, name in (("train", "training"), ("validation", "validation")):
        index = int(getattr(d, part)[-1])
        pair = describe.pair(d, index)
        assert pair.sentence.startswith(f"Example {index + 1:,} of {len(d.x):,} ({name}): ")
        figure = preview.draw(pair)
        assert figure.data
        figure.to_json()
    with pytest.raises(IndexError):
        describe.pair(d, len(d.x))
