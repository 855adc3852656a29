"""Several targets at once on the pages: chosen, told apart, forecast, looked into."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd

from seqlab.comparison import on_pool
from seqlab.comparison.entrants import Entrant
from seqlab.experiment import Data, Experiment, Recurrent
from seqlab.forecasting import on_pool as on_pool_of_folds
from seqlab.forecasting.future import look_ahead
from seqlab.forecasting.walk_forward import forecast_fold, of_all, summed_up
from seqlab.inspection.by_target import results_by_target
from seqlab.inspection.networks import network_of
from seqlab.lens import snapshot
from seqlab.runs.studies import Studies
from seqlab.ui import services
from seqlab.ui.draft import dataset_of
from tests.ui.test_data_page import opened as data_page
from tests.ui.test_forecast_horizon import finished
from tests.ui.test_forecast_page import forecast_page, walked, words
from tests.ui.test_lens_page import weights
from tests.ui.test_pages import captions, opened

PAGES = Path(__file__).parents[2] / "pages"
DATA = Data(source="seattle", window=5, targets=("wind",), inputs=("temp_max", "wind"))
BOTH = Experiment(data=DATA, layers=(Recurrent(units=3),))


def test_further_targets_are_chosen_beside_the_target(app):
    opened(app, data="seattle", window="5")
    further = app.multiselect(key="targets")
    assert further.options == ["temp_min", "precipitation", "wind"]  # neither target nor classes
    further.select("wind").run()
    assert not app.exception
    table = next(t.value for t in app.dataframe if "best rule" in t.value)
    assert table["target"].tolist() == ["temp_max", "wind"]
    assert "RMSE of temp_max by" in captions(app)
    app.selectbox(key="shown_target").select("wind").run()
    assert "RMSE of wind by" in captions(app)
    assert json.loads(app.query_params["targets"]) == ["wind"]
    app.selectbox(key="target").select("wind").run()
    assert app.multiselect(key="targets").value == []
    app.selectbox(key="target").select("weather").run()
    assert not app.exception
    assert not [one for one in app.multiselect if one.key == "targets"]


def test_a_link_to_targets_that_cannot_be_had_says_so_with_a_way_out(app):
    opened(app, data="sunspots", targets='["wind"]')
    assert not [one for one in app.multiselect if one.key == "targets"]
    assert app.session_state["targets"] == []
    opened(app, data="adding", targets='["wind"]')
    assert not app.exception


def test_a_run_shows_error_and_rule_of_each_target(app, store):
    run, _, dataset = finished(store, BOTH)
    opened(app, run=run)
    table = next(t.value for t in app.dataframe if "best rule" in t.value)
    raw = np.zeros(dataset.y[dataset.validation].shape, np.float32)
    pd.testing.assert_frame_equal(table, results_by_target(dataset, raw))
    said = f"RMSE of temp_max {table['RMSE'][0]:.4g}"
    assert said in captions(app)
    app.selectbox(key="shown_target").select("wind").run()
    assert not app.exception
    assert f"RMSE of wind {table['RMSE'][1]:.4g}" in captions(app)


def test_the_forecast_page_is_about_the_target_that_is_shown(app, store):
    run, arrays, dataset = finished(store, BOTH)
    forecast_page(app, run=run)
    assert "The network is better than the best rule for no target." in captions(app)
    network = network_of(arrays, BOTH, dataset)
    for name in ("temp_max", "wind"):
        app.selectbox(key="shown_target").select(name).run()
        app.number_input(key="forecast_steps").set_value(3).run()
        assert not app.exception
        found = look_ahead(BOTH, dataset.only(name), network, 3, 0.9)
        pd.testing.assert_frame_equal(app.dataframe[0].value, found.table)
        assert f"{name} {found.table['forecast'][0]:.4g}" in words(app)
    app.toggle(key="forecast_walk").set_value(True).run()
    app.toggle(key="forecast_new").set_value(True).run()
    assert not app.exception
    rows = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=30).astype(str)})
    rows = rows.assign(temp_max=np.arange(30) % 9 + 5.5, wind=np.arange(30) % 4 + 1.5)
    app.file_uploader(key="forecast_file").upload(
        "new.csv", rows.to_csv(index=False).encode()
    ).run()
    assert not app.exception
    answers = app.dataframe[-1].value
    np.testing.assert_allclose(answers["truth"].dropna(), rows["wind"][5:])


def test_a_walk_forward_tells_what_it_came_to_for_each_target(app, store, offered):
    run, _, _ = finished(store, BOTH)
    studies, study, whole, days = walked(store, run, 3, 3, BOTH)
    studies.set_state(study, "finished")
    folds = studies.runs(study)
    found = {
        one.target: summed_up(
            [
                forecast_fold(on_pool_of_folds.result_of(fold, store, dataset_of), one, day, 0.9)
                for fold, day in zip(folds, days, strict=True)
            ],
            one.target,
        )
        for one in whole.views
    }
    forecast_page(app, run=run)
    table = next(t.value for t in app.dataframe if "in the band" in t.value)
    assert table["target"].tolist() == ["temp_max", "wind"]
    for name, rmse, rule, line in table.iloc[:, :4].itertuples(index=False):
        app.selectbox(key="shown_target").select(name).run()
        assert not app.exception
        assert found[name].words in words(app)
        assert (rmse, rule, line) == (found[name].rmse, found[name].baseline,
                                      found[name].baseline_rmse)  # fmt: skip
        by_fold = app.dataframe[-1].value["network"].iloc[:3]
        errors = found[name].assign(error=found[name]["truth"] - found[name]["forecast"])
        by_hand = errors.groupby("fold")["error"].agg(lambda error: np.sqrt((error**2).mean()))
        np.testing.assert_allclose(by_fold, by_hand)
    saved = pd.read_csv(io.BytesIO(offered["backtest.csv"]), parse_dates=["time"])
    pd.testing.assert_frame_equal(saved, pd.DataFrame(of_all(found)), check_dtype=False)
    raw = dataset_of(DATA).values[-18:]
    for place, name in enumerate(("temp_max", "wind")):
        np.testing.assert_allclose(saved[saved["target"] == name]["truth"], raw[:, place])
    steps = pd.read_csv(io.BytesIO(offered["backtest_by_step.csv"]))
    assert steps.groupby("target")["step"].nunique().to_dict() == {"temp_max": 6, "wind": 6}


def test_a_walk_forward_of_several_targets_is_begun_on_the_page(app, store):
    run, _, _ = finished(store, BOTH)
    forecast_page(app, run=run)
    app.toggle(key="forecast_walk").set_value(True).run()
    app.selectbox(key="shown_target").select("wind").run()
    app.button(key="backtest_start").click().run()
    assert not app.exception
    (record,) = services.studies().newest()
    for fold in services.studies().runs(record.id):
        assert fold.experiment.data.targets == ("wind",)


def read_back(file, *columns):
    """A file that was saved: its columns, then what it holds."""
    frame = pd.read_csv(io.BytesIO(file if isinstance(file, bytes) else file.encode()))
    assert frame.columns.tolist() == [*columns]
    return frame


def test_saved_predictions_are_those_of_all_targets(app, store, offered):
    run, _, dataset = finished(store, BOTH)
    app.session_state["take_away"] = True
    opened(app, run=run)
    saved = read_back(
        offered["predictions.csv"], "target", "sequence", "time", "truth", "prediction", "error"
    )
    for name in ("temp_max", "wind"):
        own, view = saved[saved["target"] == name], dataset.only(name)
        np.testing.assert_allclose(own["truth"], view.truth(view.validation)[:, 0])
        mean = view.values[: dataset.splits[0], 0].mean()  # the network answers 0, scaled
        np.testing.assert_allclose(own["prediction"], mean)
        app.selectbox(key="shown_target").select(name).run()
        rmse = np.sqrt(np.mean((own["prediction"] - own["truth"]) ** 2))
        assert f"RMSE of {name} {rmse:.4g}" in captions(app)


def test_saved_forecasts_and_answers_are_those_of_all_targets(app, store, offered):
    run, *_ = finished(store, BOTH)
    app.session_state["forecast_new"] = True
    forecast_page(app, run=run)
    rows = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=20).astype(str)})
    rows = rows.assign(temp_max=np.arange(20) % 9 + 5.5, wind=np.arange(20) % 4 + 1.5)
    new = rows.to_csv(index=False).encode()
    app.file_uploader(key="forecast_file").upload("new.csv", new).run()
    future = read_back(offered["forecast.csv"], "time", "target", "forecast", "low", "high")
    answers = read_back(offered["answers.csv"], "time", "target", "answer", "truth", "outside")
    for name in ("temp_max", "wind"):
        app.selectbox(key="shown_target").select(name).run()
        assert not app.exception
        drawn = app.dataframe[0].value
        own = future[future["target"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(own.assign(time=pd.to_datetime(own["time"])), drawn,
                                      check_dtype=False)  # fmt: skip
        own = answers[answers["target"] == name].reset_index(drop=True)
        np.testing.assert_allclose(own["answer"], app.dataframe[1].value["answer"])
        np.testing.assert_allclose(own["truth"].dropna(), rows[name][5:])


def test_inspect_and_the_data_page_show_one_target(app, store):
    run, _, _ = finished(store, BOTH)
    app.query_params["run"] = run
    app.switch_page(str(PAGES / "lens.py"))
    app.run()
    for view in app.segmented_control(key="lens_view").options:
        app.segmented_control(key="lens_view").set_value(view).run()
        assert not app.exception
        app.selectbox(key="shown_target").select("wind").run()
        assert not app.exception
    data_page(app, DATA)
    tables = [t.value for t in app.dataframe]
    for name in ("temp_max", "wind"):
        assert any(f"RMSE of {name}" in table for table in tables)
    app.selectbox(key="shown_target").select("wind").run()
    assert not app.exception


def test_the_networks_of_a_race_are_shown_by_the_same_target(app, store):
    known = {"A": Entrant("A", BOTH)}
    study = on_pool.begin(Studies(store, services.pool()), known, [0], lambda data: None, "me")
    (run,) = Studies(store, services.pool()).runs(study)
    dataset = dataset_of(DATA)
    said = {"prediction": np.zeros(dataset.y[dataset.validation].shape, np.float32)}
    store.add_snapshot(run.id, 1, snapshot.pack(weights(BOTH, dataset, 1) | said))
    store.add_metrics(run.id, [1], [0.9], [0.9])
    store.set_status(run.id, "finished")
    app.query_params["study"] = study
    app.switch_page(str(PAGES / "compare.py"))
    app.run()
    for name in ("temp_max", "wind"):
        app.selectbox(key="shown_target").select(name).run()
        assert not app.exception
        assert f"RMSE of {name} " in captions(app)
    for view in ("Gates", "Gradient through time"):
        app.segmented_control(key="compare_view").set_value(view).run()
        assert not app.exception
