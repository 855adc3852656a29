"""Columns that are known ahead: read in the rows that are forecast."""

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data.dataset import DataError
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.forecasting.future import look_ahead
from tests.forecasting.helpers import made, table
from tests.network.test_predict_script import answered, unpacked

ROWS, NOISE, LIFT = 400, 2.0, 40.0


def promoted(rows=ROWS, seed=0):
    """Sales that a promotion, at random, lifts on its very day; the price says nothing."""
    draw = np.random.default_rng(seed)
    promotion = (draw.uniform(size=rows) < 0.3).astype(float)
    sales = 100 + LIFT * promotion + draw.normal(0, NOISE, rows)
    day = pd.date_range("2022-01-01", periods=rows, freq="D")
    price = draw.normal(5, 1, rows)
    return pd.DataFrame({"day": day, "sales": sales, "promotion": promotion, "price": price})


def asked(**changes):
    plain = {"window": 4, "target": "sales", "inputs": ("sales", "price", "promotion")}
    return Data.model_validate(
        {"source": "upload", **plain, "known_ahead": ("promotion",), **changes}
    )


def trained(data):
    training = Training(epochs=25, learning_rate=0.02)
    experiment = Experiment(data=data, layers=(Recurrent(cell="GRU", units=6),), training=training)
    return seqlab.train(experiment, seqlab.load(experiment, table(promoted())))


def rmse(result):
    dataset, rows = result.dataset, result.dataset.validation
    said = dataset.target_scaling.invert(result.model.predict(dataset.x[rows], verbose=0))
    return np.sqrt(np.mean((said - dataset.target_scaling.invert(dataset.y[rows])) ** 2))


def test_a_promotion_lifts_the_forecast_of_its_own_day_only_where_it_is_known_ahead():
    knows, blind = trained(asked()), trained(asked(known_ahead=()))
    assert rmse(knows) < 2 * NOISE
    assert rmse(blind) > 0.35 * LIFT  # the spread of a coin that falls in 3 of 10 days is 0.46
    plan = pd.DataFrame({"promotion": [0.0, 1, 0, 0, 1]})
    comes = 100 + LIFT * plan["promotion"]
    future = seqlab.forecast(knows, steps=5, known=plan)["forecast"]
    np.testing.assert_allclose(future, comes, atol=4 * NOISE)
    late = seqlab.forecast(blind, steps=5, known=plan)["forecast"]
    assert np.sqrt(np.mean((late - comes) ** 2)) > 0.35 * LIFT


@pytest.mark.parametrize(("horizon", "steps"), [(1, 1), (3, 1), (2, 3)])
def test_only_what_is_named_is_read_ahead(horizon, steps):
    dataset = seqlab.load(
        Experiment(data=asked(horizon=horizon, steps=steps)), table(frame := promoted())
    )
    rows = range(horizon, horizon + steps)
    called = [f"promotion ({r} row{'s' * (r > 1)} ahead)" for r in rows]
    assert dataset.names == ("sales", "price", *called)
    raw = dataset.input_scaling.invert(dataset.x)
    for window, first in ((0, 0), (-1, dataset.starts[-1])):
        last = first + 3
        for place, name in enumerate(("sales", "price")):
            np.testing.assert_allclose(
                raw[window, :, place], frame[name][first : last + 1], rtol=1e-5
            )
        targets = frame["promotion"][last + horizon : last + horizon + steps]
        np.testing.assert_allclose(raw[window, -1, 2:], targets, atol=1e-6)
    assert dataset.starts[-1] + 3 + horizon + steps == ROWS
    assert dataset.gaps is None  # what lies behind the end is no missing value
    assert dataset.notes == ()


def test_no_series_reads_what_the_next_one_knows():
    frames = [promoted(60, seed).assign(shop=f"shop {seed}") for seed in range(3)]
    data = asked(horizon=2)
    dataset = seqlab.load(Experiment(data=data), table(pd.concat(frames, ignore_index=True)))
    column = dataset.columns.index("promotion (2 rows ahead)")
    for stretch, frame in zip(dataset.stretches, frames, strict=True):
        ahead = dataset.values[stretch.first : stretch.end, column]
        promotion = frame["promotion"].to_numpy()
        assert ahead.tolist() == [*promotion[2:], promotion[-1], promotion[-1]]


