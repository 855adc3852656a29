"""Forecasts of networks that learn changes, logarithms and the calendar: in original units."""

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data.dataset import DataError
from seqlab.experiment import Data, Experiment
from seqlab.forecasting.forecaster import forecaster
from seqlab.forecasting.future import look_ahead
from tests.forecasting.helpers import made, table

ROWS, WINDOW = 240, 6


def sales(seed=0):
    draw, row = np.random.default_rng(seed), np.arange(ROWS)
    level = 100 * np.exp(0.01 * row + 0.2 * np.sin(2 * np.pi * row / 12))
    when = pd.date_range("2003-01-31", periods=ROWS, freq="ME")
    return pd.DataFrame({"when": when, "sales": level * draw.uniform(0.97, 1.03, ROWS)})


def asked(**changes):
    return Data.model_validate({"source": "upload", "window": WINDOW, "period": 12, **changes})


def by_hand(result, steps, change, back):
    """The future of `sales`, month after month: Keras, pandas, and no code of the forecast."""
    frame, dataset = sales(), result.dataset
    split = int(ROWS * 0.8)
    learned = change(frame["sales"])
    centre, spread = learned[:split].mean(), learned[:split].std(ddof=0)
    targets = learned[back + WINDOW : split]
    angle = 2 * np.pi * (frame["when"].dt.month - 1) / 12
    waves = [np.sin(angle), np.cos(angle)]
    scales = [(wave[back:split].mean(), wave[back:split].std(ddof=0)) for wave in waves]
    series, when = frame["sales"].copy(), frame["when"].copy()
    for _ in range(steps):
        angle = 2 * np.pi * (when.dt.month - 1) / 12
        columns = [(change(series) - centre) / spread]
        for wave, (middle, scale) in zip((np.sin, np.cos), scales, strict=True):
            columns.append((wave(angle) - middle) / scale)
        window = np.stack(columns, axis=1)[-WINDOW:][None, :, : dataset.features]
        answer = float(np.asarray(result.model(window.astype("float32")))[0, 0])
        said = answer * targets.std(ddof=0) + targets.mean()
        log = np.log(series).to_numpy()
        following = {1: log[-1], 12: log[-12], 13: log[-1] + log[-12] - log[-13]}[back]
        series.loc[len(series)] = np.exp(said + following)
        when.loc[len(when)] = when.iloc[-1] + pd.offsets.MonthEnd(1)
    return series[ROWS:].to_numpy(), when[ROWS:]


@pytest.mark.parametrize("calendar", [(), ("month",)])
@pytest.mark.parametrize("difference", ["row", "season", "both"])
def test_the_future_is_keras_on_what_pandas_makes_of_the_rows(difference, calendar):
    change = {
        "row": lambda x: np.log(x).diff(),
        "season": lambda x: np.log(x).diff(12),
        "both": lambda x: np.log(x).diff().diff(12),
    }[difference]
    back = {"row": 1, "season": 12, "both": 13}[difference]
    data = asked(logarithm="log", difference=difference, calendar=calendar)
    result = made(data, sales())
    future = seqlab.forecast(result, steps=15)
    expected, when = by_hand(result, 15, change, back)
    np.testing.assert_allclose(future["forecast"], expected, rtol=1e-4)
    assert future["time"].tolist() == when.tolist()
    assert (future["low"] > 0).all()
    # A band around a logarithm is a band of shares: wider above than below.
    assert (future["high"] - future["forecast"] > future["forecast"] - future["low"]).all()


def test_answers_at_once_start_from_the_last_known_row():
    result = made(asked(difference="row", steps=4, horizon=2), sales())
    future, dataset = seqlab.forecast(result, steps=5), result.dataset
    rows = np.diff(dataset.values[-WINDOW - 1 :], axis=0)
    x = dataset.input_scaling.apply(rows)[None].astype("float32")
    scaling = dataset.target_scaling
    said = np.asarray(result.model(x))[0] * scaling.scale + scaling.offset
    np.testing.assert_allclose(future["forecast"][1:], dataset.values[-1, 0] + said, rtol=1e-5)


