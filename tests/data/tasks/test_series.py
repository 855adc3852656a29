"""Synthetic series: what the formulas say, against other ways to compute the same."""

import numpy as np
import pytest

from seqlab.data.tasks import series
from seqlab.experiment import Data
from tests.data.tasks.helpers import dataset


def data(source, **values):
    return Data.model_validate({"source": source, "noise": 0.0} | values)


def test_a_sum_of_k_sines_obeys_a_linear_recurrence_over_2k_steps():
    d = dataset("sines", difficulty=3, noise=0.0, window=6, samples=2000)
    assert d.baselines["linear autoregression"].rmse < 1e-4
    assert d.baselines["persistence"].rmse > 0.05
    short = dataset("sines", difficulty=3, noise=0.0, window=4, samples=2000)
    assert short.baselines["linear autoregression"].rmse > 1e-3


def test_no_forecast_of_the_noisy_sine_beats_its_noise():
    d = dataset("sine", noise=0.3, window=50, samples=20_000)
    assert d.baselines["linear autoregression"].rmse == pytest.approx(0.3, rel=0.05)


def test_the_damped_oscillation_falls_to_a_share_of_e_in_60_steps():
    values = series.damped(data("damped", samples=100))[:, 0]
    clean = values[0] * np.exp(-np.arange(100) / 60) * np.cos(2 * np.pi * np.arange(100) / 25)
    np.testing.assert_allclose(values, clean)
    assert 0.5 <= values[0] <= 1


def test_between_two_blows_the_damped_oscillation_is_linear():
    d = dataset("damped", noise=0.0, window=2, samples=100)  # the first blow comes after 100 steps
    assert d.baselines["linear autoregression"].rmse < 1e-5


def test_lorenz_follows_its_equations():
    rows = series.lorenz(data("lorenz", samples=20))

    def flow(s):
        x, y, z = s
        return np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])

    exact = [rows[0]]
    for _ in range(19):
        state = exact[-1]
        for _ in range(500):  # the midpoint method with steps of 0.0001
            state = state + 1e-4 * flow(state + 0.5e-4 * flow(state))
        exact.append(state)
    np.testing.assert_allclose(rows, exact, rtol=1e-3, atol=1e-3)


def test_mackey_glass_follows_its_equation():
    rows = series.mackey_glass(data("mackey_glass", lag=17, samples=500))[:, 0]
    # A derivative by central differences against the right-hand side.
    slope = (rows[2:] - rows[:-2]) / 2
    now, delayed = rows[1:-1][17:], rows[1:-1][:-17]
    right = 0.2 * delayed / (1 + delayed**10) - 0.1 * now
    np.testing.assert_allclose(slope[17:], right, atol=6e-3)
    assert 0.2 < rows.min() < 0.6 < 1.2 < rows.max() < 1.4


@pytest.mark.parametrize(("lag", "rests"), [(2, True), (17, False)])
def test_mackey_glass_comes_to_rest_with_a_short_delay(lag, rests):
    late = series.mackey_glass(data("mackey_glass", lag=lag, samples=400))[200:]
    assert (late.std() < 1e-3) == rests


def test_the_logistic_map_is_a_parabola_of_its_last_value():
    x = series.logistic(data("logistic", samples=300))[:, 0]
    np.testing.assert_allclose(x[1:], 3.9 * x[:-1] * (1 - x[:-1]))


@pytest.mark.parametrize("horizon", [1, 4, 9])
def test_persistence_on_a_random_walk_has_the_error_of_its_steps(horizon):
    found = [
        dataset("random_walk", samples=20_000, horizon=horizon, data_seed=seed, window=5)
        for seed in range(5)
    ]
    errors = [d.baselines["persistence"].rmse for d in found]
    assert np.mean(errors) == pytest.approx(np.sqrt(horizon), rel=0.03)
    # Nothing beats it: the best linear rule with all the data is not better either.
    best = [d.baselines["linear autoregression"].rmse for d in found]
    assert np.mean(best) > 0.995 * np.mean(errors)


def test_lorenz_shows_all_three_columns_unless_some_are_chosen():
    assert dataset("lorenz", samples=200).names == ("x", "y", "z")
    d = dataset("lorenz", samples=200, target="z", inputs=("x",))
    assert (d.names, d.target, d.features) == (("x",), "z", 1)
