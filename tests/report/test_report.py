"""The report of a run: all its numbers, in one file that asks nobody for anything."""

import html
import json
import re

import numpy as np
import pandas as pd
import pytest

from seqlab.experiment import Data
from seqlab.forecasting.future import look_ahead
from seqlab.report.page import Browser, report
from seqlab.report.sections import Subject, sections
from seqlab.runs.records import Metrics, Run
from tests.forecasting.helpers import made

BROWSER = Browser(
    "window.Plotly = '</script>'",
    "const a = 1\nexport default function ({ data }) { return data }",
    "export default function (component) { return component }",
    "<div class='seqlab-player'></div>",
    "p { color: red }",
)


def subject(result, **more):
    """A run of two epochs with drawn weights."""
    run = Run("a1b2", 1.7e9, 1.7e9, 1.7e9 + 12.5, "finished", "", result.experiment, None, 2)
    losses = np.array([0.5, 0.25]), np.array([0.75, 0.625])
    metrics = Metrics(np.array([1, 2]), *losses, {})
    return Subject(run, "My <b>file</b>", metrics, result.dataset, [1], lambda _: result.network,
                   **more)  # fmt: skip


@pytest.fixture(scope="module")
def sunspots():
    return made(Data(window=11))


def test_all_numbers_of_the_run_are_in_the_file(sunspots):
    text = html.unescape(report(subject(sunspots), BROWSER))
    future = look_ahead(sunspots.experiment, sunspots.dataset, sunspots.network, 11, 0.9)
    for value in future.table[["forecast", "low", "high"]].to_numpy().ravel():
        assert f"<td>{value:.5g}</td>" in text
    for said in ("0.625 in epoch 2", "12.5 s", "2023-11-14 22:13 UTC", "a1b2", "Best val_loss"):
        assert said in text
    name, rule = sunspots.dataset.best_baseline()
    assert f"{name} ({rule.loss:.3g})" in text
    assert f"{rule.rmse:.5g}" in text
    assert "keras.utils.set_random_seed(0)" in text
    assert '<th scope="row">forget gate</th>' not in text, "a GRU has none"
    titles = [each.title for each in sections(subject(sunspots))]
    assert titles == ["Result", "Learning curves", "Forecast", "Gates and states", "Data",
                      "Settings", "Script", "Words"]  # fmt: skip


def test_charts_and_gates_stand_in_the_page_as_data(sunspots):
    text = report(subject(sunspots), BROWSER)
    told = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1])
    figures = [json.loads(each["figure"]) for each in told.values() if "figure" in each]
    assert len(figures) == 4
    (player,) = [each for each in told.values() if "frames" in each]
    assert [frame["epoch"] for frame in player["frames"]] == [1]
    assert len(re.findall(r'data-of="drawn-\d"', text)) == len(told) == 5
    assert "mountChart = mountChart\nfunction mountChart({ data })" in text
    assert "export default" not in text


def test_it_asks_nobody_and_a_strangers_words_stay_words(sunspots):
    text = report(subject(sunspots), BROWSER)
    assert not re.search(r'(src|href)="(?!#)', text)
    assert "default-src 'none'" in text
    assert "My &lt;b&gt;file&lt;/b&gt;" in text
    assert "<b>file" not in text
    assert r"window.Plotly = '<\/script>'" in text
    evil = "</script><script>alert(1)</script>"
    frame = pd.DataFrame({"t": np.arange(1, 121), evil: np.sin(np.arange(120.0))})
    data = Data(source="upload", window=5, target=evil)
    assert evil not in report(subject(made(data, frame)), BROWSER)


def test_whole_sequences_and_texts_have_no_forecast_but_all_the_rest():
    for source in ("vowels", "reviews"):
        result = made(Data(source=source, samples=60))
        titles = [each.title for each in sections(subject(result))]
        assert "Forecast" not in titles
        assert {"Result", "Learning curves", "Gates and states", "Data"} <= set(titles)
        assert report(subject(result), BROWSER)


def test_each_of_several_targets_has_its_forecast_rules_and_error():
    result = made(Data(source="seattle", window=5, targets=("wind",), inputs=("temp_max", "wind")))
    raw = np.zeros(result.dataset.y[result.dataset.validation].shape, np.float32)
    text = html.unescape(report(subject(result, prediction=raw), BROWSER))
    for one in result.dataset.views:
        future = look_ahead(result.experiment, one, result.network, 5, 0.9)
        for value in future.table[["forecast", "low", "high"]].to_numpy().ravel():
            assert f"<td>{value:.5g}</td>" in text
        truth = one.truth(one.validation)
        off = np.sqrt(np.mean((truth - one.target_scaling.offset) ** 2))  # zeros are the mean
        assert f"RMSE of {one.target} {off:.4g}" in text
        assert f"Rules without a network, {one.target}" in text
