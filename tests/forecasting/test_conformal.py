"""Bands against the definition, and their coverage on draws of a known distribution."""

import numpy as np
import pytest

from seqlab.experiment import ExperimentError
from seqlab.forecasting.conformal import check_level, fewest, half_widths, measured, rank


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_the_rank_is_the_smallest_that_holds_the_level(level):
    """Of n + 1 exchangeable errors each has the same chance to be the new one."""
    for count in range(1, 300):
        place = rank(count, level)
        assert place / (count + 1) >= level - 1e-12
        assert (place - 1) / (count + 1) < level
    need = fewest(level)
    assert need == round(1 / (1 - level)) - 1 if level != 0.8 else need == 4
    assert rank(need, level) <= need


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_new_errors_lie_inside_with_the_promised_frequency(level):
    draw = np.random.default_rng(0)
    held = []
    for _ in range(4000):
        errors = draw.standard_t(3, (31, 1))
        held.append(abs(errors[30, 0]) <= half_widths(errors[:30], level)[0])
    expected = rank(30, level) / 31  # exact for continuous errors
    assert abs(np.mean(held) - expected) < 0.015


def test_too_few_errors_give_no_band_at_that_step_alone():
    errors = np.ones((9, 2))
    errors[0, 1] = np.nan
    widths = half_widths(errors, 0.9)
    assert widths[0] == 1
    assert np.isnan(widths[1])


def slowly(residuals, made, due, level, series=None):
    """Coverage as one would work it out by hand."""
    forecasts = inside = 0
    for step in range(residuals.shape[1]):
        for j in range(len(residuals)):
            if not np.isfinite(residuals[j, step]):
                continue
            known = [
                abs(residuals[i, step])
                for i in range(len(residuals))
                if np.isfinite(residuals[i, step])
                and (due[i, step] <= made[j] if series is None else series[i] != series[j])
            ]
            width = half_widths(np.array(known)[:, None], level)[0] if known else np.nan
            if np.isfinite(width):
                forecasts += 1
                inside += abs(residuals[j, step]) <= width
    return forecasts, inside


@pytest.mark.parametrize("digits", [9, 0])  # 0: many errors are equal
def test_measured_coverage_knows_nothing_of_what_came_after(digits):
    draw = np.random.default_rng(1)
    made = draw.permutation(60)
    residuals = draw.normal(size=(60, 4)) * (1 + made[:, None] / 20)  # errors that grow
    residuals = residuals.round(digits)
    residuals[draw.random((60, 4)) < 0.1] = np.nan
    due = made[:, None] + 1 + np.arange(4)
    coverage = measured(residuals, made, due, 0.9)
    assert (coverage.forecasts, coverage.inside) == slowly(residuals, made, due, 0.9)
    assert coverage.share < 0.9
    series = draw.integers(0, 5, 60)
    coverage = measured(residuals, made, due, 0.9, series)
    assert (coverage.forecasts, coverage.inside) == slowly(residuals, made, due, 0.9, series)


def test_nothing_is_measured_without_enough_errors():
    found = measured(np.ones((5, 1)), np.arange(5), np.arange(5)[:, None] + 1, 0.9)
    assert (found.forecasts, found.origins) == (0, 0)
    assert np.isnan(found.share)


@pytest.mark.parametrize("level", [0.2, 1.0, -1, float("nan")])
def test_a_level_out_of_range_is_refused(level):
    with pytest.raises(ExperimentError, match=r"`level`, expected a number from 0\.5 to 0\.99"):
        check_level(level)