def test_earlier_forecasts_are_those_of_the_windows():
    """From a row that is known, the network says what it says to the window that ends there."""
    result = made(asked(logarithm="log1p", difference="both", calendar=("month",)), sales())
    dataset = result.dataset
    process = forecaster(result.experiment.data, dataset, result.network)
    origins, owners = process.unseen_origins(1000)
    index = np.searchsorted(dataset.starts, origins - WINDOW)
    raw = np.asarray(result.model(dataset.x[index]))
    expected = dataset.target_scaling_of(index).invert(raw)
    np.testing.assert_allclose(process.forecast(origins, owners, 1), expected, rtol=1e-5)
    np.testing.assert_allclose(process.truth(origins, owners, 1), dataset.truth(index), rtol=1e-5)


@pytest.mark.parametrize("scaling", ["together", "each"])
def test_each_of_several_series_goes_on_from_its_own_last_row(scaling):
    frames = [sales(i).assign(shop=name) for i, name in enumerate("ab")]
    frames[1]["sales"] *= 1000
    whole = pd.concat(frames)
    data = asked(
        logarithm="log", difference="row", series_scaling=scaling, calendar=("month",),
        reading={"kind": "long", "sequence_id": "shop", "time": "when"}, target="sales",
    )  # fmt: skip
    result = made(data, whole)
    future = seqlab.forecast(result, steps=3).set_index("series")
    for name, frame in zip("ab", frames, strict=True):
        ratio = future.loc[name, "forecast"].iloc[0] / frame["sales"].iloc[-1]
        assert 0.5 < ratio < 2
        assert (future.loc[name, "low"] < future.loc[name, "forecast"]).all()
    dataset = result.dataset
    origins, owners = np.array([200, ROWS + 200]), np.array([0, 1])
    process = forecaster(data, dataset, result.network)
    index = np.array([np.flatnonzero(dataset.starts == o - WINDOW)[0] for o in origins])
    expected = dataset.target_scaling_of(index).invert(np.asarray(result.model(dataset.x[index])))
    np.testing.assert_allclose(process.forecast(origins, owners, 1), expected, rtol=1e-4)


def test_a_new_file_is_answered_as_the_training_file_is():
    result = made(asked(logarithm="log", difference="both", calendar=("month",)), sales())
    dataset = result.dataset
    said = seqlab.predict(result, table(sales()))
    raw = np.asarray(result.model(dataset.x))
    expected = dataset.target_scaling_of(np.arange(len(raw))).invert(raw)[:, 0]
    np.testing.assert_allclose(said["answer"][:-1], expected, rtol=1e-5)
    assert said["answer"].iloc[-1] == pytest.approx(
        seqlab.forecast(result, steps=1)["forecast"][0], rel=1e-5
    )
    assert (said["outside"] == "").mean() > 0.9  # although the level is new
    with pytest.raises(DataError, match="no column of dates"):
        seqlab.predict(result, table(sales().assign(when=np.arange(ROWS))))
    below = sales()
    below.loc[5, "sales"] = -1
    said = seqlab.predict(result, table(below))
    assert len(said) == ROWS - 18 - 6  # those that reach back to row 5
    assert "no logarithm" in " ".join(said.attrs["notes"])


def test_an_earlier_day_knows_nothing_of_what_came():
    asked_then = asked(logarithm="log", difference="both", calendar=("month",), rows=180)
    later = sales()
    later.loc[180:, "sales"] = 1.0
    then, other = (
        seqlab.load(Experiment(data=asked_then), table(frame)) for frame in (sales(), later)
    )
    np.testing.assert_array_equal(then.x, other.x)
    np.testing.assert_array_equal(then.y, other.y)
    assert len(then.values) == 180


def test_columns_of_the_calendar_are_computed_and_need_no_rule():
    frame = sales().assign(price=np.linspace(1, 2, ROWS))
    result = made(asked(calendar=("month",), inputs=("sales", "price")), frame)
    future = look_ahead(result.experiment, result.dataset, result.network, 5)
    assert list(future.carried) == ["price"]
    assert "computed from their times" in " ".join(future.notes)
    with pytest.raises(DataError, match="Such columns are: price"):
        seqlab.forecast(result, carry={"month (sine)": "last value"})
