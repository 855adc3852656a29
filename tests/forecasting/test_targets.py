"""Several targets at once: one network, each target with an error and baselines of its own."""

import keras
import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data.dataset import DataError
from seqlab.experiment import Data, Experiment, Network, Recurrent, Training
from seqlab.inspection.by_target import results_by_target, words_by_target
from seqlab.inspection.networks import answers
from seqlab.inspection.predictions import predictions_table
from seqlab.network.doctor import diagnose, explain, read_result
from seqlab.network.plan import plan
from seqlab.training.build import build
from tests.forecasting.helpers import made, table
from tests.network.test_predict_script import answered, unpacked

ROWS = 240


def weather(seed=0, rows=ROWS):
    """Three columns of very different size: two that follow each other, and noise."""
    draw = np.random.default_rng(seed)
    time = np.arange(rows)
    warm = 12 + 8 * np.sin(2 * np.pi * time / 12) + draw.normal(0, 1, rows)
    load = 900 - 30 * np.roll(warm, 2) + draw.normal(0, 10, rows)
    day = pd.date_range("2023-01-01", periods=rows, freq="D")
    wind = draw.gamma(2, 0.4, rows)
    return pd.DataFrame({"day": day, "warm": warm, "load": load, "wind": wind})


def asked(**changes):
    plain = {"window": 6, "target": "warm", "targets": ("load",)}
    return Data.model_validate({"source": "upload", **plain, **changes})


def loaded(frame=None, **changes):
    frame = weather() if frame is None else frame
    return seqlab.load(Experiment(data=asked(**changes)), table(frame))


@pytest.mark.parametrize(("horizon", "steps"), [(1, 1), (2, 3)])
def test_targets_stand_step_by_step_and_each_is_scaled_by_its_own_training_rows(horizon, steps):
    frame = weather()
    dataset = loaded(frame, horizon=horizon, steps=steps, inputs=("wind", "warm"))
    split = int(ROWS * 0.8)
    values = frame[["warm", "load"]].to_numpy()
    scaled = (values - values[:split].mean(axis=0)) / values[:split].std(axis=0)
    windows = ROWS - 6 - horizon - steps + 2
    expected = [scaled[s + 5 + horizon : s + 5 + horizon + steps].ravel() for s in range(windows)]
    np.testing.assert_allclose(dataset.y, expected, atol=1e-5)
    assert dataset.names == ("wind", "warm")
    assert dataset.columns == ("warm", "load", "wind")
    raw = np.array(
        [values[s + 5 + horizon : s + 5 + horizon + steps].ravel() for s in range(windows)]
    )
    np.testing.assert_allclose(dataset.truth(np.arange(windows)), raw, rtol=1e-5)
    for i, one in enumerate(dataset.views):
        np.testing.assert_allclose(one.truth(np.arange(windows)), raw[:, i::2], rtol=1e-5)
        np.testing.assert_array_equal(one.x, dataset.x)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"steps": 3, "horizon": 2},
        {"difference": "row", "logarithm": "log1p", "transform_inputs": True},
        {
            "difference": "both",
            "period": 12,
            "scaling": "robust",
            "steps": 2,
            "transform_inputs": True,
        },
        {"scaling": "none", "calendar": ("weekday",), "known_ahead": ("wind",)},
    ],
)
def test_a_view_is_what_a_dataset_of_that_target_alone_would_be(changes):
    """The same windows, inputs and season are asked for, so that all must agree."""
    changes = {"period": 12, **changes}
    both = loaded(inputs=("warm", "load"), **changes)
    for one in both.views:
        alone = loaded(inputs=("warm", "load"), **{**changes, "target": one.target, "targets": ()})
        for name in ("x", "y", "train", "validation", "starts"):
            np.testing.assert_array_equal(getattr(one, name), getattr(alone, name), name)
        index = one.validation
        np.testing.assert_allclose(one.truth(index), alone.truth(index))
        assert (one.names, one.columns, one.season) == (alone.names, alone.columns, alone.season)
        assert one.transform == alone.transform
        assert one.baselines.keys() == alone.baselines.keys()
        for name, rule in alone.baselines.items():
            np.testing.assert_allclose(
                [one.baselines[name].loss, one.baselines[name].rmse], [rule.loss, rule.rmse]
            )
    named = both.baselines["persistence"]
    losses = [one.baselines["persistence"].loss for one in both.views]
    assert named.loss == pytest.approx(np.mean(losses))


