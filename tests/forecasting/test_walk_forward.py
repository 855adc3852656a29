"""Walk-forward: what each day knows, errors worked out by hand, verdicts."""

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data.dataset import DataError
from seqlab.experiment import Data, Experiment, ExperimentError, Recurrent, Training
from seqlab.forecasting.folds import Fold, folds, on_day
from seqlab.forecasting.rules import naive_error, rules
from seqlab.forecasting.scores import chance, scores, verdict
from seqlab.forecasting.walk_forward import forecast_fold, summed_up
from tests.forecasting.helpers import Made, made, table

SMALL = Experiment(
    data=Data(window=6),
    layers=(Recurrent(cell="SimpleRNN", units=2),),
    training=Training(epochs=1),
)


@pytest.fixture(scope="module")
def tested():
    return seqlab.backtest(SMALL, folds=3, steps=7, progress=False)


def test_the_folds_are_the_last_stretches_of_the_series(tested):
    assert tested["time"].tolist() == list(range(2008 - 20, 2009))
    assert tested["fold"].tolist() == [1] * 7 + [2] * 7 + [3] * 7
    values = seqlab.load(SMALL).values[-21:, 0]
    np.testing.assert_array_equal(tested["truth"], values)


def test_each_fold_is_a_training_on_the_rows_before_it(tested):
    """The third one against `train` and `forecast` on a file that ends where it begins."""
    whole = seqlab.load(SMALL)
    frame = pd.DataFrame({"year": whole.labels[:-7], "sunspots": whole.values[:-7, 0]})
    data = SMALL.data.model_copy(update={"source": "upload"})
    then = SMALL.model_copy(update={"data": data})
    future = seqlab.forecast(seqlab.train(then, seqlab.load(then, table(frame))), steps=7)
    third = tested[tested["fold"] == 3]
    for name in ("forecast", "low", "high"):
        np.testing.assert_allclose(third[name], future[name], rtol=1e-3)


def test_errors_are_those_of_the_table(tested):
    errors = tested["truth"] - tested["forecast"]
    assert tested.rmse == pytest.approx(np.sqrt((errors**2).mean()))
    step = tested.by_step.query("method == 'network' and step == 2").iloc[0]
    second = errors[tested["step"] == 2]
    assert step.rmse == pytest.approx(np.sqrt((second**2).mean()))
    assert step.mae == pytest.approx(second.abs().mean())
    assert step.spread == pytest.approx(second.abs().std())
    fold = tested.by_fold.query("method == 'persistence' and fold == 2").iloc[0]
    own = tested[tested["fold"] == 2]
    assert fold.mae == pytest.approx((own["truth"] - own["persistence"]).abs().mean())
    inside = (tested["truth"] >= tested["low"]) & (tested["truth"] <= tested["high"])
    assert tested.coverage == inside.mean()
    rmse = {
        name: np.sqrt(((tested["truth"] - tested[name]) ** 2).mean())
        for name in ("persistence", "seasonal naive", "linear autoregression")
    }
    assert tested.baseline_rmse == pytest.approx(min(rmse.values()))
    assert tested.baseline == min(rmse, key=rmse.get)
    assert tested.baseline in tested.words.lower()


def test_nothing_of_what_comes_reaches_an_earlier_day():
    """Whatever stands behind the day, that day looks the same."""
    data = Data(source="upload", window=5)
    values = np.random.default_rng(0).normal(size=120)
    other = values.copy()
    other[80:] += 1000
    day = on_day(Experiment(data=data), Fold(1, 80, 5))
    one, two = (seqlab.load(day, table(pd.DataFrame({"v": each}))) for each in (values, other))
    np.testing.assert_array_equal(one.x, two.x)
    np.testing.assert_array_equal(one.y, two.y)
    assert one.target_scaling.offset == two.target_scaling.offset
    assert one.season == two.season
    assert one.splits == (64, 80)
    assert {k: v.rmse for k, v in one.baselines.items()} == {
        k: v.rmse for k, v in two.baselines.items()
    }


