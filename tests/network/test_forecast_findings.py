"""What a forecaster would say of errors in the order of time."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import seqlab
from seqlab.data.load import load
from seqlab.experiment import Data, Experiment
from seqlab.network.doctor import read_result
from seqlab.network.doctor.run_findings.residuals import ljung_box, slope_test

GOOD = {"loss": [0.9, 0.3, 0.1, 0.05, 0.04, 0.04], "val_loss": [0.9, 0.3, 0.1, 0.05, 0.04, 0.04]}


def answers(dataset, errors):
    """What a network says that errs by so much, in original units."""
    scale = dataset.target_scaling.scale[0]
    scaled = dataset.y[dataset.validation] - (np.asarray(errors) / scale)[:, None]
    return scaled.astype("float32")


def findings(dataset, experiment, errors, history=GOOD):
    """Of a network that errs by so much."""
    found = read_result(experiment, dataset, history, answers(dataset, errors))
    return {finding.code: finding for finding in found}


@pytest.fixture(scope="module")
def sunspots():
    experiment = Experiment()
    return load(experiment), experiment


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_no_finding(sunspots, seed):
    noise = np.random.default_rng(seed).normal(0, 5, 62)
    found = findings(*sunspots, noise)
    assert not found.keys() & {"drifting_errors", "resembling_errors"}


def test_errors_that_drift_are_told_with_both_ends(sunspots):
    noise = np.random.default_rng(0).normal(0, 5, 62)
    found = findings(*sunspots, noise + np.linspace(0, 40, 62))
    message = found["drifting_errors"].message
    assert "the forecast becomes too low" in message
    assert "resembling_errors" not in found  # the line is taken off first
    down = findings(*sunspots, noise - np.linspace(0, 40, 62))
    assert "the forecast becomes too high" in down["drifting_errors"].message
    mended = findings(*sunspots, noise + np.linspace(-40, 0, 62))["drifting_errors"].message
    assert "too high and comes right towards the end" in mended
    assert "missed by as much" not in mended


def test_errors_that_resemble_each_other_are_told(sunspots):
    noise, errors = np.random.default_rng(1).normal(0, 5, 62), [0.0]
    for shock in noise[1:]:
        errors.append(0.8 * errors[-1] + shock)
    found = findings(*sunspots, errors)
    assert "neighbouring errors have a correlation of 0." in found["resembling_errors"].message
    season = findings(*sunspots, 10 * np.sin(np.arange(62) * 2 * np.pi / 6) + noise / 5)
    assert "rows apart have a correlation" in season["resembling_errors"].message
    assert found["resembling_errors"].level == "hint"
    overfitted = {"loss": [0.9, 0.5, 0.2, 0.1], "val_loss": [0.9, 0.2, 0.3, 0.4]}
    codes = findings(*sunspots, errors, overfitted).keys()
    assert "overfitting" in codes
    assert "resembling_errors" not in codes, "first things first"


def test_a_level_that_training_never_saw(sunspots):
    rows = 200
    frame = pd.DataFrame({"v": np.arange(rows) + np.random.default_rng(0).normal(0, 1, rows)})
    table = seqlab.read_table(frame.to_csv(index=False).encode(), "own.csv")
    experiment = Experiment(data=Data(source="upload", window=5))
    dataset = load(experiment, table)
    noise = np.random.default_rng(2).normal(0, 1, len(dataset.validation))
    message = findings(dataset, experiment, noise)["unseen_level"].message
    assert "% of the validation part lies above" in message
    assert "a level that training never saw" in message
    assert "unseen_level" not in findings(*sunspots, np.zeros(62))


def test_ljung_box_has_its_distribution():
    """On noise the probabilities are evenly spread (Kolmogorov-Smirnov)."""
    draw = np.random.default_rng(0)
    found = [ljung_box(draw.normal(size=200), 8)[1] for _ in range(400)]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_the_slope_is_that_of_least_squares_and_noise_is_rarely_sure():
    draw = np.random.default_rng(0)
    errors = draw.normal(size=80) + 0.05 * np.arange(80)
    moved, sure = slope_test(errors)
    fit = stats.linregress(np.arange(80), errors)
    assert moved == pytest.approx(fit.slope * 79)
    assert sure == pytest.approx(fit.slope / fit.stderr, rel=0.25)
    walks = []
    for _ in range(300):
        own = [0.0]
        for shock in draw.normal(size=79):
            own.append(0.5 * own[-1] + shock)
        walks.append(abs(slope_test(np.array(own))[1]) > 4)
    assert np.mean(walks) < 0.03