def test_the_rule_to_beat_is_the_best_one_of_each_target():
    dataset = loaded(targets=("wind",))
    frame = weather()
    goals = dataset.starts[dataset.validation] + 6
    split = int(ROWS * 0.8)
    for name in ("warm", "wind"):
        column, one = frame[name].to_numpy(), dataset.only(name)
        last = np.sqrt(np.mean((column[goals] - column[goals - 1]) ** 2))
        mean = np.sqrt(np.mean((column[goals] - column[:split].mean()) ** 2))
        assert one.baselines["persistence"].rmse == pytest.approx(last)
        assert one.baselines["mean"].rmse == pytest.approx(mean)
    bests = [one.best_baseline() for one in dataset.views]
    assert len({name for name, _ in bests}) == 2
    name, rule = dataset.best_baseline()
    assert name == "the best rule of each target"
    assert rule.loss == pytest.approx(np.mean([best.loss for _, best in bests]))
    assert rule.rule == f"{bests[0][0]} for warm, {bests[1][0]} for wind"


def test_training_is_that_of_plain_keras_and_errors_are_those_of_numpy():
    experiment = Experiment(
        data=asked(steps=2), layers=(Recurrent(units=5),), training=Training(epochs=3)
    )
    result = seqlab.train(experiment, dataset := seqlab.load(experiment, table(weather())))
    keras.utils.set_random_seed(0)
    model = build(plan(experiment, dataset.frame))
    model.compile(keras.optimizers.Adam(0.005), "mean_squared_error")
    x, y = dataset.x, dataset.y
    history = model.fit(
        x[dataset.train],
        y[dataset.train],
        validation_data=(x[dataset.validation], y[dataset.validation]),
        epochs=3,
        verbose=0,
    ).history
    np.testing.assert_allclose(result.history["loss"], history["loss"], rtol=1e-4)
    np.testing.assert_allclose(result.history["val_loss"], history["val_loss"], rtol=1e-4)
    said = model.predict(x[dataset.validation], verbose=0).reshape(-1, 2, 2)
    goals = dataset.starts[dataset.validation] + 6
    found = results_by_target(dataset, result.snapshots[3]["prediction"]).set_index("target")
    for i, name in enumerate(("warm", "load")):
        column = weather()[name].to_numpy()
        seen = column[: int(ROWS * 0.8)]
        truth = column[goals[:, None] + np.arange(2)]
        off = said[:, :, i] * seen.std() + seen.mean() - truth
        assert found.loc[name, "RMSE"] == pytest.approx(np.sqrt(np.mean(off**2)), rel=1e-3)
    assert words_by_target(found.reset_index())
    every = predictions_table(dataset, result.snapshots[3]["prediction"])
    off = every[every["target"] == "load"]["error"]
    assert np.sqrt(np.mean(off**2)) == pytest.approx(found.loc["load", "RMSE"])


@pytest.mark.parametrize("head", ["dense", "repeat_vector"])
def test_the_network_of_a_view_gives_that_targets_part_of_the_answers(head):
    experiment = Experiment(
        data=asked(steps=3, targets=("load", "wind")),
        layers=(Recurrent(units=4), Recurrent(units=3, return_sequences=head != "dense")),
        network=Network(head=head),
        training=Training(epochs=1),
    )
    if head == "dense":
        experiment = Experiment(data=experiment.data, training=Training(epochs=1))
    result = seqlab.train(experiment, dataset := seqlab.load(experiment, table(weather())))
    part = dataset.validation[:9]
    said = result.model.predict(dataset.x[part], verbose=0)
    assert said.shape == (9, 9)
    from seqlab.inspection.networks import network_of

    for i, one in enumerate(dataset.views):
        network = network_of(result.snapshots[1], experiment, one)
        np.testing.assert_allclose(answers(network, one, part), said[:, i::3], atol=1e-5)