def test_gaps_before_and_behind_the_day_are_counted_nowhere():
    frame = pd.DataFrame({"v": 50 + np.sin(np.arange(120)), "w": np.arange(120.0)})
    frame.loc[[98, 99, 103], "v"] = np.nan
    data = Data(source="upload", window=5, target="v", inputs=("v",))
    whole, day = made(data, frame), Fold(1, 100, 6)
    then = on_day(whole.experiment, day)
    result = Made(then, seqlab.load(then, table(frame)), whole.model, whole.snapshots)
    fold = forecast_fold(result, whole.dataset, day, 0.9)
    assert fold["time"].tolist() == list(range(101, 107))
    assert fold["truth"].isna().tolist() == [False, False, False, True, False, False]
    future = seqlab.forecast(result, steps=8)
    assert future["time"].tolist() == list(range(99, 107))
    np.testing.assert_allclose(fold["forecast"], future["forecast"][2:])
    assert len(summed_up([fold], "v").by_step.query("step == 4")) == 0


def test_the_rules_by_hand():
    series = np.array([1.0, 5, 2, 6, 3, 7, 4, 8])
    found = rules(series, 8, 2, 2, 3)
    assert found["persistence"].tolist() == [8, 8, 8]
    assert found["seasonal naive"].tolist() == [4, 8, 4]
    np.testing.assert_allclose(found["linear autoregression"], [5, 9, 6], atol=1e-3)
    assert naive_error(series, 2) == 1
    assert naive_error(series, 0) == pytest.approx(np.abs(np.diff(series)).mean())
    assert np.isnan(naive_error(np.ones(5), 0))
    assert [day.end for day in folds(309, 5, 22)] == [199, 221, 243, 265, 287]


def errors(**by_method):
    rows = [
        {"method": name, "fold": fold, "step": 1, "error": error, "scale": 2.0}
        for name, values in by_method.items()
        for fold, error in enumerate(values, 1)
    ]
    return pd.DataFrame(rows)


def test_verdicts_in_words():
    better = verdict(errors(network=[1, 1, 1, 1, 1], rule=[2, 2, -2, 2, 2]), "sales")
    assert "better than every rule: RMSE 1 against 2 of sales of rule" in better
    assert "5 of 5 folds; more than luck would give" in better
    luck = verdict(errors(network=[1, 1, 3], rule=[2, 2, 2.5]), "sales")
    assert "2 of 3 folds; by luck alone that happens with a probability of 50%" in luck
    worse = verdict(errors(network=[2, 2], rule=[1, 1], other=[5, 5]), "sales")
    assert worse.startswith("Rule is better than the network (RMSE 2 against 1 of sales")
    alike = verdict(errors(network=[1, 1], rule=[1, -1.01]), "sales")
    assert alike.startswith("The network is as good as rule")
    assert chance(0, 4) == 1
    first = scores(errors(network=[1, -3]), "step").iloc[0]
    assert (first.mae, first.mase, first.n) == (2, 1, 2)
    assert first.rmse == pytest.approx(np.sqrt(5))
    assert (first.spread, first.mase_spread) == pytest.approx((np.sqrt(2), np.sqrt(0.5)))


@pytest.mark.parametrize("count", [1, 21, 2.5, True])
def test_folds_out_of_range_are_refused(count):
    with pytest.raises(ExperimentError, match="`folds`, expected an integer from 2 to 20"):
        seqlab.backtest(SMALL, folds=count)


def test_what_cannot_be_walked_through_is_said():
    with pytest.raises(ExperimentError, match="`steps`, expected an integer from 1 to 30"):
        seqlab.backtest(SMALL, folds=5, steps=31)
    weather = SMALL.model_copy(update={"data": Data(source="seattle", target="weather", window=5)})
    with pytest.raises(DataError, match="of one series: the target is no number"):
        seqlab.backtest(weather)
