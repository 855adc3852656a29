"""Sequences in two parts: which ones leave the training part, and what is fitted anew then."""

import io
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from seqlab.data.catalogue import ENTRIES
from seqlab.data.duplicates import fitted_again, keys
from seqlab.data.load import load
from seqlab.data.sequence_baselines import known_targets
from seqlab.data.upload import read_table
from seqlab.experiment import Data, Experiment
from tests.data.tasks.helpers import dataset

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(40, 6, 2))
LENGTHS = DRAW.integers(2, 7, 40)


def arrays(table=None, **data):
    out = io.BytesIO()
    np.savez(out, **table)
    experiment = Experiment(data=Data(source="upload", **data))
    return load(experiment, read_table(out.getvalue(), "x.npz"))


def pairs(d, part):
    """Every sequence of a part with its target, as bytes."""
    return [(d.x[i].tobytes(), d.y[i].tobytes(), int(d.lengths[i])) for i in part]


def throws(**data):
    """A series of three numbers: short windows of it come again and again."""
    rows = "\n".join(map(str, DICE))
    table = read_table(f"throw\n{rows}\n".encode(), "x.csv")
    return load(Experiment(data=Data(source="upload", window=3, test_share=0.1, **data)), table)


DICE = DRAW.integers(1, 4, 200)
SOURCES = {
    "parity": partial(dataset, source="parity", window=7, samples=300, difficulty=2),
    "reber": partial(dataset, source="reber", samples=300),
    "brackets": partial(dataset, source="brackets", window=6, samples=300),
    "throws": throws,
}


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_held_out_leaves_the_training_part_and_nothing_else(name):
    before, after = (SOURCES[name](duplicates=d) for d in ("keep", "drop"))
    assert len(after.train) < len(before.train)
    asked = set(pairs(before, before.validation)) | set(pairs(before, before.test))
    mine = pairs(before, before.train)
    np.testing.assert_array_equal(
        after.train, [i for i, pair in zip(before.train, mine, strict=True) if pair not in asked]
    )
    np.testing.assert_array_equal(after.validation, before.validation)
    np.testing.assert_array_equal(after.x, before.x)
    gone = len(before.train) - len(after.train)
    assert after.notes[-1].startswith(f"{gone:,} training sequence")


def test_equal_sequences_have_equal_keys_and_others_do_not():
    d = arrays({"x": np.r_[X, X[:5]], "y": np.r_[np.arange(40) % 3, np.arange(5) % 3]})
    found = keys(d)
    np.testing.assert_array_equal(found[40:], found[:5])
    assert len(set(found.tolist())) == 40
    other = arrays({"x": np.r_[X, X[:5]], "y": np.r_[np.arange(40) % 3, np.arange(1, 6) % 3]})
    assert len(set(keys(other).tolist())) == 45  # another target is another question


def test_where_nothing_stands_twice_nothing_changes():
    for data in ({}, {"source": "seattle", "window": 5, "target": "weather"}):
        before, after = dataset(**data), dataset(**data, duplicates="drop")
        np.testing.assert_array_equal(before.train, after.train)
        assert before.notes == after.notes
        assert list(before.baselines) == list(after.baselines)


@pytest.mark.parametrize(
    "y",
    [
        np.arange(40) % 3,
        DRAW.normal(5, 3, 40),
        np.arange(240).reshape(40, 6) % 3,
        DRAW.normal(5, 3, (40, 6, 2)),
    ],
    ids=["classes", "values", "classes at every step", "values at every step"],
)
def test_scaling_knows_only_what_is_left_to_train_with(y):
    table = {"x": np.r_[X, X] + 3, "y": np.r_[y, y], "lengths": np.r_[LENGTHS, LENGTHS]}
    before, after = (arrays(table, duplicates=d) for d in ("keep", "drop"))
    assert 0 < len(after.train) < len(before.train)
    real = np.arange(6) < table["lengths"][after.train, None]
    rows = table["x"][after.train][real]
    np.testing.assert_allclose(after.input_scaling.offset, rows.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(after.input_scaling.scale, rows.std(axis=0), rtol=1e-6)
    raw = after.input_scaling.invert(after.x)
    everywhere = np.arange(6) < after.lengths[:, None]
    np.testing.assert_allclose(raw[everywhere], table["x"][everywhere], atol=1e-5)
    assert (after.x[~everywhere] == 0).all()
    if after.goal.kind == "class":
        return

    def targets(part):
        known = table["y"][part]
        return known[everywhere[part]] if y.ndim == 3 else known[:, None]

    learned, held_out = targets(after.train), targets(after.validation)
    np.testing.assert_allclose(after.target_scaling.offset, learned.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(known_targets(after, after.validation), held_out, atol=1e-4)
    error = np.sqrt(np.mean((held_out - learned.mean(axis=0)) ** 2))
    assert after.baselines["mean"].rmse == pytest.approx(error, rel=1e-5)


CASES = {key: entry.default() for key, entry in ENTRIES.items()}
CASES["weather"] = CASES["seattle"].model_copy(update={"target": "weather"})


@pytest.mark.parametrize("name", CASES)
def test_fitted_again_on_the_same_sequences_every_rule_reaches_the_same(name):
    data = CASES[name]
    few = {"samples": min(data.samples, 400)}
    d = load(Experiment(data=data.model_copy(update=few)))
    again = fitted_again(d)
    assert list(again) == list(d.baselines)
    for rule, before in d.baselines.items():
        for number in ("loss", "rmse", "accuracy"):
            expected = pytest.approx(getattr(before, number), rel=1e-5, nan_ok=True)
            assert getattr(again[rule], number) == expected


# Rules that follow from a formula or from the rows of a series.
UNFITTED = {"persistence", "seasonal naive", "drift", "mean", "chance", "constant 0", "constant 1"}
UNFITTED |= {"without memory", "without counting", "the grammar itself"}


def test_every_rule_that_was_fitted_is_fitted_again():
    """With half of the training part each of them reaches something else."""
    same = set()
    for data in CASES.values():
        d = load(Experiment(data=data.model_copy(update={"samples": min(data.samples, 400)})))
        half = replace(d, **{"train": d.train[: len(d.train) // 7]})
        for name, after in fitted_again(half).items():
            before = d.baselines[name]
            numbers = [(b.loss, b.accuracy) for b in (before, after)]
            if np.array_equal(*numbers, equal_nan=True):
                same.add(name)
    assert same <= UNFITTED | {"nearest neighbour"}  # which may be perfect in both