@pytest.mark.parametrize("changes", [{}, {"horizon": 2, "steps": 2}, {"difference": "row"}])
def test_a_forecast_reads_the_forecasts_of_all_targets(changes):
    """Against a walk with Keras, row by row, of a network that reads both and nothing else."""
    result = made(
        asked(inputs=("load", "warm"), **{"transform_inputs": True, **changes}), weather()
    )
    dataset, horizon = result.dataset, changes.get("horizon", 1)
    block = changes.get("steps", 1)
    future = seqlab.forecast(result, steps=7, stepwise=block > 1)
    known = weather()[["warm", "load"]].to_numpy()
    grown = known
    for row in range(7):
        window = grown[: ROWS + row - horizon + 1]
        learned = np.diff(window, axis=0) if "difference" in changes else window
        read = learned[-6:, ::-1]  # load and then warm
        x = dataset.input_scaling.apply(read)[None].astype("float32")
        said = result.model.predict(x, verbose=0).reshape(block, 2)[0]
        raw = said * dataset.target_scaling.scale[:2] + dataset.target_scaling.offset[:2]
        if "difference" in changes:
            raw = raw + window[-1]
        grown = np.vstack([grown, raw])
    for i, name in enumerate(("warm", "load")):
        own = future[future["target"] == name]
        np.testing.assert_allclose(own["forecast"], grown[ROWS:, i], rtol=1e-4)
        assert (own["low"] < own["forecast"]).all()


def test_other_columns_are_carried_and_targets_are_not():
    result = made(asked(inputs=("warm", "load", "wind")), weather())
    known = pd.DataFrame({"wind": [0.5, 0.6]})
    assert len(seqlab.forecast(result, steps=3, known=known)) == 6
    with pytest.raises(DataError, match="Such columns are: wind"):
        seqlab.forecast(result, steps=3, known=pd.DataFrame({"load": [1.0]}))


def test_a_new_file_and_earlier_days_are_answered_for_each_target():
    result = made(asked(), weather())
    new = weather(seed=1, rows=30)
    said = seqlab.predict(result, table(new))
    x = result.dataset.input_scaling.apply(new[["warm", "load"]].to_numpy()[:6])[None]
    first = result.model.predict(x.astype("float32"), verbose=0)[0]
    first = first * result.dataset.target_scaling.scale + result.dataset.target_scaling.offset
    for i, name in enumerate(("warm", "load")):
        own = said[said["target"] == name].reset_index(drop=True)
        assert own["answer"][0] == pytest.approx(first[i], rel=1e-4)
        np.testing.assert_allclose(own["truth"].dropna(), new[name][6:])
    experiment = Experiment(data=asked(), training=Training(epochs=1))
    tested = seqlab.backtest(experiment, table(weather()), folds=2, steps=3, progress=False)
    assert tested.groupby("target").size().to_dict() == {"warm": 6, "load": 6}
    for name, one in tested.each.items():
        own = tested[tested["target"] == name]
        assert one.rmse == pytest.approx(np.sqrt(np.mean((own["truth"] - own["forecast"]) ** 2)))
        np.testing.assert_allclose(own["truth"], weather()[name][-6:])
        assert name in one.words


@pytest.mark.parametrize(
    "changes", [{}, {"difference": "row", "steps": 2, "transform_inputs": True}]
)
def test_the_exported_script_answers_as_the_library_does(tmp_path, changes):
    result = made(asked(inputs=("load", "warm"), **changes), weather())
    folder = unpacked(result, tmp_path)
    steps = answered(folder, weather(), "5")
    future = seqlab.forecast(result, steps=5)
    rows = answered(folder, weather())
    ours = seqlab.predict(result, table(weather()))
    for name in ("warm", "load"):
        expected = future[future["target"] == name]["forecast"]
        np.testing.assert_allclose(steps[f"forecast {name}"], expected, rtol=1e-4)
        expected = ours[ours["target"] == name]["answer"]
        np.testing.assert_allclose(rows[f"answer {name}"].dropna(), expected, rtol=1e-4)


