"""Several series in one file: scaled together, or each by its own training rows."""

import numpy as np
import pandas as pd
import pytest

from seqlab import Experiment, diagnose, load, read_table
from seqlab.data.dataset import DataError
from seqlab.experiment import Data
from seqlab.inspection.answers import answer
from seqlab.inspection.by_series import results_by_series, words_by_series
from seqlab.inspection.predictions import predictions_table
from seqlab.network.doctor import explain
from seqlab.network.source import arrays_file, source

ROWS, WINDOW = 100, 10
SIZES = {"corner": 1.0, "mall": 50.0, "outlet": 3000.0}
RNG = np.random.default_rng(5)


def shops(time: pd.Index, sizes: dict[str, float] = SIZES) -> bytes:
    frames = [
        pd.DataFrame(
            {
                "when": time,
                "shop": name,
                "sold": (size * (4 + np.sin(np.arange(ROWS) / 5) + RNG.normal(size=ROWS))).round(4),
                "visits": (size * RNG.uniform(5, 9, ROWS)).round(4),
            }
        )
        for name, size in sizes.items()
    ]
    return pd.concat(frames).to_csv(index=False).encode()


DAYS = pd.date_range("2021-01-01", periods=ROWS)
TABLE = read_table(shops(DAYS), "shops.csv")


def experiment(**data) -> Experiment:
    asked = {"source": "upload", "file": "f", "window": WINDOW, **data}
    return Experiment(data=Data(**asked))


def dataset(**data):
    return load(experiment(**data), TABLE)


def raw_rows(shop: str) -> np.ndarray:
    frame = TABLE.frame
    return frame.loc[frame["shop"] == shop, ["sold", "visits"]].to_numpy()