def test_the_future_reads_what_is_given_and_says_what_is_not():
    whole = promoted()
    without = whole.copy()
    without.loc[ROWS - 6 :, "sales"] = np.nan
    data = asked(horizon=2, steps=2)
    in_file, typed = made(data, without), made(data, whole[: ROWS - 6])

    def future(result, **how):
        return look_ahead(result.experiment, result.dataset, typed.network, 6, **how)

    given = future(typed, known=whole[["promotion"]][ROWS - 6 :])
    plan = whole[["promotion", "price"]][ROWS - 6 :]
    both = future(typed, known=plan)
    assert given.carried == {"price": "last value", "promotion": "known"}
    assert not any("Known ahead" in note for note in given.notes)
    guessed = future(typed)
    assert any("given for none of the 6 rows that come: promotion" in n for n in guessed.notes)
    part = future(typed, known=whole[["promotion"]][ROWS - 6 : ROWS - 4])
    assert any("only the first 2 of the 6 rows" in note for note in part.notes)
    assert any("band of the first 3 rows is too narrow" in note for note in part.notes)
    enough = future(typed, known=whole[["promotion"]][ROWS - 6 : ROWS - 3])
    assert not any("too narrow" in note for note in enough.notes)
    np.testing.assert_allclose(part.table["forecast"][:1], given.table["forecast"][:1])
    dataset = typed.dataset  # by hand: the first row, from the window that ends 2 rows before it
    x = dataset.values[-5:-1].copy()
    places = [dataset.columns.index(f"promotion ({rows} rows ahead)") for rows in (2, 3)]
    promotion = whole["promotion"].to_numpy()
    for place, rows in zip(places, (2, 3), strict=True):
        x[:, place] = promotion[ROWS - 11 + rows : ROWS - 7 + rows]
    x = dataset.input_scaling.apply(x[:, dataset.input_columns])[None].astype("float32")
    said = dataset.target_scaling.invert(np.asarray(typed.model(x)))[0, 0]
    assert both.table["forecast"][0] == pytest.approx(said, rel=1e-4)
    # Rows of the file without a target say the same as typed ones.
    assert future(in_file).carried["promotion"] == "known"


def test_a_class_says_as_well_what_is_not_known():
    frame = promoted(120)
    frame["level"] = np.where(frame["sales"] > 100 + LIFT / 2, "high", "low")
    result = made(asked(target="level", inputs=("sales",)), frame)

    def notes(**how):
        return look_ahead(result.experiment, result.dataset, result.network, 1, **how).notes

    (note,) = notes()
    assert "not given for the row that comes: promotion" in note
    assert "band" not in note
    assert notes(known=pd.DataFrame({"promotion": [1.0]})) == ()


def test_the_script_and_the_page_read_a_new_file_alike(tmp_path):
    result = made(asked(horizon=2), promoted())
    new = promoted(40, seed=5)
    new.loc[38:, "sales"] = np.nan  # two rows of the plan
    folder = unpacked(result, tmp_path)
    script = answered(folder, new)["answer"]
    page = seqlab.predict(result, table(new))
    np.testing.assert_allclose(script.dropna(), page["answer"], rtol=1e-4)
    assert script.last_valid_index() == 39  # the last row whose promotion is known
    assert page["time"].iloc[-1] == new["day"][39]
    assert any("promotion must be known there" in note for note in page.attrs["notes"])


def test_what_cannot_be_known_ahead_is_refused_with_a_way_out():
    for known, why in (("sales", "is what is to be forecast"), ("weather", "no input column")):
        with pytest.raises(DataError, match=why) as raised:
            seqlab.load(Experiment(data=asked(known_ahead=(known,))), table(promoted(60)))
        assert (raised.value.argument, raised.value.allowed) == ("known_ahead", ())