def test_a_gap_in_any_target_costs_its_windows_and_no_more():
    frame = weather()
    frame.loc[100, "load"] = np.nan
    both = loaded(frame, inputs=("warm",))
    goals = both.starts + 6
    assert 100 not in goals
    assert len(goals) == ROWS - 6 - 1
    assert "one of their targets is missing" in " ".join(both.notes)


def test_many_series_have_targets_of_their_own():
    frame = pd.concat(
        [
            weather(i, 80).assign(town=f"town {i}", load=1000.0 * i + weather(i, 80)["load"])
            for i in range(3)
        ]
    )
    for each in ("together", "each"):
        dataset = loaded(frame, series_scaling=each)
        assert dataset.series is not None
        for one in dataset.views:
            alone = loaded(
                frame, series_scaling=each, inputs=dataset.names, target=one.target, targets=()
            )
            index = one.validation
            np.testing.assert_array_equal(one.y, alone.y)
            np.testing.assert_allclose(one.truth(index), alone.truth(index))
            assert one.best_baseline()[0] == alone.best_baseline()[0]
    result = made(asked(series_scaling="each"), frame)
    future = seqlab.forecast(result, steps=2)
    assert future.groupby(["series", "target"]).size().tolist() == [2] * 6
    assert (
        future[future["target"] == "load"]
        .groupby("series")["forecast"]
        .mean()
        .diff()[1:]
        .gt(500)
        .all()
    )


@pytest.mark.parametrize(
    ("changes", "words", "left"),
    [
        ({"targets": ("load", "gone")}, "There is no column 'gone' to predict", ("load",)),
        ({"targets": ("kind",)}, "There is no column 'kind' to predict", ()),
        ({"target": "kind", "targets": ("load",)}, "'kind' is a class", ()),
        ({"known_ahead": ("load",), "inputs": ("warm",)}, "'load' is what is to be forecast", ()),
    ],
)
def test_what_cannot_be_had_is_said_with_the_way_out(changes, words, left):
    frame = weather().assign(kind=np.where(weather()["warm"] > 12, "hot", "cold"))
    experiment = Experiment(data=asked(**changes))
    with pytest.raises(DataError, match=words) as raised:
        seqlab.load(experiment, table(frame))
    finding = explain(raised.value, experiment)
    assert getattr(finding.fix.data, raised.value.argument) == left
    assert finding.fix_label
    if left == ():
        seqlab.load(finding.fix, table(frame))


def test_sequences_with_one_answer_take_no_further_targets():
    experiment = Experiment(data=Data(source="adding", targets=("wind",)))
    with pytest.raises(DataError, match="Several targets at once") as raised:
        seqlab.load(experiment)
    assert seqlab.load(explain(raised.value, experiment).fix).target


def test_findings_say_which_target_they_mean():
    frame = weather().assign(flat=np.where(np.arange(ROWS) < 200, 3.0, 4.0))
    experiment = Experiment(data=asked(targets=("load", "flat")))
    dataset = seqlab.load(experiment, table(frame))
    constant = next(f for f in diagnose(experiment, dataset) if f.code == "constant_target")
    assert "'flat'" in constant.message
    assert (constant.fix.data.target, constant.fix.data.targets) == ("warm", ("load",))
    two = loaded()
    raw = two.y[two.validation] + 0.01
    raw[:, 1] = 3.0  # load is far off
    history = {"loss": [1.0, 0.9], "val_loss": [1.0, 0.9]}
    found = read_result(Experiment(data=asked()), two, history, raw)
    worse = [f.message for f in found if f.code == "worse_than_baseline"]
    assert len(worse) == 1
    assert worse[0].startswith("load: After its last epoch, 2, ")
    off = two.only("load").target_unit * np.sqrt(
        np.mean((raw[:, 1] - two.y[two.validation][:, 1]) ** 2)
    )
    assert f"RMSE {off:.4g} against" in worse[0]


def test_old_descriptions_open_unchanged():
    assert Data().targets == ()
    text = Experiment().to_json().replace('"targets":[],', "")
    assert "targets" not in text
    assert Experiment.from_json(text) == Experiment()
    query = Experiment(data=asked()).to_query()
    assert query["targets"] == '["load"]'
    assert Experiment.from_query(query).data.targets == ("load",)
