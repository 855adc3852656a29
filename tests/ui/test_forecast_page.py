"""The Forecast page on runs with drawn weights, without a browser."""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqlab.experiment import Data, Experiment, Recurrent
from seqlab.forecasting import on_pool
from seqlab.forecasting.folds import planned_folds
from seqlab.forecasting.future import look_ahead
from seqlab.forecasting.walk_forward import forecast_fold, summed_up
from seqlab.inspection.networks import network_of
from seqlab.lens import snapshot
from seqlab.ui import services
from seqlab.ui.draft import dataset_of
from tests.sounds import archive, sound, tone
from tests.sounds import words as spoken_words
from tests.ui.test_forecast_horizon import finished
from tests.ui.test_lens_page import weights
from tests.ui.test_pages import captions

ROOT = Path(__file__).parents[2]
SUNSPOTS = Experiment(data=Data(window=11), layers=(Recurrent(units=3),))


def forecast_page(app, **query):
    app.query_params.update(query)
    app.switch_page(str(ROOT / "pages/forecast.py"))
    app.run()
    assert not app.exception
    return app


def words(app):
    return " ".join(
        text.value.replace("\\", "") for text in (*app.markdown, *app.info, *app.warning)
    )


def test_without_a_run_the_page_says_where_to_begin(app):
    forecast_page(app)
    assert "Train a network first" in words(app)


def test_the_future_of_sunspots_with_its_band_and_measured_coverage(app, store):
    run, arrays, dataset = finished(store, SUNSPOTS)
    forecast_page(app, run=run)
    assert app.number_input(key="forecast_steps").value == 11
    app.number_input(key="forecast_steps").set_value(4).run()
    app.number_input(key="forecast_level").set_value(80).run()
    assert not app.exception
    found = look_ahead(SUNSPOTS, dataset, network_of(arrays, SUNSPOTS, dataset), 4, 0.8)
    table = app.dataframe[0].value
    pd.testing.assert_frame_equal(table, found.table)
    assert table["time"].tolist() == [2009, 2010, 2011, 2012]
    said = words(app)
    assert f"sunspots {table['forecast'][0]:.4g}" in said
    coverage = found.coverage
    assert f"On {coverage.forecasts} earlier forecasts" in said
    assert f"the 80 % band held {coverage.inside}" in said
    assert "reads its own forecasts from the second on" in said


def test_columns_that_are_not_forecast_are_named_with_their_rule(app, store):
    experiment = Experiment(data=Data(source="seattle", window=5), layers=(Recurrent(units=3),))
    run, _, _ = finished(store, experiment)
    forecast_page(app, run=run)
    assert "temp_min, precipitation, wind: last value" in words(app)
    app.selectbox(key="forecast_carry").select("Same season").run()
    assert "temp_min, precipitation, wind: seasonal naive, 365 rows" in words(app)
    assert not app.exception
    app.selectbox(key="forecast_carry").select("My own values").run()
    assert not app.exception
    assert "Or type them" in captions(app)


def test_what_the_calendar_says_needs_no_rule_and_changes_come_back_in_units(app, store):
    data = Data(source="elnino", window=5, logarithm="log", difference="both", calendar=("month",))
    experiment = Experiment(data=data, layers=(Recurrent(units=3),))
    run, arrays, dataset = finished(store, experiment)
    forecast_page(app, run=run)
    assert not [box for box in app.selectbox if box.key == "forecast_carry"]
    assert "computed from their times" in words(app) + captions(app)
    table = app.dataframe[0].value
    found = look_ahead(experiment, dataset, network_of(arrays, experiment, dataset), len(table))
    pd.testing.assert_frame_equal(table, found.table)
    assert (table["forecast"] > 10).all()  # degrees, and no logarithm


@pytest.mark.parametrize("steps", [1, 3])
def test_a_class_is_forecast_with_its_probability(app, store, steps):
    data = Data(source="seattle", target="weather", window=5)
    run, _, dataset = finished(store, Experiment(data=data, layers=(Recurrent(units=3),)))
    forecast_page(app, run=run)
    app.number_input(key="forecast_steps").set_value(steps).run()
    assert not app.exception
    table = app.dataframe[0].value
    assert len(table) == 1
    assert table["forecast"][0] in dataset.goal.classes
    assert re.search(r"with a probability of \d+%", words(app))


def test_a_new_file_is_answered(app, store):
    run, _, _ = finished(store, SUNSPOTS)
    app.session_state["forecast_new"] = True
    forecast_page(app, run=run)
    rows = pd.DataFrame({"year": range(2000, 2030), "sunspots": np.linspace(5, 150, 30)})
    app.file_uploader(key="forecast_file").upload(
        "new.csv", rows.to_csv(index=False).encode(), "text/csv"
    )
    app.run()
    assert not app.exception
    table = app.dataframe[1].value
    assert len(table) == 20
    assert table["time"].tolist()[-1] == 2030
    app.file_uploader(key="forecast_file").upload(
        "new.csv",
        rows.rename(columns={"sunspots": "price"}).to_csv(index=False).encode(),
        "text/csv",
    )
    app.run()
    assert "The file lacks 'sunspots'" in words(app)


def test_whole_sequences_have_no_next_row_but_answers(app, store):
    experiment = Experiment(
        data=Data(source="adding", window=6, samples=60), layers=(Recurrent(units=3),)
    )
    run, _, _ = finished(store, experiment)
    forecast_page(app, run=run)
    assert "no series goes on here" in captions(app)


