"""Logarithm and differences against pandas, and that nothing of them leaks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from seqlab.choices import Difference, Logarithm
from seqlab.data.columns import Choice, Roles
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.layouts.rows import from_frame
from seqlab.data.load import load
from seqlab.data.transforms import Transform
from seqlab.experiment import Data, Experiment

ROWS = 240
CHANGES = [
    *[(log, difference) for log in ("none", "log", "log1p") for difference in ("row", "season")],
    ("none", "both"),
    ("log", "both"),
    ("log", "none"),
]


def numbers(*names: str) -> Choice:
    """Of columns of numbers, the first of which is usually forecast."""
    return Choice(names, names, names[0], names)


def _series(seed: int = 0) -> pd.DataFrame:
    """A month a row: growth, seasons, noise, and a second column."""
    rng, row = np.random.default_rng(seed), np.arange(ROWS)
    level = 100 * np.exp(0.01 * row + 0.2 * np.sin(2 * np.pi * row / 12))
    return pd.DataFrame(
        {
            "when": pd.date_range("1990-01-01", periods=ROWS, freq="MS"),
            "sales": level * rng.uniform(0.97, 1.03, ROWS),
            "price": 5 + 0.02 * row + rng.uniform(0, 0.1, ROWS),
        }
    )


def _made(frame: pd.DataFrame, **changes: object) -> Dataset:
    data = Data.model_validate({"window": 6, "period": 12, **changes})
    return from_frame(frame, "when", numbers("sales", "price"), data)


@pytest.mark.parametrize(("log", "difference"), CHANGES)
def test_inputs_are_the_differences_of_pandas(log: Logarithm, difference: Difference) -> None:
    made = _made(_series(), logarithm=log, difference=difference)
    level = {"none": lambda x: x, "log": np.log, "log1p": np.log1p}[log](_series()["sales"])
    if difference in ("row", "both"):
        level = level.diff()
    if difference in ("season", "both"):
        level = level.diff(12)
    rows = made.starts[:, np.newaxis] + np.arange(6)
    read = made.input_scaling.invert(made.x)[..., 0]
    np.testing.assert_allclose(read, level.to_numpy()[rows], atol=1e-4)
    assert made.starts[0] == level.first_valid_index()


@pytest.mark.parametrize("steps", [1, 15])
@pytest.mark.parametrize(("log", "difference"), CHANGES)
def test_targets_come_back_in_original_units(
    log: Logarithm, difference: Difference, steps: int
) -> None:
    made = _made(_series(), logarithm=log, difference=difference, steps=steps, horizon=3)
    index = np.arange(len(made.x))
    goals = made.starts[:, np.newaxis] + 6 + 3 - 1 + np.arange(steps)
    np.testing.assert_allclose(made.truth(index), _series()["sales"].to_numpy()[goals], rtol=1e-5)
    one = made.target_scaling_of(7)
    np.testing.assert_allclose(one.invert(made.y[7]), made.truth(index)[7])
    learned = made.target_scaling_of(index)
    np.testing.assert_allclose(learned.apply(learned.invert(made.y)), made.y, atol=1e-9)


def test_a_target_several_rows_ahead_is_the_change_since_the_last_known_row() -> None:
    made = _made(_series(), difference="row", horizon=3, scaling="none")
    change = _series()["sales"].diff(3).to_numpy()
    np.testing.assert_allclose(made.y[:, 0], change[made.starts + 6 + 3 - 1], rtol=1e-5)


@pytest.mark.parametrize("difference", ["season", "both"])
def test_bases_are_those_of_the_recursion(difference: Difference) -> None:
    """No change at all, step by step as in Hyndman & Athanasopoulos, is what the base says."""
    row = difference == "both"
    change = Transform(row=row, seasons=(4,), logged=(False,), differenced=(True,))
    past = np.random.default_rng(1).normal(size=9).tolist()
    ahead = np.arange(1, 12)
    found = change.base(np.array(past[-change.memory :]), ahead)
    for _ in ahead:
        past.append(past[-4] + (past[-1] - past[-5] if row else 0))
    np.testing.assert_allclose(found, past[9:])


@pytest.mark.parametrize(("log", "difference"), CHANGES)
def test_rows_behind_the_split_change_nothing_that_is_fitted(
    log: Logarithm, difference: Difference
) -> None:
    frame = _series()
    before = _made(frame, logarithm=log, difference=difference, transform_inputs=True, period=0)
    frame.loc[before.splits[0] :, ["sales", "price"]] *= 3
    after = _made(frame, logarithm=log, difference=difference, transform_inputs=True, period=0)
    assert before.transform == after.transform
    assert before.season == after.season
    np.testing.assert_array_equal(before.x[before.train], after.x[after.train])
    np.testing.assert_array_equal(before.y[before.train], after.y[after.train])
    np.testing.assert_array_equal(before.target_scaling.scale, after.target_scaling.scale)
    np.testing.assert_array_equal(before.input_scaling.offset, after.input_scaling.offset)


@pytest.mark.parametrize("difference", ["row", "season", "both"])
def test_rules_forecast_the_original_series(difference: Difference) -> None:
    plain, changed = _made(_series()), _made(_series(), logarithm="log", difference=difference)
    both = np.isin(plain.starts[plain.validation], changed.starts[changed.validation])
    for name in ("persistence", "seasonal naive", "mean"):
        ours, theirs = plain.baselines[name], changed.baselines[name]
        np.testing.assert_array_equal(ours.prediction[both], theirs.prediction)
    # The loss is what the network would have with those forecasts.
    scaling = changed.target_scaling_of(changed.validation)
    scaled = scaling.apply(changed.baselines["persistence"].prediction)
    loss = np.mean(np.square(scaled - changed.y[changed.validation]))
    assert changed.baselines["persistence"].loss == pytest.approx(loss, rel=1e-4)
    # A line of growth is nothing new for a regression that reads changes.
    assert changed.baselines["linear autoregression"].rmse < 0.1 * plain.baselines["mean"].rmse


def test_other_inputs_are_changed_on_request_and_switches_never() -> None:
    frame = _series().assign(promotion=(np.arange(ROWS) % 5 == 0).astype(float))
    data = Data(
        window=6,
        inputs=("sales", "price", "promotion"),
        difference="row",
        transform_inputs=True,
        scaling="none",
        calendar=("month",),
    )
    made = from_frame(frame, "when", numbers("sales", "price", "promotion"), data)
    rows = made.starts[:, np.newaxis] + np.arange(6)
    np.testing.assert_allclose(made.x[..., 1], frame["price"].diff().to_numpy()[rows], atol=1e-6)
    np.testing.assert_array_equal(made.x[..., 2], frame["promotion"].to_numpy()[rows])
    month = np.sin(2 * np.pi * (frame["when"].dt.month.to_numpy() - 1) / 12)
    np.testing.assert_allclose(made.x[..., 3], month[rows], atol=1e-6)
    plain = data.model_copy(update={"transform_inputs": False})
    only = from_frame(frame, "when", numbers("sales", "price", "promotion"), plain)
    np.testing.assert_allclose(only.x[..., 1], frame["price"].to_numpy()[rows], atol=1e-6)


def test_windows_touching_a_gap_are_left_out_with_the_rows_before_them() -> None:
    frame = _series()
    frame.loc[100, "sales"] = np.nan
    made = _made(frame, difference="both", missing="drop")
    assert np.isfinite(made.x).all()
    assert np.isfinite(made.y).all()
    first = made.starts - 13
    assert not ((first <= 100) & (made.starts + 6 > 100)).any()
    filled = _made(frame, difference="row")
    assert not (filled.starts + 5 == 100).any()  # the base would know what comes


@pytest.mark.parametrize(
    ("low", "log", "allowed"), [(0.0, "log", "log1p"), (-2.0, "log", "none"), (-1, "log1p", "none")]
)
def test_a_logarithm_of_what_has_none_is_refused(low: float, log: Logarithm, allowed: str) -> None:
    frame = _series()
    frame.loc[230, "sales"] = low
    with pytest.raises(DataError, match="reaches down to") as told:
        _made(frame, logarithm=log)
    assert (told.value.argument, told.value.allowed) == ("logarithm", allowed)


def test_no_season_no_seasonal_difference() -> None:
    noise = pd.DataFrame(
        {"when": _series()["when"], "sales": np.random.default_rng(5).normal(size=ROWS)}
    )
    with pytest.raises(DataError, match="No season was found") as told:
        from_frame(noise, "when", numbers("sales"), Data(window=6, difference="both"))
    assert told.value.allowed == "row"


def test_of_several_series_no_change_reaches_into_the_one_before() -> None:
    from seqlab.data.panel import Inside, forecast

    one, two = _series(1)[["sales"]].to_numpy(), 10_000 + _series(2)[["sales"]].to_numpy()
    when = _series()["when"].to_numpy()
    inside = Inside([one, two], [when, when], ["a", "b"], Roles("sales", ("sales",)))
    for scaling in ("together", "each"):
        data = Data(window=6, difference="both", period=12, series_scaling=scaling, steps=2)
        made = forecast(inside, data)
        assert sorted(np.unique(made.starts // ROWS)) == [0, 1]
        assert (made.starts % ROWS).min() == 13
        index = np.arange(len(made.x))
        goals = made.starts[:, np.newaxis] + 6 + np.arange(2)
        truth = np.concatenate([one, two])[:, 0][goals]
        np.testing.assert_allclose(made.truth(index), truth, rtol=1e-5)
        read = made.input_scaling_of(index).invert(made.x)[..., 0]
        assert np.abs(read).max() < 500  # and not 10,000
        alone = pd.concat([pd.DataFrame(one), pd.DataFrame(two)], keys=["a", "b"])[0]
        change = alone.groupby(level=0).diff().groupby(level=0).diff(12).to_numpy()
        np.testing.assert_allclose(read, change[made.starts[:, None] + np.arange(6)], atol=1e-2)


def test_classes_are_not_changed() -> None:
    weather = Data(source="seattle", target="weather", difference="row", transform_inputs=True)
    made = load(Experiment(data=weather))
    assert made.transform.differenced[0] is False
    assert made.transform.is_none
    assert set(made.y) <= set(range(len(made.goal.classes)))


def test_stored_experiments_of_before_open() -> None:
    """JSON of a run from before there were transforms."""
    told = Experiment().model_dump()
    for name in ("logarithm", "difference", "transform_inputs", "calendar"):
        del told["data"][name]
    assert Experiment.model_validate(told) == Experiment()
    changed = Experiment(data=Data(difference="both", calendar=("month", "hour")))
    assert Experiment.from_query(changed.to_query()) == changed
    assert Experiment.from_json(changed.to_json()) == changed
    assert load(Experiment()).transform.is_none