@pytest.mark.parametrize("kind", ["standard", "minmax", "robust"])
def test_each_series_is_scaled_by_its_own_training_rows(kind):
    d = dataset(series_scaling="each", scaling=kind, inputs=("sold", "visits"))
    for k, shop in enumerate(d.series.names):
        rows = raw_rows(shop)[: int(ROWS * 0.8)]
        if kind == "standard":
            offset, scale = rows.mean(axis=0), rows.std(axis=0)
        elif kind == "minmax":
            offset, scale = rows.min(axis=0), np.ptp(rows, axis=0)
        else:
            low, offset, high = np.percentile(rows, [25, 50, 75], axis=0)
            scale = high - low
        mine = np.flatnonzero(d.series.of == k)
        wanted = (raw_rows(shop) - offset) / scale
        windows = np.stack([wanted[i : i + WINDOW] for i in range(ROWS - WINDOW)])
        np.testing.assert_allclose(d.x[mine], windows, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(d.y[mine, 0], wanted[WINDOW:, 0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("how", ["together", "each"])
def test_predictions_errors_and_baselines_are_in_the_units_of_the_file(how):
    d = dataset(series_scaling=how)
    part = d.validation
    truth = np.concatenate([raw_rows(shop)[int(ROWS * 0.8) :, 0] for shop in d.series.names])
    np.testing.assert_allclose(d.truth(part)[:, 0], truth, rtol=1e-4)
    table = predictions_table(d, d.y[part])
    np.testing.assert_allclose(table["truth"], truth, rtol=1e-4)
    np.testing.assert_allclose(table["error"], 0, atol=1e-9)
    assert table["series"].tolist() == [shop for shop in d.series.names for _ in range(20)]
    before = np.concatenate([raw_rows(shop)[int(ROWS * 0.8) - 1 : -1, 0] for shop in SIZES])
    rule = d.baselines["persistence"]
    assert rule.rmse == pytest.approx(np.sqrt(np.mean((before - truth) ** 2)), rel=1e-4)
    # its loss is what a network that answers with it would have
    scaled = d.target_scaling_of(part).apply(rule.prediction)
    assert rule.loss == pytest.approx(float(np.mean((scaled - d.y[part]) ** 2)), rel=1e-4)


def test_the_mean_of_a_series_is_its_own():
    rule = dataset().baselines["mean"]
    own = [raw_rows(shop)[: int(ROWS * 0.8), 0].mean() for shop in SIZES]
    np.testing.assert_allclose(rule.prediction[:, 0], np.repeat(own, 20))


def test_the_results_of_each_series_are_those_of_its_own_targets():
    d = dataset(series_scaling="each")
    raw = d.y[d.validation] + 0.5  # half a scale off, everywhere
    table = results_by_series(d, raw)
    scales = {shop: raw_rows(shop)[: int(ROWS * 0.8), 0].std() for shop in SIZES}
    assert table["series"].tolist() == ["outlet", "mall", "corner"]  # the largest error first
    assert table["targets"].tolist() == [20, 20, 20]
    for shop, error in zip(table["series"], table["RMSE"], strict=True):
        assert error == pytest.approx(scales[shop] / 2, rel=1e-4)
    assert "on 3 of 3 series" in words_by_series(table, "sold")
    said = answer(d, raw, 1, 0).sentence
    truth = answer(d, raw, 1, 0).figure.data[0].y
    assert np.flatnonzero(np.isnan(truth)).tolist() == [20, 41]  # no line from shop to shop
    whole = np.sqrt(np.mean([(scale / 2) ** 2 for scale in scales.values()]))
    assert f"RMSE {whole:.4g}" in said


def test_series_of_other_sizes_are_noticed_and_one_click_scales_each():
    together = dataset()
    (finding,) = [f for f in diagnose(experiment(), together) if f.code == "series_scales"]
    assert "“outlet” varies" in finding.message
    assert "“corner”" in finding.message
    assert finding.fix.data.series_scaling == "each"
    mended = diagnose(finding.fix, load(finding.fix, TABLE))
    assert "series_scales" not in {f.code for f in mended}
    alike = read_table(shops(DAYS, {"a": 1.0, "b": 1.1}), "shops.csv")
    found = diagnose(experiment(), load(experiment(), alike))
    assert "series_scales" not in {f.code for f in found}


def test_whole_series_that_are_held_out_have_no_scaling_of_their_own():
    steps = read_table(shops(pd.RangeIndex(ROWS)), "shops.csv")
    assert steps.sequence_id == "shop"
    asked = experiment(series_scaling="each")
    with pytest.raises(DataError, match="split at one date") as error:
        load(asked, steps)
    assert explain(error.value, asked).fix.data.series_scaling == "together"


def test_series_side_by_side_in_years_are_split_at_one_year():
    years = read_table(shops(pd.RangeIndex(1900, 1900 + ROWS)), "shops.csv")
    d = load(experiment(series_scaling="each"), years)
    assert "Targets from 1980 on" in d.notes[0]
    assert len(d.validation) == 3 * 20


def test_a_series_that_never_changes_has_the_scale_of_all():
    still = pd.DataFrame({"when": DAYS, "shop": "closed", "sold": 7.0, "visits": 1.0})
    data = TABLE.frame.assign(when=TABLE.frame["when"].dt.strftime("%Y-%m-%d"))
    both = pd.concat([data, still.assign(when=still["when"].dt.strftime("%Y-%m-%d"))])
    table = read_table(both.to_csv(index=False).encode(), "shops.csv")
    d = load(experiment(series_scaling="each"), table)
    closed = d.series.names.index("closed")
    assert d.series.scaling.offset[closed, 0] == 7
    assert d.series.scaling.scale[closed, 0] == pytest.approx(d.target_scaling.scale[0])
    assert np.abs(d.y[d.series.of == closed]).max() == 0


def test_the_script_takes_the_arrays_and_each_scale_along(tmp_path, monkeypatch):
    asked = experiment(series_scaling="each")
    d = load(asked, TABLE)
    (tmp_path / "data.npz").write_bytes(arrays_file(d))
    arrays = np.load(tmp_path / "data.npz")
    truth = arrays["y_validation"] * arrays["scale_validation"] + arrays["offset_validation"]
    np.testing.assert_allclose(truth, d.truth(d.validation), rtol=1e-6)
    script = source(asked, d)
    (line,) = [line for line in script.splitlines() if line.startswith("rmse = ")]
    monkeypatch.chdir(tmp_path)
    off = d.baselines["persistence"]
    names = {
        "np": np,
        "predicted": d.target_scaling_of(d.validation).apply(off.prediction),
        "y_validation": arrays["y_validation"],
        "scale": arrays["scale_validation"],
    }
    exec(line, names)
    assert names["rmse"] == pytest.approx(off.rmse, rel=1e-4)
    assert 'scale = data["scale_validation"]' in script


def test_the_choice_travels_in_the_address():
    asked = experiment(series_scaling="each")
    assert asked.to_query()["series_scaling"] == "each"
    assert Experiment.from_query(asked.to_query()) == asked
