"""Rules without a network, against their definitions written out and published figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqlab.data import baselines, seasons
from seqlab.data.dataset import Goal
from seqlab.data.scaling import Scaling
from tests.data.tasks.helpers import dataset

UNIT = Scaling(np.zeros(1), np.full(1, 2.0))


@pytest.mark.parametrize(
    ("source", "window", "persistence", "autoregression"),
    [
        ("sunspots", 9, 33.3, 19.4),
        ("co2", 60, 0.513, 0.387),
        ("elnino", 14, 1.16, 0.51),
    ],
)
def test_the_published_figures_of_the_real_series(source, window, persistence, autoregression):
    rules = dataset(source=source, window=window).baselines
    assert rules["persistence"].rmse == pytest.approx(persistence, rel=0.01)
    assert rules["linear autoregression"].rmse == pytest.approx(autoregression, rel=0.01)


@settings(deadline=None)
@given(
    seed=st.integers(0, 999),
    horizon=st.integers(1, 6),
    steps=st.integers(1, 5),
    season=st.integers(2, 9),
)
def test_each_rule_forecasts_what_it_says(seed, horizon, steps, season):
    series = np.random.default_rng(seed).normal(3, 2, 60)
    first = np.arange(30, 60 - steps + 1)
    goals = first[:, None] + np.arange(steps)
    found = baselines.for_series(series, goals, horizon, 24, UNIT, season)
    for i, row in enumerate(goals):
        origin = row[0] - horizon
        for j, goal in enumerate(row):
            assert found["persistence"].prediction[i, j] == series[origin]
            back = goal
            while back > origin:
                back -= season
            assert found["seasonal naive"].prediction[i, j] == series[back]
            slope = (series[origin] - series[0]) / origin
            expected = series[origin] + slope * (goal - origin)
            assert found["drift"].prediction[i, j] == pytest.approx(expected)
            assert found["mean"].prediction[i, j] == pytest.approx(series[:24].mean())
    error = np.sqrt(np.mean((found["drift"].prediction - series[goals]) ** 2))
    assert found["drift"].rmse == pytest.approx(error)
    assert found["drift"].loss == pytest.approx((error / 2) ** 2)


def test_a_forecast_into_a_gap_does_not_count():
    prediction, truth = np.array([[1.0], [5.0]]), np.array([[3.0], [np.nan]])
    assert baselines.forecast(prediction, truth, UNIT, "").rmse == 2


@pytest.mark.parametrize(
    ("source", "period"), [("sine", 25), ("elnino", 12), ("sunspots", 11), ("co2", 52)]
)
def test_the_period_is_found_by_autocorrelation(source, period):
    d = dataset(source=source)
    found = seasons.find_period(d.values[: d.splits[0], 0])
    assert abs(found - period) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_noise_and_lines_have_no_period(seed):
    generator = np.random.default_rng(seed)
    assert seasons.find_period(generator.normal(size=400)) == 0
    assert seasons.find_period(np.arange(100.0)) == 0
    assert seasons.find_period(np.ones(100)) == 0
    assert seasons.find_period(np.full(100, np.nan)) == 0
    assert seasons.find_period(np.arange(3.0)) == 0


@pytest.mark.parametrize("period", [4, 7, 12, 24])
@pytest.mark.parametrize("trend", ["none", "line", "curve", "wandering level"])
def test_noise_and_trends_do_not_double_the_period(period, trend):
    generator, rows = np.random.default_rng(period), 40 * period
    time = np.linspace(0, 1, rows)
    walk = 0.1 * np.cumsum(generator.normal(size=rows))
    level = {"none": 0 * time, "line": 5 * time, "curve": 5 * time**2, "wandering level": walk}
    found = []
    for _ in range(20):
        season = np.tile(generator.normal(size=period), 40)
        noisy = season / season.std() + generator.normal(size=rows) + level[trend]
        found.append(seasons.find_period(noisy))
    assert found.count(period) >= 16, found
    assert max(found) == period, found


def test_gaps_do_not_hide_the_period():
    series = np.sin(2 * np.pi * np.arange(300) / 20)
    series[40:55] = np.nan
    assert seasons.find_period(series) == 20


KINDS = ("season", "short season", "season without noise", "trend", "noise", "wandering", "line")


def series_of(kind, seed):
    """Three hundred rows of about unit size."""
    generator, time = np.random.default_rng(seed), np.arange(300)
    noise = generator.normal(size=300)
    if kind == "noise":
        return noise
    if kind == "wandering":
        return noise.cumsum()
    if kind == "line":
        return 0.01 * time
    if kind == "short season":  # whose double may stand out by chance
        return np.tile(generator.normal(size=4), 75) + 0.7 * noise
    season = np.tile(generator.normal(size=12), 25)
    return season + {"season": 0.4 * noise, "trend": 0.4 * noise + 0.02 * time}.get(kind, 0)


@given(
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 10_000),
    unit=st.integers(-12, 12).map(lambda k: 10.0**k) | st.floats(1e-9, 1e9),
    sign=st.sampled_from([-1, 1]),
    shift=st.sampled_from([0.0, 1.0, -50.0, 1e4, 1e6]),
)
@settings(max_examples=150, deadline=None)
def test_neither_unit_nor_level_changes_the_season(kind, seed, unit, sign, shift):
    series = series_of(kind, seed)
    season = seasons.find_period(series)
    assert seasons.find_period(sign * unit * (series + shift)) == season
    if kind == "season without noise":
        assert season == 12
    if kind == "line":
        assert season == 0


def test_the_autocorrelation_is_the_textbook_sum():
    x = np.random.default_rng(0).normal(size=50)
    centred = x - x.mean()
    expected = [(centred[k:] * centred[: 50 - k]).sum() / (centred**2).sum() for k in range(20)]
    np.testing.assert_allclose(seasons.autocorrelation(x, 19), expected, atol=1e-12)


def test_the_autoregression_is_the_least_squares_solution():
    d = dataset(source="elnino", window=10, horizon=3)
    rows = np.c_[d.x[d.train, :, 0].astype(float), np.ones(len(d.train))]
    weights = np.linalg.lstsq(rows, d.y[d.train, 0].astype(float), rcond=None)[0]
    guess = np.c_[d.x[d.validation, :, 0].astype(float), np.ones(len(d.validation))] @ weights
    line = d.baselines["linear autoregression"]
    np.testing.assert_allclose(line.prediction[:, 0], d.target_scaling.invert(guess), rtol=1e-4)


def test_the_autoregression_of_a_long_window_takes_its_last_steps():
    line = dataset(source="sine", window=400, samples=2000).baselines["linear autoregression"]
    assert "the window's last 240 steps" in line.rule
    assert "linear autoregression" not in dataset(source="nile", window=70).baselines


def test_class_frequencies_count_only_the_steps_that_count():
    y = np.array([[0, 1, 1], [0, 0, 1], [1, 1, 0]])
    weights = np.array([[1, 1, 0], [1, 0, 0], [1, 0, 1]], np.float32)
    train, validation = np.array([0, 1]), np.array([2])
    line = baselines.class_frequencies(y, ("a", "b"), train, validation, weights)
    assert line.loss == pytest.approx(-np.log([1 / 3, 2 / 3]).mean())
    assert line.accuracy == 0.5


def test_the_bag_of_words_is_naive_bayes_written_out():
    x = np.array([[1, 2, 0], [1, 1, 3], [2, 3, 0], [3, 1, 0]])
    y = np.array([0, 0, 1, 1])
    goal = Goal("class", classes=("n", "p"))
    line = baselines.bag_of_words(x, goal, y, np.arange(3), np.array([3]))
    # Class 0 has seen 1 three times, 2 and 3 once; class 1 has seen 2 and 3 once.
    zero = 3 * (2 / 8) * (4 / 8) * 1.0
    one = 2 * (2 / 5) * (1 / 5) * 1.0
    assert line.loss == pytest.approx(-np.log(one / (zero + one)))
    assert line.accuracy == float(one > zero)


def test_weather_by_class_has_the_majority_and_todays_weather():
    d = dataset(source="seattle", target="weather", window=7)
    assert d.goal.classes == ("drizzle", "fog", "rain", "snow", "sun")
    names = np.array(d.goal.classes)
    labels = [names[int(c)] for c in d.values[:, 0]]
    rows = d.starts[d.validation] + 7
    same = np.mean([labels[r] == labels[r - 1] for r in rows])
    assert d.baselines["persistence"].accuracy == pytest.approx(same)
    assert [labels[r] for r in rows] == list(names[d.y[d.validation]])
