"""The sentence and the picture of what a network answers, for every kind of goal."""

import numpy as np
import pytest

from seqlab.data import catalogue
from seqlab.data.load import load
from seqlab.experiment import Experiment, Training
from seqlab.inspection.answers import answer
from seqlab.inspection.baselines import losses_to_beat
from seqlab.inspection.words import in_units


def dataset(source, **changes):
    data = catalogue.default(source).model_copy(update={"samples": 60} | changes)
    return load(Experiment(data=data))


def logits(classes, n):
    """Logits (..., n) whose largest one is the given class."""
    return 5.0 * np.eye(n, dtype=np.float32)[classes]


def test_a_forecast_is_compared_with_the_best_rule_not_the_first():
    found = dataset("sunspots")
    truth = found.y[found.validation]
    perfect = answer(found, truth, 3, 0)
    assert "After epoch 3: RMSE" in perfect.sentence
    errors = {name: rule.rmse for name, rule in found.baselines.items()}
    best = min(errors, key=errors.get)
    assert best == "linear autoregression"
    assert errors[best] < errors["persistence"] < 33.3
    assert f"100% better than {best} ({errors[best]:.4g})" in perfect.sentence
    worse = answer(found, np.full_like(truth, 9.0), None, 0)
    assert f"times {best} ({errors[best]:.4g})" in worse.sentence
    assert "Before training" in worse.sentence


def test_classes_are_counted():
    found = dataset("trend")
    truth = found.y[found.validation]
    n = len(found.goal.classes)
    half = truth.copy()
    half[: len(half) // 2] = (half[: len(half) // 2] + 1) % n
    said = answer(found, logits(half, n), 1, 0)
    assert f"{np.mean(half == truth):.1%} of {len(truth)} sequences right" in said.sentence
    matrix = said.figure.data[0]
    assert np.sum(matrix.text) == len(truth)
    assert np.trace(matrix.text) == np.sum(half == truth)


def test_a_part_of_the_predictions_is_called_so():
    found = dataset("trend")
    part = logits(found.y[found.validation[:4]], len(found.goal.classes))
    whole = len(found.validation)
    assert f"100.0% of the first 4 of {whole} sequences" in answer(found, part, 1, 0).sentence


@pytest.mark.parametrize("source", ["sunspots", "echo", "trend"])
def test_a_loss_is_told_in_the_units_of_the_target(source):
    found = dataset(source)
    name, rule = found.best_baseline("accuracy") or found.best_baseline("rmse")
    said = in_units(found, rule.loss, (name, rule.loss))
    if source == "trend":
        assert said == ""
    else:
        assert said.endswith(f"an RMSE of {rule.rmse:.4g} against {rule.rmse:.4g}.")
    assert in_units(found, float("nan"), None) == in_units(found, None, None) == ""


@pytest.mark.parametrize("source", ["copying", "reber", "dates"])
def test_symbols_are_counted_where_they_count(source):
    found = dataset(source)
    truth = found.y[found.validation]
    said = answer(found, logits(truth, len(found.goal.classes)), 2, 0)
    assert "100.0% of the symbols" in said.sentence
    above, below = said.figure.data[0].text
    assert list(above) == list(below)
    wrong = answer(found, logits((truth + 1) % len(found.goal.classes), found.outputs), 2, 0)
    assert "After epoch 2: 0.0% of the symbols" in wrong.sentence


def test_values_at_every_step_are_drawn_for_one_sequence():
    found = dataset("echo")
    truth = found.y[found.validation]
    said = answer(found, truth, 1, 2)
    assert "RMSE 0, 100% better" in said.sentence
    assert "validation sequence 3" in said.sentence
    np.testing.assert_allclose(said.figure.data[0].y, said.figure.data[1].y)


@pytest.mark.parametrize("source", ["sunspots", "echo", "trend", "copying", "adding", "dates"])
def test_before_any_training_the_line_to_beat_is_told(source):
    found = dataset(source)
    name, _ = found.best_baseline("accuracy") or found.best_baseline("rmse")
    said = answer(found, None, None, 0)
    assert name in said.sentence
    assert "nan" not in said.sentence


@pytest.mark.parametrize("shape", [(500, 1), (4,), (4, 3)])
def test_predictions_of_other_data_are_not_drawn(shape):
    found = dataset("sunspots")
    said = answer(found, np.zeros(shape, np.float32), 4, 0)
    assert "RMSE of linear autoregression" in said.sentence


def test_lines_are_drawn_only_for_losses_of_their_kind():
    found = dataset("sunspots")
    usual = losses_to_beat(Experiment(), found)
    assert list(usual.values()) == sorted(usual.values())
    assert next(iter(usual)) == "linear autoregression"
    assert usual["persistence"] == pytest.approx(0.9538, abs=1e-3)
    other = Experiment(training=Training(loss="mean_absolute_error"))
    assert losses_to_beat(other, found) == {}