def test_sounds_of_another_rate_are_read_as_those_of_the_training(app, store):
    file = store.add_upload(spoken_words(), "words.zip")
    experiment = Experiment(data=Data(source="upload", file=file), layers=(Recurrent(units=3),))
    run, _, _ = finished(store, experiment)
    forecast_page(app, run=run)
    takes = {
        f"{word}/{k}.wav": sound(tone(word, rate=8000, seed=k), 8000)
        for word in ("down", "up")
        for k in range(2)
    }
    new = archive(takes)
    app.file_uploader(key="forecast_file").upload("new.zip", new, "application/zip")
    app.run()
    assert not app.exception
    assert not app.warning
    assert app.dataframe[0].value["truth"].tolist() == ["down", "down", "up", "up"]


def test_a_series_that_ends_in_a_gap_is_told(app, store):
    days = pd.date_range("2024-01-01", periods=60)
    rows = pd.DataFrame({"shop": ["a"] * 60 + ["b"] * 60, "day": [*days, *days]})
    rows["sales"], rows["price"] = np.arange(120) % 11 + 0.5, np.arange(120) % 3 + 0.5
    rows.loc[117, "price"] = np.nan
    file = store.add_upload(rows.to_csv(index=False).encode(), "shops.csv")
    data = Data(
        source="upload",
        file=file,
        window=5,
        target="sales",
        inputs=("sales", "price"),
        missing="drop",
    )
    run, _, _ = finished(store, Experiment(data=data, layers=(Recurrent(units=3),)))
    app.session_state["forecast_series"] = "b"
    forecast_page(app, run=run)
    assert "b is not continued" in words(app)


def test_a_run_whose_file_is_gone_is_told(app, store):
    experiment = Experiment(
        data=Data(source="upload", file="gone", window=5), layers=(Recurrent(units=3),)
    )
    run = store.create(experiment)
    store.set_status(run, "finished")
    store.add_snapshot(run, 1, io.BytesIO(b"").getvalue())
    forecast_page(app, run=run)
    assert "no longer kept" in words(app)


def test_a_run_without_weights_is_told(app, store):
    run = store.create(SUNSPOTS)
    store.set_status(run, "failed", "It could not be trained.")
    forecast_page(app, run=run)
    assert "no weights are kept" in words(app)


def walked(store, run, folds, ended, experiment=SUNSPOTS):
    """A walk-forward of a run; the first folds have ended, with drawn weights."""
    studies = services.studies()
    whole = dataset_of(experiment.data)
    days = planned_folds(whole, experiment.data, folds, 6)
    study = on_pool.begin(studies, store.get(run), days, dataset_of, None, None)
    for fold in studies.runs(study)[:ended]:
        arrays = weights(fold.experiment, dataset_of(fold.experiment.data), fold.place)
        store.add_snapshot(fold.id, 3, snapshot.pack(arrays))
        store.set_status(fold.id, "finished")
    return studies, study, whole, days


def test_a_walk_forward_is_begun_and_read_on_the_page_of_its_run(app, store):
    run, _, _ = finished(store, SUNSPOTS)
    forecast_page(app, run=run)
    assert "backtest_start" not in [button.key for button in app.button]
    app.toggle(key="forecast_walk").set_value(True).run()
    app.number_input(key="backtest_folds").set_value(3).run()
    app.number_input(key="backtest_steps").set_value(6).run()
    app.button(key="backtest_start").click().run()
    assert not app.exception
    (record,) = services.studies().newest()
    assert record.counts == {"queued": 3}
    rows = [each.experiment.data.rows for each in services.studies().runs(record.id)]
    assert rows == [291, 297, 303]


def test_where_there_is_nothing_to_walk_through_the_page_says_why(app, store):
    weather = Data(source="seattle", target="weather", window=5, samples=200)
    run, _, _ = finished(store, SUNSPOTS.model_copy(update={"data": weather}))
    forecast_page(app, run=run)
    assert "of one series: the target is no number." in captions(app)
    assert not [each for each in app.toggle if each.key == "forecast_walk"]


def test_a_stopped_walk_forward_says_what_its_ended_folds_came_to(app, store):
    run, _, _ = finished(store, SUNSPOTS)
    studies, study, whole, days = walked(store, run, 4, 3)
    for fold in studies.runs(study)[3:]:
        store.set_status(fold.id, "stopped")
    studies.set_state(study, "stopped")
    forecast_page(app, run=run)
    parts = [
        forecast_fold(on_pool.result_of(fold, store, dataset_of), whole, day, 0.9)
        for fold, day in zip(studies.runs(study)[:3], days[:3], strict=True)
    ]
    found = summed_up(parts, "sunspots")
    assert "Stopped: 3 of 4 folds had ended" in words(app)
    assert found.words in words(app)
    assert "3 of 4 folds so far, 6 rows each, 1985 to 2002" in captions(app)
    table = app.dataframe[-1].value
    rmse = found.by_fold.query("method == 'network'")["rmse"]
    np.testing.assert_allclose(table["network"].iloc[:3], rmse)
    assert table["network"].iloc[3] == pytest.approx(rmse.mean())
    app.segmented_control(key="backtest_measure").set_value("MASE").run()
    assert not app.exception
    assert "MASE of the network" in captions(app)
