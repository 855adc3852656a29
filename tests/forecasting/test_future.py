"""Forecasts of trained networks: times, units, bands, columns that are carried, bad input."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data.dataset import DataError, Stretch
from seqlab.experiment import Data, Experiment, ExperimentError, Recurrent
from seqlab.forecasting.forecaster import Row, forecaster
from seqlab.forecasting.future import longest, look_ahead
from seqlab.inspection.networks import network_of
from tests.forecasting.helpers import made, table


@pytest.fixture(scope="module")
def sunspots():
    return made(Data(window=11))


def test_the_forecast_is_keras_reading_its_own_forecasts(sunspots):
    future = seqlab.forecast(sunspots, steps=30)
    assert future["time"].tolist() == list(range(2009, 2039))
    assert list(future) == ["time", "target", "forecast", "low", "high"]
    dataset = sunspots.dataset
    scaled = dataset.target_scaling.apply(dataset.values[-11:])
    window, steps = scaled[None].astype("float32"), []
    for _ in range(30):
        step = np.asarray(sunspots.model(window))
        steps.append(step[0, 0])
        window = np.concatenate([window[:, 1:], step[:, None]], axis=1)
    expected = dataset.target_scaling.invert(np.array(steps)[:, None])[:, 0]
    np.testing.assert_allclose(future["forecast"], expected, rtol=1e-3)


def test_the_band_is_the_quantile_of_the_validation_errors(sunspots):
    """One step ahead the errors are those of Keras on the validation windows."""
    future = seqlab.forecast(sunspots, steps=1, level=0.8)
    dataset = sunspots.dataset
    said = dataset.target_scaling.invert(np.asarray(sunspots.model(dataset.x[dataset.validation])))
    errors = np.sort(np.abs(dataset.truth(dataset.validation) - said)[:, 0])
    assert len(errors) == 62
    width = errors[int(np.ceil(63 * 0.8)) - 1]
    assert future["high"][0] - future["forecast"][0] == pytest.approx(width, rel=1e-3)
    assert future["forecast"][0] - future["low"][0] == pytest.approx(width, rel=1e-3)
    coverage = future.attrs["coverage"]
    assert coverage["forecasts"] == 58  # from the fifth error on there is a band of 80 %


def test_a_network_with_steps_answers_at_once_and_can_go_step_by_step():
    result = made(Data(window=11, steps=4))
    direct, stepwise = (seqlab.forecast(result, steps=6, stepwise=way) for way in (False, True))
    dataset = result.dataset
    window = dataset.target_scaling.apply(dataset.values[-11:])[None].astype("float32")
    answer = dataset.target_scaling.invert(np.asarray(result.model(window))[0][:, None])[:, 0]
    np.testing.assert_allclose(direct["forecast"][:4], answer, rtol=1e-3)
    assert stepwise["forecast"][0] == pytest.approx(answer[0], rel=1e-3)
    assert not np.allclose(stepwise["forecast"][1:4], answer[1:4], rtol=1e-4)


def test_a_lead_time_is_bridged_by_the_windows_before():
    result = made(Data(window=11, horizon=3))
    future, dataset = seqlab.forecast(result, steps=3), result.dataset
    for step in range(3):  # each three rows behind its own window, all of them known
        end = len(dataset.values) - 2 + step
        rows = dataset.values[end - 11 : end]
        window = dataset.target_scaling.apply(rows)[None].astype("float32")
        answer = dataset.target_scaling.invert(np.asarray(result.model(window)))[0, 0]
        assert future["forecast"][step] == pytest.approx(answer, rel=1e-3)


def ar(rows: int, seed: int) -> np.ndarray:
    """Autoregression of order one around 50, with errors of standard deviation 2."""
    noise, values = np.random.default_rng(seed).normal(0, 2, rows), [0.0]
    for shock in noise[1:]:
        values.append(0.7 * values[-1] + shock)
    return np.array(values) + 50


def test_bands_hold_what_they_promise_on_a_process_that_is_known():
    """90 % bands of 10 steps, on 4,000 rows of the same process that nobody has seen."""
    result = made(
        Data(source="upload", window=4), pd.DataFrame({"value": ar(6000, 0)}), cell="SimpleRNN"
    )
    arrays = {name: np.zeros_like(array) for name, array in result.snapshots[1].items()}
    # The best forecast, 0.7 times the last value: tanh is nearly straight for small numbers.
    arrays["simplernn_0/kernel"][0, 0], arrays["head/kernel"][0, 0] = 0.01, 70.0
    centre = (50 - result.dataset.target_scaling.offset[0]) / result.dataset.target_scaling.scale[0]
    arrays["head/bias"][0] = 0.3 * centre
    result.snapshots[1] = arrays
    future = look_ahead(result.experiment, result.dataset, result.network, 10)
    assert 0.87 <= future.coverage.share <= 0.93
    widths = ((future.table["high"] - future.table["low"]) / 2).to_numpy()
    # The best forecast errs with a standard deviation of 2 sqrt((1 - 0.7^2k) / (1 - 0.7^2)).
    best = 1.645 * 2 * np.sqrt((1 - 0.49 ** np.arange(1, 11)) / 0.51)
    assert (np.abs(widths / best - 1) < 0.12).all()
    new = ar(4000, 1)[:, None]
    process = forecaster(result.experiment.data, result.dataset, result.network)
    process = replace(process, values=new, series=(Row(Stretch("", 0, 4000, 0), 4000),))
    origins = np.arange(4, 3990)
    said = process.forecast(origins, np.zeros(len(origins), int), 10)
    truth = new[origins[:, None] + np.arange(10), 0]
    held = (np.abs(truth - said) <= widths).mean(axis=0)
    assert (held >= 0.87).all()
    assert (held <= 0.93).all()


@pytest.mark.parametrize("source", ["sunspots", "co2", "elnino", "nile", "macro", "seattle"])
def test_every_bundled_series_goes_on_from_its_last_row(source):
    result = made(Data(source=source, window=6))
    future = seqlab.forecast(result, steps=3)
    labels = result.dataset.labels
    assert (future["time"].to_numpy()[0] - labels[-1]) > np.array(0, np.diff(labels[:2]).dtype)
    assert np.isfinite(future[["forecast", "low", "high"]].to_numpy()).all()
    assert (future["low"] < future["forecast"]).all()
    assert future["target"].unique().tolist() == [result.dataset.target]


def test_many_series_go_on_each_by_itself_and_share_the_band():
    rows = []
    for name, level in (("north", 10), ("south", 500), ("west", 100)):
        days = pd.date_range("2024-01-01", periods=90, freq="D")
        values = level + np.sin(np.arange(90)) + np.random.default_rng(level).normal(0, 0.1, 90)
        rows.append(pd.DataFrame({"shop": name, "day": days, "sales": values}))
    result = made(Data(source="upload", window=7), pd.concat(rows))
    future = seqlab.forecast(result, steps=5)
    assert future["series"].tolist() == ["north"] * 5 + ["south"] * 5 + ["west"] * 5
    assert future.groupby("series")["time"].first().unique().tolist() == [
        pd.Timestamp("2024-03-31")
    ]
    whole = look_ahead(result.experiment, result.dataset, result.network, 5)
    assert whole.residuals.shape == (3 * 18, 5)
    widths = (future["high"] - future["forecast"]).to_numpy().reshape(3, 5)
    np.testing.assert_allclose(widths, np.broadcast_to(widths[0], (3, 5)))
    assert whole.coverage.forecasts > 0
    dataset = result.dataset
    south = dataset.stretches[1]
    assert south.name == "south"
    window = dataset.target_scaling.apply(dataset.values[south.end - 7 : south.end])
    answer = np.asarray(result.model(window[None].astype("float32")))
    expected = dataset.target_scaling.invert(answer)[0, 0]
    assert future["forecast"][5] == pytest.approx(expected, rel=1e-3)


def shop(rows: int = 120) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=rows, freq="D")
    price = 5 + (np.arange(rows) % 7 == 6) * 1.0
    sales = 100 - 8 * price + np.random.default_rng(0).normal(0, 1, rows)
    return pd.DataFrame({"day": days, "sales": sales, "price": price})


PRICED = Data(source="upload", window=7, target="sales", inputs=("sales", "price"), period=7)


def test_columns_are_carried_by_rule_or_known():
    result = made(PRICED, shop())

    def priced(**how):
        return look_ahead(result.experiment, result.dataset, result.network, 10, **how)

    last, season = priced(), priced(carry="seasonal naive")
    assert last.carried == {"price": "last value"}
    assert season.carried == {"price": "seasonal naive, 7 rows"}
    assert last.table["forecast"][0] == pytest.approx(season.table["forecast"][0])  # known window
    assert not np.allclose(last.table["forecast"], season.table["forecast"])
    goes_on = shop(130)[["price"]][120:]
    known = priced(known=goes_on)
    assert known.carried == {"price": "known"}
    np.testing.assert_allclose(known.table["forecast"], season.table["forecast"], rtol=1e-6)
    half = priced(known=goes_on[:4])
    assert half.carried == {"price": "known for 4 rows, then last value"}
    np.testing.assert_allclose(half.table["forecast"][:5], known.table["forecast"][:5], rtol=1e-6)


def test_an_empty_cell_keeps_the_value_above_it_and_words_are_refused():
    result = made(PRICED, shop())

    def priced(*cells):
        known = pd.DataFrame({"price": list(cells)})
        return look_ahead(result.experiment, result.dataset, result.network, 6, known=known)

    gaps, whole = priced(5.0, None, 7.0, None, None), priced(5.0, 5.0, 7.0)
    np.testing.assert_allclose(gaps.table["forecast"], whole.table["forecast"])
    assert gaps.carried == {"price": "known for 3 rows, then last value"}
    with pytest.raises(DataError, match="'price' in row 2 is no number: 'dear'"):
        priced(5.0, "dear")


def test_rows_at_the_end_without_a_target_are_what_is_known_beforehand():
    whole = shop(130)
    whole.loc[120:, "sales"] = np.nan
    result = made(PRICED, whole)
    future = look_ahead(result.experiment, result.dataset, result.network, 12)
    assert future.table["time"][0] == pd.Timestamp("2024-04-30")  # the first empty row
    assert future.table["time"][11] == pd.Timestamp("2024-05-11")  # two behind the last one
    assert future.carried == {"price": "known for 10 rows, then last value"}
    assert any("The last 10 rows have no value of sales" in note for note in future.notes)


def test_the_class_of_the_next_row_is_forecast_with_its_probability():
    result = made(Data(source="seattle", target="weather", window=5))
    future = seqlab.forecast(result, steps=3)
    assert len(future) == 1
    assert future["time"][0] == pd.Timestamp("2016-01-01")
    assert future["forecast"][0] in result.dataset.goal.classes
    assert 0.2 < future["probability"][0] < 1
    assert "next row alone" in future.attrs["notes"][0]


def test_no_band_where_training_has_seen_every_row(sunspots):
    result = made(Data(window=11, split="random"))
    future = seqlab.forecast(result, steps=3)
    assert future["low"].isna().all()
    assert "dealt out at random" in future.attrs["notes"][0]
    far = seqlab.forecast(sunspots, steps=60)
    assert np.isfinite(far["low"][:54]).all()
    assert far["low"][54:].isna().all()
    assert "ends after step 54" in far.attrs["notes"][0]
    narrow = seqlab.forecast(sunspots, steps=1, level=0.99)
    assert narrow["low"].isna().all()
    assert "at least 99 earlier forecasts" in narrow.attrs["notes"][0]


def test_errors_of_the_training_part_never_make_a_band(sunspots):
    ready = forecaster(sunspots.experiment.data, sunspots.dataset, sunspots.network)
    origins, _ = ready.unseen_origins(10**6)
    assert origins.min() == sunspots.dataset.splits[0]
    assert len(ready.unseen_origins(20)[0]) == 20


@pytest.mark.parametrize("steps", [0, -1, 111, 2.5, True])
def test_steps_out_of_range_are_refused(sunspots, steps):
    with pytest.raises(ExperimentError, match="`steps`, expected an integer from 1 to 110"):
        seqlab.forecast(sunspots, steps=steps)


def test_what_does_not_go_on_is_said(sunspots):
    adding = made(Data(source="adding", window=5, samples=60))
    with pytest.raises(DataError, match="nothing to continue"):
        seqlab.forecast(adding)
    with pytest.raises(DataError, match="no column 'price'"):
        seqlab.forecast(sunspots, known=pd.DataFrame({"price": [1.0]}))
    with pytest.raises(DataError, match="no column 'price'"):
        seqlab.forecast(sunspots, carry={"price": "last value"})
    with pytest.raises(ExperimentError, match="`carry`"):
        seqlab.forecast(made(Data(source="macro", window=4)), carry="mean")


def test_a_gap_in_the_last_window_is_said():
    frame = pd.DataFrame({"value": ar(200, 3), "other": ar(200, 4)})
    frame.loc[197, "other"] = np.nan
    data = Data(source="upload", window=5, target="value", inputs=("other",), missing="drop")
    result = made(data, frame)
    with pytest.raises(DataError, match="The last 5 rows have missing values"):
        seqlab.forecast(result)


def test_a_long_forecast_of_a_large_network_is_cut_to_what_is_quick(sunspots):
    assert longest(sunspots.dataset, sunspots.network) == 110
    big = Experiment(data=Data(source="sine", window=200), layers=(Recurrent(units=256),))
    dataset = seqlab.load(big)
    draw = np.random.default_rng(0)
    shapes = {
        "lstm_0/kernel": (1, 1024),
        "lstm_0/recurrent_kernel": (256, 1024),
        "lstm_0/bias": (1024,),
        "head/kernel": (256, 1),
        "head/bias": (1,),
    }
    arrays = {name: draw.normal(0, 0.1, shape).astype("float32") for name, shape in shapes.items()}
    assert 1 <= longest(dataset, network_of(arrays, big, dataset)) < 100


def test_series_that_are_scaled_each_by_itself_are_forecast_in_their_own_units():
    days = pd.date_range("2024-01-01", periods=60, freq="D")
    frames = [
        pd.DataFrame({"shop": name, "day": days, "sales": size * (5 + np.sin(np.arange(60)))})
        for name, size in (("small", 1.0), ("large", 900.0))
    ]
    data = Data(source="upload", window=7, series_scaling="each")
    result = made(data, pd.concat(frames))
    future = seqlab.forecast(result, steps=1).set_index("series")["forecast"]
    for name, frame in zip(("small", "large"), frames, strict=True):
        seen = frame["sales"][:48]
        window = ((frame["sales"][-7:] - seen.mean()) / seen.std(ddof=0)).to_numpy("float32")
        answer = float(np.asarray(result.model(window[None, :, None]))[0, 0])
        assert future[name] == pytest.approx(answer * seen.std(ddof=0) + seen.mean(), rel=1e-4)
    answers = seqlab.predict(result, table(pd.concat(frames)))
    newest = answers.groupby("series")["answer"].last()
    assert newest["large"] == pytest.approx(future["large"], rel=1e-4)
    other = table(pd.concat([frames[0], frames[1].assign(shop="new")]))
    assert seqlab.predict(result, other)["series"].unique().tolist() == ["small"]


def panel(times, sizes, first=0):
    """Series of the same noise, each of its own size; the last one begins later."""
    frames = []
    for i, (name, size) in enumerate(sizes.items()):
        noise = np.random.default_rng(i).normal(0, 1, len(times))
        frame = pd.DataFrame({"shop": name, "time": times, "sales": size * (9 + noise)})
        frames.append(frame[first if i == len(sizes) - 1 else 0 :])
    return pd.concat(frames)


def test_each_series_with_a_scaling_of_its_own_has_a_band_of_its_own_size():
    rows = panel(pd.date_range("2024-01-01", periods=90), {"small": 1.0, "large": 1000.0})
    each = made(Data(source="upload", window=7, series_scaling="each"), rows)
    future = look_ahead(each.experiment, each.dataset, each.network, 2)
    widths = (future.table["high"] - future.table["low"]).to_numpy().reshape(2, 2)
    scales = dict(zip(each.dataset.series.names, each.dataset.series.scaling.scale, strict=True))
    order = future.table["series"].unique()
    ratio = scales[order[1]][0] / scales[order[0]][0]
    np.testing.assert_allclose(widths[1] / widths[0], ratio)
    assert not any("all series together" in note for note in future.notes)
    together = made(Data(source="upload", window=7), rows)
    future = look_ahead(together.experiment, together.dataset, together.network, 2)
    assert any("all series together" in note for note in future.notes)


@pytest.mark.parametrize(
    ("times", "first"), [(range(1920, 2010), 0), (pd.date_range("2024-01-01", periods=90), 75)]
)
def test_coverage_of_series_side_by_side_knows_nothing_later(times, first):
    rows = panel(times, {"a": 1.0, "b": 1.0, "c": 1.0}, first)
    result = made(Data(source="upload", window=5), rows)
    assert result.dataset.series.possible
    future = look_ahead(result.experiment, result.dataset, result.network, 1)
    # The first date of the part that nobody has seen has no earlier error, so no band.
    assert 0 < future.coverage.forecasts <= np.isfinite(future.residuals).sum() - 9


def test_a_series_that_ends_in_a_gap_is_not_continued():
    rows = panel(pd.date_range("2024-01-01", periods=60), {"a": 1.0, "b": 1.0})
    rows["price"] = 1.0 + np.arange(len(rows)) % 3
    rows.loc[(rows["shop"] == "b") & (rows["time"] == "2024-02-28"), "price"] = np.nan
    data = Data(
        source="upload", window=5, target="sales", inputs=("sales", "price"), missing="drop"
    )
    result = made(data, rows)
    future = look_ahead(result.experiment, result.dataset, result.network, 2)
    assert future.table["series"].unique().tolist() == ["a"]
    assert np.isfinite(future.table["forecast"]).all()
    assert any("last rows have missing values" in note for note in future.notes)
